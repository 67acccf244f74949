//! What the server counts, for Prometheus, on an address of its own (`--metrics`).
//!
//! Numbers only: the words beside them are words of the program. No name of a room or a person, no id and no address can
//! get in, since nothing here takes a text from outside. To count costs one relaxed addition.
//!
//! The text is written by `text`, sixty lines. The crates for it keep a registry behind locks, which tables of fixed words
//! do not need, and either write `OpenMetrics`, which not all that scrape read, or bring protobuf.

use std::sync::{
    Arc, Mutex,
    atomic::{AtomicU64, Ordering},
};

use shared::{ClientFrame, Millis, RefusalCode};

use crate::lock::lock;

mod page;
mod serve;
mod text;
mod traffic;

pub use serve::listen;
pub use traffic::{Lane, Traffic};

/// What is spoken on a socket.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Protocol {
    /// The plain relay.
    Plain,
    /// `warren.v1`.
    V1,
}

/// What became of a handshake that came from where it may.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Entered {
    /// It was taken.
    Taken,
    /// There was no place.
    Full,
    /// There were too many of its address.
    SlowDown,
}

/// What all of a table's numbers are of, each with its word.
const PROTOCOLS: [&str; 2] = ["plain", "v1"];
const ENTERED: [&str; 3] = ["taken", "full", "slow_down"];
const CLASSES: [&str; 5] = ["1xx", "2xx", "3xx", "4xx", "5xx"];
const COMMANDS: [&str; 14] = [
    "plain",
    "open",
    "leave",
    "post",
    "edit",
    "delete",
    "react",
    "set_room",
    "typing",
    "rename",
    "read",
    "set_level",
    "forget",
    "ping",
];

type Table<const N: usize> = [AtomicU64; N];

/// What the server counts.
pub struct Metrics {
    began: Millis,
    connections: Table<2>,
    handshakes: [Table<3>; 2],
    commands: Table<14>,
    answers: Table<5>,
    /// Refusals are seldom, and their codes are the wire's.
    refusals: Mutex<Vec<(RefusalCode, u64)>>,
    /// What goes over sockets.
    pub traffic: Arc<Traffic>,
}

impl Metrics {
    /// Nothing yet, of a server that began then.
    #[must_use]
    pub fn new(began: Millis) -> Self {
        Self {
            began,
            connections: Default::default(),
            handshakes: Default::default(),
            commands: Default::default(),
            answers: Default::default(),
            refusals: Mutex::default(),
            traffic: Arc::default(),
        }
    }

    /// A conversation has begun.
    pub fn begun(&self, protocol: Protocol) {
        self.connections[protocol as usize].fetch_add(1, Ordering::Relaxed);
    }

    /// A conversation has ended.
    pub fn ended(&self, protocol: Protocol) {
        self.connections[protocol as usize].fetch_sub(1, Ordering::Relaxed);
    }

    /// Somebody wanted to connect.
    pub fn entered(&self, protocol: Protocol, entered: Entered) {
        count(&self.handshakes[protocol as usize], entered as usize);
    }

    /// A message came over the plain relay.
    pub fn plain(&self) {
        count(&self.commands, 0);
    }

    /// A frame came.
    pub fn frame(&self, frame: &ClientFrame) {
        let place = match frame {
            ClientFrame::Open { .. } => 1,
            ClientFrame::Leave { .. } => 2,
            ClientFrame::Post { .. } => 3,
            ClientFrame::Edit { .. } => 4,
            ClientFrame::Delete { .. } => 5,
            ClientFrame::React { .. } => 6,
            ClientFrame::SetRoom { .. } => 7,
            ClientFrame::Typing { .. } => 8,
            ClientFrame::Rename { .. } => 9,
            ClientFrame::Read { .. } => 10,
            ClientFrame::SetLevel { .. } => 11,
            ClientFrame::Forget { .. } => 12,
            ClientFrame::Ping { .. } => 13,
        };
        count(&self.commands, place);
    }

    /// Something was refused.
    pub fn refused(&self, code: RefusalCode) {
        let mut refusals = lock(&self.refusals);
        match refusals.iter_mut().find(|(known, _)| *known == code) {
            Some((_, times)) => *times += 1,
            None => refusals.push((code, 1)),
        }
    }

    /// A request was answered, with this status.
    pub fn answered(&self, status: u16) {
        count(&self.answers, usize::from(status / 100).saturating_sub(1));
    }
}

fn count(table: &[AtomicU64], place: usize) {
    if let Some(counter) = table.get(place) {
        counter.fetch_add(1, Ordering::Relaxed);
    }
}
