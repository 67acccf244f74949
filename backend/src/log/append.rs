//! Appending: what becomes of the commands that wait, in one commit.
//!
//! Invariants: per room, seqs are contiguous and times never go back; a (room, author, key) becomes at most one
//! event; where the commit fails, nothing of it is remembered here either.

use std::{
    collections::HashMap,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
};

use shared::{Author, ClientKey, Event, EventBody, Millis, PersonId, PersonName, RoomName, Seq};

use super::{
    store::{Batch, PersonRow, RoomState, Store, StoreError},
    writer::Salts,
};

/// An event that is to be: everything but its seq and time.
#[derive(Clone, Debug)]
pub struct Draft {
    /// The room whose log it goes to.
    pub room: RoomName,
    /// Who it is by.
    pub by: Author,
    /// The author's name for it.
    pub key: ClientKey,
    /// What happens.
    pub body: EventBody,
    /// The author, where they are not kept in the records yet.
    pub remember: Option<Remember>,
    /// The line that it stands in.
    pub line: Line,
}

/// Drafts whose order matters: once one of a line is refused for now, those behind it are too, or they would overtake
/// it. Whoever has heard of the refusal begins a new line.
#[derive(Clone, Debug, Default)]
pub struct Line(Arc<AtomicBool>);

impl Line {
    fn is_broken(&self) -> bool {
        self.0.load(Ordering::Acquire)
    }

    fn break_off(&self) {
        self.0.store(true, Ordering::Release);
    }
}

/// A person who is to be kept in the records from now on.
#[derive(Clone, Debug)]
pub struct Remember {
    /// SHA-256 of their session's token.
    pub session: [u8; 32],
    /// Set when they are kept.
    pub kept: Arc<AtomicBool>,
}

/// A person's new name.
#[derive(Clone, Debug)]
pub struct Rename {
    /// Who.
    pub person: PersonId,
    /// What they are called from now on.
    pub name: PersonName,
    /// The person, where they are not kept in the records yet.
    pub remember: Option<Remember>,
}

/// What the writer is asked for.
#[derive(Clone, Debug)]
pub enum Command {
    /// Append an event.
    Append(Draft),
    /// Change a record.
    Rename(Rename),
}

/// What became of a command.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Appended {
    /// It is this event now.
    Fresh(Seq),
    /// It was this event before: a retry.
    Known(Seq),
    /// The record is changed.
    Kept,
}

/// Why nothing became of a command. What a caller does differently: try again later, or not before a restart.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NotAppended {
    /// The log could not be written; it may be later.
    #[error("the log could not be written")]
    Storage,
    /// The log takes nothing until the server is restarted.
    #[error("the log takes nothing until the server is restarted")]
    Unsound,
    /// The server goes away.
    #[error("the server goes away")]
    Stopping,
    /// Too much waits to be written.
    #[error("too much waits to be written")]
    Busy,
}

/// Decides what becomes of commands, and remembers where each room's log ends.
pub struct Appender<S> {
    store: S,
    salts: Salts,
    rooms: HashMap<RoomName, RoomState>,
    unsound: bool,
}

/// So many rooms' ends are remembered; beyond that all are forgotten and read again when needed.
const ROOMS_REMEMBERED: usize = 10_000;

type KeyOf = (RoomName, PersonId, ClientKey);

impl<S: Store> Appender<S> {
    /// Appends to `store`.
    #[must_use]
    pub fn new(store: S, salts: Salts) -> Self {
        Self { store, salts, rooms: HashMap::new(), unsound: false }
    }

    /// A salt for a text.
    ///
    /// # Errors
    /// Where the system gives no randomness.
    pub fn salt(&self) -> Result<[u8; 16], getrandom::Error> {
        (self.salts)()
    }

    /// Nothing is accepted any more.
    #[must_use]
    pub fn is_unsound(&self) -> bool {
        self.unsound
    }

    /// Called once, when nothing more will be appended.
    pub fn close(&mut self) {
        self.store.close();
    }

    /// Carries out all commands in one commit. Gives the events to publish, and an answer for each command, in
    /// order. A command that fails by itself does not fail the others; a failed commit fails all.
    pub fn append(&mut self, commands: &[Command], now: Millis) -> (Vec<Event>, Vec<Result<Appended, NotAppended>>) {
        if self.unsound {
            return (Vec::new(), vec![Err(NotAppended::Unsound); commands.len()]);
        }
        if self.rooms.len() > ROOMS_REMEMBERED {
            self.rooms.clear();
        }
        let mut plan = Plan::default();
        let mut answers: Vec<_> = commands.iter().map(|command| self.decide(&mut plan, command, now)).collect();
        match self.commit(&plan.batch) {
            Ok(()) => {
                self.rooms.extend(plan.rooms);
                for kept in plan.kept {
                    kept.store(true, Ordering::Release);
                }
                (plan.batch.events, answers)
            }
            Err(why) => {
                for (answer, command) in answers.iter_mut().zip(commands) {
                    match (&*answer, command) {
                        // In the log since before this batch. (A retry within it has the seq of an event that is not.)
                        (Ok(Appended::Known(_)), Command::Append(draft)) if !plan.keys.contains_key(&key_of(draft)) => {
                        }
                        (_, Command::Append(draft)) => {
                            draft.line.break_off();
                            *answer = Err(why);
                        }
                        (_, Command::Rename(_)) => *answer = Err(why),
                    }
                }
                (Vec::new(), answers)
            }
        }
    }

    fn commit(&mut self, batch: &Batch) -> Result<(), NotAppended> {
        if batch.events.is_empty() && batch.people.is_empty() {
            return Ok(());
        }
        self.store.commit(batch).map_err(|error| self.not_appended(&error))
    }

    fn decide(&mut self, plan: &mut Plan, command: &Command, now: Millis) -> Result<Appended, NotAppended> {
        match command {
            Command::Append(draft) => self.decide_append(plan, draft, now),
            Command::Rename(rename) => {
                plan.remember(&rename.person, &rename.name, true, rename.remember.as_ref(), now);
                Ok(Appended::Kept)
            }
        }
    }

    fn decide_append(&mut self, plan: &mut Plan, draft: &Draft, now: Millis) -> Result<Appended, NotAppended> {
        if draft.line.is_broken() {
            return Err(NotAppended::Storage);
        }
        let decided = self.decide_draft(plan, draft, now);
        if decided.is_err() {
            // At once: the next one of its line may be in this very batch.
            draft.line.break_off();
        }
        decided
    }

    fn decide_draft(&mut self, plan: &mut Plan, draft: &Draft, now: Millis) -> Result<Appended, NotAppended> {
        let key = key_of(draft);
        if let Some(&seq) = plan.keys.get(&key) {
            return Ok(Appended::Known(seq));
        }
        match self.store.find(&draft.room, &draft.by.id, &draft.key) {
            Ok(Some(seq)) => return Ok(Appended::Known(seq)),
            Ok(None) => {}
            Err(error) => return Err(self.not_appended(&error)),
        }
        let end = match plan.rooms.get(&draft.room).or_else(|| self.rooms.get(&draft.room)) {
            Some(end) => *end,
            None => self.store.room(&draft.room).map_err(|error| self.not_appended(&error))?,
        };
        let end = RoomState { head: end.head.next(), at: end.at.max(now) };
        plan.rooms.insert(draft.room.clone(), end);
        plan.keys.insert(key, end.head);
        if let Some(remember) = &draft.remember {
            plan.remember(&draft.by.id, &draft.by.name, false, Some(remember), now);
        }
        plan.batch.events.push(Event {
            room: draft.room.clone(),
            seq: end.head,
            at: end.at,
            by: draft.by.clone(),
            key: draft.key.clone(),
            body: draft.body.clone(),
        });
        Ok(Appended::Fresh(end.head))
    }

    fn not_appended(&mut self, error: &StoreError) -> NotAppended {
        tracing::error!(%error, "the log could not be written");
        match error {
            StoreError::Unsound(_) => {
                self.unsound = true;
                NotAppended::Unsound
            }
            StoreError::Full | StoreError::Failed(_) => NotAppended::Storage,
        }
    }
}

fn key_of(draft: &Draft) -> KeyOf {
    (draft.room.clone(), draft.by.id.clone(), draft.key.clone())
}

/// What a batch would change, apart from what is until its commit has succeeded.
#[derive(Default)]
struct Plan {
    batch: Batch,
    rooms: HashMap<RoomName, RoomState>,
    keys: HashMap<KeyOf, Seq>,
    kept: Vec<Arc<AtomicBool>>,
}

impl Plan {
    fn remember(&mut self, id: &PersonId, name: &PersonName, renamed: bool, remember: Option<&Remember>, at: Millis) {
        let session = remember.map(|remember| remember.session);
        self.batch.people.push(PersonRow { id: id.clone(), name: name.clone(), renamed, session, at });
        self.kept.extend(remember.map(|remember| Arc::clone(&remember.kept)));
    }
}

#[cfg(test)]
mod tests;
