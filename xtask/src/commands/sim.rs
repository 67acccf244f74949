//! `cargo xtask sim`: the simulation, built for speed and run.

use anyhow::Result;

use super::Command;
use crate::{child, tools::Toolbox};

pub(super) const COMMAND: Command = Command {
    name: "sim",
    arguments: "[--seeds N] [--first SEED] [--sabotage NAME|all] [--trace]",
    summary: "Run the real server and the real client, with faults, from seeds",
    help: "Each seed is a run of its own: clients, a server and its disk, faults at the link, the clock, the disk and the\n\
           processes, all in virtual time. 300 seeds from 0 on, where nothing is said. What came before a failure is\n\
           printed, and how to have that run again. --trace prints everything. --sabotage breaks a promise on purpose\n\
           to see that it is noticed; `all` prints the table of docs/simulator.md.",
    run,
};

fn run(arguments: &[String]) -> Result<()> {
    simulate(&Toolbox::bring()?, arguments)
}

/// Builds the simulation and runs it with these arguments. It is built for release: it does in minutes what would take
/// an hour without optimisation, and most of what it links is built so for the server anyway.
pub(crate) fn simulate(toolbox: &Toolbox, arguments: &[String]) -> Result<()> {
    let mut cargo = toolbox.cargo(["run", "--quiet", "--release", "--package", "sim", "--"]);
    cargo.args(arguments);
    child::run(&mut cargo)
}
