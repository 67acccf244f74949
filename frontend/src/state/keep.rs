//! What the client keeps in the browser's database: the newest messages of each room with the cursor that they are
//! valid at, and the outbox.
//!
//! Invariant: what was stored is not trusted. It may have been damaged, or written by an older version or by a page
//! that was stopped: a room that does not fit together is not taken.

use std::{ops::Deref, rc::Rc};

use shared::{ClientKey, Cursor, Person, RoomName, Seq, Snapshot};

use super::Entry;

/// Most messages that are kept of a room.
pub(super) const KEPT_MESSAGES: usize = 100;

/// A room as it is kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeptRoom {
    /// Up to where the log is folded in, with the digest of the log up to there.
    pub cursor: Cursor,
    /// The digest was folded here from this seq on; up to there it was taken from the server.
    pub since: Seq,
    /// The newest messages, at most 100, valid at the cursor.
    pub snapshot: Snapshot,
}

/// An entry of an outbox as it is kept. Read back, one that was not refused counts as sent: nobody knows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeptEntry {
    /// The room.
    pub room: RoomName,
    /// The entry.
    pub entry: Rc<Entry>,
}

impl Deref for KeptEntry {
    type Target = Entry;

    fn deref(&self) -> &Entry {
        &self.entry
    }
}

/// What is to be written in one transaction, strictly durable where it has `entries`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Keep {
    /// What [`super::Action::Kept`] is to carry.
    pub number: u64,
    /// Rooms, each in the place of what is stored of it.
    pub rooms: Vec<(RoomName, KeptRoom)>,
    /// Entries of outboxes, each in the place of what is stored under its room and key.
    pub entries: Vec<KeptEntry>,
    /// Entries that are to be removed.
    pub gone: Vec<(RoomName, ClientKey)>,
    /// Who the server takes us for, where that changed.
    pub me: Option<Person>,
}

/// What was found in the database.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Loaded {
    /// The rooms.
    pub rooms: Vec<(RoomName, KeptRoom)>,
    /// The outboxes of all rooms, in any order.
    pub entries: Vec<KeptEntry>,
    /// Who the server took us for.
    pub me: Option<Person>,
}

/// Why nothing can be kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StorageTrouble {
    /// The browser does not allow it to this page.
    Forbidden,
    /// There is no more room.
    Full,
    /// It fails, or does not answer.
    Broken,
}

impl KeptRoom {
    /// Whether it fits together: what is shown of it could have come from a server.
    pub(super) fn is_sound(&self) -> bool {
        let messages = &self.snapshot.messages;
        let in_order = messages.windows(2).all(|pair| pair[0].seq < pair[1].seq);
        let fits = |seq: Seq, rev: Seq| seq <= rev && rev <= self.cursor.seq;
        in_order
            && messages.len() <= KEPT_MESSAGES
            && messages.iter().all(|message| message.seq > Seq::ZERO && fits(message.seq, message.rev))
            && self.snapshot.about.rev <= self.cursor.seq
            && self.since <= self.cursor.seq
            && self.cursor.digest.is_some()
    }
}
