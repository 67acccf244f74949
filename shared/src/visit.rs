//! A person's own view of a room that they have visited: a cursor of what they have read, and what hangs on it.

use serde::{Deserialize, Serialize};

use crate::{Message, Millis, RoomName, RoomTitle, Seq};

/// Counts of messages end here: there are so many or more.
pub const MANY: u32 = 100;

/// What of a room a person wants to be told of.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Level {
    /// Everything that is said.
    #[default]
    All,
    /// What mentions them.
    Mentions,
    /// Nothing.
    Nothing,
}

/// How a room stands with a person who has visited it. Positions count in the epoch that the server's rooms are of.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Visit {
    /// The room.
    pub room: RoomName,
    /// What it is called; blank where nobody ever said.
    #[serde(default, skip_serializing_if = "RoomTitle::is_empty")]
    pub title: RoomTitle,
    /// Its newest message; 0 where there is none.
    pub newest: Seq,
    /// When that was written; 0 where there is none.
    pub at: Millis,
    /// The newest message that the person has read; 0 where they have read none.
    pub read: Seq,
    /// The person has set this position back by hand, and has not read on since.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub marked: bool,
    /// How many messages of others after `read` there are that are not deleted, counted up to [`MANY`].
    #[serde(default, skip_serializing_if = "is_none")]
    pub unread: u32,
    /// How many of these mention the person, counted up to [`MANY`].
    #[serde(default, skip_serializing_if = "is_none")]
    pub mentions: u32,
    /// What of it the person wants to be told of.
    #[serde(default)]
    pub level: Level,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde asks like this")]
fn is_none(count: &u32) -> bool {
    *count == 0
}

impl Visit {
    /// How many messages want the person's attention, by the level that they have chosen.
    #[must_use]
    pub fn wanted(&self) -> u32 {
        match self.level {
            Level::All => self.unread,
            Level::Mentions => self.mentions,
            Level::Nothing => 0,
        }
    }
}

/// A message that mentions somebody, with its room.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Mention {
    /// The room.
    pub room: RoomName,
    /// The message.
    pub message: Message,
}

/// The answer of `GET /api/mentions`: the newest first.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Mentions {
    /// The messages.
    pub mentions: Vec<Mention>,
}
