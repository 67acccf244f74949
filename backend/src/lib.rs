//! Warren's server: it serves the client, keeps the logs, and relays events.

pub mod log;
