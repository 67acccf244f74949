//! What several steps stand on: the tools, the browser and axe, brought once, by the first step that asks.

use std::{cell::OnceCell, path::PathBuf};

use anyhow::Result;

use crate::{
    tools::{Toolbox, browser::Browser, nginx},
    web,
};

/// Starts empty.
#[derive(Default)]
pub(super) struct Ground {
    toolbox: OnceCell<Toolbox>,
    browser: OnceCell<Browser>,
    axe: OnceCell<PathBuf>,
    nginx: OnceCell<PathBuf>,
}

impl Ground {
    /// The compiler and the tools.
    pub(super) fn toolbox(&self) -> Result<&Toolbox> {
        once(&self.toolbox, Toolbox::bring)
    }

    /// A browser and its driver.
    pub(super) fn browser(&self) -> Result<&Browser> {
        once(&self.browser, Browser::bring)
    }

    /// The script of axe.
    pub(super) fn axe(&self) -> Result<&PathBuf> {
        once(&self.axe, web::bring_axe)
    }

    /// The program nginx.
    pub(super) fn nginx(&self) -> Result<&PathBuf> {
        once(&self.nginx, nginx::bring)
    }
}

fn once<T>(cell: &OnceCell<T>, bring: impl FnOnce() -> Result<T>) -> Result<&T> {
    if let Some(there) = cell.get() {
        return Ok(there);
    }
    let brought = bring()?;
    Ok(cell.get_or_init(|| brought))
}
