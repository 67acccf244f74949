//! The world of a run: a disk, a server on it, links, clients with people before them; and what is to happen to them.

use std::{
    cell::Cell,
    collections::BTreeMap,
    rc::Rc,
    sync::{
        Arc,
        atomic::{AtomicI64, Ordering},
    },
};

use backend::records::Token;
use shared::{Epoch, PersonId, RoomName};

use crate::{
    agenda::Agenda,
    chance::Chance,
    client::Client,
    disk::Disk,
    failure::{Failures, Harm},
    faults::Kind,
    ledger::Ledger,
    link::{Link, ServerEnd, Up},
    machine::Machine,
    sabotage::Sabotage,
    server::{ClockError, Server, Step, admit},
    trace::{Trace, Tracing},
};

/// What everything in a run uses; a cheap handle.
#[derive(Clone)]
pub struct Tools {
    /// What is to happen.
    pub agenda: Agenda<World>,
    /// The run's chance.
    pub chance: Chance,
    /// What has gone wrong.
    pub failures: Failures,
    /// The server may crash between two steps of its writer.
    pub crashes: Rc<Cell<bool>>,
    /// Nothing goes wrong any more.
    pub calm: Rc<Cell<bool>>,
    /// What is broken on purpose.
    pub sabotage: Option<Sabotage>,
    trace: Trace,
    tracing: bool,
}

impl Tools {
    /// Writes a line of the trace.
    pub fn note(&self, what: impl FnOnce() -> String) {
        if self.tracing {
            self.trace.line(self.agenda.now(), format_args!("{}", what()));
        }
    }

    /// This is broken on purpose, and it is its turn: once in so many times.
    #[must_use]
    pub fn sabotaged(&self, sabotage: Sabotage, once_in: u64) -> bool {
        self.sabotage == Some(sabotage) && self.chance.one_in(once_in)
    }

    /// Notes a failure.
    pub fn fail(&self, check: &'static str, harm: Harm, seen: String) {
        self.note(|| format!("FAILED {check}: {seen}"));
        self.trace.failed();
        self.failures.add(check, harm, seen);
    }
}

/// The world of a run.
pub struct World {
    /// What everything uses.
    pub tools: Tools,
    /// The server's disk.
    pub disk: Disk,
    /// The server, while it is up.
    pub server: Option<Server>,
    /// It is to be started.
    pub starting: bool,
    /// It posts too much too fast: the server's limits are on.
    pub limited: bool,
    /// How far the server's clock is from the truth.
    pub clock_error: ClockError,
    /// The links that are alive, or whose packets are.
    pub links: BTreeMap<u32, Rc<Link>>,
    /// The number of the next link.
    pub next_link: u32,
    /// The clients.
    pub clients: Vec<Client>,
    /// The rooms in which something is said.
    pub rooms: Vec<RoomName>,
    /// What people did.
    pub ledger: Ledger,
    /// Which kinds of fault this run has.
    pub kinds: Vec<Kind>,
    /// How many faults there were.
    pub faults: u64,
    /// The run is over.
    pub over: bool,
    /// How many epochs there were.
    pub epochs: u32,
    /// How often an older disk was put back.
    pub put_back: u32,
}

impl World {
    /// The world of a seed. Must be called in the run's runtime.
    #[must_use]
    pub fn new(seed: u64, sabotage: Option<Sabotage>, tracing: Tracing) -> Self {
        let chance = Chance::of(seed);
        let tools = Tools {
            agenda: Agenda::new(),
            chance: chance.clone(),
            failures: Failures::default(),
            crashes: Rc::new(Cell::new(chance.one_in(2))),
            calm: Rc::default(),
            sabotage,
            trace: Trace::new(tracing),
            tracing: tracing != Tracing::Off,
        };
        let rooms = ["lobby", "den", "attic"];
        let rooms = rooms.iter().take(1 + chance.place(3).unwrap_or(0)).filter_map(|name| RoomName::parse(name).ok());
        let mut clients: Vec<Client> = Vec::new();
        for _ in 0..chance.between(2, 5) {
            let shared = chance.pick(&clients).filter(|_| chance.one_in(4));
            clients.push(match shared {
                Some(other) => Client::new(other.person.clone(), other.token.clone(), other.machine.clone()),
                None => somebody(&chance),
            });
        }
        Self {
            kinds: Kind::some(&chance),
            disk: Disk::new(Epoch::from("e0".to_owned()), sabotage),
            server: None,
            starting: true,
            limited: chance.one_in(4),
            clock_error: Arc::new(AtomicI64::new(0)),
            links: BTreeMap::new(),
            next_link: 0,
            clients,
            rooms: rooms.collect(),
            ledger: Ledger::default(),
            faults: 0,
            over: false,
            epochs: 0,
            put_back: 0,
            tools,
        }
    }

    /// The trace so far.
    #[must_use]
    pub fn trace(&self) -> Vec<String> {
        self.tools.trace.lines()
    }

    /// Lets things happen until the run is over.
    pub async fn go_on(&mut self, most: u64) {
        while !self.over {
            if self.starting && self.server.is_none() {
                self.starting = false;
                let error = Arc::clone(&self.clock_error);
                self.tools.note(|| "the server starts".to_owned());
                self.server = Some(Server::start(&self.tools, &self.disk, error, self.limited).await);
            }
            let happening = match &self.server {
                Some(server) => server.tasks.run_until(self.tools.agenda.next()).await,
                None => self.tools.agenda.next().await,
            };
            happening(self);
            if self.tools.agenda.count() > most {
                self.tools.fail("a run comes to rest", Harm::Lost, format!("{most} things have happened"));
                return;
            }
        }
    }

    /// One of the rooms.
    pub fn any_room(&self) -> RoomName {
        self.tools.chance.pick(&self.rooms).cloned().unwrap_or_else(RoomName::lobby)
    }

    /// The server's process is gone, from one moment to the next; before a step of its writer, where one is named.
    pub fn crash(&mut self, before: Option<Step>) {
        if self.server.take().is_none() {
            return;
        }
        self.faults += 1;
        self.tools.note(|| format!("the server crashes, before {before:?}"));
        let chance = self.tools.chance.clone();
        // Its machine still says so, or is gone with it.
        let told = chance.one_in(2);
        for link in self.links.values() {
            link.drop_server(told);
        }
        self.disk.recover(chance.one_in(2));
        self.start_in(chance.span(20_000));
    }

    /// The server is started, after a while.
    pub fn start_in(&mut self, ms: u64) {
        self.tools.agenda.after(ms, |world| world.starting |= world.server.is_none());
    }

    /// The server's clock goes wrong.
    pub fn shift_clock(&self, by: i64) {
        self.clock_error.fetch_add(by, Ordering::Relaxed);
    }

    /// Something may have arrived at the server.
    pub fn arrived_up(&mut self, link: u32) {
        let Some(link) = self.links.get(&link).cloned() else { return };
        let now = self.tools.agenda.now();
        while let Some(what) = link.with(|inner| inner.up.take(now)) {
            match (&what, &self.server) {
                (Up::Hello, Some(server)) => {
                    let (to_server, incoming) = tokio::sync::mpsc::unbounded_channel();
                    let token = self.clients[link.client].token.clone();
                    let end = ServerEnd(Rc::clone(&link));
                    let (routes, fan, chance) = (server.routes.clone(), server.fan.clone(), self.tools.chance.clone());
                    let admitted = admit(routes, fan, token, end, incoming, chance);
                    let serving = server.tasks.spawn_local(admitted);
                    link.admitted(to_server, serving.abort_handle());
                }
                // Nobody listens: the machine says so.
                (Up::Hello, None) => link.down(crate::link::Down::Over, 0),
                _ => link.hear(what),
            }
        }
    }
}

/// Somebody new, with a cookie of their own.
fn somebody(chance: &Chance) -> Client {
    let raw = format!("wrn_{}", chance.letters(32));
    let person = Token::parse(&raw).map(|token| token.person());
    Client::new(person.unwrap_or_else(unreachable_person), raw, Machine::default())
}

fn unreachable_person() -> PersonId {
    unreachable!("32 letters of its alphabet are a token")
}
