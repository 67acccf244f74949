//! Where things are: the repository, its build folders, and the folder of the tools.

use std::{
    env,
    path::{Path, PathBuf},
};

use anyhow::{Context, Result};

/// The top of the repository, also when called from a folder below it.
pub(crate) fn root() -> PathBuf {
    // At run time cargo says where the package is now; the path seen by the compiler may be of before a move.
    let manifest = env::var_os("CARGO_MANIFEST_DIR").unwrap_or_else(|| env!("CARGO_MANIFEST_DIR").into());
    let manifest = Path::new(&manifest);
    manifest.parent().unwrap_or(manifest).to_path_buf()
}

/// Cargo's target folder. It is found from where this program runs, so every way of configuring it is honoured.
pub(crate) fn target() -> Result<PathBuf> {
    let program = env::current_exe().context("the path of xtask itself")?;
    let target = program.ancestors().nth(2).map(Path::to_path_buf);
    target.with_context(|| format!("{} is not in a target folder", program.display()))
}

/// The release build of the client, which the server embeds.
pub(crate) fn dist() -> PathBuf {
    root().join("dist")
}

/// The tools that xtask installs, each in a folder named by its version: shared by clones, beside what is the person's own.
pub(crate) fn tools() -> Result<PathBuf> {
    Ok(cargo_home()?.join("warren"))
}

/// Cargo's home.
pub(crate) fn cargo_home() -> Result<PathBuf> {
    match env::var_os("CARGO_HOME") {
        Some(home) => Ok(PathBuf::from(home)),
        None => {
            Ok(env::home_dir().context("neither CARGO_HOME nor HOME is set: set one, for the tools")?.join(".cargo"))
        }
    }
}

/// Finds a program on PATH.
pub(crate) fn on_path(program: &str) -> Option<PathBuf> {
    let path = env::var_os("PATH")?;
    env::split_paths(&path).map(|folder| folder.join(program)).find(|candidate| candidate.is_file())
}
