//! A room's outbox: the commands that are not settled yet, in order.
//!
//! Invariants: an entry leaves only when it is known to be in the log or to change nothing, or when the person takes
//! it out. One entry is under way at a time, so that a refusal which passes can never let a later one overtake it; the
//! same key goes out each time, so that a retry is harmless. What came, went or changed is named until it was given
//! away to be kept.

mod entry;
mod shared_line;

use std::rc::Rc;

use shared::{ClientKey, Command, MessageId, Millis, PersonId, Refusal, Seq};

use super::Now;
pub use entry::{Entry, Fate};
use entry::{not_done, perhaps_done};

/// The entries, in the order in which they go out.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Outbox {
    entries: Rc<Vec<Rc<Entry>>>,
    /// The entry that this connection has been given and has not answered.
    under_way: Option<ClientKey>,
    /// After a refusal that passes: not before this.
    held_until: Option<Now>,
    /// What is to be written to the database, or removed from it.
    changed: Vec<ClientKey>,
}

impl Outbox {
    /// All entries, in order.
    #[must_use]
    pub fn entries(&self) -> &Rc<Vec<Rc<Entry>>> {
        &self.entries
    }

    /// There is nothing in it.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    /// An entry is on its way into the log.
    pub(super) fn is_waiting(&self) -> bool {
        self.entries.iter().any(|entry| !entry.is_refused())
    }

    /// The entry of a key.
    #[must_use]
    pub fn get(&self, key: &ClientKey) -> Option<&Rc<Entry>> {
        self.entries.iter().find(|entry| entry.key == *key)
    }

    /// Until when the line is held.
    pub(super) fn deadline(&self) -> Option<Now> {
        self.held_until
    }

    /// The line is held no longer than it was to be.
    pub(super) fn wake(&mut self, now: Now) {
        self.held_until = self.held_until.filter(|until| now < *until);
    }

    /// A new entry, at the end of the line.
    pub(super) fn push(
        &mut self,
        key: ClientKey,
        command: Command,
        of: Option<MessageId>,
        owner: Option<PersonId>,
        typed_at: Millis,
    ) {
        if self.get(&key).is_some() {
            return;
        }
        self.note(&key);
        let order = self.next_order(typed_at);
        let (fate, held, kept) = (Fate::Queued, None, false);
        let entry = Entry { key, owner, command, of, order, typed_at, fate, held, kept };
        Rc::make_mut(&mut self.entries).push(Rc::new(entry));
    }

    /// Behind all others. The wall clock is in it so that the lines of two pages go together.
    fn next_order(&self, wall: Millis) -> u64 {
        self.entries.last().map_or(0, |last| last.order.saturating_add(1)).max(wall.0)
    }

    /// The entry to send now, if one is due; from here on its fate is unknown. With `kept`, it has to be in the
    /// database first.
    pub(super) fn take_due(&mut self, now: Now, kept: bool) -> Option<Rc<Entry>> {
        self.wake(now);
        if self.under_way.is_some() || self.held_until.is_some() {
            return None;
        }
        let due = self.entries.iter().position(|entry| matches!(entry.fate, Fate::Queued | Fate::Sent))?;
        if kept && !self.entries[due].kept {
            return None;
        }
        let entry = &mut Rc::make_mut(&mut self.entries)[due];
        if entry.fate != Fate::Sent {
            Rc::make_mut(entry).fate = Fate::Sent;
        }
        self.under_way = Some(entry.key.clone());
        Some(Rc::clone(entry))
    }

    /// The event of `key` is in the log. It stays in sight until the cursor has passed the event.
    pub(super) fn settle(&mut self, key: &ClientKey, seq: Seq) {
        self.answered(key);
        self.change(key, |entry| {
            entry.fate = Fate::Settled { seq };
            entry.held = None;
        });
    }

    /// The command of `key` needs no further word, and became no event.
    pub(super) fn remove(&mut self, key: &ClientKey) -> Option<Rc<Entry>> {
        self.answered(key);
        let place = self.entries.iter().position(|entry| entry.key == *key)?;
        self.note(key);
        Some(Rc::make_mut(&mut self.entries).remove(place))
    }

    /// The cursor has reached `seq`: what is settled up to there is shown by the log itself.
    pub(super) fn passed(&mut self, cursor: Seq) {
        self.retain(|entry| !matches!(entry.fate, Fate::Settled { seq } if seq <= cursor));
    }

    /// The server will not have it now, or at all: then what is to be said of it.
    pub(super) fn refuse(&mut self, key: &ClientKey, refusal: &Refusal, now: Now) -> Option<Rc<str>> {
        self.answered(key);
        if let Some(ms) = refusal.retry_after_ms {
            self.held_until = Some(now.plus(ms.min(60_000)));
            self.change(key, |entry| {
                entry.fate = Fate::Queued;
                if entry.held.as_deref() != Some(&refusal.message) {
                    entry.held = Some(refusal.message.as_str().into());
                }
            });
            return None;
        }
        let message: Rc<str> = not_done(&self.get(key)?.command, &refusal.message).into();
        self.note(key);
        self.change(key, |entry| entry.refuse(Rc::clone(&message)));
        Some(message)
    }

    /// A refused entry goes to the end of the line, as it is. Now it is `owner`'s, and waits until it is stored that it
    /// is refused no longer.
    pub(super) fn requeue(&mut self, key: &ClientKey, owner: Option<PersonId>, wall: Millis) {
        if self.get(key).is_some_and(|entry| entry.is_refused())
            && let Some(mut entry) = self.remove(key)
        {
            let order = self.next_order(wall);
            let again = Rc::make_mut(&mut entry);
            (again.fate, again.order, again.owner, again.kept) = (Fate::Queued, order, owner, false);
            Rc::make_mut(&mut self.entries).push(entry);
        }
    }

    /// An entry that was refused, for good or for now, is taken out by the person. One of unknown fate cannot be: it
    /// may be in the log.
    pub(super) fn take_refused(&mut self, key: &ClientKey) -> Option<Rc<Entry>> {
        let refused = self.get(key).is_some_and(|entry| match entry.fate {
            Fate::Refused { .. } => true,
            Fate::Queued => entry.held.is_some(),
            Fate::Sent | Fate::Settled { .. } => false,
        });
        let entry = if refused { self.remove(key) } else { None };
        if self.held().is_none() {
            self.held_until = None;
        }
        entry
    }

    /// Why the line does not move, in the server's words.
    pub(super) fn held(&self) -> Option<&Rc<str>> {
        self.entries.iter().find_map(|entry| entry.held.as_ref())
    }

    /// The link is lost: what was under way is sent again on the next.
    pub(super) fn link_lost(&mut self) {
        self.under_way = None;
        self.held_until = None;
        for held in 0..self.entries.len() {
            if self.entries[held].held.is_some() {
                Rc::make_mut(&mut Rc::make_mut(&mut self.entries)[held]).held = None;
            }
        }
    }

    /// What was under way may have become an event that will never be seen here: it is sent again. The key is the
    /// same, so that the answer is the word that was missed.
    pub(super) fn ask_again(&mut self) {
        self.under_way = None;
    }

    /// The log is read from here on. Events of settled entries that do not come with it never will, where it has lost
    /// its newest part or the copy was thrown away: those are sent again, under their key. Where it is another log, each
    /// says which message it is about.
    pub(super) fn log_reset(&mut self) {
        for entry in Rc::make_mut(&mut self.entries) {
            if matches!(entry.fate, Fate::Settled { .. }) {
                Rc::make_mut(entry).fate = Fate::Sent;
            }
        }
    }

    /// The server will not have the room open: nothing of what waits can go out.
    pub(super) fn room_refused(&mut self, why: &str) {
        self.under_way = None;
        for entry in Rc::make_mut(&mut self.entries) {
            let message = match entry.fate {
                Fate::Queued => not_done(&entry.command, why),
                Fate::Sent => perhaps_done(why),
                Fate::Settled { .. } | Fate::Refused { .. } => continue,
            };
            note(&mut self.changed, &entry.key);
            Rc::make_mut(entry).refuse(message.into());
        }
    }

    /// What is to be written or removed; from here on it is the asker's to remember.
    pub(super) fn take_changed(&mut self) -> Vec<ClientKey> {
        std::mem::take(&mut self.changed)
    }

    pub(super) fn has_changed(&self) -> bool {
        !self.changed.is_empty()
    }

    fn note(&mut self, key: &ClientKey) {
        note(&mut self.changed, key);
    }

    fn answered(&mut self, key: &ClientKey) {
        if self.under_way.as_ref() == Some(key) {
            self.under_way = None;
        }
    }

    fn change(&mut self, key: &ClientKey, change: impl FnOnce(&mut Entry)) {
        if let Some(place) = self.entries.iter().position(|entry| entry.key == *key) {
            change(Rc::make_mut(&mut Rc::make_mut(&mut self.entries)[place]));
        }
    }

    /// Keeps those entries only.
    fn retain(&mut self, stays: impl Fn(&Entry) -> bool) {
        if self.entries.iter().all(|entry| stays(entry)) {
            return;
        }
        let changed = &mut self.changed;
        Rc::make_mut(&mut self.entries).retain(|entry| {
            let stays = stays(entry);
            if !stays {
                note(changed, &entry.key);
            }
            stays
        });
    }
}

/// Each key once.
fn note(changed: &mut Vec<ClientKey>, key: &ClientKey) {
    if !changed.contains(key) {
        changed.push(key.clone());
    }
}
