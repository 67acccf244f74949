//! What the page brought with it: the newest messages of its room, as the server had them when it wrote the page. They
//! are shown at once, and where the browser keeps nothing of the room, it is read on from there.

use std::rc::Rc;

use shared::{Cursor, ServerFrame};

use super::{App, KeptRoom, Now};

impl App {
    /// The frame that would have opened the room. One that does not fit together, or is another room's, is not taken.
    pub(super) fn painted(&mut self, frame: ServerFrame) {
        let ServerFrame::Opened { room: name, epoch, head, digest, snapshot: Some(snapshot), .. } = frame else {
            return;
        };
        let kept = KeptRoom { cursor: Cursor { epoch, seq: head, digest: Some(digest) }, since: head, snapshot };
        if self.place.room() != Some(&name) || !kept.is_sound() {
            return;
        }
        if self.room(&name).is_none() {
            self.follow_also(name.clone(), Now::default());
        }
        for (_, room) in self.rooms.iter_mut().filter(|(other, room)| *other == name && room.cursor.is_none()) {
            Rc::make_mut(room).painted(kept.clone());
        }
    }
}
