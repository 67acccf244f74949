//! Events: the past facts that a log consists of.

use serde::{Deserialize, Serialize};

use crate::{ClientKey, MessageText, Millis, PersonId, PersonName, RoomName, Seq};

/// A person as others see them.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Person {
    /// Who it is.
    pub id: PersonId,
    /// What they are called now.
    pub name: PersonName,
}

/// Who an event is by. A message keeps the name that it was written under.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Author {
    /// Who it was.
    pub id: PersonId,
    /// What they were called then.
    pub name: PersonName,
    /// Came over the plain relay: one connection, no lasting identity.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub plain: bool,
}

/// A past fact in a room's log.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Event {
    /// The log it stands in.
    pub room: RoomName,
    /// Its number there.
    pub seq: Seq,
    /// When the server took it, never less than the event before it.
    pub at: Millis,
    /// Who it is by.
    pub by: Author,
    /// The author's name for the command that it came from.
    pub key: ClientKey,
    /// What happened.
    pub body: EventBody,
}

/// What happened.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum EventBody {
    /// A message was posted.
    Posted {
        /// What it says.
        text: MessageText,
        /// The message that it answers.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        reply_to: Option<Seq>,
        /// Whom it mentions.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        mentions: Vec<PersonId>,
    },
    /// A kind that this version does not know. It counts (the cursor moves over it), and shows nothing.
    #[serde(other)]
    Unknown,
}
