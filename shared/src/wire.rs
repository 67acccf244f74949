//! The frames of the wire, as `docs/protocol.md` describes them. Its examples are this module's tests.
//!
//! Unknown fields and frame types are ignored by whoever receives them, so that versions can differ.

mod client;
mod plain;
mod server;

pub use client::ClientFrame;
pub use plain::{PlainMessage, PlainPost};
pub use server::{Reset, RoomHead, ServerFrame, SessionGranted, Signal};
