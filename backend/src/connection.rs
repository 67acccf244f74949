//! A WebSocket connection: what comes in is checked at the edge and handed to a conversation; what goes out is written
//! from where all of a room's followers share it, as fast as each client takes it.
//!
//! Invariants: one slow client costs nobody else anything, and the server a bounded amount of memory; control frames
//! stand between frames; every end has a close code, except where the client no longer reads.

mod allowance;
mod deflate;
mod edge;
mod fan;
mod follow;
mod gate;
mod outgoing;
mod plain;
mod secure;
mod serve;
mod socket;
mod upgrade;
mod v1;
mod writing;

pub mod frames;

pub use deflate::{Agreed, Deflate, deflated};
pub use edge::{Accepted, accept};
pub use fan::Fan;
pub use gate::Incoming;
pub use outgoing::Outgoing;
pub use plain::{NotJoined, Plain};
pub use serve::{Conversation, Going, Stop, Timing, serve, spread};
pub use socket::Socket;
pub use upgrade::{Inbound, Upgraded, listen};
pub(crate) use v1::NO_ACCESS;
pub use v1::V1;
