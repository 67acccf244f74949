//! A room that somebody follows: its ring, its signals, and who is to be woken when there is something new.
//!
//! The danger here is a lost wake-up: a follower looks, finds nothing, and goes to sleep just as something is
//! published. So looking and leaving one's waker are one step under the lock that publishing takes too.

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    task::Waker,
};

use bytes::Bytes;
use shared::{Digest, EventBody, Person, PersonId, RoomName, Seq};
use tokio::{sync::Notify, time::Instant};

use super::{
    ring::{Found, Published, Ring},
    rooms::Rooms,
    signals::{Encode, Seen, Signals},
    store::Entry,
};

/// A room that somebody follows.
pub struct Room {
    name: RoomName,
    rooms: Rooms,
    state: Mutex<State>,
    /// Signals changed while a task was there to send them.
    changed: Notify,
}

#[derive(Default)]
struct State {
    ring: Ring,
    signals: Signals,
    followers: BTreeMap<u64, Option<Waker>>,
    next_follower: u64,
    /// A task will send the signals out.
    sending: bool,
    sent_at: Option<Instant>,
}

/// What a follower finds after its cursor.
pub enum News {
    /// Nothing; its waker is called when that changes.
    None,
    /// Events, and signals as they are encoded; there may be more.
    Some(Vec<Arc<Published>>, Vec<Bytes>),
    /// What follows its cursor is in the log only.
    Log,
}

impl Room {
    pub(super) fn new(name: RoomName, rooms: Rooms) -> Self {
        Self { name, rooms, state: Mutex::default(), changed: Notify::new() }
    }

    /// The room's name.
    #[must_use]
    pub fn name(&self) -> &RoomName {
        &self.name
    }

    /// The newest event known here, and the digest of the log up to it.
    #[must_use]
    pub fn head(&self) -> (Seq, Digest) {
        self.lock().ring.head()
    }

    /// The log is known to reach up to `head`, with this digest.
    pub fn observe(&self, head: Seq, digest: Digest) {
        self.lock().ring.observe(head, digest);
    }

    /// Adds events that are durable, and wakes everybody.
    pub(super) fn publish(&self, events: impl IntoIterator<Item = Entry>) {
        let mut state = self.lock();
        for entry in events {
            if matches!(entry.event.body, EventBody::Posted { .. }) {
                state.signals.stop_typing(&entry.event.by.id);
            }
            state.ring.push(entry);
        }
        // The writer's thread has no runtime for sending signals; where somebody types, a task is there already.
        let signals = state.sending && state.signals.waiting();
        wake(state);
        if signals {
            self.changed.notify_one();
        }
    }

    /// Begins to follow; gives the follower's number.
    pub(crate) fn follow(self: &Arc<Self>, person: &Person) -> u64 {
        let mut state = self.lock();
        let number = state.next_follower;
        state.next_follower += 1;
        state.followers.insert(number, None);
        state.signals.join(person);
        self.send_signals(state);
        number
    }

    /// Follows no longer.
    pub(crate) fn unfollow(self: &Arc<Self>, follower: u64, person: &PersonId) {
        let mut state = self.lock();
        state.followers.remove(&follower);
        state.signals.part(person);
        self.send_signals(state);
    }

    /// The person types here.
    pub(crate) fn typing(self: &Arc<Self>, person: &Person) {
        let mut state = self.lock();
        state.signals.typing(person, Instant::now());
        self.send_signals(state);
    }

    /// The person is called otherwise now.
    pub(crate) fn rename(self: &Arc<Self>, person: &Person) {
        let mut state = self.lock();
        if state.signals.rename(person) {
            self.send_signals(state);
        }
    }

    /// What is new for the follower, about `bytes` bytes of text at most. Signals, encoded by `encode`, only where `seen`
    /// is given. Where there is nothing, its waker is kept.
    pub(crate) fn news(
        &self,
        follower: u64,
        cursor: Seq,
        seen: Option<&mut Seen>,
        encode: Encode,
        bytes: usize,
        waker: &Waker,
    ) -> News {
        let mut state = self.lock();
        let signals = seen.map_or_else(Vec::new, |seen| state.signals.since(&self.name, seen, encode));
        match state.ring.after(cursor, bytes) {
            Found::Events(events) => News::Some(events, signals),
            Found::Nothing if !signals.is_empty() => News::Some(Vec::new(), signals),
            Found::Nothing => {
                if let Some(kept) = state.followers.get_mut(&follower) {
                    match kept {
                        Some(kept) => kept.clone_from(waker),
                        None => *kept = Some(waker.clone()),
                    }
                }
                News::None
            }
            Found::Log => News::Log,
        }
    }

    /// Sends the signals out that wait, at once where that was not done lately, else a little later.
    fn send_signals(self: &Arc<Self>, mut state: MutexGuard<'_, State>) {
        if state.sending {
            drop(state);
            self.changed.notify_one();
            return;
        }
        if !state.signals.waiting() {
            return;
        }
        // Without a runtime (a follower dropped after the server's end) nobody is left to be told.
        let Ok(runtime) = tokio::runtime::Handle::try_current() else { return };
        state.sending = true;
        drop(state);
        runtime.spawn(Arc::clone(self).keep_sending());
    }

    async fn keep_sending(self: Arc<Self>) {
        loop {
            let next = {
                let state = self.lock();
                state.sent_at.map(|last| last + state.signals.pause())
            };
            if let Some(next) = next {
                tokio::time::sleep_until(next).await;
            }
            // Somebody types: look again when they stop, or earlier where something else changes.
            let Some(end) = self.send_out() else { return };
            tokio::select! {
                // In this order, so that a run with the same events is the same run.
                biased;
                () = tokio::time::sleep_until(end) => {}
                () = self.changed.notified() => {}
            }
        }
    }

    /// Sends out what waits; gives the time when the next person's typing ends, where somebody types.
    fn send_out(&self) -> Option<Instant> {
        let mut state = self.lock();
        let now = Instant::now();
        let sent = state.signals.send_out(now);
        let end = state.signals.next_end();
        state.sending = end.is_some();
        if sent {
            state.sent_at = Some(now);
            wake(state);
        }
        end
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        // What a panic leaves behind here is whole: no method leaves a change half done.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Room {
    fn drop(&mut self) {
        self.rooms.forget(&self.name);
    }
}

/// Wakes all followers, after the lock is let go.
fn wake(mut state: MutexGuard<'_, State>) {
    let wakers: Vec<Waker> = state.followers.values_mut().filter_map(Option::take).collect();
    drop(state);
    wakers.into_iter().for_each(Waker::wake);
}

#[cfg(test)]
mod tests;
