//! A WebSocket connection: what comes in is checked at the edge and handed to a conversation; what goes out is pulled
//! by the connection itself, as fast as its client takes it.
//!
//! Invariants: one slow client costs nobody else anything, and the server a bounded amount of memory; control frames
//! stand between frames; every end has a close code, except where the client no longer reads.

mod deflate;
mod edge;
mod follow;
mod gate;
mod outgoing;
mod plain;
mod relay;
mod serve;
mod v1;

pub mod frames;
pub mod tcp;

pub use deflate::{Agreed, Deflate, deflated};
pub use edge::{Accepted, accept};
pub use gate::Incoming;
pub use outgoing::Outgoing;
pub use plain::Plain;
pub use serve::{Conversation, Going, Stop, Timing, serve, spread};
pub use v1::V1;
