//! Commands as the writer takes them: with their author, and the line that they stand in.

use std::sync::{
    Arc,
    atomic::{AtomicBool, Ordering},
};

use shared::{Author, ClientKey, Level, MessageId, PersonId, PersonName, RoomName, Seq};

use super::Governing;
use crate::log::{
    account::{AccountChange, Hash256},
    store::PushChange,
};

/// A command that may become an event.
#[derive(Clone, Debug)]
pub struct Draft {
    /// The room whose log it goes to.
    pub room: RoomName,
    /// Who it is by.
    pub by: Author,
    /// The author's name for it.
    pub key: ClientKey,
    /// What is asked for.
    pub command: shared::Command,
    /// Which message it is about or answers, where that is said: the seq alone may be another's, where the disk was put back.
    pub of: Option<MessageId>,
    /// The author, where they are not kept in the records yet.
    pub remember: Option<Remember>,
    /// The line that it stands in.
    pub line: Line,
}

/// Drafts whose order matters: once one of a line is refused for now, those behind it are too, or they would overtake
/// it. Whoever has heard of the refusal begins a new line. A refusal for good does not hold the others up.
#[derive(Clone, Debug, Default)]
pub struct Line(Arc<AtomicBool>);

impl Line {
    /// One of it was refused for now. Whoever has heard of that begins a new one.
    #[must_use]
    pub fn is_broken(&self) -> bool {
        self.0.load(Ordering::Acquire)
    }

    /// No draft stands in it.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        Arc::strong_count(&self.0) == 1
    }

    pub(super) fn break_off(&self) {
        self.0.store(true, Ordering::Release);
    }
}

/// A person who is to be kept in the records from now on.
#[derive(Clone, Debug)]
pub struct Remember {
    /// SHA-256 of their session's token.
    pub session: Hash256,
    /// The device that it is on.
    pub device: Arc<str>,
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

/// A change of what a person has read of a room, or wants to be told of it.
#[derive(Clone, Debug)]
pub struct Visiting {
    /// Who.
    pub person: PersonId,
    /// What they are called, where they are not kept in the records yet.
    pub name: PersonName,
    /// The room. There need not be any event in it.
    pub room: RoomName,
    /// What changes.
    pub change: VisitChange,
    /// The person, where they are not kept in the records yet.
    pub remember: Option<Remember>,
}

/// What changes of a visit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum VisitChange {
    /// The room has been read up to a message. Where that is further back than before, it counts only where it is meant
    /// to go `back`.
    Read {
        /// The newest message that was read. One ahead of the log is taken for the log's end.
        seq: Seq,
        /// What comes after is marked as unread.
        back: bool,
    },
    /// What of it the person wants to be told of.
    Level(Level),
    /// It is visited no longer.
    Forget,
}

/// A change of where or when a person is told by push.
#[derive(Clone, Debug)]
pub struct Pushing {
    /// Who.
    pub person: PersonId,
    /// What they are called, where they are not kept in the records yet.
    pub name: PersonName,
    /// What changes.
    pub change: PushChange,
    /// The person, where they are not kept in the records yet.
    pub remember: Option<Remember>,
}

/// A change of a person's account: all of it, or nothing.
#[derive(Clone, Debug)]
pub struct Accounting {
    /// Who.
    pub person: PersonId,
    /// What they are called, where they are not kept in the records yet.
    pub name: PersonName,
    /// What changes, in this order.
    pub changes: Vec<AccountChange>,
    /// The person, where they are not kept in the records yet.
    pub remember: Option<Remember>,
}

/// What is taken out of logs again.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Tidying {
    /// Somebody who leaves is forgotten in a room.
    Forget {
        /// Who.
        person: PersonId,
        /// Where.
        room: RoomName,
        /// Events of theirs.
        seqs: Vec<Seq>,
        /// What those said goes too.
        texts_go: bool,
        /// These are the last: everybody who has a copy of the room is told to forget the name.
        last: bool,
    },
    /// They are forgotten everywhere.
    Left {
        /// Who.
        person: PersonId,
    },
    /// A room drops what it no longer keeps.
    Drop {
        /// Which.
        room: RoomName,
        /// Its log begins here from now on, and everybody who has a copy of it is told so. Where none is said, more of what was
        /// dropped before is deleted.
        before: Option<Seq>,
    },
}

/// What the writer is asked for.
#[derive(Clone, Debug)]
pub enum Command {
    /// Append an event, or find that nothing is to be appended.
    Append(Draft),
    /// Change a record: a name.
    Rename(Rename),
    /// Change a record: a visit.
    Visit(Visiting),
    /// Change a record: push.
    Push(Pushing),
    /// Change records: an account.
    Account(Accounting),
    /// Change who may do what in a room.
    Govern(Box<Governing>),
    /// Take something out of a log.
    Tidy(Tidying),
}

impl Command {
    /// Who asks for it; nobody where the server does.
    pub(super) fn person(&self) -> Option<&PersonId> {
        match self {
            Self::Append(Draft { by, .. }) => Some(&by.id),
            Self::Govern(governing) => Some(&governing.by.id),
            Self::Rename(Rename { person, .. })
            | Self::Visit(Visiting { person, .. })
            | Self::Push(Pushing { person, .. })
            | Self::Account(Accounting { person, .. }) => Some(person),
            Self::Tidy(_) => None,
        }
    }
}
