//! The plain relay on `/ws`: what the five-line client of every WebSocket tutorial speaks.

use serde::{Deserialize, Serialize};

/// What a plain client sends.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PlainPost {
    /// The author's name; a blank or missing one is Anonymous.
    #[serde(default)]
    pub name: Option<String>,
    /// The text, kept byte for byte; a blank one is ignored.
    pub message: String,
}

/// What every plain client in the room gets, the sender included.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PlainMessage {
    /// The author's name.
    pub name: String,
    /// The text.
    pub message: String,
    /// The server's local time when it took the message, as `HH:MM:SS`.
    pub time: String,
}
