//! Bytes that go over sockets. Each worker thread counts its own, so that none of them waits for another's cache line: a
//! delivery takes less than a microsecond.

use std::sync::{
    Arc, Mutex,
    atomic::{AtomicU64, Ordering},
};

use crate::lock::lock;

/// What all worker threads have counted.
#[derive(Default)]
pub struct Traffic(Mutex<Vec<Arc<Lane>>>);

/// What one worker thread counts. Nobody else writes to it, and no other lane is near it.
#[derive(Default)]
#[repr(align(128))]
pub struct Lane {
    read: AtomicU64,
    written: AtomicU64,
}

impl Traffic {
    /// A lane for one more thread.
    #[must_use]
    pub fn lane(&self) -> Arc<Lane> {
        let lane = Arc::<Lane>::default();
        lock(&self.0).push(Arc::clone(&lane));
        lane
    }

    /// Bytes that were read, and written.
    #[must_use]
    pub fn bytes(&self) -> (u64, u64) {
        let both = |lane: &Arc<Lane>| (lane.read.load(Ordering::Relaxed), lane.written.load(Ordering::Relaxed));
        lock(&self.0).iter().map(both).fold((0, 0), |all, lane| (all.0 + lane.0, all.1 + lane.1))
    }
}

impl Lane {
    /// So many bytes were read.
    pub fn read(&self, bytes: usize) {
        add(&self.read, bytes);
    }

    /// So many bytes were written.
    pub fn wrote(&self, bytes: usize) {
        add(&self.written, bytes);
    }
}

fn add(counter: &AtomicU64, bytes: usize) {
    // Not one step, because one thread alone writes: so it costs no more than a plain addition.
    counter.store(counter.load(Ordering::Relaxed).wrapping_add(bytes as u64), Ordering::Relaxed);
}
