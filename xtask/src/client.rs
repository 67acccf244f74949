//! The release build of the client, in dist/: trunk, then the compressed copies.
//!
//! Nothing is built twice: a stamp in the target folder remembers what the last build was made from and what it made.

mod compress;
pub(crate) mod first_load;
mod stamp;

use anyhow::Result;

use crate::{child, place, say, tools::Toolbox};

/// Builds it, unless it is as it would be.
pub(crate) fn build(toolbox: &Toolbox) -> Result<()> {
    let made_from = stamp::inputs()?;
    if stamp::is_current(made_from)? {
        say::note("the client is up to date");
        return Ok(());
    }
    say::timed("Build the client (about 2 minutes the first time)", || {
        // The profile is named in index.html, so that a `trunk build --release` typed by hand gives the same.
        child::run(&mut toolbox.trunk(["build", "--release", "--dist", "dist"]))
    })?;
    say::timed("Compress the client", || compress::folder(&place::dist()))?;
    stamp::write(made_from)
}

/// The sizes that a file has when it is sent as gzip 9 and as brotli 11, in bytes.
pub(crate) fn compressed_sizes(bytes: &[u8]) -> Result<(usize, usize)> {
    Ok((compress::gzip(bytes)?.len().min(bytes.len()), compress::brotli(bytes)?.len().min(bytes.len())))
}
