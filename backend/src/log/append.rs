//! Appending: what becomes of the commands that wait, in one commit.
//!
//! Invariants: per room, seqs are contiguous and times never go back; a (room, author, key) becomes at most one
//! event; where the commit fails, nothing of it is remembered here either.

use std::{
    collections::{HashMap, HashSet},
    sync::atomic::Ordering,
};

use shared::{Access, ClientKey, EventBody, Message, Millis, PersonId, RoomName, Salt, Seq};

use super::{
    names::Names,
    store::{Entry, Found, RoomState, Store, StoreError},
    writer::Salts,
};

mod account;
mod command;
mod decide;
mod govern;
mod plan;
mod tidy;
mod visit;

pub use command::{Accounting, Command, Draft, Line, Pushing, Remember, Rename, Tidying, VisitChange, Visiting};
pub use decide::Wrong;
pub use govern::{Governance, Governing};

use plan::{Asked, Plan};

/// What became of a command.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Appended {
    /// It is this event now.
    Fresh(Seq),
    /// It was this event before: a retry.
    Known(Seq),
    /// It changes nothing, or did not when it came first.
    Unchanged,
    /// The record is changed.
    Kept,
}

/// Why nothing became of a command. What a caller does differently: give it up, try again later, or not before a
/// restart.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NotAppended {
    /// It cannot be carried out, now or later.
    #[error(transparent)]
    Refused(#[from] Wrong),
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
    names: Names,
    rooms: HashMap<RoomName, RoomState>,
    listed: Vec<((PersonId, RoomName), bool)>,
    /// Who leaves, or has left since the start: nothing more is written by them.
    leaving: HashSet<PersonId>,
    unsound: bool,
}

/// So many rooms' ends are remembered; beyond that all are forgotten and read again when needed.
const ROOMS_REMEMBERED: usize = 10_000;

impl<S: Store> Appender<S> {
    /// Appends to `store`; the salts of texts come from `salts`.
    #[must_use]
    pub fn new(mut store: S, salts: Salts) -> Self {
        let names = Names::default();
        let (mut leaving, mut unsound) = (HashSet::new(), false);
        match store.claimed().and_then(|claimed| Ok((claimed, store.leaving()?))) {
            Ok((claimed, goers)) => {
                for (person, name) in &claimed {
                    names.claim(person, name);
                }
                leaving.extend(goers);
            }
            Err(error) => {
                tracing::error!(%error, "the names that people have claimed cannot be read, so nothing is taken");
                unsound = true;
            }
        }
        Self { store, salts, names, rooms: HashMap::new(), listed: Vec::new(), leaving, unsound }
    }

    /// The names that people have claimed.
    #[must_use]
    pub fn names(&self) -> &Names {
        &self.names
    }

    /// Nothing is accepted any more.
    #[must_use]
    pub fn is_unsound(&self) -> bool {
        self.unsound
    }

    /// Rooms that have come into somebody's list since this was asked last, or gone from it (true), by what others did.
    pub fn take_listed(&mut self) -> Vec<((PersonId, RoomName), bool)> {
        std::mem::take(&mut self.listed)
    }

    /// See [`Store::scrub`].
    pub fn scrub(&mut self) -> bool {
        // After a failed sync the file is left as it is.
        self.unsound || self.store.scrub()
    }

    /// Called once, when nothing more will be appended. After a failed sync the file is left as it is.
    pub fn close(&mut self) {
        if !self.unsound {
            self.store.close();
        }
    }

    /// Carries out all commands in one commit. Gives the events to publish, and an answer for each command, in
    /// order. A command that fails by itself does not fail the others; a failed commit fails all.
    pub fn append(&mut self, commands: &[Command], now: Millis) -> (Vec<Entry>, Vec<Result<Appended, NotAppended>>) {
        if self.unsound {
            return (Vec::new(), vec![Err(NotAppended::Unsound); commands.len()]);
        }
        if self.rooms.len() > ROOMS_REMEMBERED {
            self.rooms.clear();
        }
        let mut plan = Plan::default();
        let mut answers: Vec<_> = commands.iter().map(|command| self.decide(&mut plan, command, now)).collect();
        match self.commit(&plan) {
            Ok(()) => {
                self.rooms.extend(plan.batch.rooms);
                for kept in plan.kept {
                    kept.store(true, Ordering::Release);
                }
                for (person, name) in plan.claims {
                    self.names.claim(&person, &name);
                }
                for person in plan.leaving {
                    self.names.release(&person);
                    self.leaving.insert(person);
                }
                self.listed.extend(plan.listed);
                (plan.batch.events, answers)
            }
            Err(why) => {
                for (answer, command) in answers.iter_mut().zip(commands) {
                    match (&*answer, command) {
                        // In the log since before this batch. (A retry within it has the seq of an event that is not.)
                        (Ok(Appended::Known(_)), Command::Append(draft))
                            if plan.found(&draft.room, &draft.by.id, &draft.key).is_none() => {}
                        // Whatever else was decided may hang on what is not: also that it is wrong.
                        (_, Command::Append(draft)) => {
                            draft.line.break_off();
                            *answer = Err(why);
                        }
                        (
                            _,
                            Command::Rename(_)
                            | Command::Visit(_)
                            | Command::Push(_)
                            | Command::Account(_)
                            | Command::Govern(_)
                            | Command::Tidy(_),
                        ) => {
                            *answer = Err(why);
                        }
                    }
                }
                (Vec::new(), answers)
            }
        }
    }

    fn commit(&mut self, plan: &Plan) -> Result<(), NotAppended> {
        if plan.is_empty() {
            self.store.release();
            return Ok(());
        }
        self.store.commit(&plan.batch).map_err(|error| self.not_appended(&error))
    }

    fn decide(&mut self, plan: &mut Plan, command: &Command, now: Millis) -> Result<Appended, NotAppended> {
        if command.person().is_some_and(|person| self.leaving.contains(person) || plan.leaving.contains(person)) {
            return Err(Wrong::NoAccess.into());
        }
        match command {
            Command::Tidy(tidying) => self.decide_tidying(plan, tidying, now),
            Command::Append(draft) => self.decide_append(plan, draft, now),
            Command::Rename(rename) => self.decide_rename(plan, rename, now),
            Command::Govern(governing) => self.decide_governing(plan, governing, now),
            Command::Account(accounting) => self.decide_account(plan, accounting, now),
            Command::Visit(visiting) => self.decide_visit(plan, visiting, now),
            Command::Push(Pushing { person, name, change, remember }) => {
                if let Some(remember) = remember {
                    plan.remember(person, name, false, Some(remember), now);
                }
                plan.batch.pushes.push((person.clone(), change.clone(), now));
                Ok(Appended::Kept)
            }
        }
    }

    fn decide_append(&mut self, plan: &mut Plan, draft: &Draft, now: Millis) -> Result<Appended, NotAppended> {
        if draft.line.is_broken() {
            return Err(NotAppended::Storage);
        }
        let decided = self.decide_draft(plan, draft, now);
        if matches!(decided, Err(why) if !matches!(why, NotAppended::Refused(_))) {
            // At once: the next one of its line may be in this very batch.
            draft.line.break_off();
        }
        decided
    }

    fn decide_draft(&mut self, plan: &mut Plan, draft: &Draft, now: Millis) -> Result<Appended, NotAppended> {
        match self.found(plan, &draft.room, &draft.by.id, &draft.key)? {
            Some(Found::Event(seq)) => return Ok(Appended::Known(seq)),
            Some(Found::Unchanged) => return Ok(Appended::Unchanged),
            None => {}
        }
        let room = self.room(plan, &draft.room)?;
        let target = self.meant(plan, draft, draft.command.target())?;
        let is_own = target.as_ref().is_some_and(|message| message.by.id == draft.by.id);
        self.check(plan, (&draft.room, &room), &draft.by.id, &draft.command, is_own)?;
        let salt = self.salt()?;
        // Where roles count, it has just been found that it may be taken back.
        let leads = room.access != Access::Public;
        let mut body = decide::decide(&draft.command, &draft.by, &room.about, target.as_ref(), leads, salt)?;
        if let Some(EventBody::Posted { reply_to, .. }) = &mut body
            && draft.of.is_some()
        {
            // What it says is worth saying also where what it answers is not there.
            *reply_to = self.meant(plan, draft, *reply_to)?.map(|message| message.seq);
        }
        if let Some(body) = body {
            let Draft { room: name, by, key, remember, .. } = draft;
            let asked = Asked { room: name, by, key, remember: remember.as_ref() };
            Ok(Appended::Fresh(plan.push(asked, body, room, target, now)))
        } else {
            plan.settle(&draft.room, &draft.by.id, &draft.key, room);
            Ok(Appended::Unchanged)
        }
    }

    fn room(&mut self, plan: &Plan, name: &RoomName) -> Result<RoomState, NotAppended> {
        match plan.room(name).or_else(|| self.rooms.get(name)) {
            Some(room) => Ok(room.clone()),
            None => self.ask(|store| store.room(name)),
        }
    }

    /// The message that a draft is about or answers. Where it is said which one that is, it is that one, wherever it stands:
    /// where the disk was put back, it may have come again in another place, and another stand in its own.
    fn meant(&mut self, plan: &Plan, draft: &Draft, seq: Option<Seq>) -> Result<Option<Message>, NotAppended> {
        let Some(seq) = seq else { return Ok(None) };
        let there = self.message(plan, &draft.room, seq)?;
        let Some(of) = draft.of.as_ref().filter(|of| there.as_ref().is_none_or(|message| !message.is(of))) else {
            return Ok(there);
        };
        let (by, key) = of.parts();
        match self.found(plan, &draft.room, &by, &key)? {
            Some(Found::Event(seq)) => self.message(plan, &draft.room, seq),
            Some(Found::Unchanged) | None => Ok(None),
        }
    }

    fn message(&mut self, plan: &Plan, room: &RoomName, seq: Seq) -> Result<Option<Message>, NotAppended> {
        if plan.drops(room, seq) {
            return Ok(None);
        }
        match plan.message(room, seq) {
            Some(message) => Ok(Some(message.clone())),
            None => self.ask(|store| store.message(room, seq)),
        }
    }

    /// What became of the command of a key.
    fn found(
        &mut self,
        plan: &Plan,
        room: &RoomName,
        by: &PersonId,
        key: &ClientKey,
    ) -> Result<Option<Found>, NotAppended> {
        match plan.found(room, by, key) {
            Some(found) => Ok(Some(found)),
            None => self.ask(|store| store.find(room, by, key)),
        }
    }

    fn salt(&self) -> Result<Salt, NotAppended> {
        (self.salts)().map(Salt).map_err(|error| {
            tracing::error!(%error, "the system gives no randomness");
            NotAppended::Storage
        })
    }

    fn ask<T>(&mut self, ask: impl FnOnce(&mut S) -> Result<T, StoreError>) -> Result<T, NotAppended> {
        ask(&mut self.store).map_err(|error| self.not_appended(&error))
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

#[cfg(test)]
mod tests;
