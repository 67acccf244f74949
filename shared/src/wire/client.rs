//! What a client says on `/ws/v1`.

use serde::{Deserialize, Serialize};

use crate::{
    ClientKey, Cursor, Emoji, Level, MessageId, MessageText, PersonId, PersonName, RoomName, RoomTitle, RoomTopic, Seq,
};

/// A frame from a client. A WebSocket text message is one of these or an array of them.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum ClientFrame {
    /// Follow a room: from a cursor, or from a snapshot. Opening an open room replaces its cursor.
    Open {
        /// The room.
        room: RoomName,
        /// The newest position known; none to begin with a snapshot.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        after: Option<Cursor>,
    },
    /// Follow a room no longer.
    Leave {
        /// The room.
        room: RoomName,
    },
    /// Post a message.
    Post {
        /// The room.
        room: RoomName,
        /// The name of this command: the same again appends nothing.
        key: ClientKey,
        /// What it says.
        text: MessageText,
        /// The message that it answers.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        reply_to: Option<Seq>,
        /// Which message that is.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        of: Option<MessageId>,
        /// Whom it mentions; at most 50.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        mentions: Vec<PersonId>,
    },
    /// Change what a message of one's own says.
    Edit {
        /// The room.
        room: RoomName,
        /// The name of this command.
        key: ClientKey,
        /// The message.
        target: Seq,
        /// Which message that is.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        of: Option<MessageId>,
        /// What it is to say.
        text: MessageText,
        /// Whom it then mentions; at most 50.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        mentions: Vec<PersonId>,
    },
    /// Take a message of one's own back.
    Delete {
        /// The room.
        room: RoomName,
        /// The name of this command.
        key: ClientKey,
        /// The message.
        target: Seq,
        /// Which message that is.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        of: Option<MessageId>,
    },
    /// Put a reaction to a message, or take it back.
    React {
        /// The room.
        room: RoomName,
        /// The name of this command.
        key: ClientKey,
        /// The message.
        target: Seq,
        /// Which message that is.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        of: Option<MessageId>,
        /// Which reaction.
        emoji: Emoji,
        /// Put, or take back.
        on: bool,
    },
    /// Say what the room is called and about. What is absent stays as it is.
    SetRoom {
        /// The room.
        room: RoomName,
        /// The name of this command.
        key: ClientKey,
        /// Its title.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        title: Option<RoomTitle>,
        /// What it is about.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        topic: Option<RoomTopic>,
    },
    /// The person has read a room up to a message, and so has visited it. A position only goes forward, but where the
    /// person marks messages as unread.
    Read {
        /// The room.
        room: RoomName,
        /// The newest message that was read; 0 where none was.
        seq: Seq,
        /// What comes after is marked as unread: the position may go back.
        #[serde(default, skip_serializing_if = "std::ops::Not::not")]
        back: bool,
    },
    /// What of a room the person wants to be told of.
    SetLevel {
        /// The room.
        room: RoomName,
        /// How much.
        level: Level,
    },
    /// The room is to be in the person's list no longer: what was read of it, and its level, are forgotten.
    Forget {
        /// The room.
        room: RoomName,
    },
    /// The person types. Said again every few seconds while it is so.
    Typing {
        /// The room.
        room: RoomName,
    },
    /// The person is called so from now on. Messages keep the name that they were written under.
    Rename {
        /// The new name; a blank one is Anonymous.
        name: PersonName,
    },
    /// Is the link alive? Answered by `pong` with the same `n`.
    Ping {
        /// Any number.
        n: u32,
    },
}
