//! `bench relay`: the standard set. The parties of a comparison take turns, several rounds of them in one run, so that
//! what else the machine does falls on all of them alike.

use std::{path::PathBuf, time::Duration};

use anyhow::ensure;
use clap::Args;

use super::{
    connections,
    cores::stay_on,
    dialect::Protocol,
    load::{Pace, Plan, Until},
    measure::{Scenario, measure},
    memory, open_files,
    party::{Ground, Party},
    report::{Point, Report, Turn},
};
use crate::say;

/// Messages under way in a room, where a server is to be busy.
const BUSY: usize = 16;
/// Messages a second, where they come singly.
const SINGLY: f64 = 20.0;
/// The bytes of a text.
const TEXT: usize = 64;

/// How the standard set is measured.
#[derive(Args)]
pub(crate) struct Standard {
    /// Seconds of each measurement.
    #[arg(long, default_value_t = 4.0)]
    seconds: f64,
    /// Rounds: how often each party has its turn.
    #[arg(long, default_value_t = 3)]
    rounds: usize,
    /// Only these comparisons.
    #[arg(long, value_enum, value_delimiter = ',')]
    only: Vec<Comparison>,
    /// Only these parties, beside Warren.
    #[arg(long, value_enum, value_delimiter = ',')]
    parties: Vec<Party>,
    /// Clients of a room that send, in turn.
    #[arg(long, default_value_t = BUSY)]
    senders: usize,
    /// Where the figures and the report go. [default: target/bench]
    #[arg(long, value_name = "DIRECTORY")]
    out: Option<PathBuf>,
    /// Where data directories are made, for the disk that is to be measured. [default: the system's for temporary files]
    #[arg(long, value_name = "DIRECTORY")]
    data: Option<PathBuf>,
}

/// What is compared.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub(crate) enum Comparison {
    /// One room of 1,000 clients, 16 messages under way.
    Saturated,
    /// The same room, 20 messages a second.
    Singly,
    /// 100 rooms of 100 clients, 16 messages under way in each.
    Rooms,
    /// The log on disk against one in memory.
    Log,
    /// `warren.v1` against the plain relay.
    V1,
    /// Latency at half of what is possible, in a room of 100.
    Latency,
    /// Memory of 10,000 connections, idle and after a burst.
    Memory,
}

const ALL: [Comparison; 7] = [
    Comparison::Saturated,
    Comparison::Singly,
    Comparison::Rooms,
    Comparison::Log,
    Comparison::V1,
    Comparison::Latency,
    Comparison::Memory,
];

const PEERS: [Party; 7] =
    [Party::Axum, Party::AxumNodelay, Party::ActixWs, Party::ActixWsTasks, Party::Ws, Party::SocketIo, Party::Fastapi];

/// Measures all of it, and writes the report.
///
/// # Errors
/// Where the options make no sense or the report cannot be written. A party that fails is named in the report.
pub(crate) fn run(standard: Standard) -> anyhow::Result<()> {
    ensure!(standard.seconds > 0.0 && standard.rounds > 0, "there is nothing to measure in no time");
    let files = open_files();
    let mut set = Set { ground: Ground::find(standard.data.clone())?, report: Report::default(), files, standard };
    stay_on(set.ground.cores.load)?;
    let wanted: Vec<_> =
        ALL.into_iter().filter(|one| set.standard.only.is_empty() || set.standard.only.contains(one)).collect();
    for comparison in wanted {
        set.compare(comparison);
    }
    let out = set.standard.out.clone().unwrap_or_else(|| set.ground.out());
    set.report.write(&out)
}

struct Set {
    ground: Ground,
    standard: Standard,
    report: Report,
    /// How many this process, and so also a server, may have open.
    files: u64,
}

impl Set {
    fn compare(&mut self, comparison: Comparison) {
        let one = |set: &Self| set.plan(1, 1_000);
        match comparison {
            Comparison::Saturated => {
                let plan = one(self);
                self.point("saturated", "One room × 1,000, 16 under way", &self.all(), &plan, |_| {
                    Pace::InFlight(BUSY)
                });
            }
            Comparison::Singly => {
                let plan = one(self);
                self.point("singly", "One room × 1,000, 20 a second", &self.all(), &plan, |_| Pace::Rate(SINGLY));
            }
            Comparison::Rooms => {
                let clients = (connections(self.files) / 100).clamp(2, 100);
                let plan = self.plan(100, clients);
                let title = format!("100 rooms × {clients}, 16 under way in each");
                self.point("rooms", &title, &self.some(), &plan, |_| Pace::InFlight(100 * BUSY));
                let title = format!("100 rooms × {clients}, 200 a second in all: as many deliveries as singly");
                self.point("rooms-singly", &title, &self.some(), &plan, |_| Pace::Rate(10.0 * SINGLY));
            }
            Comparison::Log => {
                let plan = one(self);
                let parties = [Party::WarrenDisk, Party::WarrenMemory];
                self.point("log", "The log on disk and in memory, as above", &parties, &plan, |_| Pace::InFlight(BUSY));
                self.point("log-singly", "The same, 20 a second", &parties, &plan, |_| Pace::Rate(SINGLY));
            }
            Comparison::V1 => {
                let plan = Plan { protocol: Protocol::V1, ..one(self) };
                self.point("v1", "warren.v1, one room × 1,000, 16 under way", &[Party::Warren], &plan, |_| {
                    Pace::InFlight(BUSY)
                });
                self.point("v1-singly", "warren.v1, 20 a second", &[Party::Warren], &plan, |_| Pace::Rate(SINGLY));
            }
            Comparison::Latency => self.latency(),
            Comparison::Memory => {
                let clients = connections(self.files).min(10_000);
                let rows = memory::compare(&self.ground, &self.some(), clients);
                self.report.memory(clients, rows);
            }
        }
    }

    /// Finds what each can do, and then sends half of that: to each half of its own, and to all half of the least.
    fn latency(&mut self) {
        let plan = self.plan(1, 100);
        let parties = self.wanted(&[Party::Axum, Party::AxumNodelay, Party::ActixWs, Party::ActixWsTasks]);
        self.point("most", "One room × 100, 16 under way", &parties, &plan, |_| Pace::InFlight(BUSY));
        let most = |report: &Report, party| report.median("most", party, |figures| figures.messages_a_second);
        let mosts: Vec<(Party, f64)> =
            parties.iter().filter_map(|party| Some((*party, most(&self.report, *party)?))).collect();
        let least = mosts.iter().map(|(_, most)| *most).fold(f64::INFINITY, f64::min);
        let parties: Vec<_> = mosts.iter().map(|(party, _)| *party).collect();
        let half = |party| mosts.iter().find(|(one, _)| *one == party).map_or(1.0, |(_, most)| most / 2.0);
        self.point("half-own", "One room × 100, half of its own most", &parties, &plan, |party| {
            Pace::Rate(half(party))
        });
        let title = format!("One room × 100, {:.0} a second", least / 2.0);
        self.point("half-least", &title, &parties, &plan, |_| Pace::Rate((least / 2.0).max(1.0)));
    }

    /// Everybody in turn, some rounds; who fails once is not asked again.
    fn point(&mut self, name: &str, title: &str, parties: &[Party], plan: &Plan, pace: impl Fn(Party) -> Pace) {
        say(&format!("\n{title}"));
        let mut point = Point::new(name, title);
        for round in 0..self.standard.rounds {
            for party in parties {
                if point.failed(*party) {
                    continue;
                }
                let scenario = Scenario {
                    plan: plan.clone(),
                    pace: pace(*party),
                    jitter: 0.0,
                    warm_up: Duration::from_millis(700),
                    time: Duration::from_secs_f64(self.standard.seconds),
                };
                let measured = measure(&self.ground, *party, &scenario).map_err(|why| format!("{why:#}"));
                if let Err(why) = &measured {
                    say(&format!("  {}: not measured: {why}", party.name()));
                }
                point.turns.push(Turn { party: *party, round, measured });
            }
        }
        point.print();
        self.report.points.push(point);
    }

    fn plan(&self, rooms: usize, clients: usize) -> Plan {
        Plan {
            protocol: Protocol::Plain,
            rooms,
            clients,
            senders: self.standard.senders.clamp(1, clients),
            payload: TEXT,
            stalling: 0,
            churning: 0,
            until: Until::All,
            people: 100,
        }
    }

    /// Warren and the peers that were asked for.
    fn wanted(&self, peers: &[Party]) -> Vec<Party> {
        let asked = |peer: &&Party| self.standard.parties.is_empty() || self.standard.parties.contains(peer);
        std::iter::once(&Party::Warren).chain(peers.iter().filter(asked)).copied().collect()
    }

    fn all(&self) -> Vec<Party> {
        self.wanted(&PEERS)
    }

    /// Those that are worth the time where a measurement takes long.
    fn some(&self) -> Vec<Party> {
        self.wanted(&[Party::Axum, Party::ActixWs])
    }
}
