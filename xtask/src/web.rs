//! What looks at the client from outside: axe for the gate, and the program of the vitals with all that it needs.

use std::path::PathBuf;

use anyhow::{Context, Result, ensure};

use crate::{child, installed, npm, place};

/// The script of axe, which finds what bars people from a page.
pub(crate) fn bring_axe() -> Result<PathBuf> {
    npm::bring_node()?;
    let to = place::target()?.join("axe");
    npm::ci(&sources(), &to, &["--omit=dev"])?;
    let axe = to.join("node_modules/axe-core/axe.min.js");
    ensure!(axe.is_file(), "npm has installed no {}", axe.display());
    Ok(axe)
}

/// Node.js, and the program of the vitals.
pub(crate) fn bring_vitals() -> Result<(PathBuf, PathBuf)> {
    let node = npm::bring_node()?;
    let to = place::target()?.join("web");
    npm::ci(&sources(), &to, &["--omit=optional"])?;
    // Beside the packages, where node looks for them.
    for part in ["vitals", "page"] {
        let mut copy = child::command("cp");
        copy.arg("-R").arg(sources().join(part)).arg(&to);
        child::run(&mut copy).with_context(|| format!("{part} cannot be copied to {}", to.display()))?;
    }
    installed::copy(&sources(), &to, &["vitals.mjs"])?;
    Ok((node, to.join("vitals.mjs")))
}

fn sources() -> PathBuf {
    place::root().join("e2e/web")
}
