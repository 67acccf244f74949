//! A store in memory: it keeps all that a store must know to answer, and makes nothing durable. What a durable store
//! costs beyond this is the price of the log.

use std::collections::HashMap;

use backend::log::{Batch, Entry, Found, RoomState, Store, StoreError};
use shared::{ClientKey, Epoch, Message, PersonId, RoomName, Seq};

type KeyOf = (RoomName, PersonId, ClientKey);

/// A store that forgets everything when the program ends.
pub struct Memory {
    epoch: Epoch,
    events: Vec<Entry>,
    keys: HashMap<KeyOf, Found>,
    rooms: HashMap<RoomName, RoomState>,
    messages: HashMap<(RoomName, Seq), Message>,
}

impl Memory {
    /// An empty one.
    #[must_use]
    pub fn new(epoch: &str) -> Self {
        Self {
            epoch: Epoch::from(epoch.to_owned()),
            events: Vec::new(),
            keys: HashMap::new(),
            rooms: HashMap::new(),
            messages: HashMap::new(),
        }
    }
}

impl Store for Memory {
    fn epoch(&self) -> &Epoch {
        &self.epoch
    }

    fn room(&mut self, room: &RoomName) -> Result<RoomState, StoreError> {
        Ok(self.rooms.get(room).cloned().unwrap_or_default())
    }

    fn find(&mut self, room: &RoomName, author: &PersonId, key: &ClientKey) -> Result<Option<Found>, StoreError> {
        Ok(self.keys.get(&(room.clone(), author.clone(), key.clone())).copied())
    }

    fn message(&mut self, room: &RoomName, seq: Seq) -> Result<Option<Message>, StoreError> {
        Ok(self.messages.get(&(room.clone(), seq)).cloned())
    }

    fn commit(&mut self, batch: &Batch) -> Result<(), StoreError> {
        let key = |Entry { event, .. }: &Entry| {
            ((event.room.clone(), event.by.id.clone(), event.key.clone()), Found::Event(event.seq))
        };
        self.keys.extend(batch.events.iter().map(key));
        self.keys.extend(batch.unchanged.iter().map(|key| (key.clone(), Found::Unchanged)));
        self.events.extend_from_slice(&batch.events);
        for (room, message) in &batch.erased {
            for Entry { event, .. } in &mut self.events {
                if event.room == *room && (event.seq == *message || event.body.target() == Some(*message)) {
                    event.body.erase();
                }
            }
        }
        self.rooms.extend(batch.rooms.iter().map(|(name, state)| (name.clone(), state.clone())));
        self.messages.extend(batch.messages.iter().map(|(place, message)| (place.clone(), message.clone())));
        Ok(())
    }
}
