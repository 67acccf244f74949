//! Trunk.toml names versions of tools that are decided elsewhere; they must be the same.

use super::files::File;
use crate::versions;

/// A fault for each version in Trunk.toml that is not the decided one.
pub(super) fn check(files: &[File]) -> Vec<String> {
    let text = |path: &str| files.iter().find(|file| file.path == path).map_or("", |file| &file.text);
    let bindgen = versions::locked(text("Cargo.lock"), "wasm-bindgen").unwrap_or_default();
    let binaryen = format!("version_{}", versions::BINARYEN);
    let mut faults = Vec::new();
    for (tool, version) in [("wasm_bindgen", bindgen), ("wasm_opt", binaryen)] {
        let line = format!("{tool} = \"{version}\"");
        if !text("Trunk.toml").lines().any(|found| found == line) {
            faults.push(format!("Trunk.toml: [tools] must have the line `{line}`"));
        }
    }
    faults
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn trunk_must_name_the_locked_version() {
        let files = |bindgen: &str| {
            let lock = "[[package]]\nname = \"wasm-bindgen\"\nversion = \"0.2.130\"\n";
            let trunk =
                format!("[tools]\nwasm_bindgen = \"{bindgen}\"\nwasm_opt = \"version_{}\"\n", versions::BINARYEN);
            let file = |path: &str, text: &str| File { path: path.to_owned(), text: text.to_owned() };
            [file("Cargo.lock", lock), file("Trunk.toml", &trunk)]
        };
        assert!(check(&files("0.2.130")).is_empty());
        assert_eq!(check(&files("0.2.129")), ["Trunk.toml: [tools] must have the line `wasm_bindgen = \"0.2.130\"`"]);
    }
}
