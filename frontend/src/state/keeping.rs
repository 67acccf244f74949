//! When what changed is written to the browser's database, and what the client does without one.
//!
//! Invariants: what belongs together goes in one transaction: a room's messages with its cursor, and with them the
//! entries of the outbox that they settle. One transaction is under way at a time. Nothing typed is sent before it is
//! stored, but where nothing can be stored; and the room is not opened before the stored cursor is known. Nothing is
//! written before all was read: what is stored would else be overtaken unseen.

use std::rc::Rc;

use shared::{ClientKey, Command, Message, Person, RoomName};

use super::{App, Effect, Entry, Keep, KeptEntry, KeptRoom, Loaded, Moment, Now, Room, StorageTrouble};

/// How long the database may take to answer at the start, and for each transaction, in milliseconds.
const LOAD_MS: u64 = 2_000;
const WRITE_MS: u64 = 5_000;
/// While events stream, rooms are written so often, in milliseconds.
const ROOMS_MS: u64 = 1_000;
/// After a failure it is tried again so much later, in milliseconds.
const RETRY_MS: u64 = 30_000;

/// Whether what the client has outlives the page.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Storage {
    /// The database has not answered yet.
    Loading,
    /// It does.
    On,
    /// It does not.
    Off(StorageTrouble),
}

/// A transaction under way.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Writing {
    keys: Vec<(RoomName, ClientKey)>,
    /// By when it has to be done.
    until: Now,
}

/// What is kept, and what is yet to be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Keeping {
    pub(super) storage: Storage,
    /// While loading: until when it is waited for. While off: when it is tried again.
    wait: Option<Now>,
    /// What is stored has been read.
    is_read: bool,
    number: u64,
    writing: Option<Writing>,
    /// When rooms were last written.
    rooms_at: Now,
    me: Option<Person>,
    /// Rooms that are kept, and not followed now.
    shelf: Rc<Vec<(RoomName, Rc<KeptRoom>)>>,
    /// Rooms that are followed no more, with changes that are not kept yet.
    parting: Vec<(RoomName, KeptRoom)>,
}

/// Most rooms on the shelf.
const SHELF: usize = 64;

impl Default for Keeping {
    fn default() -> Self {
        Self {
            storage: Storage::Loading,
            wait: None,
            is_read: false,
            number: 0,
            writing: None,
            rooms_at: Now::default(),
            me: None,
            shelf: Rc::default(),
            parting: Vec::new(),
        }
    }
}

impl Keeping {
    /// The page came up: the database has been asked.
    pub(super) fn started(&mut self, now: Now) {
        if self.storage == Storage::Loading {
            self.wait = Some(now.plus(LOAD_MS));
        }
    }

    pub(super) fn is_loading(&self) -> bool {
        self.storage == Storage::Loading
    }

    /// What was kept of a room that is followed from now on.
    pub(super) fn take_from_shelf(&mut self, name: &RoomName) -> Option<KeptRoom> {
        let place = self.shelf.iter().position(|(kept, _)| kept == name)?;
        let (_, room) = Rc::make_mut(&mut self.shelf).remove(place);
        Some(Rc::unwrap_or_clone(room))
    }

    /// A room is followed no longer.
    pub(super) fn shelve(&mut self, name: &RoomName, room: &Room) {
        let Some(kept) = room.to_keep() else { return };
        if self.storage == Storage::On && (room.is_unkept() || room.keep_now) {
            self.parting.push((name.clone(), kept.clone()));
        }
        self.put_on_shelf(name.clone(), kept);
    }

    fn put_on_shelf(&mut self, name: RoomName, room: KeptRoom) {
        let rooms = Rc::make_mut(&mut self.shelf);
        rooms.retain(|(other, _)| *other != name);
        if rooms.len() >= SHELF {
            rooms.remove(0);
        }
        rooms.push((name, Rc::new(room)));
    }

    fn deadline(&self, rooms_wait: bool) -> Option<Now> {
        let writing = self.writing.as_ref().map(|writing| writing.until);
        let rooms =
            (rooms_wait && writing.is_none() && self.storage == Storage::On).then(|| self.rooms_at.plus(ROOMS_MS));
        [self.wait, writing, rooms].into_iter().flatten().min()
    }
}

impl App {
    pub(super) fn keeping_deadline(&self) -> Option<Now> {
        self.keeping.deadline(self.rooms.iter().any(|(_, room)| room.is_unkept()))
    }

    /// What the database holds.
    pub(super) fn loaded(&mut self, loaded: Loaded, effects: &mut Vec<Effect>) {
        self.keeping.storage = Storage::On;
        self.keeping.wait = None;
        if self.me.is_none() {
            self.me.clone_from(&loaded.me);
        }
        self.keeping.me = loaded.me;
        for (name, kept) in loaded.rooms {
            if kept.is_sound() {
                self.keeping.put_on_shelf(name, kept);
            }
        }
        for (name, room) in &mut self.rooms {
            if let Some(kept) = self.keeping.take_from_shelf(name) {
                Rc::make_mut(room).adopt(kept);
            }
        }
        self.merge_stored(loaded.entries, effects);
        self.keeping.is_read = true;
    }

    /// What is stored of all outboxes.
    pub(super) fn merge_stored(&mut self, stored: Vec<KeptEntry>, effects: &mut Vec<Effect>) {
        let mut of_rooms: Vec<Vec<KeptEntry>> = self.rooms.iter().map(|_| Vec::new()).collect();
        for entry in stored {
            let place = self.rooms.iter().position(|(name, _)| *name == entry.room);
            let place = place.unwrap_or_else(|| {
                self.follow_also(entry.room.clone(), Now::default());
                of_rooms.push(Vec::new());
                of_rooms.len() - 1
            });
            of_rooms[place].push(entry);
        }
        for ((name, room), entries) in self.rooms.iter_mut().zip(of_rooms) {
            if entries.is_empty() && room.outbox.is_empty() {
                continue;
            }
            let writing = self.keeping.writing.as_ref().map_or(&[][..], |writing| &writing.keys);
            let room = Rc::make_mut(room);
            let window = &room.window;
            let is_here = |entry: &Entry| {
                let is_it =
                    |message: &Message| Some(&message.by.id) == entry.owner.as_ref() && message.key == entry.key;
                window.messages().any(|message| is_it(message))
            };
            let is_writing = |key: &ClientKey| writing.iter().any(|(at, of)| at == name && of == key);
            if !self.keeping.is_read {
                room.outbox.stand_behind(&entries);
            }
            room.outbox.merge(entries, &is_here, &is_writing);
        }
        if self.line.is_welcomed() {
            self.claim_outboxes(effects);
        }
    }

    /// The outboxes are those of whom the server takes us for.
    pub(super) fn claim_outboxes(&mut self, effects: &mut Vec<Effect>) {
        let Some(me) = self.my_id() else { return };
        let mut texts = Vec::new();
        for (name, room) in &mut self.rooms {
            if room.outbox.is_empty() {
                continue;
            }
            let room = Rc::make_mut(room);
            let estate = room.outbox.owned_by(&me);
            texts.extend(estate.texts.into_iter().map(|text| (name.clone(), text)));
            if estate.dropped {
                room.notice = Some(super::Notice::SomebodyElses);
            }
        }
        for (name, text) in texts {
            self.give_back(name, text, effects);
        }
    }

    /// The transaction of this number is done.
    pub(super) fn kept(&mut self, number: u64, effects: &mut Vec<Effect>) {
        if number != self.keeping.number {
            return;
        }
        // One that had been given up may have been done after all.
        self.keeping.storage = Storage::On;
        self.keeping.wait = None;
        let Some(writing) = self.keeping.writing.take() else { return };
        for (name, room) in &mut self.rooms {
            let of_room = writing.keys.iter().filter(|(at, _)| at == name);
            let keys: Vec<ClientKey> = of_room.map(|(_, key)| key.clone()).collect();
            if keys.is_empty() {
                continue;
            }
            for entry in Rc::make_mut(room).outbox.kept(&keys) {
                if let Command::Post { text, .. } = &entry.command {
                    effects.push(Effect::DropDraft { room: name.clone(), text: text.clone() });
                }
            }
        }
    }

    /// Nothing can be kept, for now.
    pub(super) fn storage_failed(&mut self, trouble: StorageTrouble, at: &Moment) {
        self.keeping.storage = Storage::Off(trouble);
        let is_hopeless = trouble == StorageTrouble::Forbidden;
        self.keeping.wait = (!is_hopeless).then(|| at.now.plus(RETRY_MS));
        // All is to be kept again: what was under way, and what says that it can be.
        let writing = self.keeping.writing.take();
        for (name, room) in &mut self.rooms {
            let of_room = writing.iter().flat_map(|writing| &writing.keys).filter(|(at, _)| at == name);
            let keys: Vec<ClientKey> = of_room.map(|(_, key)| key.clone()).collect();
            let room = Rc::make_mut(room);
            room.outbox.keep_again(&keys);
            room.kept = None;
        }
        self.keeping.me = None;
    }

    pub(super) fn wake_keeping(&mut self, at: &Moment) {
        let late = |until: &Now| *until <= at.now;
        if self.keeping.writing.as_ref().is_some_and(|writing| late(&writing.until))
            || self.keeping.is_loading() && self.keeping.wait.as_ref().is_some_and(late)
        {
            self.storage_failed(StorageTrouble::Broken, at);
        }
    }

    /// Writes what is to be kept, where it is time. Where the page is `leaving`, there is no later.
    pub(super) fn keep(&mut self, at: &Moment, leaving: bool, effects: &mut Vec<Effect>) {
        let keeping = &mut self.keeping;
        match keeping.storage {
            Storage::Loading => return,
            Storage::Off(_) if keeping.wait.is_none_or(|wait| at.now < wait) => return,
            Storage::On | Storage::Off(_) => {}
        }
        if keeping.writing.is_some() && !leaving {
            return;
        }
        // Whatever comes of it, the next time is later.
        keeping.wait = keeping.wait.map(|_| at.now.plus(RETRY_MS));
        if !keeping.is_read {
            return effects.push(Effect::Load);
        }
        let rooms_are_due = leaving || at.now.since(keeping.rooms_at) >= ROOMS_MS;
        let me = self.me.clone().filter(|me| Some(me) != keeping.me.as_ref());
        let mut keep = Keep { me, ..Keep::default() };
        let mut keys = Vec::new();
        for (name, room) in &mut self.rooms {
            let entries_changed = room.outbox.has_changed();
            let is_due = room.keep_now || room.is_unkept() && (rooms_are_due || entries_changed);
            if !is_due && !entries_changed {
                continue;
            }
            let room = Rc::make_mut(room);
            if is_due {
                self.keeping.rooms_at = at.now;
            }
            if is_due && let Some(kept) = room.to_keep() {
                room.kept = Some((kept.cursor.clone(), kept.since));
                room.keep_now = false;
                keep.rooms.push((name.clone(), kept));
            }
            for key in room.outbox.take_changed() {
                match room.outbox.get(&key) {
                    Some(entry) => keep.entries.push(KeptEntry { room: name.clone(), entry: Rc::clone(entry) }),
                    None => keep.gone.push((name.clone(), key.clone())),
                }
                keys.push((name.clone(), key));
            }
        }
        keep.rooms.append(&mut self.keeping.parting);
        let keeping = &mut self.keeping;
        if keep == Keep::default() {
            return;
        }
        if keep.me.is_some() {
            keeping.me.clone_from(&keep.me);
        }
        keeping.number += 1;
        keep.number = keeping.number;
        if let Some(before) = keeping.writing.take() {
            keys.extend(before.keys);
        }
        keeping.writing = Some(Writing { keys, until: at.now.plus(WRITE_MS) });
        effects.push(Effect::Keep(keep));
    }
}
