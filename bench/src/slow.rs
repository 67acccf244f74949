//! A store that counts its commits and times them, and takes as long for each as a slower disk would.

use std::{
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    thread,
    time::{Duration, Instant},
};

use backend::log::{Batch, Found, RoomState, Store, StoreError};
use shared::{ClientKey, Epoch, Message, PersonId, RoomName, Seq};

/// What was counted.
#[derive(Default)]
pub(crate) struct Count {
    commits: AtomicU64,
    micros: AtomicU64,
}

impl Count {
    /// Commits so far, and the time in them.
    pub(crate) fn read(&self) -> (u64, Duration) {
        (self.commits.load(Ordering::Relaxed), Duration::from_micros(self.micros.load(Ordering::Relaxed)))
    }
}

/// A store in front of another.
pub(crate) struct Slow<S> {
    pub(crate) store: S,
    pub(crate) at_least: Duration,
    pub(crate) count: Arc<Count>,
}

impl<S: Store> Store for Slow<S> {
    fn epoch(&self) -> &Epoch {
        self.store.epoch()
    }

    fn room(&mut self, room: &RoomName) -> Result<RoomState, StoreError> {
        self.store.room(room)
    }

    fn find(&mut self, room: &RoomName, author: &PersonId, key: &ClientKey) -> Result<Option<Found>, StoreError> {
        self.store.find(room, author, key)
    }

    fn message(&mut self, room: &RoomName, seq: Seq) -> Result<Option<Message>, StoreError> {
        self.store.message(room, seq)
    }

    fn commit(&mut self, batch: &Batch) -> Result<(), StoreError> {
        let began = Instant::now();
        let committed = self.store.commit(batch);
        thread::sleep(self.at_least.saturating_sub(began.elapsed()));
        self.count.commits.fetch_add(1, Ordering::Relaxed);
        self.count.micros.fetch_add(u64::try_from(began.elapsed().as_micros()).unwrap_or(u64::MAX), Ordering::Relaxed);
        committed
    }

    fn scrub(&mut self) -> bool {
        self.store.scrub()
    }

    fn close(&mut self) {
        self.store.close();
    }
}
