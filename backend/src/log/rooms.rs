//! The rooms that somebody follows. A room that nobody follows is not here and costs nothing.

use std::{
    collections::BTreeMap,
    sync::{Arc, MutexGuard, OnceLock, Weak},
};

use shared::{EventBody, Person, RoomName};

use super::{
    attention::Attention,
    bell::{Bell, RoomNumber},
    read::Kept,
    room::Room,
    store::Entry,
};
use crate::{
    lock::{Mutex, lock},
    push::Tap,
};

/// The rooms that somebody follows; a cheap handle.
#[derive(Clone, Default)]
pub struct Rooms {
    followed: Arc<Mutex<Followed>>,
    kept: Kept,
    attention: Attention,
    tap: Arc<OnceLock<Tap>>,
}

#[derive(Default)]
struct Followed {
    rooms: BTreeMap<RoomName, Weak<Room>>,
    /// The number of the next room.
    next: RoomNumber,
}

impl Rooms {
    /// The room, for following. It is here from now on, so that whatever is published later reaches it: who wants to
    /// know where it stands reads the log after this call, never before.
    #[must_use]
    pub fn enter(&self, name: &RoomName) -> Arc<Room> {
        let mut followed = self.lock();
        if let Some(room) = followed.rooms.get(name).and_then(Weak::upgrade) {
            return room;
        }
        followed.next += 1;
        let room = Arc::new(Room::new(followed.next, name.clone(), self.clone()));
        followed.rooms.insert(name.clone(), Arc::downgrade(&room));
        room
    }

    /// What was read of the logs lately. It is told of deletions before anybody else.
    #[must_use]
    pub fn kept(&self) -> &Kept {
        &self.kept
    }

    /// Whom to tell that something was said in the rooms that they have visited.
    #[must_use]
    pub fn attention(&self) -> &Attention {
        &self.attention
    }

    /// From now on `tap` hears where something was posted. Only the first one does.
    pub fn tap(&self, tap: Tap) {
        drop(self.tap.set(tap));
    }

    /// Gives durable events to the rooms that are followed, and then rings each worker that follows one of them, once.
    pub fn publish(&self, events: Vec<Entry>) {
        for entry in &events {
            if matches!(entry.event.body, EventBody::Deleted { .. } | EventBody::Forgotten) {
                self.kept.erase(&entry.event.room);
            }
        }
        let mut by_room: BTreeMap<RoomName, Vec<Entry>> = BTreeMap::new();
        for entry in events {
            match by_room.get_mut(&entry.event.room) {
                Some(entries) => entries.push(entry),
                None => drop(by_room.insert(entry.event.room.clone(), vec![entry])),
            }
        }
        let mut ringing: Vec<(Arc<Bell>, Vec<RoomNumber>)> = Vec::new();
        for (name, events) in by_room {
            // Reactions are none of it.
            if events.iter().any(|entry| !matches!(entry.event.body, EventBody::Reacted { .. })) {
                self.attention.said(&name);
            }
            let posted = events.iter().find(|entry| matches!(entry.event.body, EventBody::Posted { .. }));
            if let (Some(tap), Some(posted)) = (self.tap.get(), posted) {
                // Where its line is full, nobody is told by push.
                drop(tap.try_send((name.clone(), posted.event.seq)));
            }
            let room = self.lock().rooms.get(&name).and_then(Weak::upgrade);
            let Some(room) = room else { continue };
            for bell in room.publish(events) {
                match ringing.iter_mut().find(|(known, _)| Arc::ptr_eq(known, &bell)) {
                    Some((_, rooms)) => rooms.push(room.number()),
                    None => ringing.push((bell, vec![room.number()])),
                }
            }
        }
        for (bell, rooms) in ringing {
            bell.ring(rooms);
        }
    }

    /// Says to all rooms where the person is that they are called otherwise now.
    pub fn rename(&self, person: &Person) {
        let rooms: Vec<_> = self.lock().rooms.values().filter_map(Weak::upgrade).collect();
        for room in rooms {
            room.rename(person);
        }
    }

    /// How many rooms are followed.
    #[must_use]
    pub fn len(&self) -> usize {
        self.lock().rooms.len()
    }

    /// Nobody follows anything.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.lock().rooms.is_empty()
    }

    /// Called when a room is let go; another of its name may have been entered meanwhile.
    pub(super) fn forget(&self, name: &RoomName) {
        let mut followed = self.lock();
        if followed.rooms.get(name).is_some_and(|room| room.strong_count() == 0) {
            followed.rooms.remove(name);
        }
    }

    fn lock(&self) -> MutexGuard<'_, Followed> {
        lock(&self.followed)
    }
}
