//! What goes wrong, and when. Each run has some of the kinds only, and each more or less often: a run in which
//! everything breaks all the time seldom comes to the point where one thing alone would do harm.

use crate::{chance::Chance, disk::Trouble, link::Link, server::Server, world::World};
use backend::log::{Command, Tidying};
use frontend::state::{Action, StorageTrouble};
use shared::{Epoch, Seq};
use std::rc::Rc;

/// A kind of fault.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// A link breaks, and both ends are told.
    Cut,
    /// A link carries nothing any more, in one direction or both, and nobody is told.
    HalfOpen,
    /// A link becomes slow.
    Slow,
    /// Events are lost, doubled or swapped.
    Spoil,
    /// The server's process is killed.
    Kill,
    /// The server is stopped in order, and started again.
    Stop,
    /// The disk is full for a while.
    Full,
    /// Commits fail for a while.
    FailedCommit,
    /// A sync fails.
    FailedSync,
    /// Reads fail for a while.
    FailedRead,
    /// The server's clock jumps.
    ServerClock,
    /// A client's clocks jump.
    ClientClock,
    /// A client's machine sleeps.
    Sleep,
    /// A client's page is gone, and loaded again.
    Unload,
    /// A client's page is put away and brought back.
    PutAway,
    /// A browser's database cannot be written for a while.
    Database,
    /// An older disk is put back, under a new epoch.
    Restore,
    /// An older disk is put back without a word.
    RollBack,
    /// A room drops what is old. (Nobody's fault; but whoever reads it at that moment must come through.)
    Retain,
}

const KINDS: [Kind; 19] = [
    Kind::Retain,
    Kind::Cut,
    Kind::HalfOpen,
    Kind::Slow,
    Kind::Spoil,
    Kind::Kill,
    Kind::Stop,
    Kind::Full,
    Kind::FailedCommit,
    Kind::FailedSync,
    Kind::FailedRead,
    Kind::ServerClock,
    Kind::ClientClock,
    Kind::Sleep,
    Kind::Unload,
    Kind::PutAway,
    Kind::Database,
    Kind::Restore,
    Kind::RollBack,
];

impl Kind {
    /// Some of the kinds, each as likely to be among them as not.
    #[must_use]
    pub fn some(chance: &Chance) -> Vec<Self> {
        KINDS.into_iter().filter(|_| chance.one_in(2)).collect()
    }
}

impl World {
    /// Something goes wrong, and then again, until all is healed.
    pub fn fault(&mut self, every: u64) {
        if self.tools.calm.get() {
            return;
        }
        let wait = self.tools.chance.span(every);
        self.tools.agenda.after(wait, move |world| world.fault(every));
        let Some(kind) = self.tools.chance.pick(&self.kinds).copied() else { return };
        self.faults += 1;
        self.tools.note(|| format!("FAULT {kind:?}"));
        self.break_something(kind);
    }

    fn break_something(&mut self, kind: Kind) {
        let chance = self.tools.chance.clone();
        match kind {
            Kind::Cut => {
                if let Some(link) = self.any_link() {
                    link.cut();
                }
            }
            Kind::HalfOpen => self.half_open(),
            Kind::Slow => {
                if let Some(link) = self.any_link() {
                    let (up, down) = (chance.span(20_000), chance.span(20_000));
                    link.with(|inner| (inner.up.slow_down(up), inner.down.slow_down(down)));
                }
            }
            Kind::Spoil => {
                if let Some(link) = self.any_link() {
                    link.with(|inner| inner.spoil = 1 + chance.small() % 3);
                }
            }
            Kind::Kill => self.crash(None),
            Kind::Stop => self.stop(),
            Kind::Full => self.disk_trouble(Trouble::Full, chance.span(20_000)),
            Kind::FailedCommit => self.disk_trouble(Trouble::Failed, chance.span(2_000)),
            Kind::FailedSync => {
                self.disk_trouble(Trouble::Unsound, chance.span(5_000));
                // Somebody looks after it in the end.
                self.tools.agenda.after(5_000 + chance.span(20_000), |world| {
                    if !world.tools.calm.get() {
                        world.crash(None);
                    }
                });
            }
            Kind::FailedRead => {
                self.disk.unreadable(true);
                self.tools.agenda.after(chance.span(5_000), |world| world.disk.unreadable(false));
            }
            Kind::ServerClock => self.shift_clock(any_shift(&chance)),
            Kind::ClientClock => {
                if let Some(client) = chance.place(self.clients.len()) {
                    self.clients[client].machine.shift_clock(any_shift(&chance));
                    self.clients[client].leapt += chance.span(100_000);
                    self.act(client, Action::DeadlinePassed);
                }
            }
            Kind::Sleep => {
                if let Some(client) = chance.place(self.clients.len()) {
                    self.clients[client].asleep_until = self.tools.agenda.now() + chance.span(200_000);
                }
            }
            Kind::Unload => {
                if let Some(client) = chance.place(self.clients.len()) {
                    self.unload(client);
                    self.tools.agenda.after(chance.span(20_000), move |world| world.load(client));
                }
            }
            Kind::PutAway => {
                if let Some(client) = chance.place(self.clients.len()).filter(|client| self.is_awake(*client)) {
                    self.act(client, Action::PagePutAway);
                    self.tools.agenda.after(chance.span(60_000), move |world| world.act(client, Action::Probed));
                }
            }
            Kind::Database => {
                if let Some(client) = chance.place(self.clients.len()) {
                    let machine = self.clients[client].machine.clone();
                    machine.trouble(chance.pick(&[StorageTrouble::Full, StorageTrouble::Broken]).copied());
                    self.tools.agenda.after(chance.span(60_000), move |_| machine.trouble(None));
                }
            }
            Kind::Restore | Kind::RollBack if chance.one_in(2) => self.disk.copy(),
            Kind::Restore => {
                self.epochs += 1;
                let epoch = Epoch::from(format!("e{}", self.epochs));
                self.put_back(Some(epoch));
            }
            Kind::RollBack => self.put_back(None),
            Kind::Retain => self.retain(),
        }
    }

    /// Somebody is before this client.
    #[must_use]
    pub fn is_awake(&self, client: usize) -> bool {
        let known = &self.clients[client];
        known.app.is_some() && known.asleep_until <= self.tools.agenda.now()
    }

    fn any_link(&self) -> Option<Rc<Link>> {
        let alive: Vec<_> = self.links.values().filter(|link| link.is_alive()).collect();
        self.tools.chance.pick(&alive).map(|link| Rc::clone(link))
    }

    fn half_open(&mut self) {
        let Some(link) = self.any_link() else { return };
        let which = self.tools.chance.between(1, 3);
        link.with(|inner| {
            inner.up.blocked |= which & 1 > 0;
            inner.down.blocked |= which & 2 > 0;
        });
        // After a while it breaks, or carries on, with all that stood still in between; or stays so.
        let id = link.id;
        let end = self.tools.chance.below(3);
        self.tools.agenda.after(self.tools.chance.span(150_000), move |world| match (end, world.links.get(&id)) {
            (0, Some(link)) => link.cut(),
            (1, Some(_)) => world.unblock(id),
            _ => {}
        });
    }

    /// A link carries again what stood still in it.
    pub fn unblock(&mut self, id: u32) {
        if let Some(link) = self.links.get(&id) {
            link.with(|inner| (inner.up.blocked, inner.down.blocked) = (false, false));
            self.arrived_up(id);
            self.arrived_down(id);
        }
    }

    /// A room drops its beginning, up to any place.
    fn retain(&self) {
        let room = self.any_room();
        let head = self.disk.look(|image| image.room(&room).head());
        let before = Some(Seq(self.tools.chance.between(1, head.0 + 1)));
        if let Some(server) = &self.server {
            // Where it is not done, the room keeps what it has.
            drop(server.log.submit(Command::Tidy(Tidying::Drop { room, before })));
        }
    }

    fn disk_trouble(&mut self, trouble: Trouble, ms: u64) {
        self.disk.trouble(Some(trouble));
        self.tools.agenda.after(ms, |world| world.disk.trouble(None));
    }

    /// The server is told to stop; it is gone a little later, and comes back.
    fn stop(&mut self) {
        let Some(server) = &self.server else { return };
        Server::stop(server);
        self.tools.agenda.after(5_000, |world| world.crash(None));
    }

    /// An older disk takes the place of the server's: under a new epoch, as restoring a copy does it, or without.
    fn put_back(&mut self, epoch: Option<Epoch>) {
        let Some(copy) = self.tools.chance.place(self.disk.copies()) else { return };
        self.crash(None);
        self.tools.note(|| format!("copy {copy} is put back under {epoch:?}"));
        let Some(before) = self.disk.put_back(copy, epoch) else { return };
        self.put_back += 1;
        let now = self.disk.durable();
        let mut entries = self.ledger.entries();
        for (name, room) in &before.rooms {
            let kept = now.room(name);
            for (person, key) in room.keys.keys().filter(|key| !kept.keys.contains_key(*key)) {
                entries.rolled_back.insert((name.clone(), person.clone(), key.clone()));
            }
        }
    }

    /// Nothing goes wrong any more, and what is wrong is mended.
    pub fn heal(&mut self) {
        self.tools.note(|| "all is healed".to_owned());
        self.tools.calm.set(true);
        self.tools.crashes.set(false);
        self.disk.trouble(None);
        self.disk.unreadable(false);
        let unsound = |server: &Server| server.log.health() == backend::log::LogHealth::Unsound;
        if self.server.as_ref().is_some_and(unsound) {
            self.crash(None);
        }
        self.start_in(0);
        let ids: Vec<u32> = self.links.keys().copied().collect();
        for id in ids {
            if let Some(link) = self.links.get(&id) {
                link.with(|inner| {
                    inner.up.slow_down(20);
                    inner.down.slow_down(20);
                    inner.spoil = 0;
                });
            }
            self.unblock(id);
        }
        for client in 0..self.clients.len() {
            self.clients[client].asleep_until = 0;
            self.clients[client].machine.trouble(None);
            self.load(client);
            self.act(client, Action::Probed);
        }
    }
}

/// How far a clock jumps: by milliseconds or by days, forth or back.
fn any_shift(chance: &Chance) -> i64 {
    let by = chance.span(100_000_000).cast_signed();
    if chance.one_in(2) { by } else { -by }
}
