//! The bell of a worker thread. Whoever publishes rings it with the rooms that have news; one task of the worker, its
//! fan, waits for it and serves all the room's followers there. So a commit wakes a worker once, however many clients
//! and rooms it has.
//!
//! The danger here is a lost wake-up: the fan looks, finds nothing, and goes to sleep just as somebody rings. So
//! looking and leaving one's waker are one step under the lock that ringing takes too. Who rings has published before,
//! and who takes what was rung looks at the rooms after.

use std::{
    collections::BTreeSet,
    task::{Context, Poll, Waker},
};

use crate::lock::{Mutex, lock};

/// The number of a room that is followed; never used twice.
pub type RoomNumber = u64;

/// A worker's bell.
#[derive(Default)]
pub struct Bell {
    rung: Mutex<Rung>,
}

#[derive(Default)]
struct Rung {
    rooms: BTreeSet<RoomNumber>,
    waker: Option<Waker>,
    wakes: u64,
}

impl Bell {
    /// Says that these rooms have news. Wakes whoever waits, once.
    pub fn ring(&self, rooms: impl IntoIterator<Item = RoomNumber>) {
        let waker = {
            let mut rung = lock(&self.rung);
            rung.rooms.extend(rooms);
            let waker = rung.waker.take();
            rung.wakes += u64::from(waker.is_some());
            waker
        };
        if let Some(waker) = waker {
            waker.wake();
        }
    }

    /// The rooms that have news, or none yet: then the waker is kept. One at a time may wait.
    pub fn poll_rung(&self, cx: &Context<'_>) -> Poll<BTreeSet<RoomNumber>> {
        let mut rung = lock(&self.rung);
        if !rung.rooms.is_empty() {
            return Poll::Ready(std::mem::take(&mut rung.rooms));
        }
        match &mut rung.waker {
            Some(kept) => kept.clone_from(cx.waker()),
            none => *none = Some(cx.waker().clone()),
        }
        Poll::Pending
    }

    /// How often it has woken whoever waited.
    pub fn wakes(&self) -> u64 {
        lock(&self.rung).wakes
    }
}
