//! `cargo xtask conformance`: the Autobahn cases alone.

use anyhow::Result;

use super::{Command, takes_nothing};
use crate::{conformance, tools::Toolbox};

pub(super) const COMMAND: Command = Command {
    name: "conformance",
    arguments: "",
    summary: "Run the Autobahn cases against the server's echo example",
    help: "Groups 1 to 7, 9, 10, 12 and 13 of the Autobahn test suite, run by kosoku (from PyPI, into an environment of\n\
           its own in cargo's home). Every case has to pass strictly and with the right close code, apart from those that\n\
           xtask/src/conformance/allowed.rs lists with their cause. The full report is in target/conformance/.",
    run,
};

fn run(arguments: &[String]) -> Result<()> {
    takes_nothing(arguments)?;
    conformance::check(&Toolbox::bring()?)
}
