//! The release build of the client, in dist/: trunk, then the compressed copies.
//!
//! Nothing is built twice: a stamp in the target folder remembers what the last build was made from and what it made.

mod compress;
pub(crate) mod first_load;
mod stamp;

use std::{env, path::Path};

use anyhow::Result;

use crate::{child, place, say, tools::Toolbox};

/// Builds it, unless it is as it would be.
pub(crate) fn build(toolbox: &Toolbox) -> Result<()> {
    let made_from = stamp::inputs(&compiler(toolbox))?;
    if stamp::is_current(made_from)? {
        say::note("the client is up to date");
        return Ok(());
    }
    say::timed("Build the client (about 2 minutes the first time)", || {
        // The profile is named in index.html, so that a `trunk build --release` typed by hand gives the same.
        let mut trunk = toolbox.trunk(["build", "--release", "--dist", "dist"]);
        child::run(trunk.env("CARGO_ENCODED_RUSTFLAGS", nameless_paths()?))
    })?;
    say::timed("Compress the client", || compress::folder(&place::dist()))?;
    stamp::write(made_from)
}

/// What the compiler says of itself: another one makes another client.
fn compiler(toolbox: &Toolbox) -> String {
    child::output(toolbox.command("rustc").arg("-vV")).unwrap_or_default()
}

/// Flags that keep this machine's folders out of the client, which everybody may read: panics name the sources that
/// they come from. It also makes the client a little smaller. What the person sets for all of cargo comes first.
fn nameless_paths() -> Result<String> {
    let cargo_home = place::cargo_home()?;
    let own = env::var("RUSTFLAGS").unwrap_or_default();
    let own = own.split_ascii_whitespace().map(str::to_owned);
    let remap = |path: &Path, name| format!("--remap-path-prefix={}={name}", path.display());
    let flags = own.chain([remap(&cargo_home.join("registry").join("src"), ""), remap(&place::root(), "")]);
    Ok(flags.collect::<Vec<_>>().join("\u{1f}"))
}

/// The sizes that a file has when it is sent as gzip 9 and as brotli 11, in bytes.
pub(crate) fn compressed_sizes(bytes: &[u8]) -> Result<(usize, usize)> {
    Ok((compress::gzip(bytes)?.len().min(bytes.len()), compress::brotli(bytes)?.len().min(bytes.len())))
}
