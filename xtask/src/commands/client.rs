//! `cargo xtask client`: the release build of the client alone.

use anyhow::Result;

use super::{Command, takes_nothing};
use crate::{client, tools::Toolbox};

pub(super) const COMMAND: Command = Command {
    name: "client",
    arguments: "",
    summary: "Build the client for release into dist/, compressed; `cargo run -p backend` then serves it",
    help: "What `cargo xtask run` does before it builds the server. Nothing is done where the client is up to date.",
    run,
};

fn run(arguments: &[String]) -> Result<()> {
    takes_nothing(arguments)?;
    client::build(&Toolbox::bring()?)
}
