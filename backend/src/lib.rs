//! Warren's server: it serves the client, keeps the logs, and relays events.
//!
//! - [`log`] keeps every room's events, durable before anyone sees them, and wakes who follows a room.
//! - [`records`] keeps people and their sessions.
//! - [`policy`] says from where requests may come and how fast who may do what.
//! - [`connection`] is a WebSocket connection: the gate, the relay, and the two conversations.
//! - [`metrics`] is what the server counts.
//! - [`push`] tells people by push of what none of their pages shows.
//! - [`http`] is the routes: the client's files, sockets, sessions, history.
//! - [`startup`] builds it all from a [`config`], and runs it until it is stopped.
//! - [`tidy`] forgets those who leave, and drops what rooms no longer keep.
//! - [`tls`] is the certificate of a server that speaks TLS itself.
//! - [`upkeep`] is what is done beside the server: backup, restore, check.

use std::sync::Arc;

use connection::{Deflate, Stop, Timing};
use log::{Clock, Log, Reads};
use policy::{Crowds, Doors, Origins, Pace, Proxies, Seldom};
use records::{People, Ways};

mod lock;

pub mod config;
pub mod connection;
pub mod http;
pub mod log;
pub mod metrics;
pub mod policy;
pub mod push;
pub mod records;
pub mod startup;
pub mod tidy;
pub mod tls;
pub mod upkeep;

/// What all requests share.
pub struct Warren {
    /// The logs.
    pub log: Log,
    /// Reading them.
    pub reads: Reads,
    /// Who is connected.
    pub people: People,
    /// How people sign in.
    pub ways: Ways,
    /// From where requests may come.
    pub origins: Origins,
    /// That requests are turned away because of where they come from is written now and then.
    pub turned_away: Seldom,
    /// The proxies that say where clients are.
    pub proxies: Proxies,
    /// How many may connect.
    pub doors: Doors,
    /// How many of an address may be connected; as many as there are places, where it is none.
    pub crowds: Option<Crowds>,
    /// How fast who may do what.
    pub pace: Pace,
    /// What is counted.
    pub metrics: metrics::Metrics,
    /// Tells people by push; none where the store keeps no key for it.
    pub push: Option<Arc<push::Sender>>,
    /// With whom compression is agreed on.
    pub deflate: Deflate,
    /// The clocks of a connection.
    pub timing: Timing,
    /// The server's clock.
    pub clock: Clock,
    /// So many days public rooms keep what is said in them; none is for ever.
    pub retention_days: Option<shared::Days>,
    /// Asks that those who leave are forgotten.
    pub tidy: tidy::Wanted,
    /// Says that the server stops.
    pub stop: Stop,
    /// The client's page, its policy computed.
    pub page: Arc<http::Page>,
}

/// Whether somebody may know of a room: whoever has the link, where it is no private one; else who is something in it. A
/// private room and one that is not there are the same to everybody else.
///
/// # Errors
/// [`log::ReadError`] where that cannot be looked up.
pub(crate) async fn may_read(
    warren: &Warren,
    room: &shared::RoomName,
    person: Option<&shared::PersonId>,
) -> Result<bool, log::ReadError> {
    if !room.is_closed() {
        return Ok(true);
    }
    // Whoever is nobody is a guest everywhere.
    let nobody = shared::PersonId::parse("0").ok();
    let Some(person) = person.or(nobody.as_ref()) else { return Ok(false) };
    let standing = warren.reads.standing(room.clone(), person.clone()).await?;
    let is_there = standing.head > shared::Seq::ZERO;
    Ok(is_there && standing.access.may(standing.role, shared::Deed::Read))
}
