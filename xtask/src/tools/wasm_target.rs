//! A compiler that has the wasm32 target.
//!
//! Where rustup may install, it does. Where it is told not to (`RUSTUP_AUTO_INSTALL=0`) or is absent, Debian's packages
//! serve. That setting is never worked around.

use std::{env, path::PathBuf};

use anyhow::{Context, Result, bail};

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
    if let Some(because) = without_rustup() {
        let folder = debian_toolchain::bring(because).with_context(|| {
            format!(
                "no compiler for {TARGET}: either let rustup install it (`rustup target add {TARGET}`), or put a rustc \
                 with that target first on PATH"
            )
        })?;
        return Ok(Some(folder));
    }
    rustup(&["target", "add", TARGET]).with_context(|| {
        format!(
            "no compiler for {TARGET}: rustup could not add it. Where it cannot reach its server, and Debian's \
             packages are at hand, RUSTUP_AUTO_INSTALL=0 takes it from those"
        )
    })?;
    Ok(None)
}

/// Adds what the lints and the formatting need to a rustup that came without.
pub(crate) fn bring_components(toolbox: &super::Toolbox) -> Result<()> {
    for (component, subcommand) in [("clippy", "clippy"), ("rustfmt", "fmt")] {
        if child::output(&mut toolbox.cargo([subcommand, "--version"])).is_some() {
            continue;
        }
        if let Some(because) = without_rustup() {
            bail!(
                "`cargo {subcommand}` is missing, and {because}: install {component} for the compiler \
                 that is first on PATH"
            );
        }
        rustup(&["component", "add", component])?;
    }
    Ok(())
}

/// Why rustup is not to be asked, if so.
fn without_rustup() -> Option<&'static str> {
    if env::var("RUSTUP_AUTO_INSTALL").is_ok_and(|value| value == "0") {
        return Some("RUSTUP_AUTO_INSTALL=0");
    }
    place::on_path("rustup").is_none().then_some("there is no rustup")
}

fn rustup(arguments: &[&str]) -> Result<()> {
    let what = format!("rustup {} (some seconds)", arguments.join(" "));
    say::timed(what, || child::run_aside(child::command("rustup").args(arguments)))
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
