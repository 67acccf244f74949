//! What several steps stand on: the tools and the browser, brought once, by the first step that asks.

use std::cell::OnceCell;

use anyhow::Result;

use crate::tools::{Toolbox, browser::Browser};

/// Starts empty.
#[derive(Default)]
pub(super) struct Ground {
    toolbox: OnceCell<Toolbox>,
    browser: OnceCell<Browser>,
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
}

fn once<T>(cell: &OnceCell<T>, bring: impl FnOnce() -> Result<T>) -> Result<&T> {
    if let Some(there) = cell.get() {
        return Ok(there);
    }
    let brought = bring()?;
    Ok(cell.get_or_init(|| brought))
}
