//! One measurement: a server is started, everybody joins, and what happens in a time is counted.

use std::time::{Duration, Instant};

use anyhow::Context as _;
use serde::Serialize;

use super::{
    dialect::Protocol,
    load::{Churn, Load, Pace, Plan},
    party::{Ground, Party, Server},
    process::{Memory, Process},
    timing::Latency,
};

/// What is to be measured.
#[derive(Clone, Debug)]
pub(crate) struct Scenario {
    pub(crate) plan: Plan,
    pub(crate) pace: Pace,
    pub(crate) jitter: f64,
    pub(crate) warm_up: Duration,
    pub(crate) time: Duration,
}

/// What was measured.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct Figures {
    pub(crate) protocol: Protocol,
    /// Clients in all rooms.
    pub(crate) clients: usize,
    /// Seconds that were measured.
    pub(crate) seconds: f64,
    /// Messages a second that everybody got.
    pub(crate) messages_a_second: f64,
    /// Messages that one client got.
    pub(crate) deliveries: u64,
    /// Bytes on the wire, frame headers included.
    pub(crate) bytes_a_delivery: f64,
    /// How many a frame carried.
    pub(crate) deliveries_a_frame: f64,
    /// How many a client got with one system call.
    pub(crate) deliveries_a_read: f64,
    /// Processor time of the server, in microseconds.
    pub(crate) cpu_us_a_delivery: f64,
    /// The part of the time that the server used a core.
    pub(crate) server_busy: f64,
    /// The same for the load; near 1, the load is what limits.
    pub(crate) load_busy: f64,
    pub(crate) latency: Latency,
    /// Before anybody connected, when everybody was in, and afterwards.
    pub(crate) memory: [Memory; 3],
    /// Clients that came back.
    pub(crate) returns: u64,
    /// Times that one was told to come later.
    pub(crate) refused: u64,
}

/// Measures.
///
/// # Errors
/// Where the server does not start or fails, or a message is lost, doubled or out of order: then nothing was measured.
pub(crate) fn measure(ground: &Ground, party: Party, scenario: &Scenario) -> anyhow::Result<Figures> {
    let server = Server::start(party, ground)?;
    let mut plan = scenario.plan.clone();
    plan.protocol = party.protocol(plan.protocol);
    let measured = with_load(&server, plan, scenario);
    measured.with_context(|| format!("{} failed; it said: {}", party.name(), server.said()))
}

fn with_load(server: &Server, plan: Plan, scenario: &Scenario) -> anyhow::Result<Figures> {
    let Scenario { pace, jitter, warm_up, time, .. } = *scenario;
    let (protocol, clients) = (plan.protocol, plan.rooms * plan.clients);
    let before = server.process.memory()?;
    let mut load = Load::new(plan, server.address)?;
    load.join()?;
    let joined = server.process.memory()?;
    load.run(pace, warm_up, Churn::None)?;
    let me = Process::of(std::process::id());
    let (server_before, load_before) = (server.process.used()?, me.used()?);
    let began = Instant::now();
    load.begin();
    load.stall(true)?;
    let churn = if jitter > 0.0 { Churn::Jitter(jitter) } else { Churn::None };
    load.run(pace, time, churn)?;
    let elapsed = began.elapsed();
    let (server_used, load_used) = (server.process.used()?.since(&server_before), me.used()?.since(&load_before));
    let counts = load.counts;
    load.stall(false)?;
    load.drain()?;
    let after = server.process.memory()?;
    let seconds = elapsed.as_secs_f64();
    let deliveries = counts.deliveries.max(1);
    #[expect(clippy::cast_precision_loss, reason = "counts and nanoseconds of seconds")]
    let ratio = |of: u64, to: u64| of as f64 / to as f64;
    let nanos = u64::try_from(elapsed.as_nanos()).unwrap_or(u64::MAX);
    Ok(Figures {
        protocol,
        clients,
        seconds,
        messages_a_second: ratio(counts.messages, 1) / seconds,
        deliveries: counts.deliveries,
        bytes_a_delivery: ratio(counts.bytes, deliveries),
        deliveries_a_frame: ratio(counts.deliveries, counts.frames.max(1)),
        deliveries_a_read: ratio(counts.deliveries, counts.reads.max(1)),
        cpu_us_a_delivery: ratio(server_used, deliveries) / 1e3,
        server_busy: ratio(server_used, nanos),
        load_busy: ratio(load_used, nanos),
        latency: load.timing.points(),
        memory: [before, joined, after],
        returns: load.counts.returns,
        refused: load.counts.refused,
    })
}
