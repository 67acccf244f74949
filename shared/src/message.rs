//! Messages: the view that people read, folded from a room's events.

use serde::{Deserialize, Serialize};

use crate::{Author, ClientKey, Epoch, Event, EventBody, MessageText, Millis, PersonId, RoomName, Seq};

/// A message with everything folded in that happened to it up to `rev`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Message {
    /// The event that posted it; its place in the room.
    pub seq: Seq,
    /// When it was posted.
    pub at: Millis,
    /// Who posted it.
    pub by: Author,
    /// The author's key for it: its identity from before it had a seq.
    pub key: ClientKey,
    /// What it says.
    pub text: MessageText,
    /// The message that it answers.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reply_to: Option<Seq>,
    /// Whom it mentions.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub mentions: Vec<PersonId>,
    /// The newest event folded into it. Events up to `rev` do not touch it, so a page and the live events may come
    /// in any order.
    pub rev: Seq,
}

impl Message {
    /// The message that `event` posts; none where it posts nothing.
    #[must_use]
    pub fn posted(event: &Event) -> Option<Self> {
        match &event.body {
            EventBody::Posted { text, reply_to, mentions } => Some(Self {
                seq: event.seq,
                at: event.at,
                by: event.by.clone(),
                key: event.key.clone(),
                text: text.clone(),
                reply_to: *reply_to,
                mentions: mentions.clone(),
                rev: event.seq,
            }),
            EventBody::Unknown => None,
        }
    }
}

/// A room's newest messages in order, valid at the `head` that comes with it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Snapshot {
    /// Oldest first.
    pub messages: Vec<Message>,
    /// There are older messages than these.
    pub more_before: bool,
}

/// A page of a room's history, as `GET /api/rooms/ROOM/messages` answers.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Page {
    /// The room.
    pub room: RoomName,
    /// The history that the seqs count in.
    pub epoch: Epoch,
    /// The oldest event that the log still has; 1 where it is whole.
    pub first: Seq,
    /// The newest event when the page was made.
    pub head: Seq,
    /// Oldest first.
    pub messages: Vec<Message>,
    /// There are older messages than these.
    pub more_before: bool,
    /// There are newer messages than these.
    pub more_after: bool,
}
