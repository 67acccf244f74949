//! Whom to tell that something was said in rooms that they have visited, while they are connected: so that their counts
//! are those of the log.
//!
//! Only names of rooms are passed on here, and each only once, however much is said: what there is to be told is
//! counted when it is told. So it costs nothing to be late, and a connection that does not read holds no more than the
//! names of its rooms. A room that somebody has visited and where nothing is said costs them about 50 bytes; it is
//! known by a hash of its name, and where two have the same, one of them is counted for nothing now and then.

use std::{
    collections::{BTreeMap, BTreeSet, HashMap, hash_map::Entry},
    hash::{BuildHasher as _, RandomState},
    sync::{Arc, MutexGuard, Weak},
    time::Duration,
};

use shared::{PersonId, RoomName};
use tokio::sync::Notify;

use crate::lock::{Mutex, lock};

/// What was said is told at most once in this time, where it is not told to many.
const PAUSE: Duration = Duration::from_millis(300);
/// So many are told in such a time; where there are more, it takes longer.
const TOLD: u32 = 200;
/// The longest time.
const LONGEST: Duration = Duration::from_secs(5);

/// Who is connected, and which rooms they have visited; a cheap handle.
#[derive(Clone, Default)]
pub struct Attention(Arc<Shared>);

#[derive(Default)]
struct Shared {
    hasher: RandomState,
    state: Mutex<State>,
    /// Something was said while a task was there to tell it.
    said: Notify,
}

#[derive(Default)]
struct State {
    people: HashMap<PersonId, Listener>,
    /// By the hash of a room's name, who has visited it.
    rooms: HashMap<u64, Visitors>,
    /// Where something was said that nobody was told of yet.
    said: BTreeSet<RoomName>,
    /// A task is there that tells.
    telling: bool,
}

#[derive(Default)]
struct Listener {
    /// In order.
    rooms: Vec<u64>,
    inboxes: Vec<Weak<Inbox>>,
}

/// Those of a room. Most rooms of most people are quiet, and have one who is connected.
enum Visitors {
    One(PersonId),
    Several(Vec<PersonId>),
}

impl Visitors {
    fn all(&self) -> &[PersonId] {
        match self {
            Self::One(person) => std::slice::from_ref(person),
            Self::Several(people) => people,
        }
    }

    fn add(&mut self, person: &PersonId) {
        match self {
            Self::One(first) => *self = Self::Several(vec![first.clone(), person.clone()]),
            Self::Several(people) => people.push(person.clone()),
        }
    }
}

impl State {
    fn watch(&mut self, person: &PersonId, hash: u64) {
        let Some(listener) = self.people.get_mut(person) else { return };
        let Err(place) = listener.rooms.binary_search(&hash) else { return };
        listener.rooms.insert(place, hash);
        match self.rooms.entry(hash) {
            Entry::Vacant(nobody) => drop(nobody.insert(Visitors::One(person.clone()))),
            Entry::Occupied(mut visitors) => visitors.get_mut().add(person),
        }
    }

    fn forget(&mut self, person: &PersonId, hash: u64) {
        let Entry::Occupied(mut visitors) = self.rooms.entry(hash) else { return };
        match visitors.get_mut() {
            Visitors::Several(people) if people.len() > 1 => people.retain(|other| other != person),
            _ => drop(visitors.remove()),
        }
    }
}

/// What of a person's rooms has changed since a connection of theirs was told.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Changed {
    /// Nobody has told it of any room yet.
    pub everything: bool,
    /// These; true where the person has visited one no longer.
    pub rooms: BTreeMap<RoomName, bool>,
}

#[derive(Default)]
struct Inbox {
    changed: Mutex<Changed>,
    bell: Notify,
}

impl Inbox {
    fn put(&self, room: &RoomName, forgotten: bool) {
        let mut changed = lock(&self.changed);
        match changed.rooms.get_mut(room) {
            Some(before) => *before |= forgotten,
            None => drop(changed.rooms.insert(room.clone(), forgotten)),
        }
        drop(changed);
        self.bell.notify_one();
    }
}

impl Attention {
    /// A connection of a person listens, as long as what this gives is held.
    #[must_use]
    pub fn listen(&self, person: &PersonId) -> Listening {
        let inbox = Arc::new(Inbox::default());
        lock(&inbox.changed).everything = true;
        inbox.bell.notify_one();
        let mut state = self.lock();
        state.people.entry(person.clone()).or_default().inboxes.push(Arc::downgrade(&inbox));
        // Without a runtime there is nobody to be told.
        if !state.telling
            && let Ok(runtime) = tokio::runtime::Handle::try_current()
        {
            state.telling = true;
            runtime.spawn(self.clone().keep_telling());
        }
        drop(state);
        Listening { attention: self.clone(), person: person.clone(), inbox }
    }

    /// Something was said in a room, or taken back, and is durable. Cheap: it may be called for each commit.
    pub(super) fn said(&self, room: &RoomName) {
        let hash = self.hash(room);
        let mut state = self.lock();
        if state.rooms.contains_key(&hash) && !state.said.contains(room) {
            state.said.insert(room.clone());
            drop(state);
            self.0.said.notify_one();
        }
    }

    /// A person's visit of a room is another now, or is `forgotten`. Their connections are told at once.
    pub(super) fn changed(&self, person: &PersonId, room: &RoomName, forgotten: bool) {
        let hash = self.hash(room);
        let mut state = self.lock();
        let Some(listener) = state.people.get_mut(person) else { return };
        for inbox in listener.inboxes.iter().filter_map(Weak::upgrade) {
            inbox.put(room, forgotten);
        }
        // A forgotten one stays until the person has gone: its name may have the hash of another.
        if !forgotten {
            state.watch(person, hash);
        }
    }

    /// How many rooms somebody who is connected has visited.
    #[must_use]
    pub fn rooms(&self) -> usize {
        self.lock().rooms.len()
    }

    /// Tells what was said, until nobody listens any more.
    async fn keep_telling(self) {
        loop {
            self.0.said.notified().await;
            let Some(told) = self.tell() else { return };
            let pause = PAUSE.saturating_mul(told.max(TOLD)) / TOLD;
            tokio::time::sleep(pause.min(LONGEST)).await;
        }
    }

    /// Tells everybody whom it concerns; gives to how many. None where nobody listens any more.
    fn tell(&self) -> Option<u32> {
        let mut state = self.lock();
        let said = std::mem::take(&mut state.said);
        if state.people.is_empty() {
            state.telling = false;
            return None;
        }
        let mut told = 0;
        for room in &said {
            for person in state.rooms.get(&self.hash(room)).into_iter().flat_map(Visitors::all) {
                let inboxes = state.people.get(person).map(|listener| &listener.inboxes);
                for inbox in inboxes.into_iter().flatten().filter_map(Weak::upgrade) {
                    inbox.put(room, false);
                    told += 1;
                }
            }
        }
        Some(told)
    }

    fn hash(&self, room: &RoomName) -> u64 {
        self.0.hasher.hash_one(room)
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        lock(&self.0.state)
    }
}

/// A connection that listens to what is said in the rooms of a person.
pub struct Listening {
    attention: Attention,
    person: PersonId,
    inbox: Arc<Inbox>,
}

impl Listening {
    /// The person has visited these rooms. What is said there after this call comes here; so they are to be counted
    /// after it.
    pub fn watch(&self, rooms: &[RoomName]) {
        let mut state = self.attention.lock();
        for room in rooms {
            let hash = self.attention.hash(room);
            state.watch(&self.person, hash);
        }
    }

    /// Waits until something has changed, and takes that. Nothing is lost where it is cut off.
    pub async fn changed(&self) -> Changed {
        loop {
            self.inbox.bell.notified().await;
            let changed = std::mem::take(&mut *lock(&self.inbox.changed));
            if changed != Changed::default() {
                return changed;
            }
        }
    }

    /// What was taken could not be told: it is to be taken again.
    pub fn put_back(&self, changed: Changed) {
        let mut kept = lock(&self.inbox.changed);
        kept.everything |= changed.everything;
        for (room, forgotten) in changed.rooms {
            *kept.rooms.entry(room).or_default() |= forgotten;
        }
        drop(kept);
        self.inbox.bell.notify_one();
    }
}

impl Drop for Listening {
    fn drop(&mut self) {
        let mut state = self.attention.lock();
        let Some(listener) = state.people.get_mut(&self.person) else { return };
        listener.inboxes.retain(|inbox| !std::ptr::eq(inbox.as_ptr(), Arc::as_ptr(&self.inbox)));
        if !listener.inboxes.is_empty() {
            return;
        }
        for hash in std::mem::take(&mut listener.rooms) {
            state.forget(&self.person, hash);
        }
        state.people.remove(&self.person);
        let is_last = state.people.is_empty();
        drop(state);
        if is_last {
            // The task ends.
            self.attention.0.said.notify_one();
        }
    }
}

#[cfg(test)]
mod tests;
