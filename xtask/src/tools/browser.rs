//! Chromium and its driver, for the tests.
//!
//! No browser is a failure, never a reason to skip a test.

use std::{env, path::PathBuf};

use anyhow::{Context, Result};

use super::apt;
use crate::place;

const CHROMIUMS: [&str; 4] = ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable"];
const DRIVERS: [&str; 1] = ["chromedriver"];

/// A browser and the driver that belongs to it.
pub(crate) struct Browser {
    /// The program `chromium`.
    pub(crate) chromium: PathBuf,
    /// The program `chromedriver`.
    pub(crate) chromedriver: PathBuf,
}

impl Browser {
    /// Finds them by the variables CHROMIUM and CHROMEDRIVER, then on PATH.
    pub(crate) fn find() -> Option<Self> {
        Some(Self { chromium: named("CHROMIUM", &CHROMIUMS)?, chromedriver: named("CHROMEDRIVER", &DRIVERS)? })
    }

    /// Finds them, or installs Debian's packages.
    pub(crate) fn bring() -> Result<Self> {
        if let Some(browser) = Self::find() {
            return Ok(browser);
        }
        apt::install(
            &["chromium", "chromium-driver", "fonts-noto-color-emoji"],
            "the tests need chromium and chromedriver on PATH (or CHROMIUM and CHROMEDRIVER set)",
        )?;
        Self::find().context("chromium and chromedriver are installed, but not on PATH")
    }

    /// How the tests learn of them.
    pub(crate) fn variables(&self) -> [(&'static str, &PathBuf); 2] {
        [("CHROMIUM", &self.chromium), ("CHROMEDRIVER", &self.chromedriver)]
    }
}

fn named(variable: &str, programs: &[&str]) -> Option<PathBuf> {
    let chosen = env::var_os(variable).map(PathBuf::from).filter(|path| path.is_file());
    chosen.or_else(|| programs.iter().find_map(|program| place::on_path(program)))
}
