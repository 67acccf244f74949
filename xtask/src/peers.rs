//! The programs that the relay is measured beside, made ready in cargo's target folder. What cannot be made is said, and
//! left out: none of them is needed for anything else.

use std::path::Path;

use anyhow::{Context, Result};

use crate::{
    child,
    installed::{copy, installed},
    npm, place, say,
    tools::{Toolbox, python},
};

/// Brings all of them.
///
/// # Errors
/// Where the target folder is not known.
pub(crate) fn bring(toolbox: &Toolbox) -> Result<()> {
    let (from, to) = (place::root().join("bench/peers"), place::target()?.join("peers"));
    let made = [
        ("axum and actix-ws", rust(toolbox, &from, &to)),
        ("ws and Socket.IO", node(&from, &to)),
        ("FastAPI", python(&from, &to)),
    ];
    for (who, made) in made {
        if let Err(why) = made {
            say::note(format_args!("{who} will not be measured: {why:#}"));
        }
    }
    Ok(())
}

fn rust(toolbox: &Toolbox, from: &Path, to: &Path) -> Result<()> {
    say::timed("Build axum's and actix-ws's chats (some minutes the first time)", || {
        let mut cargo = toolbox.cargo(["build", "--quiet", "--release", "--locked"]);
        child::run(cargo.arg("--manifest-path").arg(from.join("Cargo.toml")).arg("--target-dir").arg(to))
    })
}

fn node(from: &Path, to: &Path) -> Result<()> {
    npm::find().context("node and npm are not on PATH; install Node.js")?;
    let (from, to) = (from.join("node"), to.join("node"));
    copy(&from, &to, &["ws.mjs", "socket-io.mjs"])?;
    npm::ci(&from, &to, &[])
}

fn python(from: &Path, to: &Path) -> Result<()> {
    let python = python::find().context("no python3 of at least 3.10 with venv and ensurepip")?;
    let (from, to) = (from.join("python"), to.join("python"));
    copy(&from, &to, &["chat.py"])?;
    installed(&from, &to, "requirements.txt", || {
        child::run_aside(child::command(python).args(["-m", "venv", "--clear"]).arg(to.join("venv")))?;
        let mut pip = child::command(to.join("venv/bin/pip"));
        pip.args(["install", "--quiet", "--disable-pip-version-check", "-r", "requirements.txt"]).current_dir(&to);
        child::run_aside(&mut pip)
    })
}
