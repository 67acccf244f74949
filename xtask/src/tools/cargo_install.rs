//! Tools that are crates: found on PATH, or installed with cargo into a folder of their version.

use std::{fs, path::PathBuf};

use anyhow::{Context, Result};

use crate::{child, place, say};

/// A tool that crates.io has.
pub(crate) struct Crate<'a> {
    /// The crate.
    pub(crate) name: &'a str,
    /// The program that tells its version with `--version`, as `program 1.2.3`.
    pub(crate) program: &'a str,
    pub(crate) version: &'a str,
    /// Whether to build it with the versions of its own lock file.
    pub(crate) locked: bool,
    /// How much to optimise it: a tool is built more often than it saves the time.
    pub(crate) opt_level: &'a str,
}

/// Returns the folder to put before PATH, or nothing where PATH already has this version.
pub(crate) fn bring(tool: &Crate<'_>) -> Result<Option<PathBuf>> {
    let told = child::output(child::command(tool.program).arg("--version"));
    if told.is_some_and(|told| is_version(&told, tool.version)) {
        return Ok(None);
    }
    let home = place::tools()?.join(format!("{}-{}", tool.program, tool.version));
    let folder = home.join("bin");
    if !folder.join(tool.program).is_file() {
        install(tool, &home)?;
    }
    Ok(Some(folder))
}

/// Removes what building the tools left behind.
pub(crate) fn clean() -> Result<()> {
    let folder = build_folder()?;
    if folder.exists() {
        fs::remove_dir_all(&folder).with_context(|| folder.display().to_string())?;
    }
    Ok(())
}

/// Any compiler will do for a tool, so it is the person's own cargo that is called, even where another builds the client.
fn install(tool: &Crate<'_>, home: &PathBuf) -> Result<()> {
    // Outside of the repository, so that its cargo configuration and lock file do not apply.
    fs::create_dir_all(home).with_context(|| home.display().to_string())?;
    let Crate { name, version, .. } = tool;
    if place::on_path("cargo-binstall").is_some() {
        let mut binstall = child::command("cargo");
        binstall.args(["binstall", "--no-confirm", "--disable-strategies", "compile", "--root"]);
        binstall.arg(home).arg(format!("{name}@{version}")).current_dir(home);
        let downloaded = say::timed(format_args!("Download {name} {version}"), || child::run_aside(&mut binstall));
        match downloaded {
            Ok(()) => return Ok(()),
            Err(error) => say::note(format_args!("{error}; building it instead")),
        }
    }
    let what = format!("Install {name} {version} into {} (2 to 4 minutes on 2 cores)", home.display());
    say::timed(what, || {
        let mut cargo = child::command("cargo");
        cargo.args(["install", name, "--version", version, "--root"]).arg(home).current_dir(home);
        if tool.locked {
            cargo.arg("--locked");
        }
        cargo
            .env("CARGO_TARGET_DIR", build_folder()?)
            .env("CARGO_PROFILE_RELEASE_LTO", "off")
            .env("CARGO_PROFILE_RELEASE_CODEGEN_UNITS", "16")
            .env("CARGO_PROFILE_RELEASE_STRIP", "symbols")
            .env("CARGO_PROFILE_RELEASE_OPT_LEVEL", tool.opt_level);
        child::run_aside(&mut cargo)
    })
}

/// One for all tools: they share dependencies.
fn build_folder() -> Result<PathBuf> {
    Ok(place::tools()?.join("build"))
}

fn is_version(told: &str, version: &str) -> bool {
    told.split_whitespace().nth(1) == Some(version)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_version_is_the_second_word() {
        assert!(is_version("trunk 0.21.14", "0.21.14"));
        assert!(is_version("wasm-bindgen 0.2.130 (abc)", "0.2.130"));
        assert!(!is_version("trunk 0.21.1", "0.21.14"));
        assert!(!is_version("trunk 0.21.14-beta", "0.21.14"));
        assert!(!is_version("", "0.21.14"));
    }
}
