//! A room that somebody follows: its ring, its signals, and the workers whose bells are to be rung when there is
//! something new.

use std::{
    collections::BTreeSet,
    sync::{
        Arc, MutexGuard,
        atomic::{AtomicBool, Ordering},
    },
};

use bytes::Bytes;
use shared::{Digest, EventBody, Person, PersonId, RoomName, Seq};
use tokio::{sync::Notify, time::Instant};

use super::{
    bell::{Bell, RoomNumber},
    ring::{Found, Ring},
    rooms::Rooms,
    signals::{Encode, Seen, Signals},
    store::Entry,
};
use crate::lock::{Mutex, lock};

/// A room that somebody follows.
pub struct Room {
    number: RoomNumber,
    name: RoomName,
    rooms: Rooms,
    state: Mutex<State>,
    /// Signals changed while a task was there to send them.
    changed: Notify,
    /// Somebody has lost their role here: whoever follows looks whether it is they.
    has_losers: AtomicBool,
}

#[derive(Default)]
struct State {
    ring: Ring,
    signals: Signals,
    /// The bells of the workers that have followers here.
    bells: Vec<Arc<Bell>>,
    /// Who has lost their role here while the room was followed: to them it is closed.
    lost: BTreeSet<PersonId>,
    /// A task will send the signals out.
    sending: bool,
    sent_at: Option<Instant>,
}

impl Room {
    pub(super) fn new(number: RoomNumber, name: RoomName, rooms: Rooms) -> Self {
        Self {
            number,
            name,
            rooms,
            state: Mutex::default(),
            changed: Notify::new(),
            has_losers: AtomicBool::new(false),
        }
    }

    /// The room's name.
    #[must_use]
    pub fn name(&self) -> &RoomName {
        &self.name
    }

    /// What bells are rung with.
    #[must_use]
    pub fn number(&self) -> RoomNumber {
        self.number
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

    /// Adds events that are durable; gives the bells that are to be rung now.
    pub(super) fn publish(&self, events: Vec<Entry>) -> Vec<Arc<Bell>> {
        let mut state = self.lock();
        for entry in &events {
            match &entry.event.body {
                EventBody::Posted { .. } => state.signals.stop_typing(&entry.event.by.id),
                EventBody::RoleSet { person, role: Some(_) } => drop(state.lost.remove(person)),
                // Public rooms have no roles, and in the others that all may read it makes no difference.
                EventBody::RoleSet { person, role: None } if self.name.is_closed() => {
                    state.lost.insert(person.clone());
                    self.has_losers.store(true, Ordering::Release);
                }
                _ => {}
            }
        }
        state.ring.push(events);
        // The writer's thread has no runtime for sending signals; where somebody types, a task is there already.
        if state.sending && state.signals.waiting() {
            self.changed.notify_one();
        }
        state.bells.clone()
    }

    /// The room is closed to somebody since they have lost their role: nothing more of it goes to them.
    #[must_use]
    pub fn is_closed_to(&self, person: &PersonId) -> bool {
        self.has_losers.load(Ordering::Acquire) && self.lock().lost.contains(person)
    }

    /// From now on the bell is rung when there is something new here.
    pub fn add_bell(&self, bell: &Arc<Bell>) {
        self.lock().bells.push(Arc::clone(bell));
    }

    /// It is rung no longer.
    pub fn remove_bell(&self, bell: &Arc<Bell>) {
        self.lock().bells.retain(|kept| !Arc::ptr_eq(kept, bell));
    }

    /// Somebody comes.
    pub fn join(self: &Arc<Self>, person: &Person) {
        let mut state = self.lock();
        state.signals.join(person);
        self.send_signals(state);
    }

    /// Somebody goes.
    pub fn part(self: &Arc<Self>, person: &PersonId) {
        let mut state = self.lock();
        state.signals.part(person);
        self.send_signals(state);
    }

    /// The person types here.
    pub fn typing(self: &Arc<Self>, person: &Person) {
        let mut state = self.lock();
        state.signals.typing(person, Instant::now());
        self.send_signals(state);
    }

    /// The person is called otherwise now.
    pub fn rename(self: &Arc<Self>, person: &Person) {
        let mut state = self.lock();
        if state.signals.rename(person) {
            self.send_signals(state);
        }
    }

    /// What follows a cursor, about `bytes` bytes of text at most.
    pub fn after(&self, cursor: Seq, bytes: usize) -> Found {
        self.lock().ring.after(cursor, bytes)
    }

    /// The newest event, and which signals have been sent out: whoever has both has everything.
    pub fn newest(&self) -> (Seq, Seen) {
        let state = self.lock();
        (state.ring.head().0, state.signals.out())
    }

    /// The signals that have been sent out since `seen`, which is brought up to date; each is encoded once, by `encode`.
    pub fn signals(&self, seen: &mut Seen, encode: Encode) -> Vec<Bytes> {
        self.lock().signals.since(&self.name, seen, encode)
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
            let bells = state.bells.clone();
            drop(state);
            for bell in bells {
                bell.ring([self.number]);
            }
        }
        end
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        lock(&self.state)
    }
}

impl Drop for Room {
    fn drop(&mut self) {
        self.rooms.forget(&self.name);
    }
}

#[cfg(test)]
mod tests;
