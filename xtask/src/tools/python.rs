//! A Python environment of our own with kosoku, which runs the Autobahn cases.

use std::{fs, path::PathBuf};

use anyhow::{Context, Result};

use super::apt;
use crate::{child, place, say, versions::KOSOKU};

/// Returns the program `kosoku`.
pub(crate) fn bring_kosoku() -> Result<PathBuf> {
    let home = place::tools()?.join(format!("kosoku-{KOSOKU}"));
    let program = home.join("bin/kosoku");
    // Scripts in such an environment name its place, so it is made where it stays; the version tells whether it is whole.
    let installed = child::output(child::command(&program).arg("--help")).is_some();
    if installed {
        return Ok(program);
    }
    if home.exists() {
        fs::remove_dir_all(&home)?;
    }
    let python = python()?;
    say::timed(format_args!("Install kosoku {KOSOKU} into {} (some seconds)", home.display()), || {
        child::run_aside(child::command(python).args(["-m", "venv"]).arg(&home))?;
        let mut pip = child::command(home.join("bin/pip"));
        pip.args(["install", "--quiet", "--disable-pip-version-check"]).arg(format!("kosoku=={KOSOKU}"));
        child::run_aside(&mut pip)
    })?;
    Ok(program)
}

/// A Python of at least 3.10 that can make environments.
fn python() -> Result<&'static str> {
    if let Some(found) = find() {
        return Ok(found);
    }
    apt::install(&["python3", "python3-venv"], "the conformance cases run on Python")?;
    find().context("no python3 of at least 3.10 with venv and ensurepip")
}

/// One that is there, if any.
pub(crate) fn find() -> Option<&'static str> {
    let check = "import sys, venv, ensurepip; assert sys.version_info >= (3, 10)";
    ["python3", "/usr/bin/python3"]
        .into_iter()
        .find(|python| child::output(child::command(python).args(["-c", check])).is_some())
}
