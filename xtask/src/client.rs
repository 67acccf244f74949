//! The release build of the client, in dist/: trunk, a last touch to what it made, then the compressed copies.
//!
//! Nothing is built twice: a stamp in the target folder remembers what the last build was made from and what it made.

mod compress;
mod finish;
pub(crate) mod first_load;
mod imports;
mod lean;
mod order;
mod stamp;
mod wasm;

use std::{env, path::Path};

use anyhow::{Context as _, Result};

use crate::{child, place, say, tools::Toolbox};
use lean::Build;

/// Builds it, unless it is as it would be.
pub(crate) fn build(toolbox: &Toolbox) -> Result<()> {
    let how = Build::best(toolbox);
    let made_from = stamp::inputs(&compiler(toolbox), how)?;
    if stamp::is_current(made_from)? {
        say::note("the client is up to date");
        return Ok(());
    }
    say::timed("Build the client (about 2 minutes the first time)", || {
        // The profile is named in index.html, so that a `trunk build --release` typed by hand gives much the same.
        let mut trunk = toolbox.trunk(["build", "--release", "--dist", "dist"]);
        how.prepare(&mut trunk);
        child::run(trunk.env("CARGO_ENCODED_RUSTFLAGS", flags(how)?))
    })?;
    finish::folder(&place::dist(), |wasm| order::by_likeness(toolbox, wasm))
        .context("what trunk made is not as expected")?;
    say::timed("Compress the client", || compress::folder(&place::dist()))?;
    stamp::write(made_from)
}

/// What the compiler says of itself: another one makes another client.
fn compiler(toolbox: &Toolbox) -> String {
    child::output(toolbox.command("rustc").arg("-vV")).unwrap_or_default()
}

/// The compiler's flags: what the person sets for all of cargo, those of the way of building, and some that keep this
/// machine's folders out of the client, which everybody may read: panics name the sources that they come from.
fn flags(how: Build) -> Result<String> {
    let cargo_home = place::cargo_home()?;
    let own = env::var("RUSTFLAGS").unwrap_or_default();
    let own = own.split_ascii_whitespace().map(str::to_owned);
    // The digest is of small things: the rolled-up SHA-256 is a sixth of the unrolled one.
    let how = how.flags().iter().chain(&["--cfg=sha2_backend_soft=\"compact\""]).map(ToString::to_string);
    let remap = |path: &Path, name| format!("--remap-path-prefix={}={name}", path.display());
    let nameless = [remap(&cargo_home.join("registry").join("src"), ""), remap(&place::root(), "")];
    Ok(own.chain(how).chain(nameless).collect::<Vec<_>>().join("\u{1f}"))
}

/// The compiler at hand can build it as lean as it is meant to be.
pub(crate) fn is_lean(toolbox: &Toolbox) -> bool {
    Build::best(toolbox) == Build::Lean
}

/// The sizes that a file has when it is sent as gzip 9 and as brotli 11, in bytes.
pub(crate) fn compressed_sizes(bytes: &[u8]) -> Result<(usize, usize)> {
    Ok((compress::gzip(bytes)?.len().min(bytes.len()), compress::brotli(bytes)?.len().min(bytes.len())))
}
