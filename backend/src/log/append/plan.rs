//! What a batch would change, apart from what is until its commit has succeeded. Later commands of the batch see what
//! earlier ones would do.

use std::{
    collections::HashMap,
    sync::{Arc, atomic::AtomicBool},
};

use shared::{Author, ClientKey, Event, EventBody, Message, Millis, PersonId, PersonName, RoomName, Seq};

use super::Remember;
use crate::log::store::{Batch, Entry, Found, PersonRow, RoomState};

type KeyOf = (RoomName, PersonId, ClientKey);

/// Who asks for what, by which name.
#[derive(Clone, Copy)]
pub(super) struct Asked<'a> {
    pub(super) room: &'a RoomName,
    pub(super) by: &'a Author,
    pub(super) key: &'a ClientKey,
    pub(super) remember: Option<&'a Remember>,
}

#[derive(Default)]
pub(super) struct Plan {
    pub(super) batch: Batch,
    /// Set when the commit has succeeded.
    pub(super) kept: Vec<Arc<AtomicBool>>,
    /// Names that are claimed when the commit has succeeded.
    pub(super) claims: Vec<(PersonId, PersonName)>,
    /// People who leave when the commit has succeeded.
    pub(super) leaving: Vec<PersonId>,
    /// Rooms that come into somebody's list when the commit has succeeded, or go from it (true).
    pub(super) listed: Vec<((PersonId, RoomName), bool)>,
    keys: HashMap<KeyOf, Found>,
}

impl Plan {
    pub(super) fn found(&self, room: &RoomName, by: &PersonId, key: &ClientKey) -> Option<Found> {
        self.keys.get(&(room.clone(), by.clone(), key.clone())).copied()
    }

    pub(super) fn room(&self, room: &RoomName) -> Option<&RoomState> {
        self.batch.rooms.get(room)
    }

    pub(super) fn message(&self, room: &RoomName, seq: Seq) -> Option<&Message> {
        self.batch.messages.get(&(room.clone(), seq))
    }

    /// The event is dropped from its room.
    pub(super) fn drops(&self, room: &RoomName, seq: Seq) -> bool {
        self.batch.dropped.iter().any(|(name, before)| name == room && Some(seq) < *before)
    }

    /// A command becomes the next event of its room, which is `room` so far; `target` is the message that it is about.
    pub(super) fn push(
        &mut self,
        asked: Asked<'_>,
        body: EventBody,
        mut room: RoomState,
        target: Option<Message>,
        now: Millis,
    ) -> Seq {
        let Asked { room: name, by, key, remember } = asked;
        room.head = room.head.next();
        room.at = room.at.max(now);
        let (name, seq) = (name.clone(), room.head);
        let event = Event { room: name.clone(), seq, at: room.at, by: by.clone(), key: key.clone(), body };
        room.digest = room.digest.after(&event);
        room.about.fold(&event);
        let message = target.map_or_else(
            || Message::posted(&event),
            |mut message| {
                message.fold(&event);
                Some(message)
            },
        );
        self.batch.messages.extend(message.map(|message| ((name.clone(), message.seq), message)));
        if let EventBody::Deleted { target } = event.body {
            self.erase(&name, target);
        }
        self.keys.insert((name.clone(), by.id.clone(), key.clone()), Found::Event(seq));
        self.batch.events.push(Entry { event, digest: room.digest });
        self.batch.rooms.insert(name, room);
        if let Some(remember) = remember {
            self.remember(&by.id, &by.name, false, Some(remember), now);
        }
        seq
    }

    /// A command changes nothing. Its key is kept all the same: come again after a later command of its author, it would
    /// change something, and undo that one.
    pub(super) fn settle(&mut self, name: &RoomName, by: &PersonId, key: &ClientKey, room: RoomState) {
        let key = (name.clone(), by.clone(), key.clone());
        self.batch.unchanged.push(key.clone());
        self.batch.rooms.insert(name.clone(), room);
        self.keys.insert(key, Found::Unchanged);
    }

    fn erase(&mut self, room: &RoomName, message: Seq) {
        self.batch.erased.push((room.clone(), message));
        // What is of this very batch is never written.
        for Entry { event, .. } in &mut self.batch.events {
            if event.room == *room && (event.seq == message || event.body.target() == Some(message)) {
                event.body.erase();
            }
        }
    }

    pub(super) fn remember(
        &mut self,
        id: &PersonId,
        name: &PersonName,
        renamed: bool,
        remember: Option<&Remember>,
        at: Millis,
    ) {
        let session = remember.map(|Remember { session, device, .. }| (*session, Arc::clone(device)));
        self.batch.people.push(PersonRow { id: id.clone(), name: name.clone(), renamed, session, at });
        self.kept.extend(remember.map(|remember| Arc::clone(&remember.kept)));
    }

    /// There is nothing to be written.
    pub(super) fn is_empty(&self) -> bool {
        let Batch { events, unchanged, people, visits, pushes, accounts, invitations, nameless, dropped, .. } =
            &self.batch;
        let no_records = people.is_empty()
            && visits.is_empty()
            && pushes.is_empty()
            && accounts.is_empty()
            && invitations.is_empty()
            && nameless.is_empty()
            && dropped.is_empty();
        no_records && events.is_empty() && unchanged.is_empty()
    }
}
