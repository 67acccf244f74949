//! Whether dist/ is what a build would make: one number over what goes in, one over what came out.
//!
//! Contents count, not times: a fresh checkout of the same commit builds nothing, a `trunk build` by hand is noticed.

use std::{
    collections::hash_map::DefaultHasher,
    fs,
    hash::{Hash, Hasher},
    path::{Path, PathBuf},
};

use anyhow::{Context, Result};

use super::{compress::files, lean::Build};
use crate::{place, versions};

/// What the client is built from, below the root.
const INPUTS: [&str; 6] = ["frontend", "shared", "index.html", "Trunk.toml", "Cargo.toml", "Cargo.lock"];

/// Raised when the build or the compression of the client is done in another way.
const FORMAT: u32 = 4;

/// The number of what goes in.
pub(crate) fn inputs(compiler: &str, how: Build) -> Result<u64> {
    let root = place::root();
    let mut paths = Vec::new();
    for input in INPUTS {
        let path = root.join(input);
        if path.is_dir() {
            paths.extend(files(&path)?);
        } else {
            paths.push(path);
        }
    }
    Ok(number(&root, &paths, &(FORMAT, compiler, how, versions::TRUNK, versions::BINARYEN))?)
}

/// Whether the last good build was made from this, and its files are still there and unchanged.
pub(crate) fn is_current(inputs: u64) -> Result<bool> {
    if !place::dist().join("index.html").is_file() {
        return Ok(false);
    }
    let written = fs::read_to_string(path()?).unwrap_or_default();
    Ok(written == text(inputs, outputs()?))
}

/// Remembers a good build.
pub(crate) fn write(inputs: u64) -> Result<()> {
    let path = path()?;
    fs::write(&path, text(inputs, outputs()?)).with_context(|| path.display().to_string())
}

fn outputs() -> Result<u64> {
    let dist = place::dist();
    Ok(number(&dist, &files(&dist)?, &())?)
}

fn path() -> Result<PathBuf> {
    Ok(place::target()?.join("client.stamp"))
}

fn text(inputs: u64, outputs: u64) -> String {
    format!("{inputs:016x} {outputs:016x}\n")
}

/// The hasher differs between releases of Rust; then the client is built once more.
fn number(root: &Path, paths: &[PathBuf], with: &impl Hash) -> std::io::Result<u64> {
    let mut hasher = DefaultHasher::new();
    with.hash(&mut hasher);
    for path in paths {
        path.strip_prefix(root).unwrap_or(path).hash(&mut hasher);
        fs::read(path)?.hash(&mut hasher);
    }
    Ok(hasher.finish())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_and_contents_count_and_the_place_does_not() {
        let of = |name: &str, content: &str| {
            let folder = tempfile::tempdir().unwrap();
            let path = folder.path().join(name);
            fs::write(&path, content).unwrap();
            number(folder.path(), &[path], &()).unwrap()
        };
        assert_eq!(of("a", "x"), of("a", "x"));
        assert_ne!(of("a", "x"), of("b", "x"));
        assert_ne!(of("a", "x"), of("a", "y"));
    }
}
