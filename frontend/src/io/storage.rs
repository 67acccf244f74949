//! What the browser keeps for the person without being asked to wait: the rooms visited, and for each room a
//! draft with what it answers.
//!
//! The storage may be full, forbidden or filled with nonsense by somebody else: then nothing is kept, and the chat
//! goes on without it.

use shared::{MessageText, RoomName};
use web_sys::Storage;

use super::browser;

const VISITED: &str = "warren.visited";
const DRAFT: &str = "warren.draft.";
const ANSWERS: &str = "warren.answers.";

fn storage() -> Option<Storage> {
    browser::window()?.local_storage().ok()?
}

/// The rooms visited before.
#[must_use]
pub fn visited() -> Vec<RoomName> {
    let kept = storage().and_then(|storage| storage.get_item(VISITED).ok()?).unwrap_or_default();
    let mut rooms = Vec::new();
    for room in kept.split(' ').filter_map(|name| RoomName::parse(name).ok()) {
        if let Err(place) = rooms.binary_search(&room) {
            rooms.insert(place, room);
        }
    }
    rooms
}

/// Keeps the list of visited rooms.
pub(super) fn keep_visited(rooms: &[RoomName]) {
    let names: Vec<&str> = rooms.iter().map(RoomName::as_str).collect();
    keep(VISITED, &names.join(" "));
}

/// The draft of a room; empty where there is none.
#[must_use]
pub fn draft(room: &RoomName) -> String {
    read(DRAFT, room)
}

/// Keeps the draft of a room.
pub fn keep_draft(room: &RoomName, text: &str) {
    keep(&[DRAFT, room.as_str()].concat(), text);
}

/// What the draft of a room answers: the number of a message, a space, the epoch of its log. Empty where it answers
/// nothing. What that message says is not kept: it must be gone with it.
#[must_use]
pub fn answered(room: &RoomName) -> String {
    read(ANSWERS, room)
}

/// Keeps what the draft of a room answers.
pub fn keep_answered(room: &RoomName, what: &str) {
    keep(&[ANSWERS, room.as_str()].concat(), what);
}

/// Forgets the draft of a room, if it still is what was sent off.
pub(super) fn drop_draft(room: &RoomName, sent: &MessageText) {
    if draft(room) == sent.as_str() {
        keep_draft(room, "");
    }
}

fn read(kind: &str, room: &RoomName) -> String {
    let key = [kind, room.as_str()].concat();
    storage().and_then(|storage| storage.get_item(&key).ok()?).unwrap_or_default()
}

fn keep(key: &str, text: &str) {
    let Some(storage) = storage() else { return };
    let kept = if text.is_empty() { storage.remove_item(key) } else { storage.set_item(key, text) };
    if kept.is_err() {
        browser::warn("The browser keeps nothing for this page: its storage is full or forbidden.");
    }
}
