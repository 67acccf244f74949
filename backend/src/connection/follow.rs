//! A connection's cursor in one room. It takes what follows it from the room's ring, or from the log where it has
//! fallen off the ring.

use std::{rc::Rc, rc::Weak, sync::Arc};

use bytes::Bytes;
use shared::{Person, PersonId, RoomName, Seq};

use super::{
    fan::{Fan, Local, Next},
    outgoing::Shared,
};
use crate::log::{Reads, Room, RoomNumber, ring::Form, signals::Seen};

/// A cursor that is to be: where, from which event on, how, and whose.
pub(super) struct Start {
    pub(super) room: Arc<Room>,
    pub(super) cursor: Seq,
    pub(super) form: Form,
    pub(super) person: Person,
    pub(super) reads: Reads,
}

/// A cursor in a room, in a form. While it lives, its person is in the room.
pub(super) struct Follow {
    local: Rc<Local>,
    place: usize,
    person: PersonId,
    start: Seq,
    cursor: Seq,
    form: Form,
    /// Which signals were taken; none where the form has no words for them.
    seen: Option<Seen>,
    reads: Reads,
    state: Looking,
}

/// Whether there is something to look for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Looking {
    /// It had everything when it last looked; the fan says when that changes.
    Nowhere,
    /// In the ring.
    InRing,
    /// In the log: what follows the cursor has fallen off the ring.
    InLog,
}

/// Which cursor it was, and where it stood.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Standing {
    room: RoomNumber,
    place: usize,
    pub(super) cursor: Seq,
}

impl Follow {
    pub(super) fn begin(start: Start, fan: &Fan, out: Weak<Shared>) -> Self {
        let Start { room, cursor, form, person, reads } = start;
        let (local, place) = fan.follow(&room, &person, out);
        let seen = (form != Form::Plain).then(Seen::default);
        Self { local, place, person: person.id, start: cursor, cursor, form, seen, reads, state: Looking::InRing }
    }

    /// The event before the first that this cursor takes.
    pub(super) fn start(&self) -> Seq {
        self.start
    }

    /// The newest event that it has taken.
    pub(super) fn cursor(&self) -> Seq {
        self.cursor
    }

    pub(super) fn room(&self) -> &Arc<Room> {
        &self.local.room
    }

    pub(super) fn name(&self) -> &RoomName {
        self.local.room.name()
    }

    pub(super) fn reads(&self) -> &Reads {
        &self.reads
    }

    pub(super) fn form(&self) -> Form {
        self.form
    }

    pub(super) fn is_in(&self, local: &Local) -> bool {
        std::ptr::eq(&raw const *self.local, local)
    }

    pub(super) fn standing(&self) -> Standing {
        Standing { room: self.local.room.number(), place: self.place, cursor: self.cursor }
    }

    pub(super) fn looking(&self) -> Looking {
        self.state
    }

    /// There may be something new. One that waits for the log goes on waiting.
    pub(super) fn look(&mut self) {
        if self.state == Looking::Nowhere {
            self.state = Looking::InRing;
        }
    }

    /// It has not everything, where this is what there is.
    pub(super) fn lacks(&self, head: Seq, signals: Seen) -> bool {
        self.cursor < head || self.seen.is_some_and(|seen| seen != signals)
    }

    /// It has everything up to here: no need to look.
    pub(super) fn has(&mut self, head: Seq, signals: Seen) {
        if self.state == Looking::InRing && !self.lacks(head, signals) {
            self.state = Looking::Nowhere;
        }
    }

    /// The room has been closed to its person since: nothing more is for them.
    pub(super) fn is_over(&self) -> bool {
        self.local.room.is_closed_to(&self.person)
    }

    /// What follows it in the ring.
    pub(super) fn next(&mut self) -> Next {
        if self.is_over() {
            self.state = Looking::Nowhere;
            return Next::Nothing;
        }
        let next = self.local.after(self.cursor, self.form);
        self.state = match next {
            Next::Nothing => Looking::Nowhere,
            Next::Tail(_) => Looking::InRing,
            Next::Log => Looking::InLog,
        };
        next
    }

    /// The signals that it has not taken.
    pub(super) fn signals(&mut self) -> Vec<Bytes> {
        if self.is_over() {
            return Vec::new();
        }
        self.seen.as_mut().map_or_else(Vec::new, |seen| self.local.signals(seen))
    }

    /// It has taken everything up to here.
    pub(super) fn advance(&mut self, cursor: Seq) {
        self.cursor = cursor;
    }

    /// It has taken everything up to here from the log, and looks at the ring again.
    pub(super) fn read(&mut self, last: Seq) {
        self.cursor = last;
        self.state = Looking::InRing;
    }
}

impl Drop for Follow {
    fn drop(&mut self) {
        self.local.leave(self.place, &self.person);
    }
}
