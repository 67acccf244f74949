//! `bench memory`: what clients cost that do not behave. Some stop reading for a minute; or all are cut at once, and all
//! come back.

use std::{
    path::PathBuf,
    time::{Duration, Instant},
};

use anyhow::{Context as _, ensure};
use clap::{Args, ValueEnum};

use super::{
    connections,
    cores::stay_on,
    dialect::Protocol,
    load::{Churn, Load, Pace, Plan, Until},
    open_files,
    party::{Ground, Party, Server},
};
use crate::say;

/// Messages a second while clients stall.
const STALLED_RATE: f64 = 200.0;
/// Messages a second while all come back.
const RETURNING_RATE: f64 = 20.0;
/// How often memory is looked at.
const LOOK: Duration = Duration::from_millis(250);
/// Clients that connect at a time when all come back.
const HERD: usize = 1_000;
/// How long all may take to come back.
const RETURN: Duration = Duration::from_mins(2);

/// Which hardship, and how much of it.
#[derive(Args)]
pub(crate) struct Hardship {
    /// What happens. [default: both]
    what: Option<What>,
    /// Seconds that clients do not read.
    #[arg(long, default_value_t = 60)]
    seconds: u64,
    /// Clients that do not read.
    #[arg(long, default_value_t = 8)]
    stalled: usize,
    /// Clients that are cut at once.
    #[arg(long, default_value_t = 10_000)]
    clients: usize,
    /// The server: Warren, with its log on disk or in memory.
    #[arg(long, value_enum, default_value_t = Party::Warren)]
    party: Party,
    /// Where the data directory is made. [default: the system's for temporary files]
    #[arg(long, value_name = "DIRECTORY")]
    data: Option<PathBuf>,
}

#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
enum What {
    /// Some clients stop reading, and read on later.
    Stall,
    /// All clients are cut at once, and come back at once.
    Avalanche,
}

/// Runs it.
///
/// # Errors
/// Where a message is lost, doubled or out of order, or the server fails.
pub(crate) fn run(hardship: Hardship) -> anyhow::Result<()> {
    let Hardship { what, seconds, stalled, clients, party, data } = hardship;
    ensure!(party.protocol(Protocol::V1) == Protocol::V1, "only Warren has a way for clients to go on where they were");
    ensure!((1..=50).contains(&stalled) && seconds > 0, "1 to 50 clients stop reading, for a second or more");
    let files = open_files();
    let ground = Ground::find(data)?;
    stay_on(ground.cores.load)?;
    if what != Some(What::Avalanche) {
        let server = Server::start(party, &ground)?;
        stall(&server, stalled, Duration::from_secs(seconds)).with_context(|| server.said())?;
    }
    if what != Some(What::Stall) {
        let most = connections(files);
        let server = Server::start(party, &ground)?;
        avalanche(&server, clients.clamp(20, most)).with_context(|| server.said())?;
    }
    Ok(())
}

fn plan(rooms: usize, clients: usize) -> Plan {
    Plan {
        protocol: Protocol::V1,
        rooms,
        clients,
        senders: 1,
        payload: 64,
        stalling: 0,
        churning: 0,
        until: Until::All,
        people: 100,
    }
}

/// The same twice, so that what the log itself takes is known: with all reading, and with some that do not.
fn stall(server: &Server, stalled: usize, time: Duration) -> anyhow::Result<()> {
    let mut load = Load::new(Plan { stalling: stalled, ..plan(1, 20 + stalled) }, server.address)?;
    load.join()?;
    let pace = Pace::Rate(STALLED_RATE);
    say(&format!("{STALLED_RATE} messages a second for {} s, all of 20 + {stalled} clients read", time.as_secs()));
    let reading = growth(server, &mut load, pace, time)?;
    say(&format!("  the server's memory grew by {reading} KiB"));
    say(&format!("the same, and {stalled} clients do not read"));
    load.begin();
    load.stall(true)?;
    let stalling = growth(server, &mut load, pace, time)?;
    let each = |kib: i64| kib.max(0) / i64::try_from(stalled).unwrap_or(1);
    say(&format!(
        "  the server's memory grew by {stalling} KiB: for each of them {} KiB more than before, and at most {} KiB",
        each(stalling - reading),
        each(stalling)
    ));
    let latency = load.timing.points();
    say(&format!("  the others meanwhile: relay p99 {:.2} ms", latency.relay.p99));
    load.stall(false)?;
    let began = Instant::now();
    load.drain()?;
    say(&format!(
        "  they read again, and have everything in order after {:.2} s; {} of them came back by a new connection",
        began.elapsed().as_secs_f64(),
        load.counts.returns
    ));
    Ok(())
}

/// By how many KiB the server's memory was above what it was, at most.
fn growth(server: &Server, load: &mut Load, pace: Pace, time: Duration) -> anyhow::Result<i64> {
    let kib = || anyhow::Ok(i64::try_from(server.process.memory()?.resident / 1_024)?);
    let before = kib()?;
    let mut most = before;
    let began = Instant::now();
    while began.elapsed() < time {
        load.run(pace, LOOK.min(time), Churn::None)?;
        most = most.max(kib()?);
    }
    Ok(most - before)
}

fn avalanche(server: &Server, clients: usize) -> anyhow::Result<()> {
    const ROOMS: usize = 10;
    const STEADY: usize = 2;
    let each = clients / ROOMS;
    let kib = || anyhow::Ok(server.process.memory()?.resident / 1_024);
    let mut load = Load::new(Plan { churning: each - STEADY, ..plan(ROOMS, each) }, server.address)?;
    load.join()?;
    let pace = Pace::Rate(RETURNING_RATE);
    load.run(pace, Duration::from_secs(2), Churn::None)?;
    let (before, used) = (kib()?, server.process.used()?);
    say(&format!("{} of {} clients are cut at once, and come back", ROOMS * (each - STEADY), ROOMS * each));
    load.begin();
    load.let_in_at_a_time(HERD);
    load.avalanche();
    let began = Instant::now();
    let mut most = before;
    while !load.all_are_in() {
        load.run(pace, LOOK, Churn::None)?;
        most = most.max(kib()?);
        ensure!(began.elapsed() < RETURN, "{} s later not all were back", RETURN.as_secs());
    }
    load.drain()?;
    let counts = load.counts;
    #[expect(clippy::cast_precision_loss, reason = "nanoseconds of two minutes")]
    let cpu = server.process.used()?.since(&used) as f64 / 1e9;
    say(&format!(
        "  all are back and have everything, in order, after {:.2} s; {} of their tries were put off",
        began.elapsed().as_secs_f64(),
        counts.refused
    ));
    say(&format!(
        "  the server used {cpu:.2} s of a core, and its memory was {before} KiB, at most {most}, then {}",
        kib()?
    ));
    say(&format!("  those who stayed meanwhile: relay p99 {:.2} ms", load.timing.points().relay.p99));
    Ok(())
}
