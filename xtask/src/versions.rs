//! The versions of the tools, each stated once: here, or in Cargo.lock where the library and its tool must agree.

use std::fs;

use anyhow::{Context, Result};

use crate::place;

/// Trunk, which builds and serves the client.
pub(crate) const TRUNK: &str = "0.21.14";
/// Binaryen, whose wasm-opt makes the client small. Older ones cannot parse what today's compilers emit.
pub(crate) const BINARYEN: &str = "132";
/// The runner of the Autobahn cases.
pub(crate) const KOSOKU: &str = "0.1.0";

/// The version of wasm-bindgen in Cargo.lock: the command line tool refuses a client built with any other.
pub(crate) fn wasm_bindgen() -> Result<String> {
    let path = place::root().join("Cargo.lock");
    let lock = fs::read_to_string(&path).with_context(|| path.display().to_string())?;
    locked(&lock, "wasm-bindgen").context("Cargo.lock names no wasm-bindgen")
}

/// Finds the version of a package in the text of a Cargo.lock. Of several versions, the last.
pub(crate) fn locked(lock: &str, package: &str) -> Option<String> {
    let name = format!("name = \"{package}\"");
    let mut lines = lock.lines();
    let mut found = None;
    while let Some(line) = lines.next() {
        if line == name {
            found = quoted(lines.next()?, "version = ");
        }
    }
    found
}

fn quoted(line: &str, key: &str) -> Option<String> {
    let value = line.strip_prefix(key)?;
    Some(value.strip_prefix('"')?.strip_suffix('"')?.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    const LOCK: &str = r#"version = 4

[[package]]
name = "wasm-bindgen-futures"
version = "0.4.63"

[[package]]
name = "wasm-bindgen"
version = "0.2.130"
source = "registry"
"#;

    #[test]
    fn the_lock_is_read_by_whole_names() {
        assert_eq!(locked(LOCK, "wasm-bindgen").as_deref(), Some("0.2.130"));
        assert_eq!(locked(LOCK, "wasm-bindgen-futures").as_deref(), Some("0.4.63"));
        assert_eq!(locked(LOCK, "wasm"), None);
        assert_eq!(locked("", "wasm-bindgen"), None);
    }
}
