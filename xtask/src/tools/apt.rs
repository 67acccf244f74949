//! Packages of Debian and its relatives.

use std::fmt::Display;

use anyhow::{Context, Result, bail};

use crate::{child, place, say};

/// Installs those packages that are missing. `why` is said first, and in the error where there is no apt.
pub(crate) fn install(packages: &[&str], why: impl Display) -> Result<()> {
    let missing: Vec<_> = packages.iter().copied().filter(|package| !is_installed(package)).collect();
    if missing.is_empty() {
        return Ok(());
    }
    let list = missing.join(" ");
    if place::on_path("apt-get").is_none() {
        bail!("{why}, and this machine has no apt-get: install what matches Debian's packages `{list}` by hand");
    }
    say::timed(format_args!("{why}: apt-get install {list} (about a minute)"), || {
        child::run_aside(apt_get()?.arg("update"))?;
        let mut install = apt_get()?;
        // Some of them conflict with others: nothing of the person's is removed to make room for them.
        install.args(["install", "--yes", "--no-remove", "--no-install-recommends"]).args(&missing);
        child::run_aside(&mut install).with_context(|| {
            format!("{list} cannot be installed; where apt says above that packages would be removed, they conflict with these")
        })
    })
}

fn apt_get() -> Result<std::process::Command> {
    let is_root = child::output(child::command("id").arg("-u")).as_deref() == Some("0");
    if !is_root && place::on_path("sudo").is_none() {
        bail!("apt-get needs root, and there is no sudo: call this once as root");
    }
    let mut command = child::command(if is_root { "env" } else { "sudo" });
    command.args(["DEBIAN_FRONTEND=noninteractive", "apt-get"]);
    Ok(command)
}

fn is_installed(package: &str) -> bool {
    let mut query = child::command("dpkg-query");
    query.args(["--show", "--showformat=${db:Status-Status}", package]);
    child::output(&mut query).as_deref() == Some("installed")
}
