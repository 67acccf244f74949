//! A log that is kept in memory only: what a server costs without the disk.

use std::{
    collections::{BTreeMap, HashMap},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use backend::log::{
    Batch, Ends, Entry, Found, PersonRow, Place, ReadError, Reader, RoomState, SessionRow, Store, StoreError,
};
use shared::{
    ClientKey, Digest, Epoch, Event, Message, Millis, Page, Person, PersonId, PersonName, RoomName, Seq, Snapshot,
};

/// A store, and what reads it; a cheap handle.
#[derive(Clone)]
pub(crate) struct Shelf {
    epoch: Epoch,
    kept: Arc<Mutex<Kept>>,
}

#[derive(Default)]
struct Kept {
    rooms: HashMap<RoomName, Room>,
    people: HashMap<PersonId, PersonName>,
    sessions: HashMap<[u8; 32], PersonId>,
}

#[derive(Default)]
struct Room {
    state: RoomState,
    /// From seq 1 on.
    log: Vec<Entry>,
    messages: BTreeMap<Seq, Message>,
    keys: HashMap<(PersonId, ClientKey), Found>,
}

impl Shelf {
    /// An empty one.
    pub(crate) fn new(epoch: Epoch) -> Self {
        Self { epoch, kept: Arc::default() }
    }

    fn kept(&self) -> MutexGuard<'_, Kept> {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Looks at a room; at an empty one where there is none.
    fn look<T>(&self, room: &RoomName, look: impl FnOnce(&Room) -> T) -> T {
        match self.kept().rooms.get(room) {
            Some(room) => look(room),
            None => look(&Room::default()),
        }
    }
}

impl Room {
    fn digest(&self, at: Seq) -> Option<Digest> {
        match usize::try_from(at.0).ok()?.checked_sub(1) {
            None => Some(Digest::default()),
            Some(place) => self.log.get(place).map(|entry| entry.digest),
        }
    }

    fn before(&self, seq: Seq, limit: usize) -> Vec<Message> {
        let newest_first = self.messages.range(..seq).rev().take(limit).map(|(_, message)| message.clone());
        let mut messages: Vec<_> = newest_first.collect();
        messages.reverse();
        messages
    }

    fn from(&self, seq: Seq, limit: usize) -> Vec<Message> {
        self.messages.range(seq..).take(limit).map(|(_, message)| message.clone()).collect()
    }
}

impl Store for Shelf {
    fn epoch(&self) -> &Epoch {
        &self.epoch
    }

    fn room(&mut self, room: &RoomName) -> Result<RoomState, StoreError> {
        Ok(self.look(room, |room| room.state.clone()))
    }

    fn find(&mut self, room: &RoomName, author: &PersonId, key: &ClientKey) -> Result<Option<Found>, StoreError> {
        Ok(self.look(room, |room| room.keys.get(&(author.clone(), key.clone())).copied()))
    }

    fn message(&mut self, room: &RoomName, seq: Seq) -> Result<Option<Message>, StoreError> {
        Ok(self.look(room, |room| room.messages.get(&seq).cloned()))
    }

    fn commit(&mut self, batch: &Batch) -> Result<(), StoreError> {
        let mut kept = self.kept();
        let Kept { rooms, people, sessions } = &mut *kept;
        for entry in &batch.events {
            let event = &entry.event;
            let room = rooms.entry(event.room.clone()).or_default();
            room.keys.insert((event.by.id.clone(), event.key.clone()), Found::Event(event.seq));
            room.log.push(entry.clone());
        }
        for (room, author, key) in &batch.unchanged {
            let room = rooms.entry(room.clone()).or_default();
            room.keys.insert((author.clone(), key.clone()), Found::Unchanged);
        }
        for (room, state) in &batch.rooms {
            rooms.entry(room.clone()).or_default().state = state.clone();
        }
        for ((room, seq), message) in &batch.messages {
            rooms.entry(room.clone()).or_default().messages.insert(*seq, message.clone());
        }
        for (room, message) in &batch.erased {
            for Entry { event, .. } in &mut rooms.entry(room.clone()).or_default().log {
                if event.seq == *message || event.body.target() == Some(*message) {
                    event.body.erase();
                }
            }
        }
        for PersonRow { id, name, renamed, session, .. } in &batch.people {
            if *renamed || !people.contains_key(id) {
                people.insert(id.clone(), name.clone());
            }
            if let Some((session, _)) = session {
                sessions.entry(*session).or_insert_with(|| id.clone());
            }
        }
        Ok(())
    }
}

impl Reader for Shelf {
    fn epoch(&self) -> &Epoch {
        &self.epoch
    }

    fn ends(&self, room: &RoomName, messages: u32) -> Result<(Ends, Snapshot), ReadError> {
        Ok(self.look(room, |room| {
            let RoomState { head, digest, about, .. } = room.state.clone();
            let ends = Ends { first: Seq(1), head, digest };
            let newest = room.before(Seq(u64::MAX), messages as usize);
            let more_before = messages > 0 && newest.len() < room.messages.len();
            (ends, Snapshot { about, messages: newest, more_before })
        }))
    }

    fn digests(&self, room: &RoomName, from: Seq, most: u32) -> Result<Vec<(Seq, Digest)>, ReadError> {
        Ok(self.look(room, |room| {
            let seqs = (from.0..=room.state.head.0).take(most as usize).map(Seq);
            seqs.filter_map(|seq| Some((seq, room.digest(seq)?))).collect()
        }))
    }

    fn after(&self, room: &RoomName, after: Seq, most: u32, bytes: usize) -> Result<Vec<Event>, ReadError> {
        Ok(self.look(room, |room| {
            let mut left = bytes;
            let events = room.log.iter().skip(usize::try_from(after.0).unwrap_or(usize::MAX)).take(most as usize);
            let fits = |_: &&Entry| {
                let fits = left > 0;
                // About what one has around its words; these texts are short.
                left = left.saturating_sub(200);
                fits
            };
            events.take_while(fits).map(|entry| entry.event.clone()).collect()
        }))
    }

    fn page(&self, name: &RoomName, place: Place, limit: u32) -> Result<Page, ReadError> {
        Ok(self.look(name, |room| {
            let limit = limit as usize;
            let messages = match place {
                Place::Newest => room.before(Seq(u64::MAX), limit),
                Place::Before(seq) => room.before(seq, limit),
                Place::After(seq) => room.from(seq.next(), limit),
                Place::Around(seq) => {
                    let mut messages = room.before(seq, limit / 2);
                    messages.extend(room.from(seq, limit - limit / 2));
                    messages
                }
                Place::At(at) => {
                    room.messages.values().filter(|message| message.at >= at).take(limit).cloned().collect()
                }
            };
            let head = room.state.head;
            let (oldest, newest) = place.edges(&messages, head);
            Page {
                room: name.clone(),
                epoch: self.epoch.clone(),
                first: Seq(1),
                head,
                digest: room.state.digest,
                more_before: room.messages.range(..oldest).next().is_some(),
                more_after: room.messages.range(newest.next()..).next().is_some(),
                messages,
            }
        }))
    }

    fn sessions(&self, token_hashes: &[[u8; 32]]) -> Result<Vec<Option<SessionRow>>, ReadError> {
        let kept = self.kept();
        let person = |hash| {
            let id = kept.sessions.get(hash)?.clone();
            let name = kept.people.get(&id)?.clone();
            Some(SessionRow { person: Person { id, name }, ended: false, seen: Millis(0) })
        };
        Ok(token_hashes.iter().map(person).collect())
    }
}

#[cfg(test)]
mod tests;
