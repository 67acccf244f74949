//! The reading end of the disk, as the server's readers have it.

use backend::log::{Ends, Entry, Place, ReadError, Reader, SessionRow};
use shared::{Digest, Epoch, Event, MANY, Message, Millis, Page, Person, PersonId, RoomName, Seq, Snapshot, Visit};

use super::{Disk, Image};
use crate::sabotage::Sabotage;

/// Reads a [`Disk`].
pub struct Shelf {
    disk: Disk,
    epoch: Epoch,
}

impl Shelf {
    /// Reads `disk`.
    #[must_use]
    pub fn of(disk: &Disk) -> Self {
        Self { disk: disk.clone(), epoch: disk.look(|image| image.epoch.clone()) }
    }

    fn sabotaged(&self, sabotage: Sabotage) -> bool {
        self.disk.lock().sabotaged(sabotage)
    }

    fn read<T>(&self, read: impl FnOnce(&Image) -> T) -> Result<T, ReadError> {
        let state = self.disk.lock();
        if state.unreadable { Err(ReadError::Stopped) } else { Ok(read(&state.durable)) }
    }
}

impl Reader for Shelf {
    fn epoch(&self) -> &Epoch {
        &self.epoch
    }

    fn ends(&self, room: &RoomName, messages: u32) -> Result<(Ends, Snapshot), ReadError> {
        self.read(|image| {
            let room = image.room(room);
            let ends = Ends { first: room.first(), head: room.head(), digest: room.state.digest };
            (ends, room.snapshot(messages as usize))
        })
        .map(|(ends, snapshot)| self.spoil(room, ends, snapshot))
    }

    fn digests(&self, room: &RoomName, from: Seq, most: u32) -> Result<Vec<(Seq, Digest)>, ReadError> {
        self.read(|image| {
            let room = image.room(room);
            let seqs = (from.0..from.0.saturating_add(most.into())).map(Seq).filter(|seq| *seq >= room.dropped);
            seqs.filter_map(|seq| Some((seq, room.digest(seq)?))).collect()
        })
    }

    fn after(&self, room: &RoomName, after: Seq, most: u32, bytes: usize) -> Result<Vec<Event>, ReadError> {
        self.read(|image| {
            let (room, mut left) = (image.room(room), bytes);
            let fits = |_: &&Entry| {
                let fits = left > 0;
                left = left.saturating_sub(200);
                fits
            };
            room.after(after.max(room.dropped))
                .iter()
                .take(most as usize)
                .take_while(fits)
                .map(|entry| entry.event.clone())
                .collect()
        })
        .map(|mut events: Vec<Event>| {
            if self.sabotaged(Sabotage::SkipInReplay) && events.len() > 3 {
                events.remove(1);
            }
            events
        })
    }

    fn page(&self, room: &RoomName, place: Place, limit: u32) -> Result<Page, ReadError> {
        self.read(|image| {
            let (name, room, limit) = (room, image.room(room), limit as usize);
            let before = |seq: Seq, limit: usize| {
                let mut messages: Vec<Message> =
                    room.messages.range(..seq).rev().take(limit).map(|(_, message)| message.clone()).collect();
                messages.reverse();
                messages
            };
            let from = |seq: Seq, limit: usize| -> Vec<Message> {
                room.messages.range(seq..).take(limit).map(|(_, message)| message.clone()).collect()
            };
            let messages = match place {
                Place::Newest => before(Seq(u64::MAX), limit),
                Place::Before(seq) => before(seq, limit),
                Place::After(seq) => from(seq.next(), limit),
                Place::Around(seq) => {
                    let mut messages = before(seq, limit / 2);
                    messages.extend(from(seq, limit - limit / 2));
                    messages
                }
                Place::At(at) => room.messages.values().filter(|one| one.at >= at).take(limit).cloned().collect(),
            };
            let (oldest, newest) = place.edges(&messages, room.head());
            Page {
                room: name.clone(),
                epoch: self.epoch.clone(),
                first: room.first(),
                head: room.head(),
                digest: room.state.digest,
                more_before: room.messages.range(..oldest).next().is_some(),
                more_after: room.messages.range(newest.next()..).next().is_some(),
                messages,
            }
        })
        .map(|mut page| {
            if self.sabotaged(Sabotage::PageHole) && page.messages.len() > 3 {
                page.messages.remove(1);
            }
            page
        })
    }

    fn sessions(&self, token_hashes: &[[u8; 32]]) -> Result<Vec<Option<SessionRow>>, ReadError> {
        self.read(|image| {
            let person = |token_hash| {
                let id = image.sessions.get(token_hash)?;
                let person = Person { id: id.clone(), name: image.people.get(id)?.clone() };
                Some(SessionRow { person, ended: false, seen: Millis(0) })
            };
            token_hashes.iter().map(person).collect()
        })
    }

    fn visited(&self, person: &PersonId) -> Result<Vec<RoomName>, ReadError> {
        self.read(|image| {
            image.visits.keys().filter(|(visitor, _)| visitor == person).map(|(_, room)| room.clone()).collect()
        })
    }

    fn visits(&self, person: &PersonId, rooms: &[RoomName]) -> Result<Vec<Visit>, ReadError> {
        self.read(|image| rooms.iter().filter_map(|room| visit(image, person, room)).collect())
    }
}

/// How a room stands with a person.
fn visit(image: &Image, person: &PersonId, name: &RoomName) -> Option<Visit> {
    let kept = image.visits.get(&(person.clone(), name.clone()))?;
    let room = image.room(name);
    let (newest, at) = room.messages.values().next_back().map(|newest| (newest.seq, newest.at)).unwrap_or_default();
    let unread: Vec<&Message> = room.messages.range(kept.read.next()..).map(|(_, message)| message).collect();
    let count = |counts: &dyn Fn(&Message) -> bool| {
        let counted =
            unread.iter().filter(|message| message.by.id != *person && !message.is_deleted() && counts(message));
        u32::try_from(counted.count()).unwrap_or(MANY).min(MANY)
    };
    Some(Visit {
        room: name.clone(),
        title: room.state.about.title.clone(),
        newest,
        at,
        read: kept.read,
        marked: kept.marked,
        unread: count(&|_| true),
        mentions: count(&|message| message.mentions.contains(person)),
        level: kept.level,
    })
}

impl Shelf {
    /// What a saboteur makes of a room's ends.
    fn spoil(&self, room: &RoomName, mut ends: Ends, mut snapshot: Snapshot) -> (Ends, Snapshot) {
        if self.sabotaged(Sabotage::StaleDigest) {
            let before = Seq(ends.head.0.saturating_sub(1));
            ends.digest = self.disk.look(|image| image.room(room).digest(before)).unwrap_or_default();
        }
        let messages = snapshot.messages.len();
        if self.sabotaged(Sabotage::HeadTooHigh) && messages > 0 {
            ends.head = ends.head.next();
        }
        if self.sabotaged(Sabotage::SnapshotHole) && messages > 2 {
            snapshot.messages.remove(messages / 2);
        }
        (ends, snapshot)
    }
}
