//! Benchmarks. Each prints its figures to the terminal; none asserts anything, because machines differ.

mod durable;
#[cfg(target_os = "linux")]
mod relay;
#[cfg(target_os = "linux")]
mod serve;
#[cfg(target_os = "linux")]
mod shelf;
mod slow;

use std::{io::Write as _, path::PathBuf, time::Duration};

use clap::{Parser, Subcommand};

#[derive(Parser)]
#[command(name = "bench", about = "What Warren costs, in figures")]
struct Arguments {
    #[command(subcommand)]
    what: What,
}

#[derive(Subcommand)]
enum What {
    /// Durable posts a second, and posts a commit, for 1, 10 and 100 senders at a time.
    Durable {
        /// Seconds for each number of senders.
        #[arg(long, default_value_t = 5)]
        seconds: u64,
        /// Where the data directory is made, for the disk that is to be measured. [default: the system's for temporary
        /// files]
        #[arg(long, value_name = "DIRECTORY")]
        data: Option<PathBuf>,
        /// Make each commit take at least so many milliseconds, as a slower disk would.
        #[arg(long, value_name = "MILLISECONDS", default_value_t = 0)]
        commit_ms: u64,
    },
    /// One measurement of the relay, with a load of one's own.
    #[cfg(target_os = "linux")]
    Load(relay::free::Free),
    /// The standard set: Warren beside its peers, and beside itself.
    #[cfg(target_os = "linux")]
    Relay(relay::standard::Standard),
    /// What clients cost that stop reading, and that are all cut at once and come back.
    #[cfg(target_os = "linux")]
    Memory(relay::hardship::Hardship),
    /// Hostile handshakes and frames, and what honest clients notice of them.
    #[cfg(target_os = "linux")]
    Hostile(relay::hostile::Hostile),
    /// The server as it is, with its log on disk or in memory.
    #[cfg(target_os = "linux")]
    Serve(Box<serve::Serve>),
}

fn main() -> anyhow::Result<()> {
    match Arguments::parse().what {
        What::Durable { seconds, data, commit_ms } => {
            durable::run(Duration::from_secs(seconds.max(1)), data, Duration::from_millis(commit_ms))
        }
        #[cfg(target_os = "linux")]
        What::Load(free) => relay::free::run(free),
        #[cfg(target_os = "linux")]
        What::Relay(standard) => relay::standard::run(standard),
        #[cfg(target_os = "linux")]
        What::Memory(hardship) => relay::hardship::run(hardship),
        #[cfg(target_os = "linux")]
        What::Hostile(hostile) => relay::hostile::run(&hostile),
        #[cfg(target_os = "linux")]
        What::Serve(serve) => serve::run(&serve),
    }
}

/// To the terminal; where that is gone, there is nobody to be told.
fn say(line: &str) {
    drop(writeln!(std::io::stdout(), "{line}"));
}
