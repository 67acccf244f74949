//! `cargo xtask dist`: what is copied to the machine that is to serve.

use std::fs;

use anyhow::{Context, Result};

use super::{Command, takes_nothing};
use crate::{
    client, place, say,
    server::{self, Profile},
    tools::Toolbox,
};

pub(super) const COMMAND: Command = Command {
    name: "dist",
    arguments: "",
    summary: "Make target/warren-dist/: one stripped binary with the client inside, and a systemd unit",
    help: "To install on a machine with systemd:\n\n  \
           install target/warren-dist/warren /usr/local/bin/warren\n  \
           cp target/warren-dist/warren.service /etc/systemd/system/\n  \
           systemctl enable --now warren\n\n\
           The unit runs it as a user of its own with its data in /var/lib/warren; its comments name the settings.",
    run,
};

const UNIT: &str = include_str!("../../assets/warren.service");

fn run(arguments: &[String]) -> Result<()> {
    takes_nothing(arguments)?;
    let toolbox = Toolbox::bring()?;
    client::build(&toolbox)?;
    let program = server::build(&toolbox, Profile::Dist)?;

    let folder = place::target()?.join("warren-dist");
    fs::create_dir_all(&folder).with_context(|| folder.display().to_string())?;
    // Removed first: a copy onto a program that runs would fail.
    let binary = folder.join("warren");
    if binary.exists() {
        fs::remove_file(&binary)?;
    }
    let size = fs::copy(&program, &binary).with_context(|| program.display().to_string())?;
    let unit = folder.join("warren.service");
    fs::write(&unit, UNIT)?;
    say::result(format_args!("{} ({size} bytes)", binary.display()));
    say::result(unit.display());
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_unit_keeps_the_server_in_its_data_directory() {
        for line in ["DynamicUser=yes", "StateDirectory=warren", "ProtectSystem=strict", "NoNewPrivileges=yes"] {
            assert!(UNIT.lines().any(|found| found == line), "{line}");
        }
    }
}
