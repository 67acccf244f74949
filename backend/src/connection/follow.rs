//! A connection's cursor in one room. It takes what follows it from the room's ring, or from the log where it has
//! fallen off the ring.

use std::{
    pin::Pin,
    sync::Arc,
    task::{Context, Poll},
};

use bytes::{Bytes, BytesMut};
use shared::{Event, Person, PersonId, RoomName, Seq};

use super::frames;
use crate::log::{News, ReadError, Reads, Room, Stretch, ring::Form, signals::Seen};

type Reading = Pin<Box<dyn Future<Output = Result<Arc<Stretch>, ReadError>>>>;

/// A cursor in a room, in a form. While it lives, its person is in the room.
pub(super) struct Follow {
    room: Arc<Room>,
    number: u64,
    person: PersonId,
    start: Seq,
    cursor: Seq,
    form: Form,
    /// Which signals were taken; none where the form has no words for them.
    seen: Option<Seen>,
    reads: Reads,
    reading: Option<Reading>,
}

impl Follow {
    pub(super) fn new(room: Arc<Room>, cursor: Seq, form: Form, person: &Person, reads: Reads) -> Self {
        let number = room.follow(person);
        let seen = (form == Form::V1).then(Seen::default);
        Self { room, number, person: person.id.clone(), start: cursor, cursor, form, seen, reads, reading: None }
    }

    /// It waits for the log.
    pub(super) fn is_reading(&self) -> bool {
        self.reading.is_some()
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
        &self.room
    }

    pub(super) fn name(&self) -> &RoomName {
        self.room.name()
    }

    /// Writes what is new to `chunk`, until that has `most` bytes or more, or there is nothing more now.
    ///
    /// # Errors
    /// Where the log cannot be read: the connection is to be closed, and resumes later.
    pub(super) fn write_news(
        &mut self,
        cx: &mut Context<'_>,
        chunk: &mut BytesMut,
        most: usize,
    ) -> Result<(), ReadError> {
        while chunk.len() < most {
            if let Some(reading) = &mut self.reading {
                let Poll::Ready(stretch) = reading.as_mut().poll(cx) else { return Ok(()) };
                self.reading = None;
                let stretch = stretch?;
                if stretch.last() <= self.cursor {
                    // The room says that there is more, and the log does not have it: reading again would not end.
                    return Err(ReadError::Stopped);
                }
                chunk.extend_from_slice(&stretch.after(self.cursor, self.form, events));
                self.cursor = stretch.last();
            }
            match self.room.news(
                self.number,
                self.cursor,
                self.seen.as_mut(),
                frames::signal,
                most.saturating_sub(chunk.len()).max(1),
                cx.waker(),
            ) {
                News::None => return Ok(()),
                News::Some(events, signals) => {
                    for event in &events {
                        chunk.extend_from_slice(&event.form(self.form, frames::event));
                        self.cursor = event.seq();
                    }
                    for signal in signals {
                        chunk.extend_from_slice(&signal);
                    }
                }
                News::Log => {
                    let (reads, room, cursor) = (self.reads.clone(), self.name().clone(), self.cursor);
                    self.reading = Some(Box::pin(async move { reads.after(&room, cursor).await }));
                }
            }
        }
        Ok(())
    }
}

/// The frames of events that follow each other.
fn events(form: Form, events: &[Event]) -> Bytes {
    let mut written = BytesMut::new();
    for event in events {
        written.extend_from_slice(&frames::event(form, event));
    }
    written.freeze()
}

impl Drop for Follow {
    fn drop(&mut self) {
        self.room.unfollow(self.number, &self.person);
    }
}
