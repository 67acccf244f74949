//! Warren's server: it serves the client, keeps the logs, and relays events.
//!
//! - [`log`] keeps every room's events, durable before anyone sees them, and wakes who follows a room.
//! - [`records`] keeps people and their sessions.
//! - [`policy`] says from where requests may come and how fast posts may.
//! - [`connection`] is a WebSocket connection: the gate, the relay, and the two conversations.
//! - [`push`] tells people by push of what none of their pages shows.
//! - [`http`] is the routes: the client's files, sockets, sessions, history.
//! - [`startup`] builds it all from a [`config`], and runs it until it is stopped.
//! - [`upkeep`] is what is done beside the server: backup, restore, check.

use std::sync::Arc;

use connection::{Deflate, Stop, Timing};
use log::{Clock, Log, Reads};
use policy::{Doors, Origins, Pace};
use records::People;

mod lock;

pub mod config;
pub mod connection;
pub mod http;
pub mod log;
pub mod policy;
pub mod push;
pub mod records;
pub mod startup;
pub mod upkeep;

/// What all requests share.
pub struct Warren {
    /// The logs.
    pub log: Log,
    /// Reading them.
    pub reads: Reads,
    /// Who is connected.
    pub people: People,
    /// From where requests may come.
    pub origins: Origins,
    /// How many may connect.
    pub doors: Doors,
    /// How fast posts may.
    pub pace: Pace,
    /// How fast read positions and levels may.
    pub reading: Pace,
    /// Tells people by push; none where the store keeps no key for it.
    pub push: Option<Arc<push::Sender>>,
    /// With whom compression is agreed on.
    pub deflate: Deflate,
    /// The clocks of a connection.
    pub timing: Timing,
    /// The server's clock.
    pub clock: Clock,
    /// Says that the server stops.
    pub stop: Stop,
    /// The client's page, its policy computed.
    pub page: Arc<http::Page>,
}
