//! `cargo xtask bench instructions`: how many instructions the pieces of a post's way take. Unlike times, they are the
//! same however busy the machine is.
//!
//! Each piece is run by callgrind twice, with two numbers of times, and the difference is divided by the difference: what
//! the program does before and after is in neither. The kernel's work is not counted, and callgrind's processor has no
//! instructions for SHA-256, so hashing counts for more here than it costs.

use std::path::Path;

use anyhow::{Context as _, Result, ensure};

use crate::{
    child, place, say,
    tools::{Toolbox, apt},
};

/// What is counted: the name that the program has for it, the name in the table, and how often it is done.
const PIECES: &[(&str, &str, u64)] = &[
    ("encode-plain", "encode an event, plain", 1_000),
    ("encode-v1", "encode an event, warren.v1", 1_000),
    ("digest", "move a digest on by an event", 1_000),
    ("fold", "fold an edit into a message", 1_000),
    ("append-memory", "append a post in memory, 16 a commit", 1_600),
    ("append-sqlite", "append a post to SQLite, 16 a commit", 1_600),
];
/// What making the posts costs, which is in each of the last two.
const MAKING: (&str, u64) = ("posts", 1_600);

/// Builds the program, counts, and prints the table.
pub(super) fn run() -> Result<()> {
    let toolbox = Toolbox::bring()?;
    apt::install(&["valgrind"], "callgrind, which counts instructions, is missing")?;
    child::run_aside(&mut toolbox.cargo(["build", "--quiet", "--release", "--package", "bench", "--bin", "cost"]))?;
    let program = place::target()?.join("release/cost");
    let making = each(&program, MAKING.0, MAKING.1)?;
    say::result("instructions  what");
    for (name, what, times) in PIECES {
        let counted = each(&program, name, *times)?;
        let counted = if name.starts_with("append") { counted.saturating_sub(making) } else { counted };
        say::result(format_args!("{counted:12}  {what}"));
    }
    Ok(())
}

/// The instructions of doing it once.
fn each(program: &Path, what: &str, times: u64) -> Result<u64> {
    let few = count(program, what, times)?;
    let many = count(program, what, 3 * times)?;
    ensure!(many > few, "callgrind counted {few} instructions, and no more for three times as much");
    Ok((many - few) / (2 * times))
}

fn count(program: &Path, what: &str, times: u64) -> Result<u64> {
    let mut valgrind = child::command("valgrind");
    valgrind.args(["--tool=callgrind", "--callgrind-out-file=/dev/null"]).arg(program);
    let output = valgrind.args(["count", what, &times.to_string()]).output().context("valgrind cannot be started")?;
    let said = String::from_utf8_lossy(&output.stderr);
    ensure!(output.status.success(), "callgrind failed on `{what}`:\n{said}");
    collected(&said).with_context(|| format!("callgrind says no number:\n{said}"))
}

/// The number in callgrind's last words: `==123== Collected : 456`.
fn collected(said: &str) -> Option<u64> {
    said.lines().find_map(|line| line.split_once("Collected :")?.1.trim().parse().ok())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_number_is_found_in_what_callgrind_says() {
        let said =
            "==7== Callgrind, a call-graph generating cache profiler\n==7== Events    : Ir\n==7== Collected : 1650\n";
        assert_eq!(collected(said), Some(1_650));
        assert_eq!(collected("==7== Collected : none\n"), None);
        assert_eq!(collected("Segmentation fault"), None);
    }
}
