//! Packages of npm, in the versions that a lock file of ours names.

use std::path::{Path, PathBuf};

use anyhow::{Context, Result};

use crate::{
    child,
    installed::{copy, installed},
    place,
    tools::apt,
};

/// Node.js and npm, where both are on PATH.
pub(crate) fn find() -> Option<(PathBuf, PathBuf)> {
    Some((place::on_path("node")?, place::on_path("npm")?))
}

/// Finds them, or installs Debian's packages; returns node.
pub(crate) fn bring_node() -> Result<PathBuf> {
    if find().is_none() {
        apt::install(&["nodejs", "npm"], "axe and the vitals need node and npm on PATH")?;
    }
    Ok(find().context("node and npm are installed, but not on PATH")?.0)
}

/// Installs what `package-lock.json` in `from` names into `to`, with `more` for npm, unless it is there. Nothing that
/// packages would run on being installed is run.
pub(crate) fn ci(from: &Path, to: &Path, more: &[&str]) -> Result<()> {
    let (_, npm) = find().context("npm is not on PATH")?;
    copy(from, to, &["package.json"])?;
    installed(from, to, "package-lock.json", || {
        let mut ci = child::command(npm);
        ci.args(["ci", "--ignore-scripts", "--no-audit", "--no-fund"]).args(more).current_dir(to);
        child::run_aside(&mut ci)
    })
}
