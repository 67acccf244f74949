//! wasm-opt: on PATH, from npm where there is one, or else left for trunk to download.

use std::{fs, path::PathBuf};

use anyhow::{Context, Result};

use crate::{child, place, say, versions::BINARYEN};

/// Where wasm-opt is.
pub(crate) enum Found {
    /// PATH has the right one.
    OnPath,
    /// In this folder.
    In(PathBuf),
    /// Not here: trunk fetches the version that Trunk.toml names.
    LeftToTrunk,
}

/// Finds or installs it.
pub(crate) fn bring() -> Result<Found> {
    let told = child::output(child::command("wasm-opt").arg("--version"));
    if told.is_some_and(|told| is_version(&told, BINARYEN)) {
        return Ok(Found::OnPath);
    }
    let home = place::tools()?.join(format!("binaryen-{BINARYEN}"));
    let folder = home.join("node_modules/.bin");
    if folder.join("wasm-opt").is_file() {
        return Ok(Found::In(folder));
    }
    if place::on_path("npm").is_none() || place::on_path("node").is_none() {
        say::note("no npm on PATH: trunk will download wasm-opt");
        return Ok(Found::LeftToTrunk);
    }
    let what = format!("Install wasm-opt {BINARYEN} into {} (some seconds)", home.display());
    match say::timed(what, || install(&home)) {
        Ok(()) => Ok(Found::In(folder)),
        Err(error) => {
            say::note(format_args!("{error}; trunk will download wasm-opt"));
            Ok(Found::LeftToTrunk)
        }
    }
}

fn install(home: &PathBuf) -> Result<()> {
    // Moved into place when whole, so that a run that was stopped leaves nothing that looks installed.
    let partial = home.with_extension("partial");
    fs::create_dir_all(&partial).with_context(|| partial.display().to_string())?;
    let mut npm = child::command("npm");
    npm.args(["install", "--ignore-scripts", "--no-audit", "--no-fund", "--prefix"]).arg(&partial);
    npm.arg(format!("binaryen@{BINARYEN}.0.0")).current_dir(&partial);
    child::run_aside(&mut npm)?;
    if home.exists() {
        fs::remove_dir_all(home)?;
    }
    fs::rename(&partial, home).with_context(|| home.display().to_string())
}

fn is_version(told: &str, version: &str) -> bool {
    told.split_whitespace().nth(2) == Some(version)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_version_is_the_third_word() {
        assert!(is_version("wasm-opt version 132 (version_132)", "132"));
        assert!(!is_version("wasm-opt version 108", "132"));
        assert!(!is_version("", "132"));
    }
}
