//! The limits that the client and the server check alike. The server says them in its `welcome`.

use serde::{Deserialize, Serialize};

/// How much a client may send. Counts of characters are of Unicode scalar values, not of bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Limits {
    /// Most characters of a message.
    pub text_chars: usize,
    /// Most bytes of a message in UTF-8.
    pub text_bytes: usize,
    /// Most characters of a person's name.
    pub name_chars: usize,
    /// Most bytes of one message from the client to the server, all fragments of it together.
    pub frame_bytes: usize,
    /// Most rooms that one connection may have open.
    pub open_rooms: usize,
}

/// The limits of this version.
pub const LIMITS: Limits =
    Limits { text_chars: 4_000, text_bytes: 16 * 1024, name_chars: 32, frame_bytes: 64 * 1024, open_rooms: 50 };

/// Most characters of a room's name.
pub(crate) const ROOM_CHARS: usize = 40;
/// Most characters of a client key.
pub(crate) const KEY_CHARS: usize = 64;
/// Most characters of a person's id.
pub(crate) const PERSON_ID_CHARS: usize = 32;
/// Most bytes of a reaction.
pub(crate) const EMOJI_BYTES: usize = 32;
/// Most characters of a room's title.
pub(crate) const TITLE_CHARS: usize = 80;
/// Most characters of what a room is about.
pub(crate) const TOPIC_CHARS: usize = 300;
