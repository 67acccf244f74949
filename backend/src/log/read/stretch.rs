//! Events of a log that were read at once, ready to be written to sockets.

use std::{collections::VecDeque, sync::Mutex};

use bytes::Bytes;
use shared::{Event, Seq};

use super::lock;
use crate::log::{
    ring::{Encode, Form},
    weight,
};

/// So many encodings are kept: for the forms, and for the cursors at which most of those stand who were cut at once.
const ENCODINGS: usize = 8;

/// Events that follow each other.
pub struct Stretch {
    from: Seq,
    events: Vec<Event>,
    encoded: Mutex<VecDeque<Encoded>>,
}

struct Encoded {
    skip: usize,
    form: Form,
    bytes: Bytes,
}

impl Stretch {
    pub(super) fn new(from: Seq, events: Vec<Event>) -> Self {
        Self { from, events, encoded: Mutex::default() }
    }

    /// The event before the first.
    #[must_use]
    pub fn from(&self) -> Seq {
        self.from
    }

    /// The last event; the one before the first where there is none.
    #[must_use]
    pub fn last(&self) -> Seq {
        self.events.last().map_or(self.from, |event| event.seq)
    }

    /// The events.
    #[must_use]
    pub fn events(&self) -> &[Event] {
        &self.events
    }

    /// What follows a cursor is not all here: some of it was dropped.
    #[must_use]
    pub fn skips(&self, cursor: Seq) -> bool {
        self.events.iter().find(|event| event.seq > cursor).is_some_and(|next| next.seq != cursor.next())
    }

    /// The events after a cursor in a form. They are encoded once for all whose cursors stand at the same event.
    pub fn after(&self, cursor: Seq, form: Form, encode: Encode) -> Bytes {
        let skip = self.events.partition_point(|event| event.seq <= cursor);
        let mut encoded = lock(&self.encoded);
        if let Some(found) = encoded.iter().find(|found| (found.skip, found.form) == (skip, form)) {
            return found.bytes.clone();
        }
        // Under the lock: whoever wants the same waits for less time than encoding takes.
        let bytes = encode(form, &self.events[skip..]);
        if encoded.len() >= ENCODINGS {
            encoded.pop_front();
        }
        encoded.push_back(Encoded { skip, form, bytes: bytes.clone() });
        bytes
    }

    /// About its size in memory, in bytes: the events, and one encoding of them.
    pub(super) fn weight(&self) -> usize {
        2 * self.events.iter().map(weight::of_event).sum::<usize>()
    }
}
