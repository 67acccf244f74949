//! What is on a disk at a moment. A clone costs little: rooms are shared until they change.

use std::{collections::BTreeMap, sync::Arc};

use backend::log::{Batch, Entry, PersonRow, RoomState, VisitRow};
use shared::{ClientKey, Digest, Epoch, Event, Message, PersonId, PersonName, RoomName, Seq, Snapshot};

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
    /// What people have read.
    pub visits: BTreeMap<(PersonId, RoomName), VisitRow>,
}

/// A room: its log, the keys that were used in it, and its view.
#[derive(Clone, Debug, Default)]
pub struct RoomImage {
    /// The log, from seq 1 on; what was dropped of it without its words.
    pub log: Vec<Entry>,
    /// Events up to here were dropped: nobody may read them.
    pub dropped: Seq,
    /// Where it ends.
    pub state: RoomState,
    /// Which event a key became; none where it changed nothing.
    pub keys: BTreeMap<(PersonId, ClientKey), Option<Seq>>,
    /// The view.
    pub messages: BTreeMap<Seq, Message>,
}

impl RoomImage {
    /// The newest event's seq.
    #[must_use]
    pub fn head(&self) -> Seq {
        self.log.last().map_or(Seq::ZERO, |entry| entry.event.seq)
    }

    /// The event of a seq.
    #[must_use]
    pub fn event(&self, seq: Seq) -> Option<&Event> {
        Some(&self.log.get(usize::try_from(seq.0).ok()?.checked_sub(1)?)?.event)
    }

    /// Where the log begins.
    #[must_use]
    pub fn first(&self) -> Seq {
        self.dropped.next()
    }

    /// The digest of the log up to a seq, where it is that long.
    #[must_use]
    pub fn digest(&self, seq: Seq) -> Option<Digest> {
        match usize::try_from(seq.0).ok()?.checked_sub(1) {
            None => Some(Digest::default()),
            Some(place) => self.log.get(place).map(|entry| entry.digest),
        }
    }

    /// The events up to a seq.
    #[must_use]
    pub fn up_to(&self, seq: Seq) -> &[Entry] {
        &self.log[..usize::try_from(seq.0).unwrap_or(usize::MAX).min(self.log.len())]
    }

    /// The events after a seq.
    #[must_use]
    pub fn after(&self, seq: Seq) -> &[Entry] {
        &self.log[self.up_to(seq).len()..]
    }

    /// The newest so many messages.
    #[must_use]
    pub fn snapshot(&self, messages: usize) -> Snapshot {
        let skip = self.messages.len().saturating_sub(messages);
        Snapshot {
            about: self.state.about.clone(),
            messages: self.messages.values().skip(skip).cloned().collect(),
            more_before: skip > 0 && messages > 0,
        }
    }

    fn push(&mut self, entry: &Entry, lax: bool) -> Result<(), String> {
        let event = &entry.event;
        if event.seq != self.head().next() {
            return Err(format!("event {} does not follow {}", event.seq, self.head()));
        }
        self.know(&event.by.id, &event.key, Some(event.seq), lax)?;
        self.log.push(entry.clone());
        Ok(())
    }

    fn know(&mut self, person: &PersonId, key: &ClientKey, seq: Option<Seq>, lax: bool) -> Result<(), String> {
        match self.keys.insert((person.clone(), key.clone()), seq) {
            None => Ok(()),
            Some(_) if lax => Ok(()),
            Some(known) => Err(format!("the key {key} of {seq:?} was that of {known:?}")),
        }
    }

    /// The log begins here from now on, or with its newest event: what was before is gone, and what was said about it.
    fn drop_before(&mut self, before: Seq) {
        let before = before.min(self.head());
        self.dropped = self.dropped.max(Seq(before.0.saturating_sub(1)));
        for Entry { event, .. } in &mut self.log {
            if event.body.target().unwrap_or(event.seq) < before {
                event.body.erase();
            }
        }
        self.messages = self.messages.split_off(&before);
    }

    /// What a message and its edits said is gone.
    fn erase(&mut self, message: Seq) {
        for Entry { event, .. } in &mut self.log {
            if event.seq == message || event.body.target() == Some(message) {
                event.body.erase();
            }
        }
    }
}

impl Image {
    pub(super) fn new(epoch: Epoch) -> Self {
        Self {
            epoch,
            rooms: BTreeMap::new(),
            people: BTreeMap::new(),
            sessions: BTreeMap::new(),
            visits: BTreeMap::new(),
        }
    }

    /// A room; an empty one where there is none.
    #[must_use]
    pub fn room(&self, name: &RoomName) -> Arc<RoomImage> {
        self.rooms.get(name).cloned().unwrap_or_default()
    }

    fn room_mut(&mut self, name: &RoomName) -> &mut RoomImage {
        Arc::make_mut(self.rooms.entry(name.clone()).or_default())
    }

    /// Takes all of a batch, or nothing. Only a `lax` one takes a key twice.
    pub(super) fn take(&mut self, batch: &Batch, lax: bool) -> Result<(), String> {
        let mut next = self.clone();
        for entry in &batch.events {
            next.room_mut(&entry.event.room).push(entry, lax)?;
        }
        for (room, person, key) in &batch.unchanged {
            next.room_mut(room).know(person, key, None, lax)?;
        }
        for (name, state) in &batch.rooms {
            next.room_mut(name).state = state.clone();
        }
        for ((room, seq), message) in &batch.messages {
            next.room_mut(room).messages.insert(*seq, message.clone());
        }
        for (room, message) in &batch.erased {
            next.room_mut(room).erase(*message);
        }
        for (room, before) in &batch.dropped {
            if let Some(before) = before {
                next.room_mut(room).drop_before(*before);
            }
        }
        for PersonRow { id, name, renamed, session, .. } in &batch.people {
            if *renamed || !next.people.contains_key(id) {
                next.people.insert(id.clone(), name.clone());
            }
            if let Some((session, _)) = session {
                next.sessions.entry(*session).or_insert_with(|| id.clone());
            }
        }
        for (place, visit) in &batch.visits {
            match visit {
                Some(visit) => drop(next.visits.insert(place.clone(), visit.clone())),
                None => drop(next.visits.remove(place)),
            }
        }
        *self = next;
        Ok(())
    }
}
