//! `cargo xtask bench`: figures of what Warren costs.

mod instructions;

use anyhow::Result;

use super::Command;
use crate::{child, tools::Toolbox};

pub(super) const COMMAND: Command = Command {
    name: "bench",
    arguments: "durable [--seconds N] [--data DIRECTORY] [--commit-ms N] | instructions",
    summary: "Print how many posts a second become durable",
    help: "durable   posts a second, posts a commit and the wait for a post, for 1, 10 and 100 senders at a time, each\n          \
           waiting for its post to be on disk before it sends the next. --data says on which disk; --commit-ms makes\n          \
           each commit take at least so long, as a slower disk would.\n\
           instructions\n          \
           how many instructions encoding, hashing, folding and appending take, which does not depend on how busy\n          \
           the machine is. It takes callgrind, of Debian's valgrind.\n\n\
           The programs are built for release. Figures of different runs and machines cannot be compared; the ratios\n\
           of one run can.",
    run,
};

fn run(arguments: &[String]) -> Result<()> {
    if arguments == ["instructions"] {
        return instructions::run();
    }
    let toolbox = Toolbox::bring()?;
    let mut cargo = toolbox.cargo(["run", "--quiet", "--release", "--package", "bench", "--"]);
    cargo.args(arguments);
    if arguments.is_empty() {
        cargo.arg("--help");
    }
    child::run(&mut cargo)
}
