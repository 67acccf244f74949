//! Signals of a room: who is here, who types, who has another name. True only now, never in the log.
//!
//! They are kept as states with version numbers rather than as queues: a connection that comes late or slowly takes
//! the newest of each, so that memory does not grow with the number of joins. Each version is encoded once, by the
//! first who takes it; and the more people there are, the longer is the pause between two versions, so that what all of
//! them are sent together does not grow with the square of their number.

use std::{
    collections::{BTreeMap, VecDeque},
    time::Duration,
};

use bytes::Bytes;
use shared::{Person, PersonId, RoomName, Signal};
use tokio::time::Instant;

/// Signals of one room are sent at most once in this time, where there are not many people in it.
pub(super) const PAUSE: Duration = Duration::from_millis(300);
/// The longest pause, of a room with [`PEOPLE`] × 16 people and of any larger one: who types is to be seen before they
/// are done.
const LONGEST: Duration = Duration::from_millis(4_800);
/// How long somebody types after they said so.
const TYPING: Duration = Duration::from_secs(5);
/// Above so many people only their count is said.
const PEOPLE: usize = 200;
/// Most names of people who type.
const TYPISTS: usize = 5;
/// Most renames kept for those who have not taken them yet.
const RENAMES: usize = 64;

/// How a signal is encoded.
pub type Encode = fn(Signal) -> Bytes;

/// Which signals a connection has taken. The default has taken none.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Seen {
    here: u64,
    typing: u64,
    renamed: u64,
}

#[derive(Default)]
pub(super) struct Signals {
    here: BTreeMap<PersonId, Presence>,
    typing: BTreeMap<PersonId, (Person, Instant)>,
    renames: VecDeque<(Person, Option<Bytes>)>,
    /// Versions that have been sent out, and whether there is something newer.
    out: Seen,
    here_changed: bool,
    typing_changed: bool,
    renames_waiting: u64,
    /// The versions that are out, encoded, where somebody has taken them.
    here_encoded: Option<Bytes>,
    typing_encoded: Option<Bytes>,
}

struct Presence {
    person: Person,
    connections: u32,
}

impl Signals {
    pub(super) fn join(&mut self, person: &Person) {
        let presence = self.here.entry(person.id.clone());
        let presence = presence.or_insert_with(|| Presence { person: person.clone(), connections: 0 });
        presence.connections += 1;
        self.here_changed |= presence.connections == 1;
    }

    pub(super) fn part(&mut self, id: &PersonId) {
        if let Some(presence) = self.here.get_mut(id) {
            presence.connections -= 1;
            if presence.connections == 0 {
                self.here.remove(id);
                self.here_changed = true;
                self.stop_typing(id);
            }
        }
    }

    pub(super) fn rename(&mut self, person: &Person) -> bool {
        let Some(presence) = self.here.get_mut(&person.id) else { return false };
        if presence.person.name == person.name {
            return false;
        }
        presence.person = person.clone();
        self.here_changed = true;
        self.renames.push_back((person.clone(), None));
        self.renames_waiting += 1;
        if self.renames.len() > RENAMES {
            self.renames.pop_front();
        }
        true
    }

    pub(super) fn typing(&mut self, person: &Person, now: Instant) {
        if self.here.contains_key(&person.id) {
            self.typing_changed |= self.typing.insert(person.id.clone(), (person.clone(), now + TYPING)).is_none();
        }
    }

    pub(super) fn stop_typing(&mut self, id: &PersonId) {
        self.typing_changed |= self.typing.remove(id).is_some();
    }

    /// Something has not been sent out yet.
    pub(super) fn waiting(&self) -> bool {
        self.here_changed || self.typing_changed || self.renames_waiting > 0
    }

    /// What has been sent out.
    pub(super) fn out(&self) -> Seen {
        self.out
    }

    /// How long to wait between two versions.
    pub(super) fn pause(&self) -> Duration {
        let people = u32::try_from(self.here.len()).unwrap_or(u32::MAX);
        let usual = u32::try_from(PEOPLE).unwrap_or(u32::MAX);
        (PAUSE.saturating_mul(people.max(usual)) / usual).min(LONGEST)
    }

    /// When the next person's typing ends.
    pub(super) fn next_end(&self) -> Option<Instant> {
        self.typing.values().map(|(_, until)| *until).min()
    }

    /// Sends out what waits: from here on [`Signals::since`] gives it. Says whether there was anything.
    pub(super) fn send_out(&mut self, now: Instant) -> bool {
        let typed = self.typing.len();
        self.typing.retain(|_, (_, until)| *until > now);
        let before = self.out;
        if self.typing_changed || self.typing.len() != typed {
            self.out.typing += 1;
            self.typing_encoded = None;
        }
        if self.here_changed {
            self.out.here += 1;
            self.here_encoded = None;
        }
        self.out.renamed += self.renames_waiting;
        (self.here_changed, self.typing_changed, self.renames_waiting) = (false, false, 0);
        self.out != before
    }

    /// What has been sent out since `seen`, which is brought up to date: encoded, the same bytes for everybody.
    ///
    /// A version says what was so when it was first taken, which is not before it was sent out. What has changed since
    /// then is in the next.
    pub(super) fn since(&mut self, room: &RoomName, seen: &mut Seen, encode: Encode) -> Vec<Bytes> {
        let mut signals = Vec::new();
        if *seen == self.out {
            return signals;
        }
        let renames = usize::try_from(self.out.renamed - seen.renamed).unwrap_or(usize::MAX);
        // One who has just come reads the names in the list of who is here.
        if seen.here > 0 {
            let sent_out =
                self.renames.len() - usize::try_from(self.renames_waiting).unwrap_or(0).min(self.renames.len());
            let fresh = self.renames.iter_mut().take(sent_out).skip(sent_out.saturating_sub(renames));
            signals.extend(fresh.map(|(person, encoded)| {
                let said = || encode(Signal::Renamed { room: room.clone(), person: person.clone() });
                encoded.get_or_insert_with(said).clone()
            }));
        }
        if seen.here != self.out.here {
            let here = &self.here;
            let said = || {
                let people = || here.values().map(|presence| presence.person.clone()).collect();
                encode(Signal::Here {
                    room: room.clone(),
                    count: u32::try_from(here.len()).unwrap_or(u32::MAX),
                    people: (here.len() <= PEOPLE).then(people),
                })
            };
            signals.push(self.here_encoded.get_or_insert_with(said).clone());
        }
        if seen.typing != self.out.typing {
            let typing = &self.typing;
            let said = || {
                let people = typing.values().take(TYPISTS).map(|(person, _)| person.clone()).collect();
                encode(Signal::Typing { room: room.clone(), people })
            };
            signals.push(self.typing_encoded.get_or_insert_with(said).clone());
        }
        *seen = self.out;
        signals
    }
}

#[cfg(test)]
mod tests;
