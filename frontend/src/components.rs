//! What the page is made of. Props in, callbacks out; no I/O, and no opinion about the state.
//!
//! What has no state of its own and is cheap to draw is a plain function: each component costs bytes.

mod calendar;
mod log;
mod log_chunk;
mod message_row;
mod message_tools;
mod said;
mod speaker;
mod status;

pub use log::{Log, LogProps};
pub use log_chunk::{LogChunk, LogChunkProps};
pub use message_row::{Line, MessageRow, MessageRowProps};
pub use said::{Marked, body};
pub use speaker::speaker;
pub use status::status;
