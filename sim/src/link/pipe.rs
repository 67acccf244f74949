//! One direction of a link.

use std::collections::VecDeque;

use crate::chance::Chance;

/// Things on their way, in order.
pub(crate) struct Pipe<P> {
    latency: u64,
    /// Nothing arrives until this is over; nobody is told.
    pub(crate) blocked: bool,
    parcels: VecDeque<Parcel<P>>,
    last_due: u64,
    bytes: usize,
}

struct Parcel<P> {
    due: u64,
    bytes: usize,
    what: P,
}

impl<P> Pipe<P> {
    pub(super) fn new(latency: u64) -> Self {
        Self { latency, blocked: false, parcels: VecDeque::new(), last_due: 0, bytes: 0 }
    }

    /// How long things take, from now on.
    pub(crate) fn slow_down(&mut self, latency: u64) {
        self.latency = latency;
    }

    /// Bytes that are on their way.
    pub(super) fn bytes(&self) -> usize {
        self.bytes
    }

    /// Puts something in; gives how long it takes.
    pub(super) fn put(&mut self, now: u64, chance: &Chance, what: P, bytes: usize) -> u64 {
        let due = (now + self.latency + chance.below(3)).max(self.last_due);
        self.last_due = due;
        self.bytes += bytes;
        self.parcels.push_back(Parcel { due, bytes, what });
        due - now
    }

    /// What has arrived by now, if anything.
    pub(crate) fn take(&mut self, now: u64) -> Option<P> {
        let here = |parcel: &Parcel<P>| parcel.due <= now;
        if self.blocked || !self.parcels.front().is_some_and(here) {
            return None;
        }
        let parcel = self.parcels.pop_front()?;
        self.bytes -= parcel.bytes;
        Some(parcel.what)
    }

    /// All that is on its way is gone.
    pub(super) fn clear(&mut self) {
        self.parcels.clear();
        self.bytes = 0;
        self.blocked = false;
    }
}
