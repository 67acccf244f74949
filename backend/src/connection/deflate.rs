//! Compression: the extension `permessage-deflate` (RFC 7692), without memory of earlier messages in either direction.
//!
//! So what goes out is compressed once and is the same bytes for everybody who agreed, and what comes in is inflated
//! by a state that lives as long as its message. A waiting connection costs nothing more for having agreed.

mod header;
mod inbound;
mod offers;
mod outbound;

pub(super) use inbound::{Fault, Inflating};
pub use offers::{Agreed, Deflate};
pub use outbound::deflated;
pub(super) use outbound::put_header;

#[cfg(test)]
pub(super) mod testing;
