//! What a room is opened with where there is no good cursor: the newest messages, read and encoded once for all.

use std::sync::{Arc, Mutex};

use bytes::Bytes;
use shared::{Reset, Snapshot};
use tokio::sync::OnceCell;

use super::{Ends, lock};
use crate::log::{ring::Form, weight};

/// A snapshot, and where the log ended when it was taken.
pub struct Opening {
    ends: Ends,
    snapshot: Snapshot,
    frames: Mutex<Vec<(Option<Reset>, Form, Bytes)>>,
    pages: Mutex<Vec<(Sheet, Drawn)>>,
}

/// What a page is drawn on, by the hash of its text, and the name of the encoding that it is sent in.
pub type Sheet = ([u8; 32], &'static str);

/// A page that is drawn once, by the first who wants it.
pub type Drawn = Arc<OnceCell<Bytes>>;

impl Opening {
    /// What a room is opened with that ends so.
    pub(crate) fn new(ends: Ends, snapshot: Snapshot) -> Self {
        Self { ends, snapshot, frames: Mutex::default(), pages: Mutex::default() }
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

    /// The page that shows it, drawn on a sheet. It lives as long as this does, so a deletion takes it away too.
    #[must_use]
    pub fn page(&self, sheet: Sheet) -> Drawn {
        let mut pages = lock(&self.pages);
        if let Some((_, drawn)) = pages.iter().find(|(known, _)| *known == sheet) {
            return Arc::clone(drawn);
        }
        // There is one sheet at a time, in a few encodings; during development the client is built again.
        pages.retain(|((text, _), _)| *text == sheet.0);
        let drawn = Drawn::default();
        pages.push((sheet, Arc::clone(&drawn)));
        drawn
    }

    /// Lets go of the pages that were drawn of it.
    pub fn forget_pages(&self) {
        lock(&self.pages).clear();
    }

    /// About its size in memory, in bytes: the messages, and one encoding of them.
    pub(super) fn weight(&self) -> usize {
        2 * self.snapshot.messages.iter().map(weight::of_message).sum::<usize>()
    }
}
