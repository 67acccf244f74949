//! The load: all clients on one thread, and what they do over a time.

use std::{
    collections::{BinaryHeap, VecDeque},
    net::SocketAddr,
    time::{Duration, Instant},
};

use anyhow::{Context as _, ensure};
use clap::ValueEnum;
use mio::{Events, Poll, Token};

use serde::Serialize;

use super::{
    client::{Client, Role, Stage},
    dialect::Protocol,
    http,
    ledger::Ledger,
    mark,
    timing::Timing,
    ws,
};

mod join;
mod receive;
mod run;

pub(crate) use run::{Churn, Pace};

/// Clients that join at a time, where nobody says otherwise.
const JOINING: usize = 200;
/// How long nothing may come where something should.
const PATIENCE: Duration = Duration::from_secs(15);
/// Each read takes at most so much.
const READ: usize = 256 * 1_024;
/// How long a client waits that was not let in, where nobody said how long.
const AGAIN: Duration = Duration::from_millis(500);

/// What the load looks like.
#[derive(Clone, Debug)]
pub(crate) struct Plan {
    pub(crate) protocol: Protocol,
    pub(crate) rooms: usize,
    /// In each room.
    pub(crate) clients: usize,
    /// In each room: those of its clients that send, in turn.
    pub(crate) senders: usize,
    /// The bytes of a text.
    pub(crate) payload: usize,
    /// In each room, of those that do not send: clients that stop reading.
    pub(crate) stalling: usize,
    /// In each room, of those that do not send: clients that are dropped and come back.
    pub(crate) churning: usize,
    /// When a message of a closed loop makes place for the next.
    pub(crate) until: Until,
    /// Sessions that the clients share, where the protocol has any.
    pub(crate) people: usize,
}

/// When a message of a closed loop makes place for the next.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum, Serialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Until {
    /// Everybody has it.
    All,
    /// Its sender has it back. How far the others may fall behind is then the server's affair.
    Own,
}

/// Counts since [`Load::begin`].
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Counts {
    /// Messages that everybody got.
    pub(crate) messages: u64,
    /// Messages that one client got.
    pub(crate) deliveries: u64,
    /// Bytes that were read.
    pub(crate) bytes: u64,
    /// Frames with deliveries in them.
    pub(crate) frames: u64,
    /// Reads that gave something.
    pub(crate) reads: u64,
    /// Clients that came back.
    pub(crate) returns: u64,
    /// Clients that were not let in at first, and asked again.
    pub(crate) refused: u64,
}

/// All clients.
pub(crate) struct Load {
    plan: Plan,
    address: SocketAddr,
    tokens: Vec<String>,
    poll: Poll,
    events: Events,
    clients: Vec<Client>,
    ledger: Ledger,
    marks: mark::Marks,
    pub(crate) timing: Timing,
    pub(crate) counts: Counts,
    buffer: Vec<u8>,
    began: Instant,
    /// Clients that wait for their turn to connect.
    waiting: VecDeque<usize>,
    /// Clients that connect again at a time.
    later: BinaryHeap<std::cmp::Reverse<(u64, usize)>>,
    joining: usize,
    /// Clients that join at a time.
    at_a_time: usize,
    ready: usize,
    /// Rooms where a message made place, and the next is due.
    vacant: Vec<usize>,
    /// Messages that have not made place for another yet.
    under_way: usize,
    /// Clients with something to write.
    dirty: Vec<usize>,
    /// Whose turn it is to send, by room.
    turns: Vec<usize>,
    heard: u64,
    /// Everybody is in: from now on the ledger is exact.
    settled: bool,
}

impl Load {
    /// Everybody, not connected yet.
    ///
    /// # Errors
    /// Where the system or the server refuses, or the plan is impossible.
    pub(crate) fn new(plan: Plan, address: SocketAddr) -> anyhow::Result<Self> {
        let Plan { rooms, clients, senders, stalling, churning, payload, .. } = plan;
        ensure!(rooms > 0 && clients > 0 && senders > 0, "there is nobody to send, or nobody to send to");
        ensure!(senders + stalling + churning <= clients, "a room has more parts to play than clients");
        ensure!((mark::SHORTEST..=4_000).contains(&payload), "a text has {} to 4000 bytes", mark::SHORTEST);
        let tokens =
            if plan.protocol == Protocol::V1 { http::sessions(address, plan.people.max(1))? } else { Vec::new() };
        let mut ledger = Ledger::new(rooms);
        let mut all = Vec::with_capacity(rooms * clients);
        for room in 0..rooms {
            if stalling + churning > 0 {
                ledger.keep(room);
            }
            for place in 0..clients {
                let role = if place >= clients - stalling {
                    Role::Stalling
                } else if place >= clients - stalling - churning {
                    Role::Churning
                } else {
                    ledger.wait_for_one_more(room);
                    Role::Steady
                };
                let mut client = Client::new(room, role);
                client.probe = place == 0 && room < 8;
                all.push(client);
            }
        }
        Ok(Self {
            waiting: (0..all.len()).collect(),
            clients: all,
            ledger,
            tokens,
            address,
            poll: Poll::new()?,
            events: Events::with_capacity(1_024),
            marks: mark::Marks::new(),
            timing: Timing::new()?,
            counts: Counts::default(),
            buffer: vec![0; READ],
            began: Instant::now(),
            later: BinaryHeap::new(),
            joining: 0,
            at_a_time: JOINING,
            ready: 0,
            vacant: Vec::new(),
            under_way: 0,
            dirty: Vec::new(),
            turns: vec![0; rooms],
            heard: 0,
            settled: false,
            plan,
        })
    }

    fn now(&self) -> u64 {
        nanos(self.began.elapsed())
    }

    fn room_name(room: usize) -> String {
        if room == 0 { "lobby".to_owned() } else { format!("room-{room}") }
    }

    /// From here on it counts.
    pub(crate) fn begin(&mut self) {
        self.counts = Counts::default();
        self.timing.begin(self.now());
    }

    fn cut(&mut self, index: usize, come_back_after: Duration) {
        let client = &mut self.clients[index];
        match client.stage {
            Stage::Away => return,
            Stage::Ready => self.ready -= 1,
            Stage::Connecting | Stage::Shaking | Stage::Opening => self.joining -= 1,
        }
        client.cut(self.poll.registry());
        if come_back_after.is_zero() {
            self.waiting.push_back(index);
        } else {
            self.later.push(std::cmp::Reverse((self.now() + nanos(come_back_after), index)));
        }
    }

    fn post(&mut self, room: usize, intended: u64) {
        let Plan { clients, senders, payload, protocol, .. } = self.plan;
        let index = room * clients + self.turns[room] % senders;
        self.turns[room] += 1;
        self.under_way += 1;
        let number = self.ledger.send(room, index, intended);
        let post = protocol.post(&Self::room_name(room), number, &mark::text(number, payload));
        ws::push(&mut self.clients[index].out, ws::TEXT, post.as_bytes());
        self.dirty.push(index);
    }

    fn flush(&mut self) -> anyhow::Result<()> {
        for index in std::mem::take(&mut self.dirty) {
            if self.clients[index].stage == Stage::Ready {
                self.clients[index].flush()?;
            }
        }
        Ok(())
    }

    /// Does what is due, waiting at most so long for it.
    ///
    /// # Errors
    /// As [`Load::run`].
    pub(crate) fn turn(&mut self, wait: Duration) -> anyhow::Result<()> {
        while let Some(std::cmp::Reverse((at, index))) = self.later.peek().copied()
            && at <= self.now()
        {
            self.later.pop();
            match self.clients[index].stage {
                Stage::Away => self.waiting.push_back(index),
                Stage::Opening => self.open(index)?,
                Stage::Connecting | Stage::Shaking | Stage::Ready => {}
            }
        }
        while self.joining < self.at_a_time
            && let Some(index) = self.waiting.pop_front()
        {
            self.connect(index)?;
        }
        // The system counts in whole milliseconds, upwards: the last one is waited for by asking again and again.
        let wait = Duration::from_millis(u64::try_from(wait.as_millis()).unwrap_or(u64::MAX).min(100));
        let mut events = std::mem::replace(&mut self.events, Events::with_capacity(0));
        match self.poll.poll(&mut events, Some(wait)) {
            Err(error) if error.kind() == std::io::ErrorKind::Interrupted => events.clear(),
            polled => polled?,
        }
        for event in &events {
            let Token(index) = event.token();
            if event.is_writable() {
                self.writable(index)?;
            }
            if event.is_readable() {
                self.receive(index, event.is_read_closed())?;
            }
        }
        self.flush()?;
        if !events.is_empty() {
            self.heard = self.now();
        }
        self.events = events;
        let expects = self.ledger.incomplete() > 0 || self.joining > 0;
        ensure!(
            !expects || self.now() < self.heard + nanos(PATIENCE),
            "nothing came for {} s: {} messages are not everywhere, {} clients not in",
            PATIENCE.as_secs(),
            self.ledger.incomplete(),
            self.clients.len() - self.ready
        );
        Ok(())
    }

    fn connect(&mut self, index: usize) -> anyhow::Result<()> {
        let client = &mut self.clients[index];
        let token = self.tokens.get(index % self.tokens.len().max(1));
        let path = self.plan.protocol.path(&Self::room_name(client.room));
        let greeting = http::upgrade(self.address, &path, token.map(String::as_str));
        client
            .connect(self.poll.registry(), Token(index), self.address, greeting)
            .with_context(|| format!("client {index} cannot connect"))?;
        self.joining += 1;
        Ok(())
    }

    fn writable(&mut self, index: usize) -> anyhow::Result<()> {
        let client = &mut self.clients[index];
        if client.stage == Stage::Connecting {
            match client.is_connected() {
                Ok(true) => client.stage = Stage::Shaking,
                Ok(false) => return Ok(()),
                Err(why) => return self.lost(index, AGAIN, &format!("{why:#}")),
            }
        }
        match self.clients[index].flush() {
            Ok(()) => Ok(()),
            Err(why) => self.lost(index, AGAIN, &format!("{why:#}")),
        }
    }

    /// A connection ended. Whoever is to stay ends the measurement with it; the others come back.
    fn lost(&mut self, index: usize, again: Duration, why: &str) -> anyhow::Result<()> {
        let client = &self.clients[index];
        ensure!(client.role != Role::Steady || !self.settled && client.stage != Stage::Ready, "client {index}: {why}");
        ensure!(
            client.role != Role::Stalling || client.epoch.is_some() || client.stage != Stage::Ready,
            "client {index} stalled and was cut ({why}), and what it missed cannot be asked for"
        );
        if client.stage != Stage::Ready {
            self.counts.refused += 1;
        }
        self.cut(index, again);
        Ok(())
    }
}

fn nanos(time: Duration) -> u64 {
    u64::try_from(time.as_nanos()).unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests;
