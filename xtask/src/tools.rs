//! Brings what a build needs and the machine lacks, and knows how children reach it.
//!
//! What is on PATH in the right version is used. What is missing goes into folders named by version under cargo's home,
//! so that nothing of the person's own is replaced and a second clone finds it there.

pub(crate) mod apt;
pub(crate) mod browser;
mod cargo_install;
mod debian_toolchain;
pub(crate) mod nginx;
pub(crate) mod python;
mod wasm_opt;
pub(crate) mod wasm_target;

use std::{
    env,
    ffi::{OsStr, OsString},
    path::PathBuf,
    process::Command,
};

use anyhow::{Context, Result};

use crate::{child, place, versions};
use cargo_install::Crate;

/// The environment in which cargo, trunk and the tests find one compiler and the tools.
pub(crate) struct Toolbox {
    /// Folders to put before PATH.
    folders: Vec<PathBuf>,
    /// Whether trunk finds each tool here, and so never has to download one.
    complete: bool,
}

impl Toolbox {
    /// Installs what is missing, saying so first, and returns the way to all of it. Where nothing is missing this is quick.
    pub(crate) fn bring() -> Result<Self> {
        let mut folders = Vec::new();
        folders.extend(wasm_target::bring()?);
        let mut toolbox = Self { folders, complete: true };

        let bindgen = versions::wasm_bindgen()?;
        let crates = [
            // Its own lock names versions that are gone from the registry, so it is built with the newest ones. It works
            // on megabytes at each build, hence some optimisation.
            Crate {
                name: "wasm-bindgen-cli",
                program: "wasm-bindgen",
                version: &bindgen,
                locked: false,
                opt_level: "1",
            },
            // Trunk mostly waits for others.
            Crate { name: "trunk", program: "trunk", version: versions::TRUNK, locked: true, opt_level: "0" },
        ];
        for tool in &crates {
            toolbox.folders.extend(cargo_install::bring(tool)?);
        }
        cargo_install::clean()?;

        match wasm_opt::bring()? {
            wasm_opt::Found::OnPath => {}
            wasm_opt::Found::In(folder) => toolbox.folders.push(folder),
            wasm_opt::Found::LeftToTrunk => toolbox.complete = false,
        }
        Ok(toolbox)
    }

    /// A program that finds the tools on its PATH.
    pub(crate) fn command(&self, program: impl AsRef<OsStr>) -> Command {
        let mut command = child::command(program);
        for (name, value) in Self::variables() {
            command.env(name, value);
        }
        if !self.folders.is_empty() {
            command.env("PATH", self.path());
        }
        command
    }

    /// Cargo, by its name on PATH.
    pub(crate) fn cargo<const N: usize>(&self, arguments: [&str; N]) -> Command {
        let mut cargo = self.command("cargo");
        cargo.args(arguments).current_dir(place::root());
        cargo
    }

    /// Trunk, without its question for newer versions, and offline where nothing is left to download.
    pub(crate) fn trunk<const N: usize>(&self, arguments: [&str; N]) -> Command {
        let mut trunk = self.command("trunk");
        trunk.args(arguments).current_dir(place::root()).env("TRUNK_SKIP_VERSION_CHECK", "true");
        if self.complete {
            trunk.arg("--offline");
        }
        // Trunk 0.21 rejects NO_COLOR=1, the usual way of setting it.
        if env::var_os("NO_COLOR").is_some() {
            trunk.env("NO_COLOR", "true");
        }
        trunk
    }

    /// Folders that go before PATH.
    pub(crate) fn folders(&self) -> &[PathBuf] {
        &self.folders
    }

    /// Variables to set beside PATH.
    pub(crate) fn variables() -> [(&'static str, OsString); 1] {
        [("CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_RUNNER", "wasm-bindgen-test-runner".into())]
    }

    /// Finds a tool as the children do.
    pub(crate) fn find(&self, program: &str) -> Result<PathBuf> {
        let ours = self.folders.iter().map(|folder| folder.join(program));
        ours.into_iter()
            .find(|candidate| candidate.is_file())
            .or_else(|| place::on_path(program))
            .with_context(|| format!("{program} is neither installed nor on PATH"))
    }

    fn path(&self) -> OsString {
        let inherited = env::var_os("PATH").unwrap_or_default();
        let all = self.folders.iter().cloned().chain(env::split_paths(&inherited));
        env::join_paths(all).unwrap_or(inherited)
    }
}
