//! What a room is opened with where there is no good cursor: the newest messages, read and encoded once for all.

use std::sync::Mutex;

use bytes::Bytes;
use shared::{Reset, Snapshot};

use super::{Ends, lock};
use crate::log::{ring::Form, weight};

/// A snapshot, and where the log ended when it was taken.
pub struct Opening {
    ends: Ends,
    snapshot: Snapshot,
    frames: Mutex<Vec<(Option<Reset>, Form, Bytes)>>,
}

impl Opening {
    pub(super) fn new(ends: Ends, snapshot: Snapshot) -> Self {
        Self { ends, snapshot, frames: Mutex::default() }
    }

    /// Where the log began and ended; the snapshot is valid at its head.
    #[must_use]
    pub fn ends(&self) -> &Ends {
        &self.ends
    }

    /// The newest messages.
    #[must_use]
    pub fn snapshot(&self) -> &Snapshot {
        &self.snapshot
    }

    /// The frame that says all this in a form, with the reason why a cursor was no good: the same for all who have the
    /// same reason, and encoded by the first of them.
    pub fn frame(&self, reset: Option<Reset>, form: Form, encode: impl FnOnce(&Self) -> Bytes) -> Bytes {
        let mut frames = lock(&self.frames);
        if let Some((_, _, frame)) = frames.iter().find(|(why, as_in, _)| (*why, *as_in) == (reset, form)) {
            return frame.clone();
        }
        let frame = encode(self);
        frames.push((reset, form, frame.clone()));
        frame
    }

    /// About its size in memory, in bytes: the messages, and one encoding of them.
    pub(super) fn weight(&self) -> usize {
        2 * self.snapshot.messages.iter().map(weight::of_message).sum::<usize>()
    }
}
