//! A room's outbox: what was typed and is not settled yet, in order.
//!
//! Invariant: an entry leaves only when its event is known to be in the log, or when the person takes it out. One
//! entry is under way at a time, so that a refusal which passes can never let a later one overtake it; and the same
//! key goes out each time, so that a retry is harmless.

use std::rc::Rc;

use shared::{ClientKey, MessageText, Millis, Refusal, Seq};

use super::Now;

/// What became of an entry so far.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Fate {
    /// Waits in line; the server has never seen it.
    Queued,
    /// Was sent, and not answered: it may or may not be in the log.
    Sent,
    /// Is in the log; its event is on the way.
    Settled {
        /// The event.
        seq: Seq,
    },
    /// The server will not have it. Out of the line, kept for the person.
    Refused {
        /// What became of it and why, as it is said to the person.
        message: Rc<str>,
    },
}

/// Something that was typed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// Its key for life.
    pub key: ClientKey,
    /// What it says.
    pub text: MessageText,
    /// When it was typed, on this machine's clock.
    pub typed_at: Millis,
    /// What became of it.
    pub fate: Fate,
    /// Why the server did not have it when it was last asked, where it is to be asked again.
    pub held: Option<Rc<str>>,
}

impl Entry {
    fn refuse(&mut self, message: Rc<str>) {
        self.fate = Fate::Refused { message };
        self.held = None;
    }
}

/// The entries, in the order in which they go out.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Outbox {
    entries: Rc<Vec<Rc<Entry>>>,
    /// The entry that this connection has been given and has not answered.
    under_way: Option<ClientKey>,
    /// After a refusal that passes: not before this.
    held_until: Option<Now>,
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
        self.entries.iter().any(|entry| !matches!(entry.fate, Fate::Refused { .. }))
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
    pub(super) fn push(&mut self, key: ClientKey, text: MessageText, typed_at: Millis) {
        if self.get(&key).is_none() {
            Rc::make_mut(&mut self.entries).push(Rc::new(Entry {
                key,
                text,
                typed_at,
                fate: Fate::Queued,
                held: None,
            }));
        }
    }

    /// The entry to send now, if one is due; from here on its fate is unknown.
    pub(super) fn take_due(&mut self, now: Now) -> Option<Rc<Entry>> {
        self.wake(now);
        if self.under_way.is_some() || self.held_until.is_some() {
            return None;
        }
        let due = self.entries.iter().position(|entry| matches!(entry.fate, Fate::Queued | Fate::Sent))?;
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
        Some(Rc::make_mut(&mut self.entries).remove(place))
    }

    /// The cursor has reached `seq`: what is settled up to there is shown by the log itself.
    pub(super) fn passed(&mut self, cursor: Seq) {
        let gone = |entry: &Rc<Entry>| matches!(entry.fate, Fate::Settled { seq } if seq <= cursor);
        if self.entries.iter().any(gone) {
            Rc::make_mut(&mut self.entries).retain(|entry| !gone(entry));
        }
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
        let message: Rc<str> = not_sent(&refusal.message).into();
        self.get(key)?;
        self.change(key, |entry| entry.refuse(Rc::clone(&message)));
        Some(message)
    }

    /// A refused entry goes to the end of the line, as it is.
    pub(super) fn requeue(&mut self, key: &ClientKey) {
        if self.get(key).is_some_and(|entry| matches!(entry.fate, Fate::Refused { .. }))
            && let Some(mut entry) = self.remove(key)
        {
            Rc::make_mut(&mut entry).fate = Fate::Queued;
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

    /// The log is another one now, so the seqs of settled entries mean nothing: they are sent again, under their key.
    pub(super) fn log_reset(&mut self) {
        for entry in Rc::make_mut(&mut self.entries) {
            if matches!(entry.fate, Fate::Settled { .. }) {
                Rc::make_mut(entry).fate = Fate::Sent;
            }
        }
    }

    /// The server takes us for somebody else now. Nothing is sent under another name without being asked for; what
    /// was acknowledged is in the log already, under the old one, and must not go out again.
    pub(super) fn owner_changed(&mut self) {
        self.link_lost();
        Rc::make_mut(&mut self.entries).retain(|entry| !matches!(entry.fate, Fate::Settled { .. }));
        self.give_up(&not_sent("you are somebody else here now."), "You are somebody else here now.");
    }

    /// The server will not have the room open: nothing of what waits can go out.
    pub(super) fn room_refused(&mut self, why: &str) {
        self.under_way = None;
        self.give_up(&not_sent(why), why);
    }

    /// Takes all that waits out of the line and keeps it for the person. `why_not` is said of what was never sent,
    /// `instead` of what may be in the log.
    fn give_up(&mut self, why_not: &str, instead: &str) {
        for entry in Rc::make_mut(&mut self.entries) {
            let message = match entry.fate {
                Fate::Queued => why_not.into(),
                Fate::Sent => {
                    [instead, " It may have been sent before that: look before you try again."].concat().into()
                }
                Fate::Settled { .. } | Fate::Refused { .. } => continue,
            };
            Rc::make_mut(entry).refuse(message);
        }
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
}

fn not_sent(why: &str) -> String {
    ["Not sent: ", why].concat()
}
