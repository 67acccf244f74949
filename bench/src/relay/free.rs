//! `bench load`: one measurement with a load of one's own.

use std::{path::PathBuf, time::Duration};

use anyhow::ensure;
use clap::Args;

use super::{
    cores::stay_on,
    dialect::Protocol,
    load::{Pace, Plan, Until},
    measure::{Figures, Scenario, measure},
    party::{Ground, Party},
};
use crate::say;

/// What the load is.
#[derive(Args)]
pub(crate) struct Free {
    /// The server.
    #[arg(long, value_enum, default_value_t = Party::Warren)]
    party: Party,
    /// What Warren is spoken to in.
    #[arg(long, value_enum, default_value_t = Protocol::Plain)]
    protocol: Protocol,
    /// Rooms.
    #[arg(long, default_value_t = 1)]
    rooms: usize,
    /// Clients in each room.
    #[arg(long, default_value_t = 1_000)]
    clients: usize,
    /// Clients in each room that send, in turn.
    #[arg(long, default_value_t = 16)]
    senders: usize,
    /// Messages under way at any time, in all rooms together (closed loop).
    #[arg(long, default_value_t = 16)]
    in_flight: usize,
    /// When a message of the closed loop makes place for the next.
    #[arg(long, value_enum, default_value_t = Until::All)]
    until: Until,
    /// Messages a second, in all rooms together, whatever becomes of them (open loop). In the place of --in-flight.
    #[arg(long, value_name = "MESSAGES A SECOND")]
    rate: Option<f64>,
    /// Bytes of a text.
    #[arg(long, default_value_t = 64)]
    payload: usize,
    /// Part of the clients that stops reading while it is measured, 0 to 1.
    #[arg(long, default_value_t = 0.0)]
    stalled: f64,
    /// Connections that are dropped and opened anew, a second.
    #[arg(long, value_name = "CONNECTIONS A SECOND", default_value_t = 0.0)]
    jitter: f64,
    /// Seconds that are measured.
    #[arg(long, default_value_t = 5.0)]
    seconds: f64,
    /// Seconds before.
    #[arg(long, default_value_t = 1.0)]
    warm_up: f64,
    /// Sessions that the clients of `warren.v1` share.
    #[arg(long, default_value_t = 100)]
    people: usize,
    /// Print the figures as JSON.
    #[arg(long)]
    json: bool,
    /// Where the data directory is made, for the disk that is to be measured. [default: the system's for temporary
    /// files]
    #[arg(long, value_name = "DIRECTORY")]
    data: Option<PathBuf>,
}

/// Measures once.
///
/// # Errors
/// Where something fails, or was lost.
pub(crate) fn run(free: Free) -> anyhow::Result<()> {
    let Free { rooms, clients, payload, protocol, people, .. } = free;
    ensure!((0.0..1.0).contains(&free.stalled), "--stalled is a part of the clients, from 0 to below 1");
    ensure!(free.seconds > 0.0 && free.warm_up >= 0.0 && free.jitter >= 0.0, "times and rates are positive");
    ensure!(free.rate.is_none_or(|rate| rate > 0.0), "--rate is positive");
    let senders = free.senders.clamp(1, clients);
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, clippy::cast_precision_loss, reason = "a share")]
    let stalling = ((clients as f64 * free.stalled) as usize).min(clients - senders);
    let churning = if free.jitter > 0.0 { (clients - senders - stalling) / 2 } else { 0 };
    let ground = Ground::find(free.data)?;
    super::open_files();
    stay_on(ground.cores.load)?;
    let scenario = Scenario {
        plan: Plan { protocol, rooms, clients, senders, payload, stalling, churning, until: free.until, people },
        pace: free.rate.map_or(Pace::InFlight(free.in_flight.max(1)), Pace::Rate),
        jitter: free.jitter,
        warm_up: Duration::from_secs_f64(free.warm_up),
        time: Duration::from_secs_f64(free.seconds),
    };
    let figures = measure(&ground, free.party, &scenario)?;
    if free.json {
        say(&serde_json::to_string_pretty(&figures)?);
    } else {
        show(free.party, &figures);
    }
    Ok(())
}

fn show(party: Party, figures: &Figures) {
    let Figures { latency, memory: [before, joined, after], clients, .. } = figures;
    let kib = |bytes: u64| bytes / 1_024;
    say(&format!("{} over {:?}: {clients} clients, {:.1} s", party.name(), figures.protocol, figures.seconds));
    say(&format!(
        "messages/s {:.0}, deliveries {}, {:.0} bytes each, {:.1} a frame, {:.1} a read",
        figures.messages_a_second,
        figures.deliveries,
        figures.bytes_a_delivery,
        figures.deliveries_a_frame,
        figures.deliveries_a_read
    ));
    say(&format!(
        "server: {:.3} µs a delivery, {:.0} % of a core; load: {:.0} % of a core",
        figures.cpu_us_a_delivery,
        figures.server_busy * 100.0,
        figures.load_busy * 100.0
    ));
    for (name, points) in
        [("commit", &latency.commit), ("relay", &latency.relay), ("whole", &latency.whole), ("own", &latency.own)]
    {
        let super::timing::Points { p50, p90, p99, p999, most, .. } = points;
        say(&format!("{name:6} ms: p50 {p50:.2}, p90 {p90:.2}, p99 {p99:.2}, p99.9 {p999:.2}, most {most:.2}"));
    }
    let each = (joined.resident.saturating_sub(before.resident)) / *clients as u64;
    say(&format!(
        "memory KiB: {} at first, {} with all in ({:.1} each), {} afterwards",
        kib(before.resident),
        kib(joined.resident),
        f64::from(u32::try_from(each).unwrap_or(u32::MAX)) / 1_024.0,
        kib(after.resident)
    ));
    if figures.returns + figures.refused > 0 {
        say(&format!("came back: {}, told to come later: {}", figures.returns, figures.refused));
    }
}
