//! The builds of the server. Cargo decides what is to be done again.

use std::path::PathBuf;

use anyhow::Result;

use crate::{child, place, say, tools::Toolbox};

/// Where `cargo run` and `cargo xtask run` serve.
pub(crate) const ADDRESS: &str = "127.0.0.1:8000";

/// How the server is built, named as in the root Cargo.toml.
#[derive(Clone, Copy)]
pub(crate) enum Profile {
    /// Quick to build; serves the client from dist/ as it is.
    Dev,
    /// With the client inside.
    Release,
    /// As release, smaller and slower to build.
    Dist,
}

impl Profile {
    fn name(self) -> &'static str {
        match self {
            Self::Dev => "dev",
            Self::Release => "release",
            Self::Dist => "dist",
        }
    }

    fn folder(self) -> &'static str {
        match self {
            Self::Dev => "debug",
            Self::Release | Self::Dist => self.name(),
        }
    }

    /// Where the program is, once built.
    pub(crate) fn program(self) -> Result<PathBuf> {
        Ok(place::target()?.join(self.folder()).join("warren"))
    }
}

/// Builds it and returns the program.
pub(crate) fn build(toolbox: &Toolbox, profile: Profile) -> Result<PathBuf> {
    let name = profile.name();
    say::timed(format_args!("Build the server, profile {name} (some minutes the first time)"), || {
        child::run(&mut toolbox.cargo(["build", "--package", "backend", "--bin", "warren", "--profile", name]))
    })?;
    profile.program()
}
