//! The rooms that somebody follows. A room that nobody follows is not here and costs nothing.

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError, Weak},
};

use shared::{EventBody, Person, RoomName};

use super::{read::Kept, room::Room, store::Entry};

/// The rooms that somebody follows; a cheap handle.
#[derive(Clone, Default)]
pub struct Rooms {
    followed: Arc<Mutex<BTreeMap<RoomName, Weak<Room>>>>,
    kept: Kept,
}

impl Rooms {
    /// The room, for following. It is here from now on, so that whatever is published later reaches it: who wants to
    /// know where it stands reads the log after this call, never before.
    #[must_use]
    pub fn enter(&self, name: &RoomName) -> Arc<Room> {
        let mut followed = self.lock();
        if let Some(room) = followed.get(name).and_then(Weak::upgrade) {
            return room;
        }
        let room = Arc::new(Room::new(name.clone(), self.clone()));
        followed.insert(name.clone(), Arc::downgrade(&room));
        room
    }

    /// What was read of the logs lately. It is told of deletions before anybody else.
    #[must_use]
    pub fn kept(&self) -> &Kept {
        &self.kept
    }

    /// Gives durable events to the rooms that are followed.
    pub fn publish(&self, events: Vec<Entry>) {
        for entry in &events {
            if matches!(entry.event.body, EventBody::Deleted { .. }) {
                self.kept.erase(&entry.event.room);
            }
        }
        let mut by_room: BTreeMap<RoomName, Vec<Entry>> = BTreeMap::new();
        for entry in events {
            by_room.entry(entry.event.room.clone()).or_default().push(entry);
        }
        for (name, events) in by_room {
            let room = self.lock().get(&name).and_then(Weak::upgrade);
            if let Some(room) = room {
                room.publish(events);
            }
        }
    }

    /// Says to all rooms where the person is that they are called otherwise now.
    pub fn rename(&self, person: &Person) {
        let rooms: Vec<_> = self.lock().values().filter_map(Weak::upgrade).collect();
        for room in rooms {
            room.rename(person);
        }
    }

    /// How many rooms are followed.
    #[must_use]
    pub fn len(&self) -> usize {
        self.lock().len()
    }

    /// Nobody follows anything.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.lock().is_empty()
    }

    /// Called when a room is let go; another of its name may have been entered meanwhile.
    pub(super) fn forget(&self, name: &RoomName) {
        let mut followed = self.lock();
        if followed.get(name).is_some_and(|room| room.strong_count() == 0) {
            followed.remove(name);
        }
    }

    fn lock(&self) -> MutexGuard<'_, BTreeMap<RoomName, Weak<Room>>> {
        self.followed.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
