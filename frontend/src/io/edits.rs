//! What stands in the composer of each room where a message is being edited, for as long as it is. The room's draft
//! waits meanwhile.
//!
//! It is this page's alone, and no store of the browser's learns of it: what a message said must be gone with it.

use std::cell::RefCell;

use shared::{RoomName, Seq};

/// The edits that are not finished.
#[derive(Default)]
pub struct Edits(RefCell<Vec<(RoomName, Seq, String)>>);

impl Edits {
    /// What the message is to say, where anything was typed.
    #[must_use]
    pub fn of(&self, room: &RoomName, seq: Seq) -> Option<String> {
        let edits = self.0.borrow();
        edits.iter().find(|(at, of, _)| (at, *of) == (room, seq)).map(|(_, _, text)| text.clone())
    }

    /// What it is to say now. Another message of the room is not edited any more.
    pub fn keep(&self, room: &RoomName, seq: Seq, text: String) {
        drop(self.end(room));
        self.0.borrow_mut().push((room.clone(), seq, text));
    }

    /// No message of the room is edited any more. What it was to say.
    pub(super) fn end(&self, room: &RoomName) -> Option<String> {
        let mut edits = self.0.borrow_mut();
        let place = edits.iter().position(|(at, _, _)| at == room)?;
        Some(edits.swap_remove(place).2)
    }
}
