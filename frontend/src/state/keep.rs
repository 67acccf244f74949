//! What the client keeps in the browser's database: the newest messages of each room with the cursor that they are
//! valid at, and the outbox.
//!
//! Invariant: what was stored is not trusted. It may have been damaged, or written by an older version or by a page
//! that was stopped: a room that does not fit together is not taken, and neither is an entry that says no command.

use std::rc::Rc;

use serde::{Deserialize, Serialize};
use shared::{
    ClientKey, Command, Cursor, Emoji, MessageText, Millis, Person, PersonId, RoomName, RoomTitle, RoomTopic, Seq,
    Snapshot,
};

use super::{Entry, Fate};

/// Most messages that are kept of a room.
pub(super) const KEPT_MESSAGES: usize = 100;

/// A room as it is kept.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct KeptRoom {
    /// Up to where the log is folded in, with the digest of the log up to there.
    pub cursor: Cursor,
    /// The digest was folded here from this seq on; up to there it was taken from the server.
    pub since: Seq,
    /// The newest messages, at most 100, valid at the cursor.
    pub snapshot: Snapshot,
}

/// A command of an outbox as it is kept. Read back, one that was not refused counts as sent: nobody knows.
///
/// It has the fields of all commands side by side: reading a tagged enum would cost the client twice the program.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct KeptEntry {
    /// The room.
    pub room: RoomName,
    /// The command's key for life.
    pub key: ClientKey,
    /// Its place in the room's line: those with a smaller number go before it.
    pub order: u64,
    owner: Option<PersonId>,
    typed_at: Millis,
    kind: String,
    target: Option<Seq>,
    text: Option<MessageText>,
    reply_to: Option<Seq>,
    #[serde(default)]
    mentions: Vec<PersonId>,
    emoji: Option<Emoji>,
    on: Option<bool>,
    title: Option<RoomTitle>,
    topic: Option<RoomTopic>,
    refused: Option<String>,
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

impl KeptEntry {
    /// An entry as it is kept.
    pub(super) fn of(room: &RoomName, entry: &Entry) -> Self {
        let mut kept = Self {
            room: room.clone(),
            key: entry.key.clone(),
            order: entry.order,
            owner: entry.owner.clone(),
            typed_at: entry.typed_at,
            kind: String::new(),
            target: entry.command.target(),
            text: None,
            reply_to: None,
            mentions: Vec::new(),
            emoji: None,
            on: None,
            title: None,
            topic: None,
            refused: match &entry.fate {
                Fate::Refused { message } => Some(message.to_string()),
                Fate::Queued | Fate::Sent | Fate::Settled { .. } => None,
            },
        };
        let kind = match entry.command.clone() {
            Command::Post { text, reply_to, mentions } => {
                (kept.text, kept.reply_to, kept.mentions) = (Some(text), reply_to, mentions);
                "post"
            }
            Command::Edit { text, mentions, .. } => {
                (kept.text, kept.mentions) = (Some(text), mentions);
                "edit"
            }
            Command::Delete { .. } => "delete",
            Command::React { emoji, on, .. } => {
                (kept.emoji, kept.on) = (Some(emoji), Some(on));
                "react"
            }
            Command::SetRoom { title, topic } => {
                (kept.title, kept.topic) = (title, topic);
                "set_room"
            }
        };
        kind.clone_into(&mut kept.kind);
        kept
    }

    /// The entry; none where it says no command.
    pub(super) fn entry(self) -> Option<Entry> {
        let fate = self.fate();
        let command = match self.kind.as_str() {
            "post" => Command::Post { text: self.text?, reply_to: self.reply_to, mentions: self.mentions },
            "edit" => Command::Edit { target: self.target?, text: self.text?, mentions: self.mentions },
            "delete" => Command::Delete { target: self.target? },
            "react" => Command::React { target: self.target?, emoji: self.emoji?, on: self.on? },
            "set_room" => Command::SetRoom { title: self.title, topic: self.topic },
            _ => return None,
        };
        Some(Entry {
            key: self.key,
            owner: self.owner,
            command,
            order: self.order,
            typed_at: self.typed_at,
            fate,
            held: None,
            kept: true,
        })
    }

    pub(super) fn fate(&self) -> Fate {
        self.refused.as_deref().map_or(Fate::Sent, |message| Fate::Refused { message: Rc::from(message) })
    }
}
