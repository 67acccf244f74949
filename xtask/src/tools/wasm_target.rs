//! A compiler that has the wasm32 target.
//!
//! Where rustup may install, it does. Where it is told not to (`RUSTUP_AUTO_INSTALL=0`) or is absent, Debian's packages
//! serve. That setting is never worked around.

use std::{env, path::PathBuf};

use anyhow::{Context, Result};

use super::debian_toolchain;
use crate::{child, place, say};

/// The target of the client.
pub(crate) const TARGET: &str = "wasm32-unknown-unknown";

/// Returns a folder to put before PATH, or nothing where the compiler on PATH has the target, perhaps since now.
pub(crate) fn bring() -> Result<Option<PathBuf>> {
    if has_target() {
        return Ok(None);
    }
    if let Some(folder) = debian_toolchain::find() {
        return Ok(Some(folder));
    }
    let because = match rustup() {
        Ok(()) => return Ok(None),
        Err(because) => because,
    };
    let folder = debian_toolchain::bring(&because).with_context(|| {
        format!(
            "no compiler for {TARGET} ({because}). Either let rustup install it (`rustup target add {TARGET}`), or put a \
             rustc with that target first on PATH"
        )
    })?;
    Ok(Some(folder))
}

/// Adds what the lints and the formatting need to a rustup that came without.
pub(crate) fn bring_components(toolbox: &super::Toolbox) -> Result<()> {
    for (component, subcommand) in [("clippy", "clippy"), ("rustfmt", "fmt")] {
        if child::output(&mut toolbox.cargo([subcommand, "--version"])).is_none() {
            say::timed(format_args!("rustup component add {component}"), || {
                child::run_aside(toolbox.command("rustup").args(["component", "add", component]))
            })?;
        }
    }
    Ok(())
}

fn rustup() -> Result<(), String> {
    if env::var("RUSTUP_AUTO_INSTALL").is_ok_and(|value| value == "0") {
        return Err("RUSTUP_AUTO_INSTALL=0".to_owned());
    }
    if place::on_path("rustup").is_none() {
        return Err("there is no rustup".to_owned());
    }
    let what = format!("rustup target add {TARGET} (some seconds)");
    let added = say::timed(what, || child::run_aside(child::command("rustup").args(["target", "add", TARGET])));
    added.map_err(|error| error.to_string())
}

fn has_target() -> bool {
    let mut rustc = child::command("rustc");
    rustc.args(["--print", "target-libdir", "--target", TARGET]);
    let Some(folder) = child::output(&mut rustc) else {
        return false;
    };
    let Ok(files) = std::fs::read_dir(folder) else {
        return false;
    };
    files.flatten().any(|file| {
        let name = file.file_name();
        name.to_string_lossy().starts_with("libcore-")
    })
}
