//! The line of reads: so many run at a time, the others wait in their order. When too many wait, one more is told so
//! instead: it would be asked for again before its turn came.

use std::{
    collections::VecDeque,
    sync::{
        Arc, Mutex,
        atomic::{AtomicU64, Ordering},
    },
};

use super::{Asker, Read, ReadError, Threads, lock};

/// How many reads there may be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ReadLimits {
    /// That run at a time. More than a disk answers at once only take each other's time.
    pub readers: usize,
    /// That wait, about. A read takes a fraction of a millisecond out of memory and several from a slow disk, so the
    /// last in the line waits for less than a second.
    pub waiting: usize,
}

impl Default for ReadLimits {
    fn default() -> Self {
        Self { readers: 4, waiting: 512 }
    }
}

/// The line; a cheap handle.
#[derive(Clone)]
pub(super) struct Line(Arc<Inner>);

struct Inner {
    threads: Threads,
    limits: ReadLimits,
    state: Mutex<State>,
    begun: Arc<AtomicU64>,
}

#[derive(Default)]
struct State {
    running: usize,
    waiting: VecDeque<Read>,
}

impl Line {
    pub(super) fn new(threads: Threads, limits: ReadLimits) -> Self {
        Self(Arc::new(Inner { threads, limits, state: Mutex::default(), begun: Arc::default() }))
    }

    /// There is a place in the line.
    ///
    /// # Errors
    /// [`ReadError::Busy`] where there is none for this one.
    pub(super) fn has_place(&self, asker: Asker) -> Result<(), ReadError> {
        let ReadLimits { readers, waiting } = self.0.limits;
        let state = lock(&self.0.state);
        let is_full = state.running >= readers && state.waiting.len() >= waiting;
        if asker == Asker::New && is_full { Err(ReadError::Busy) } else { Ok(()) }
    }

    /// How many reads have been begun.
    pub(super) fn begun(&self) -> &Arc<AtomicU64> {
        &self.0.begun
    }

    /// How many reads run, and how many wait.
    pub(super) fn queue(&self) -> (usize, usize) {
        let state = lock(&self.0.state);
        (state.running, state.waiting.len())
    }

    /// All readers read.
    pub(super) fn is_busy(&self) -> bool {
        lock(&self.0.state).running >= self.0.limits.readers
    }

    /// Runs a read now, or when its turn comes.
    pub(super) fn run(&self, read: Read) {
        let mut state = lock(&self.0.state);
        if state.running >= self.0.limits.readers {
            state.waiting.push_back(read);
            return;
        }
        state.running += 1;
        drop(state);
        self.begin(read);
    }

    fn begin(&self, read: Read) {
        self.0.begun.fetch_add(1, Ordering::Relaxed);
        let place = Place(self.clone());
        (self.0.threads)(Box::new(move || {
            // Held by the read itself: whoever asked may be gone before it ends.
            let _place = place;
            read();
        }));
    }
}

/// A place among the reads that run. Let go, also by a panic, it is the next one's.
struct Place(Line);

impl Drop for Place {
    fn drop(&mut self) {
        let mut state = lock(&self.0.0.state);
        match state.waiting.pop_front() {
            Some(next) => {
                drop(state);
                self.0.begin(next);
            }
            None => state.running -= 1,
        }
    }
}
