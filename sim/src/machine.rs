//! A person's machine: a clock for all its tabs, and the browser's database, which they share and which outlives them.
//!
//! As in `IndexedDB`, transactions are done one after the other, each whole or not at all; one of a page that is gone may
//! still be done or not. A page is told of its own, and reads all that is stored when another page has changed it.

use std::{
    cell::{Cell, RefCell},
    collections::{BTreeMap, VecDeque},
    rc::Rc,
};

use frontend::state::{Action, Keep, KeptEntry, KeptRoom, Loaded, StorageTrouble};
use shared::{ClientKey, Person, RoomName};

use crate::{sabotage::Sabotage, world::World};

/// How long a page waits for its database at the start, in milliseconds.
const PATIENCE: u64 = 2_000;

/// A machine; a cheap handle.
#[derive(Clone, Default)]
pub struct Machine(Rc<Inner>);

#[derive(Default)]
struct Inner {
    /// How far its clock for people is from the truth, in milliseconds.
    wall_error: Cell<i64>,
    database: RefCell<Database>,
    /// A page has gone on without its database, because that was slow.
    was_slow: Cell<bool>,
}

/// What a browser keeps.
#[derive(Debug, Default)]
pub struct Database {
    /// The rooms.
    pub rooms: BTreeMap<RoomName, KeptRoom>,
    /// The outboxes.
    pub entries: BTreeMap<(RoomName, ClientKey), KeptEntry>,
    me: Option<Person>,
    /// Transactions that wait.
    waiting: VecDeque<Transaction>,
    /// Why nothing can be written.
    trouble: Option<StorageTrouble>,
}

#[derive(Debug)]
struct Transaction {
    client: usize,
    /// The page that wants it.
    load: u32,
    keep: Keep,
}

impl Machine {
    /// How far its clock is from the truth, in milliseconds.
    #[must_use]
    pub fn wall_error(&self) -> i64 {
        self.0.wall_error.get()
    }

    /// Its clock jumps.
    pub fn shift_clock(&self, by: i64) {
        self.0.wall_error.set(self.wall_error() + by);
    }

    /// A page has gone on without its database, because that was slow: what it then sent may stand before what was kept.
    #[must_use]
    pub fn was_slow(&self) -> bool {
        self.0.was_slow.get()
    }

    /// From now on its database cannot be written, or can.
    pub fn trouble(&self, trouble: Option<StorageTrouble>) {
        self.0.database.borrow_mut().trouble = trouble;
    }

    /// Looks at what is kept.
    pub fn look<T>(&self, look: impl FnOnce(&Database) -> T) -> T {
        look(&self.0.database.borrow())
    }

    /// The same machine.
    #[must_use]
    pub fn is(&self, other: &Self) -> bool {
        Rc::ptr_eq(&self.0, &other.0)
    }

    fn change<T>(&self, change: impl FnOnce(&mut Database) -> T) -> T {
        change(&mut self.0.database.borrow_mut())
    }
}

impl Database {
    fn loaded(&self) -> Loaded {
        Loaded {
            rooms: self.rooms.iter().map(|(name, room)| (name.clone(), room.clone())).collect(),
            entries: self.entries.values().cloned().collect(),
            me: self.me.clone(),
        }
    }

    /// Does a transaction.
    fn take(&mut self, keep: &Keep) {
        for (name, room) in &keep.rooms {
            self.rooms.insert(name.clone(), room.clone());
        }
        for entry in &keep.entries {
            self.entries.insert((entry.room.clone(), entry.key.clone()), entry.clone());
        }
        for gone in &keep.gone {
            self.entries.remove(gone);
        }
        if keep.me.is_some() {
            self.me.clone_from(&keep.me);
        }
    }
}

impl World {
    /// The page reads all that is kept, after a while.
    pub fn read_database(&mut self, client: usize) {
        let load = self.clients[client].loads;
        let most = if self.tools.chance.one_in(20) { 6_000 } else { 60 };
        let wait = self.tools.chance.span(most);
        if wait >= PATIENCE {
            self.clients[client].machine.0.was_slow.set(true);
        }
        self.tools.agenda.after(wait, move |world| {
            if world.clients[client].loads != load {
                return;
            }
            // Reading waits for what was to be written before (Indexed Database API, transaction scheduling).
            let machine = world.clients[client].machine.clone();
            while machine.look(|database| !database.waiting.is_empty()) {
                world.commit(&machine);
            }
            let action = match machine.look(|database| database.trouble) {
                Some(StorageTrouble::Forbidden) => Action::StorageFailed(StorageTrouble::Forbidden),
                _ => Action::Loaded(Box::new(machine.look(Database::loaded))),
            };
            world.act(client, action);
        });
    }

    /// The page wants something kept.
    pub fn keep(&mut self, client: usize, keep: Keep) {
        let known = &self.clients[client];
        let (machine, load) = (known.machine.clone(), known.loads);
        if self.tools.sabotaged(Sabotage::KeptTooEarly, 1) {
            let (early, number) = (keep.clone(), keep.number);
            self.tools.agenda.after(0, move |world| {
                if world.clients[client].loads == load {
                    world.reported(client, &early);
                    world.act(client, Action::Kept { number });
                }
            });
        }
        machine.change(|database| database.waiting.push_back(Transaction { client, load, keep }));
        let most = if self.tools.chance.one_in(30) && !self.tools.calm.get() { 8_000 } else { 40 };
        self.tools.agenda.after(self.tools.chance.span(most), move |world| world.commit(&machine));
    }

    /// The next transaction is done, or cannot be.
    fn commit(&mut self, machine: &Machine) {
        let Some(Transaction { client, load, keep }) = machine.change(|database| database.waiting.pop_front()) else {
            return;
        };
        let is_gone = self.clients[client].loads != load || self.clients[client].app.is_none();
        if is_gone && self.tools.chance.one_in(2) {
            return;
        }
        if let Some(trouble) = machine.look(|database| database.trouble) {
            if !is_gone {
                self.act(client, Action::StorageFailed(trouble));
            }
            return;
        }
        machine.change(|database| database.take(&keep));
        self.tools.note(|| format!("client {client} has kept {keep:?}"));
        if !keep.entries.is_empty() || !keep.gone.is_empty() {
            self.tell_others(client, machine);
        }
        if !is_gone {
            self.reported(client, &keep);
            self.act(client, Action::Kept { number: keep.number });
        }
    }

    /// The page is told that this is kept: from here on it must not be lost.
    fn reported(&self, client: usize, keep: &Keep) {
        for typed in self.ledger.entries().typed.iter_mut().filter(|typed| typed.client == client) {
            let (room, _, key) = &typed.name;
            typed.kept |= keep.entries.iter().any(|entry| entry.key == *key && entry.room == *room);
        }
    }

    /// The other pages of the machine read what is stored now.
    fn tell_others(&self, client: usize, machine: &Machine) {
        for (other, known) in self.clients.iter().enumerate() {
            if other == client || !known.machine.is(machine) || known.app.is_none() {
                continue;
            }
            let load = known.loads;
            self.tools.agenda.after(self.tools.chance.span(60), move |world| {
                if world.clients[other].loads == load {
                    let machine = &world.clients[other].machine;
                    let entries = machine.look(|database| database.entries.values().cloned().collect());
                    world.act(other, Action::OutboxShared { entries });
                }
            });
        }
    }
}
