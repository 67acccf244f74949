//! Refusals: the server's answer to a command that it does not carry out.

use serde::{Deserialize, Serialize};

/// What a client does differently upon a refusal hangs on this.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RefusalCode {
    /// A field is missing or of the wrong type.
    Malformed,
    /// No frame of this type is known here.
    UnknownType,
    /// Not a room's name.
    BadRoom,
    /// Not a client key.
    BadKey,
    /// Not a name for a person.
    BadName,
    /// A cursor that is none.
    BadCursor,
    /// A text with nothing in it.
    Blank,
    /// A text over the limits.
    TooLong,
    /// A text with control characters.
    ControlCharacters,
    /// There is no such message in the room.
    NoMessage,
    /// The message is somebody else's.
    NotYours,
    /// The message was deleted.
    Deleted,
    /// Not one emoji.
    BadEmoji,
    /// The message has all the reactions that it can hold.
    TooManyReactions,
    /// The room is private, or there is none of this name: to whoever is not in it, both look the same.
    NoAccess,
    /// The person's role in the room does not let them.
    NotAllowed,
    /// One more room than a connection may have open.
    TooManyRooms,
    /// Too much in a short time. Transient.
    SlowDown,
    /// The server cannot write to its log. Transient.
    Storage,
    /// The server has too much to do. Transient.
    Busy,
    /// A code of a newer version.
    #[serde(other)]
    Other,
}

/// Why a command was not carried out, in a word for programs and a sentence for people. The cause is in the
/// server's log, not here.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Refusal {
    /// For programs.
    pub code: RefusalCode,
    /// For people: one sentence.
    pub message: String,
    /// Where given, the refusal is transient: send the same again after so many milliseconds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub retry_after_ms: Option<u64>,
}

impl Refusal {
    /// A refusal that stands: sending the same again changes nothing.
    #[must_use]
    pub fn lasting(code: RefusalCode, message: impl Into<String>) -> Self {
        Self { code, message: message.into(), retry_after_ms: None }
    }

    /// A refusal that passes: the same may be sent again after `retry_after_ms` milliseconds.
    #[must_use]
    pub fn transient(code: RefusalCode, message: impl Into<String>, retry_after_ms: u64) -> Self {
        Self { code, message: message.into(), retry_after_ms: Some(retry_after_ms) }
    }
}
