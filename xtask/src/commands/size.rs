//! `cargo xtask size`: what a browser fetches before the client is live, against the budgets.

use std::{
    fmt::{self, Display},
    fs,
    path::Path,
};

use anyhow::{Result, ensure};

use super::{Command, takes_nothing};
use crate::{
    client::{self, first_load},
    place, say,
    tools::Toolbox,
};

pub(super) const COMMAND: Command = Command {
    name: "size",
    arguments: "",
    summary: "Print the first load of the release client, raw and compressed, against its budgets",
    help: "Builds the client first where it is not up to date. Fails when the sum is over 150,000 bytes of brotli or over\n\
           5 requests, unless the compiler lacks what makes the client lean. The budgets of single files are for\n\
           information.",
    run,
};

/// Bytes of brotli 11 that the whole first load may take.
const BUDGET: usize = 150_000;
/// Requests that it may take.
const REQUESTS: usize = 5;
/// Where the bytes are meant to go, by the ending of the file.
const BY_KIND: [(&str, usize); 3] = [("html", 14_000), ("js", 7_000), ("wasm", 125_000)];

fn run(arguments: &[String]) -> Result<()> {
    takes_nothing(arguments)?;
    let toolbox = Toolbox::bring()?;
    client::build(&toolbox)?;
    check(&toolbox)
}

/// Prints the table of dist/ as it is, and fails where a budget is exceeded by the client as it can be. Where the
/// compiler cannot build it lean, that only says something of the compiler.
pub(super) fn check(toolbox: &Toolbox) -> Result<()> {
    let table = Table::of(&place::dist())?;
    say::result(&table);
    if !table.is_within() && !client::is_lean(toolbox) {
        say::note("over the budget, which is for a client with a std of its own; this compiler cannot build that");
        return Ok(());
    }
    ensure!(table.is_within(), "the first load is over its budget");
    Ok(())
}

struct Row {
    name: String,
    raw: usize,
    gzip: usize,
    brotli: usize,
}

struct Table {
    first: Vec<Row>,
    /// What a browser fetches when the client is live; it counts for nothing.
    later: Vec<Row>,
}

impl Table {
    fn of(dist: &Path) -> Result<Self> {
        let row = |name: String| -> Result<Row> {
            let bytes = fs::read(dist.join(&name))?;
            let (gzip, brotli) = client::compressed_sizes(&bytes)?;
            Ok(Row { name, raw: bytes.len(), gzip, brotli })
        };
        let (first, later) = (first_load::files(dist)?, first_load::later(dist)?);
        let rows = |names: Vec<String>| names.into_iter().map(row).collect::<Result<_>>();
        Ok(Self { first: rows(first)?, later: rows(later)? })
    }

    fn sum(&self) -> Row {
        let sum = |size: fn(&Row) -> usize| self.first.iter().map(size).sum();
        Row {
            name: "first load".to_owned(),
            raw: sum(|row| row.raw),
            gzip: sum(|row| row.gzip),
            brotli: sum(|row| row.brotli),
        }
    }

    fn is_within(&self) -> bool {
        self.sum().brotli <= BUDGET && self.first.len() <= REQUESTS
    }
}

impl Display for Table {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let width = self.first.iter().chain(&self.later).map(|row| row.name.len()).max().unwrap_or_default().max(12);
        let line = |f: &mut fmt::Formatter<'_>, row: &Row, budget: Option<usize>| {
            let Row { name, raw, gzip, brotli } = row;
            write!(f, "{name:width$} {raw:>9} {gzip:>9} {brotli:>9}")?;
            match budget {
                Some(budget) => writeln!(f, " {budget:>9}  {}", if *brotli <= budget { "ok" } else { "over" }),
                None => writeln!(f),
            }
        };
        writeln!(f, "{:width$} {:>9} {:>9} {:>9} {:>9}", "file", "raw", "gzip 9", "brotli 11", "budget")?;
        for row in &self.first {
            let kind = row.name.rsplit('.').next().unwrap_or_default();
            let budget = BY_KIND.iter().find(|(name, _)| *name == kind).map(|(_, bytes)| *bytes);
            line(f, row, budget)?;
        }
        line(f, &self.sum(), Some(BUDGET))?;
        for row in &self.later {
            line(f, &Row { name: format!("later: {}", row.name), ..*row }, None)?;
        }
        let requests = self.first.len();
        write!(f, "{requests} requests of at most {REQUESTS}: {}", if self.is_within() { "pass" } else { "FAIL" })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn table(sizes: &[(&str, usize)]) -> Table {
        let row =
            |&(name, brotli): &(&str, usize)| Row { name: name.to_owned(), raw: 9 * brotli, gzip: 2 * brotli, brotli };
        Table { first: sizes.iter().map(row).collect(), later: vec![row(&("sw.js", 500))] }
    }

    #[test]
    fn the_sum_and_the_number_of_requests_decide() {
        let check = |sizes: &[(&str, usize)], expected| {
            assert_eq!(table(sizes).is_within(), expected, "{sizes:?}");
        };
        check(&[("index.html", 20_000), ("a_bg.wasm", 130_000)], true);
        check(&[("index.html", 20_001), ("a_bg.wasm", 130_000)], false);
        check(&[("a", 1), ("b", 1), ("c", 1), ("d", 1), ("e", 1)], true);
        check(&[("a", 1), ("b", 1), ("c", 1), ("d", 1), ("e", 1), ("f", 1)], false);
    }

    #[test]
    fn the_table_shows_each_file_the_sum_and_the_verdict() {
        let shown = table(&[("index.html", 15_000), ("a.js", 10)]).to_string();
        let lines: Vec<_> = shown.lines().collect();
        assert_eq!(lines[1], "index.html      135000     30000     15000     14000  over");
        assert_eq!(lines[2], "a.js                90        20        10      7000  ok");
        assert_eq!(lines[3], "first load      135090     30020     15010    150000  ok");
        assert_eq!(lines[4], "later: sw.js      4500      1000       500");
        assert_eq!(lines[5], "2 requests of at most 5: pass");
    }
}
