//! What comes of the standard set: a table on the terminal, JSON, and a page with plots.

use std::{fs, path::Path};

use anyhow::Context as _;
use serde::Serialize;

use super::{measure::Figures, memory::Row, party::Party};
use crate::say;

mod page;

/// All that was measured.
#[derive(Default, Serialize)]
pub(crate) struct Report {
    pub(crate) points: Vec<Point>,
    /// Memory of so many connections.
    memory: Option<Connections>,
}

#[derive(Serialize)]
struct Connections {
    clients: usize,
    rows: Vec<Row>,
}

/// A comparison.
#[derive(Serialize)]
pub(crate) struct Point {
    name: String,
    title: String,
    pub(crate) turns: Vec<Turn>,
}

/// One party's turn in a round.
#[derive(Serialize)]
pub(crate) struct Turn {
    pub(crate) party: Party,
    pub(crate) round: usize,
    /// The figures, or why there are none.
    pub(crate) measured: Result<Figures, String>,
}

impl Point {
    pub(crate) fn new(name: &str, title: &str) -> Self {
        Self { name: name.to_owned(), title: title.to_owned(), turns: Vec::new() }
    }

    pub(crate) fn failed(&self, party: Party) -> bool {
        self.turns.iter().any(|turn| turn.party == party && turn.measured.is_err())
    }

    /// In the order of their turns.
    fn parties(&self) -> Vec<Party> {
        let mut parties = Vec::new();
        for turn in &self.turns {
            if !parties.contains(&turn.party) {
                parties.push(turn.party);
            }
        }
        parties
    }

    /// The median of a party's rounds; none where it failed.
    pub(crate) fn median(&self, party: Party, figure: impl Fn(&Figures) -> f64) -> Option<f64> {
        let turns = self.turns.iter().filter(|turn| turn.party == party);
        median(turns.map(|turn| turn.measured.as_ref().map(&figure).ok()).collect::<Option<_>>()?)
    }

    /// One line a party, and how Warren's processor time and latency stand to its own.
    pub(crate) fn print(&self) {
        say(
            "party            µs/delivery  messages/s  a read  busy  load  commit p50  relay p50    p99  Warren: CPU  p99",
        );
        let cpu = |party| self.median(party, |figures| figures.cpu_us_a_delivery);
        let p99 = |party| self.median(party, |figures| figures.latency.relay.p99);
        for party in self.parties() {
            let of = |figure: fn(&Figures) -> f64| self.median(party, figure).unwrap_or(f64::NAN);
            let ratio = |of: &dyn Fn(Party) -> Option<f64>| {
                of(Party::Warren)
                    .zip(of(party))
                    .map_or_else(String::new, |(ours, theirs)| format!("{:.2}", ours / theirs))
            };
            say(&format!(
                "{:15}  {:11.3}  {:10.0}  {:6.1}  {:4.0}  {:4.0}  {:10.2}  {:9.2}  {:5.2}  {:>11}  {:>3}",
                party.name(),
                of(|figures| figures.cpu_us_a_delivery),
                of(|figures| figures.messages_a_second),
                of(|figures| figures.deliveries_a_read),
                of(|figures| figures.server_busy * 100.0),
                of(|figures| figures.load_busy * 100.0),
                of(|figures| figures.latency.commit.p50),
                of(|figures| figures.latency.relay.p50),
                of(|figures| figures.latency.relay.p99),
                ratio(&cpu),
                ratio(&p99),
            ));
        }
    }
}

impl Report {
    /// The median of a party in a comparison.
    pub(crate) fn median(&self, point: &str, party: Party, figure: impl Fn(&Figures) -> f64) -> Option<f64> {
        self.points.iter().find(|one| one.name == point)?.median(party, figure)
    }

    /// What memory costs, with so many connections.
    pub(crate) fn memory(&mut self, clients: usize, rows: Vec<Row>) {
        self.memory = Some(Connections { clients, rows });
    }

    /// The ratios that are asked about most: between comparisons, where the parties are the same.
    fn ratios(&self) -> Vec<(String, f64)> {
        let cpu = |point, party| self.median(point, party, |figures| figures.cpu_us_a_delivery);
        let mut ratios = Vec::new();
        let mut ratio = |what: String, of: Option<f64>, to: Option<f64>| {
            ratios.extend(of.zip(to).map(|(of, to)| (what, of / to)));
        };
        let peers = [Party::ActixWs, Party::ActixWsTasks, Party::Axum, Party::AxumNodelay];
        for (point, what) in [("saturated", "CPU a delivery, saturated"), ("singly", "CPU a delivery, singly")] {
            for peer in peers {
                let what = format!("{what}: Warren / {}", peer.name());
                ratio(what, cpu(point, Party::Warren), cpu(point, peer));
            }
        }
        for (point, what) in [("log", "saturated"), ("log-singly", "singly")] {
            let what = format!("CPU a delivery, {what}: log on disk / in memory");
            ratio(what, cpu(point, Party::WarrenDisk), cpu(point, Party::WarrenMemory));
        }
        let what = "CPU a delivery: 100 rooms × 100 / one room × 1,000".to_owned();
        ratio(what, cpu("rooms", Party::Warren), cpu("saturated", Party::Warren));
        ratio("CPU a delivery: v1 / plain".to_owned(), cpu("v1", Party::Warren), cpu("saturated", Party::Warren));
        let p99 = |point, party| self.median(point, party, |figures| figures.latency.relay.p99);
        for (point, what) in [("half-own", "half of its own most"), ("half-least", "half of the least most")] {
            for peer in peers {
                let what = format!("relay p99 at {what}: Warren / {}", peer.name());
                ratio(what, p99(point, Party::Warren), p99(point, peer));
            }
        }
        ratios
    }

    /// Prints the ratios, and writes `relay.json` and `relay.html`.
    ///
    /// # Errors
    /// Where they cannot be written.
    pub(crate) fn write(&self, folder: &Path) -> anyhow::Result<()> {
        let ratios = self.ratios();
        say("\nRatios of medians");
        for (what, ratio) in &ratios {
            say(&format!("  {ratio:6.3}  {what}"));
        }
        let json = serde_json::json!({ "measured": self, "ratios": ratios });
        let at = || format!("{} cannot be written", folder.display());
        fs::create_dir_all(folder).with_context(at)?;
        fs::write(folder.join("relay.json"), serde_json::to_string_pretty(&json)?).with_context(at)?;
        fs::write(folder.join("relay.html"), page::page(self, &ratios)).with_context(at)?;
        say(&format!("\nWritten: {0}/relay.json and {0}/relay.html", folder.display()));
        Ok(())
    }
}

/// The middle one; the mean of the two in the middle where there are two.
fn median(mut values: Vec<f64>) -> Option<f64> {
    values.sort_unstable_by(f64::total_cmp);
    let middle = values.len() / 2;
    let upper = *values.get(middle)?;
    if values.len() % 2 == 1 {
        Some(upper)
    } else {
        values.get(middle.checked_sub(1)?).map(|lower| (lower + upper) / 2.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_median_is_the_middle() {
        assert_eq!(median(vec![]), None);
        assert_eq!(median(vec![3.0]), Some(3.0));
        assert_eq!(median(vec![9.0, 1.0, 2.0]), Some(2.0));
        assert_eq!(median(vec![4.0, 1.0, 2.0, 100.0]), Some(3.0));
    }

    #[test]
    fn who_failed_once_has_no_median() {
        let mut point = Point::new("a", "A");
        point.turns.push(Turn { party: Party::Ws, round: 0, measured: Err("lost one".to_owned()) });
        assert!(point.failed(Party::Ws) && !point.failed(Party::Axum));
        assert_eq!(point.median(Party::Ws, |figures| figures.seconds), None);
        assert_eq!(point.parties(), [Party::Ws]);
    }
}
