//! What is on a disk at a moment. A clone costs little: rooms are shared until they change.

use std::{collections::BTreeMap, sync::Arc};

use backend::log::{Batch, PersonRow};
use shared::{ClientKey, Epoch, Event, Message, PersonId, PersonName, RoomName, Seq, Snapshot};

/// All of it.
#[derive(Clone)]
pub struct Image {
    /// The name of the history.
    pub epoch: Epoch,
    /// The rooms.
    pub rooms: BTreeMap<RoomName, Arc<RoomImage>>,
    /// What people are called.
    pub people: BTreeMap<PersonId, PersonName>,
    /// Whose session a token's hash is.
    pub sessions: BTreeMap<[u8; 32], PersonId>,
}

/// A room: its log, the keys that were used in it, and its view.
#[derive(Clone, Default)]
pub struct RoomImage {
    /// The log, from seq 1 on.
    pub events: Vec<Event>,
    /// Which event a key became.
    pub keys: BTreeMap<(PersonId, ClientKey), Seq>,
    /// The view.
    pub messages: BTreeMap<Seq, Message>,
}

impl RoomImage {
    /// The newest event's seq.
    #[must_use]
    pub fn head(&self) -> Seq {
        self.events.last().map_or(Seq::ZERO, |event| event.seq)
    }

    /// The event of a seq.
    #[must_use]
    pub fn event(&self, seq: Seq) -> Option<&Event> {
        self.events.get(usize::try_from(seq.0).ok()?.checked_sub(1)?)
    }

    /// The events after a seq.
    #[must_use]
    pub fn after(&self, seq: Seq) -> &[Event] {
        let skip = usize::try_from(seq.0).unwrap_or(usize::MAX).min(self.events.len());
        &self.events[skip..]
    }

    /// The newest so many messages.
    #[must_use]
    pub fn snapshot(&self, messages: usize) -> Snapshot {
        let skip = self.messages.len().saturating_sub(messages);
        Snapshot {
            messages: self.messages.values().skip(skip).cloned().collect(),
            more_before: skip > 0 && messages > 0,
        }
    }

    fn take(&mut self, event: &Event) -> Result<(), String> {
        if event.seq != self.head().next() {
            return Err(format!("event {} does not follow {}", event.seq, self.head()));
        }
        let key = (event.by.id.clone(), event.key.clone());
        if let Some(known) = self.keys.insert(key, event.seq) {
            return Err(format!("event {} has the key of {known}", event.seq));
        }
        if let Some(message) = Message::posted(event) {
            self.messages.insert(event.seq, message);
        }
        self.events.push(event.clone());
        Ok(())
    }
}

impl Image {
    pub(super) fn new(epoch: Epoch) -> Self {
        Self { epoch, rooms: BTreeMap::new(), people: BTreeMap::new(), sessions: BTreeMap::new() }
    }

    /// A room; an empty one where there is none.
    #[must_use]
    pub fn room(&self, name: &RoomName) -> Arc<RoomImage> {
        self.rooms.get(name).cloned().unwrap_or_default()
    }

    /// Takes all of a batch, or nothing.
    pub(super) fn take(&mut self, batch: &Batch) -> Result<(), String> {
        let mut next = self.clone();
        for event in &batch.events {
            Arc::make_mut(next.rooms.entry(event.room.clone()).or_default()).take(event)?;
        }
        for PersonRow { id, name, renamed, session, .. } in &batch.people {
            if *renamed || !next.people.contains_key(id) {
                next.people.insert(id.clone(), name.clone());
            }
            if let Some(session) = session {
                next.sessions.entry(*session).or_insert_with(|| id.clone());
            }
        }
        *self = next;
        Ok(())
    }
}
