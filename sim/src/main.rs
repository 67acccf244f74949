//! `sim`: many runs, on all cores, and what became of them.

use std::{process::ExitCode, thread};

use anyhow::{Context as _, Result, bail};
use clap::Parser;
use sim::{
    many,
    run::{Outcome, run},
    sabotage::{self, Sabotage},
    trace::Tracing,
};

/// Runs the real server and the real client, with faults, from seeds.
#[derive(Parser)]
struct Options {
    /// How many runs.
    #[arg(long, default_value_t = 300)]
    seeds: u64,
    /// The first run's seed.
    #[arg(long, default_value_t = 0)]
    first: u64,
    /// Break a promise on purpose, and see that it is noticed; `all` tries each.
    #[arg(long, value_name = "NAME")]
    sabotage: Option<String>,
    /// Print everything that happens.
    #[arg(long)]
    trace: bool,
}

/// Most seeds within which each sabotage must be noticed.
const WITHIN: u64 = 200;
/// Lines of the trace that are shown of a run that failed.
const TAIL: usize = 60;
/// Most runs that failed of which anything is shown.
const SHOWN: usize = 3;

fn main() -> Result<ExitCode> {
    let options = Options::parse();
    match options.sabotage.as_deref() {
        Some("all") => all_sabotage(options.first),
        name => {
            let sabotage = name.map(|name| Sabotage::named(name).with_context(|| unknown(name))).transpose()?;
            runs(&options, sabotage)
        }
    }
}

fn unknown(name: &str) -> String {
    let names: Vec<&str> = sabotage::ALL.iter().map(|(name, _)| *name).collect();
    format!("there is no sabotage {name}; there are: {}", names.join(", "))
}

fn runs(options: &Options, sabotage: Option<Sabotage>) -> Result<ExitCode> {
    if options.trace {
        for seed in options.first..options.first + options.seeds {
            let outcome = run(seed, sabotage, Tracing::All)?;
            outcome.trace.iter().for_each(say);
            outcome.failures.iter().for_each(say);
        }
    }
    let seeds = options.first..options.first + options.seeds;
    let threads = thread::available_parallelism().map_or(1, usize::from);
    let sum = many::run_all(seeds, sabotage, threads, |done| {
        if done.is_multiple_of(1_000) {
            note(format_args!("{done} runs"));
        }
    })?;
    for seed in sum.failed.iter().take(SHOWN) {
        show(*seed, sabotage, options)?;
    }
    if sum.failed.len() > SHOWN {
        note(format_args!("{} more runs failed, the first of them {}", sum.failed.len() - SHOWN, sum.failed[SHOWN]));
    }
    say(&sum);
    Ok(if sum.failed.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

/// What happened in the end of a run that failed, and how to have it again.
fn show(seed: u64, sabotage: Option<Sabotage>, options: &Options) -> Result<()> {
    let Outcome { trace, failures, .. } = run(seed, sabotage, Tracing::UpToFailure(TAIL))?;
    note(format_args!("\nseed {seed} failed. What came before its first failure:"));
    trace.iter().for_each(note);
    note("What failed:");
    for failure in failures {
        note(format_args!("  {failure}"));
    }
    let sabotage = options.sabotage.as_ref().map_or_else(String::new, |name| format!(" --sabotage {name}"));
    note(format_args!(
        "Once more, with all that happens: cargo xtask sim --seeds 1 --first {seed}{sabotage} --trace\n"
    ));
    Ok(())
}

/// Tries each sabotage until it is noticed.
fn all_sabotage(first: u64) -> Result<ExitCode> {
    say("| sabotage | noticed by seed | because |");
    say("| --- | --- | --- |");
    let mut unnoticed = Vec::new();
    for (name, sabotage) in sabotage::ALL {
        if let Some((seed, failure)) = many::first_failure(first..first + WITHIN, *sabotage)? {
            say(format_args!("| `{name}` | {seed} | {} |", failure.check));
        } else {
            say(format_args!("| `{name}` | none | |"));
            unnoticed.push(*name);
        }
    }
    if !unnoticed.is_empty() {
        bail!("not noticed within {WITHIN} seeds: {}", unnoticed.join(", "));
    }
    Ok(ExitCode::SUCCESS)
}

#[expect(clippy::print_stdout, reason = "what a program says")]
fn say(line: impl std::fmt::Display) {
    println!("{line}");
}

#[expect(clippy::print_stderr, reason = "what a program says beside that")]
fn note(line: impl std::fmt::Display) {
    eprintln!("{line}");
}
