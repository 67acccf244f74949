//! Answering a message: what is typed next says which one it answers.
//!
//! Invariant: an answer and an edit exclude each other, so that the composer never has two meanings.

use std::rc::Rc;

use shared::{Message, RoomName, Seq};

use super::{App, Effect, Room};

impl Room {
    /// The message that is being answered.
    #[must_use]
    pub fn replying(&self) -> Option<Seq> {
        self.replying_to().map(|message| message.seq)
    }

    /// That message, as it was when the answer was begun: the log may be elsewhere by now.
    #[must_use]
    pub fn replying_to(&self) -> Option<&Rc<Message>> {
        self.replying.as_ref()
    }

    /// That message is answered no more, where it is this one.
    pub(super) fn do_not_answer(&mut self, seq: Seq) {
        self.replying.take_if(|message| message.seq == seq);
    }
}

impl App {
    /// What is typed next answers this message, if it still says something.
    pub(super) fn reply_started(&mut self, name: &RoomName, seq: Seq, effects: &mut Vec<Effect>) {
        let message = self.room(name).and_then(|room| room.message(seq, self.me.as_ref()));
        let Some(message) = message.filter(|message| !message.is_deleted()) else { return };
        if self.set_edit_aside(name, effects) {
            effects.push(Effect::RestoreComposer { room: name.clone() });
        }
        self.in_room(name, |room| room.replying = Some(message));
    }

    /// The way back from whatever was begun.
    pub(super) fn escape(&mut self, name: RoomName, effects: &mut Vec<Effect>) {
        let Some(room) = self.room_mut(&name) else { return };
        if room.editing.is_some() {
            self.edit_cancelled(name, effects);
        } else if room.replying.take().is_none() {
            self.jump(&name, effects);
        }
    }
}
