//! What a relayed message costs: a load of many clients on one core, a server on another, and peers that do the same
//! work beside Warren. `docs/bench.md` says what the figures mean.

mod client;
mod cores;
mod dialect;
pub(crate) mod free;
pub(crate) mod hardship;
pub(crate) mod hostile;
mod http;
mod ledger;
mod load;
mod mark;
mod measure;
mod memory;
mod party;
mod probe;
mod process;
mod report;
pub(crate) mod standard;
mod timing;
mod ws;

/// Each client is a descriptor; the usual soft limit is far below what the machine allows.
fn open_files() -> u64 {
    rlimit::increase_nofile_limit(u64::MAX).unwrap_or(1_024)
}

/// The most clients with so many descriptors: a server keeps some of its own free, Warren an eighth of them and a
/// sixteenth of the rest.
fn connections(files: u64) -> usize {
    usize::try_from(files / 4 * 3).unwrap_or(usize::MAX)
}
