//! What comes into an outbox from elsewhere: from the database, from another page of the same browser, and from
//! somebody else who used it before.

use std::rc::Rc;

use shared::{ClientKey, MessageText, PersonId};

use super::{Entry, Fate, Outbox, entry::perhaps_done, note};
use crate::state::KeptEntry;

/// What somebody else left.
#[derive(Debug, Default, PartialEq, Eq)]
pub(in crate::state) struct Estate {
    /// Texts that were never sent.
    pub(in crate::state) texts: Vec<MessageText>,
    /// Something without a text was dropped.
    pub(in crate::state) dropped: bool,
}

impl Outbox {
    /// The entries are in the database. Gives back those of them that were not before.
    pub(in crate::state) fn kept(&mut self, keys: &[ClientKey]) -> Vec<Rc<Entry>> {
        let is_new = |entry: &Entry| !entry.kept && keys.contains(&entry.key);
        if !self.entries.iter().any(|entry| is_new(entry)) {
            return Vec::new();
        }
        let mut new = Vec::new();
        for entry in Rc::make_mut(&mut self.entries).iter_mut().filter(|entry| is_new(entry)) {
            Rc::make_mut(entry).kept = true;
            new.push(Rc::clone(entry));
        }
        new
    }

    /// The first that is heard of what is `stored`: what was typed before that stands behind it, whatever this machine's
    /// clock said meanwhile.
    pub(in crate::state) fn stand_behind(&mut self, stored: &[KeptEntry]) {
        let others = stored.iter().filter(|entry| self.get(&entry.key).is_none());
        let Some(last) = others.map(|entry| entry.order).max() else { return };
        // What another page has stored meanwhile has its place already.
        let is_new = |entry: &Rc<Entry>| !entry.kept;
        let first = self.entries.iter().find(|entry| is_new(entry)).map_or(u64::MAX, |entry| entry.order);
        if first <= last {
            for entry in Rc::make_mut(&mut self.entries).iter_mut().filter(|entry| is_new(entry)) {
                let entry = Rc::make_mut(entry);
                entry.order = last.saturating_add(1).saturating_add(entry.order - first);
                note(&mut self.changed, &entry.key);
            }
            // They are few, and nearly in order: the library's sort would be 4 KB of the client.
            let entries = Rc::make_mut(&mut self.entries);
            for mut place in 1..entries.len() {
                while place > 0 && entries[place - 1].order > entries[place].order {
                    entries.swap(place - 1, place);
                    place -= 1;
                }
            }
        }
    }

    /// They could not be stored, or removed.
    pub(in crate::state) fn keep_again(&mut self, keys: &[ClientKey]) {
        for key in keys {
            note(&mut self.changed, key);
        }
    }

    /// What is stored of this room now, all of it. Entries that are not known here come in at their place in the line.
    /// What was stored and is no more was settled or taken out elsewhere. `is_known` says of an entry that its
    /// event is here already; `is_writing`, that it is just being written or removed.
    pub(in crate::state) fn merge(
        &mut self,
        stored: Vec<KeptEntry>,
        is_known: &dyn Fn(&Entry) -> bool,
        is_writing: &dyn Fn(&ClientKey) -> bool,
    ) {
        let mut place = 0;
        let mut there = vec![false; self.entries.len()];
        let mut new = Vec::new();
        for kept in stored {
            // Both are in the same order, nearly always: the next one is the one that is looked for.
            let from = |start: usize| self.entries.iter().skip(start).position(|entry| entry.key == kept.key);
            if let Some(found) = from(place).map(|found| found + place).or_else(|| from(0)) {
                place = found + 1;
                there[found] = true;
                self.take_over(found, &kept);
            } else if !self.changed.contains(&kept.key) {
                let mut entry = kept.entry;
                if is_known(&entry) || is_writing(&entry.key) {
                    note(&mut self.changed, &entry.key);
                } else {
                    let found = Rc::make_mut(&mut entry);
                    (found.fate, found.held, found.kept) = (found.kept_fate(), None, true);
                    new.push(entry);
                }
            }
        }
        let gone =
            |(entry, there): (&Rc<Entry>, &bool)| entry.kept && !there && !matches!(entry.fate, Fate::Settled { .. });
        let gone: Vec<bool> = self.entries.iter().zip(&there).map(gone).collect();
        if gone.contains(&true) {
            let mut gone = gone.into_iter();
            let changed = &mut self.changed;
            Rc::make_mut(&mut self.entries).retain(|entry| {
                let goes = gone.next().unwrap_or_default();
                if goes && is_writing(&entry.key) {
                    // What is on its way to the database would bring it back there.
                    note(changed, &entry.key);
                }
                !goes
            });
        }
        for entry in new {
            if self.get(&entry.key).is_none() {
                let place = self.entries.partition_point(|other| other.order <= entry.order);
                Rc::make_mut(&mut self.entries).insert(place, entry);
            }
        }
        if self.under_way.as_ref().is_some_and(|key| self.get(key).is_none()) {
            self.under_way = None;
        }
    }

    /// Another page may have asked the server, or the person may have tried again there.
    fn take_over(&mut self, place: usize, kept: &KeptEntry) {
        let entry = &self.entries[place];
        let is_ours = self.under_way.as_ref() == Some(&entry.key) || self.changed.contains(&entry.key);
        if entry.is_refused() != kept.is_refused() && !is_ours && !matches!(entry.fate, Fate::Settled { .. }) {
            let entry = Rc::make_mut(&mut Rc::make_mut(&mut self.entries)[place]);
            (entry.fate, entry.held) = (kept.kept_fate(), None);
        }
    }

    /// The server takes us for `me`. What nobody had is hers or his; what somebody else left is never sent under this
    /// name: a text that was never sent becomes a draft, and one that may have been sent stays in sight, with words.
    pub(in crate::state) fn owned_by(&mut self, me: &PersonId) -> Estate {
        let mut estate = Estate::default();
        if self.entries.iter().all(|entry| entry.owner.as_ref() == Some(me)) {
            return estate;
        }
        let changed = &mut self.changed;
        Rc::make_mut(&mut self.entries).retain_mut(|entry| {
            let owner = entry.owner.as_ref().unwrap_or(me);
            if owner == me {
                if entry.owner.is_none() {
                    note(changed, &entry.key);
                    Rc::make_mut(entry).owner = Some(me.clone());
                }
                return true;
            }
            let text = entry.text().cloned();
            let stays = match (&entry.fate, text) {
                (Fate::Settled { .. }, _) => false,
                (Fate::Refused { .. }, Some(_)) => return true,
                (Fate::Queued, Some(text)) => {
                    estate.texts.push(text);
                    false
                }
                (Fate::Sent, Some(_)) => {
                    Rc::make_mut(entry).refuse(perhaps_done("You are somebody else here now.").into());
                    true
                }
                (Fate::Queued | Fate::Sent | Fate::Refused { .. }, None) => {
                    estate.dropped = true;
                    false
                }
            };
            note(changed, &entry.key);
            stays
        });
        if self.under_way.as_ref().is_some_and(|key| self.entries.iter().all(|entry| entry.key != *key)) {
            self.under_way = None;
        }
        estate
    }
}
