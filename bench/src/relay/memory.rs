//! What memory costs: of connections that are idle, and of the same after a burst.

use std::{thread, time::Duration};

use anyhow::Context as _;
use serde::Serialize;

use super::{
    dialect::Protocol,
    load::{Churn, Load, Pace, Plan, Until},
    party::{Ground, Party, Server},
};
use crate::say;

/// Rooms that the connections are in, so that a burst reaches all of them.
const ROOMS: usize = 10;
/// How long a server has to put its things in order.
const REST: Duration = Duration::from_secs(2);

/// A party's memory.
#[derive(Serialize)]
pub(crate) struct Row {
    pub(crate) party: Party,
    /// Or why it was not measured.
    pub(crate) measured: Result<Kib, String>,
}

/// KiB a connection, beyond what the server had before anybody came.
#[derive(Serialize)]
pub(crate) struct Kib {
    /// When everybody is in and nothing was said.
    pub(crate) idle: f64,
    /// Some seconds after much was said.
    pub(crate) after_a_burst: f64,
}

/// Everybody's, one after the other: memory does not depend on the machine's mood.
pub(crate) fn compare(ground: &Ground, parties: &[Party], clients: usize) -> Vec<Row> {
    say(&format!("\nMemory of {clients} connections, KiB each\nparty               idle  after a burst"));
    let mut rows = Vec::new();
    for party in parties {
        let measured = measure(ground, *party, clients).map_err(|why| format!("{why:#}"));
        match &measured {
            Ok(Kib { idle, after_a_burst }) => say(&format!("{:15}  {idle:7.1}  {after_a_burst:13.1}", party.name())),
            Err(why) => say(&format!("{:15}  not measured: {why}", party.name())),
        }
        rows.push(Row { party: *party, measured });
    }
    rows
}

fn measure(ground: &Ground, party: Party, clients: usize) -> anyhow::Result<Kib> {
    let server = Server::start(party, ground)?;
    let measured = with_load(&server, party, clients);
    measured.with_context(|| format!("it said: {}", server.said()))
}

fn with_load(server: &Server, party: Party, clients: usize) -> anyhow::Result<Kib> {
    let plan = Plan {
        protocol: party.protocol(Protocol::Plain),
        rooms: ROOMS,
        clients: clients / ROOMS,
        senders: 1,
        payload: 64,
        stalling: 0,
        churning: 0,
        until: Until::All,
        people: 1,
    };
    let connections = plan.rooms * plan.clients;
    let before = server.process.memory()?.resident;
    #[expect(clippy::cast_precision_loss, reason = "some GiB")]
    let each = |now: u64| now.saturating_sub(before) as f64 / 1_024.0 / connections as f64;
    let mut load = Load::new(plan, server.address)?;
    load.join_silently()?;
    load.run(Pace::Silence, REST, Churn::None)?;
    let idle = each(server.process.memory()?.resident);
    load.join()?;
    load.run(Pace::InFlight(16 * ROOMS), REST, Churn::None)?;
    load.drain()?;
    thread::sleep(REST);
    Ok(Kib { idle, after_a_burst: each(server.process.memory()?.resident) })
}
