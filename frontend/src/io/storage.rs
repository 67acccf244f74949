//! What the browser keeps for the person without being asked to wait: for each room a draft with what it
//! answers.
//!
//! The storage may be full, forbidden or filled with nonsense by somebody else: then the page's own script keeps it as
//! long as the page is there (`frontend/keep.js`), and whoever writes a draft is told so.

use js_sys::Array;
use shared::{MessageText, RoomName};

use super::script::call;

const DRAFT: &str = "warren.draft.";
const ANSWERS: &str = "warren.answers.";

/// The draft of a room; empty where there is none.
#[must_use]
pub fn draft(room: &RoomName) -> String {
    read(DRAFT, room)
}

/// Keeps the draft of a room.
pub fn keep_draft(room: &RoomName, text: &str) {
    let _kept = store_draft(room, text);
}

/// The same; false where it is kept no longer than the page is there.
pub(crate) fn store_draft(room: &RoomName, text: &str) -> bool {
    keep(&[DRAFT, room.as_str()].concat(), text)
}

/// What the draft of a room answers: the number of a message, a space, the epoch of its log. Empty where it answers
/// nothing. What that message says is not kept: it must be gone with it.
#[must_use]
pub fn answered(room: &RoomName) -> String {
    read(ANSWERS, room)
}

/// Keeps what the draft of a room answers.
pub fn keep_answered(room: &RoomName, what: &str) {
    // Without it the draft answers nothing.
    let _kept = keep(&[ANSWERS, room.as_str()].concat(), what);
}

/// Forgets the draft of a room, if it still is what was sent off.
pub(super) fn drop_draft(room: &RoomName, sent: &MessageText) {
    if draft(room) == sent.as_str() {
        keep_draft(room, "");
    }
}

fn read(kind: &str, room: &RoomName) -> String {
    get(&[kind, room.as_str()].concat())
}

pub(super) fn get(key: &str) -> String {
    call("kept", "get", &Array::of1(&key.into())).ok().and_then(|text| text.as_string()).unwrap_or_default()
}

/// False where it is kept no longer than the page is there.
fn keep(key: &str, text: &str) -> bool {
    call("kept", "set", &Array::of2(&key.into(), &text.into())).is_ok_and(|kept| kept.is_truthy())
}
