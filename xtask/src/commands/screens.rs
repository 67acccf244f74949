//! `cargo xtask screens`: the pictures of the documents, made from the running program.

use anyhow::Result;

use super::{Command, takes_nothing};
use crate::{
    child, client,
    server::{self, Profile},
    tools::{Toolbox, browser::Browser},
};

pub(super) const COMMAND: Command = Command {
    name: "screens",
    arguments: "",
    summary: "Make the pictures in docs/screens/ from the running program",
    help: "Builds the client and the server for release where they are not up to date, lets three browsers talk, and\n\
           takes a picture of each layout and theme.",
    run,
};

fn run(arguments: &[String]) -> Result<()> {
    takes_nothing(arguments)?;
    let (toolbox, browser) = (Toolbox::bring()?, Browser::bring()?);
    client::build(&toolbox)?;
    let program = server::build(&toolbox, Profile::Release)?;
    let mut cargo = toolbox.cargo(["run", "--package", "e2e", "--bin", "screens"]);
    cargo.envs(browser.variables()).env("WARREN_BIN", program);
    child::run(&mut cargo)
}
