//! `cargo xtask test`: every check there is, in the order of one table.
//!
//! A failed step does not end the run, so that one run shows all that is wrong; but a step that builds on a failed one is
//! not tried, and counts as failed.

mod ground;
mod steps;

use std::{
    fmt::Write,
    time::{Duration, Instant},
};

use anyhow::{Result, bail, ensure};

use super::Command;
use crate::say::{self, Took};
use ground::Ground;
use steps::{STEPS, Step};

pub(super) const COMMAND: Command = Command {
    name: "test",
    arguments: "[--list | STEP…]",
    summary: "Run every check: formatting, lints, unit, integration, browser, conformance and end-to-end tests",
    help: "Brings the tools and a browser first, where they are missing. Steps that are named run alone, in the order of\n\
           the table. A failure does not end the run; what builds on it is not tried and counts as failed. `--list`\n\
           prints the table with the minutes that each step takes on 2 cores from nothing.",
    run,
};

/// How a step ended.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Outcome {
    Passed,
    Failed,
    /// A step that it builds on has failed.
    NotTried,
}

struct Report {
    step: &'static Step,
    outcome: Outcome,
    took: Duration,
}

fn run(arguments: &[String]) -> Result<()> {
    if arguments == ["--list"] {
        for step in STEPS {
            say::result(format_args!("{:12} {:>4} min  {}", step.name, step.minutes, step.what));
        }
        return Ok(());
    }
    let chosen = choose(arguments)?;
    let ground = Ground::default();
    let mut reports: Vec<Report> = Vec::new();
    for step in chosen {
        let report = attempt(step, &reports, &ground);
        reports.push(report);
    }
    say::result(format_args!("\n{}", table(&reports)));
    ensure!(failed(&reports) == 0, "not all steps passed");
    Ok(())
}

fn choose(names: &[String]) -> Result<Vec<&'static Step>> {
    if let Some(unknown) = names.iter().find(|name| STEPS.iter().all(|step| step.name != **name)) {
        let all: Vec<_> = STEPS.iter().map(|step| step.name).collect();
        bail!("there is no step {unknown}; the steps are {}", all.join(", "));
    }
    Ok(STEPS.iter().filter(|step| names.is_empty() || names.iter().any(|name| name == step.name)).collect())
}

fn attempt(step: &'static Step, before: &[Report], ground: &Ground) -> Report {
    let Step { name, what, minutes, .. } = step;
    let broken =
        before.iter().find(|report| report.outcome != Outcome::Passed && step.needs.contains(&report.step.name));
    if let Some(broken) = broken {
        say::note(format_args!("{name}: not tried, because {} failed", broken.step.name));
        return Report { step, outcome: Outcome::NotTried, took: Duration::ZERO };
    }
    eprintln!("\n=== {name}: {what} (about {minutes} min from nothing)");
    let start = Instant::now();
    let outcome = match (step.run)(ground) {
        Ok(()) => Outcome::Passed,
        Err(error) => {
            eprintln!("error: {error:#}");
            Outcome::Failed
        }
    };
    Report { step, outcome, took: start.elapsed() }
}

/// The closing table. Its last line counts the steps, and a step that was not tried has not passed.
fn table(reports: &[Report]) -> String {
    let mut text = format!("{:12} {:10} {:>14}   from nothing\n", "step", "result", "took");
    for Report { step, outcome, took } in reports {
        let word = match outcome {
            Outcome::Passed => "passed",
            Outcome::Failed => "FAILED",
            Outcome::NotTried => "NOT TRIED",
        };
        let took = Took(*took).to_string();
        // Writing to a string cannot fail.
        let _ = writeln!(text, "{:12} {word:10} {took:>14}   {} min", step.name, step.minutes);
    }
    let total = Took(reports.iter().map(|report| report.took).sum()).to_string();
    let failed = failed(reports);
    let passed = reports.len() - failed;
    let _ = write!(text, "{:12} {:10} {total:>14}\n\n{passed} passed, {failed} failed", "all", "");
    text
}

fn failed(reports: &[Report]) -> usize {
    reports.iter().filter(|report| report.outcome != Outcome::Passed).count()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn step(name: &'static str, needs: &'static [&'static str], run: fn(&Ground) -> Result<()>) -> &'static Step {
        Box::leak(Box::new(Step { name, what: "", minutes: 0.1, needs, run }))
    }

    #[test]
    fn what_builds_on_a_failure_is_not_tried_and_the_run_fails() {
        let steps = [
            step("a", &[], |_| bail!("broken")),
            step("b", &["a"], |_| Ok(())),
            step("c", &["b"], |_| Ok(())),
            step("d", &[], |_| Ok(())),
        ];
        let mut reports = Vec::new();
        for step in steps {
            reports.push(attempt(step, &reports, &Ground::default()));
        }
        let outcomes: Vec<_> = reports.iter().map(|report| report.outcome).collect();
        assert_eq!(outcomes, [Outcome::Failed, Outcome::NotTried, Outcome::NotTried, Outcome::Passed]);
        assert_eq!(table(&reports).lines().last(), Some("1 passed, 3 failed"));
        assert_eq!(table(&reports[3..]).lines().last(), Some("1 passed, 0 failed"));
    }

    #[test]
    fn named_steps_run_in_the_order_of_the_table() {
        let chosen = choose(&["fmt".to_owned(), "tidy".to_owned()]).unwrap();
        let names: Vec<_> = chosen.iter().map(|step| step.name).collect();
        assert_eq!(names, ["tidy", "fmt"]);
        assert_eq!(choose(&[]).unwrap().len(), STEPS.len());
        assert!(choose(&["fmt".to_owned(), "typo".to_owned()]).is_err());
    }
}
