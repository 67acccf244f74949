//! The last touch to what trunk made: short names between the wasm and its script, the wasm's functions in another order,
//! the script without comments and indentation, and file names that follow what is in the files.
//!
//! Trunk minifies scripts with a library that gives up at `export { … as default }`, the last line of each script of
//! wasm-bindgen. And it names both files by the wasm before wasm-opt, so that other settings would give other contents
//! of the same name, which browsers and caches keep for a year.

use std::{fs, path::Path};

use anyhow::{Context, Result, ensure};
use base64::{Engine as _, prelude::BASE64_STANDARD};
use sha2::{Digest as _, Sha256, Sha384};

use super::imports::{self, Renamed};

/// Does it to the page, the script and the wasm of a folder. `order` puts the wasm's functions in their order.
pub(crate) fn folder(dist: &Path, order: impl FnOnce(&[u8]) -> Result<Vec<u8>>) -> Result<()> {
    let page = dist.join("index.html");
    let html = fs::read_to_string(&page).with_context(|| page.display().to_string())?;
    let (script_name, wasm_name) = (only(dist, ".js")?, only(dist, "_bg.wasm")?);
    let script = fs::read_to_string(dist.join(&script_name))?;
    let wasm = fs::read(dist.join(&wasm_name))?;

    let (short, renamed) = imports::shorten(&wasm)?;
    let short = order(&short)?;
    let tight = strip(&rename(&script, &renamed)?)?;
    let html = replace(&html, dist, &script_name, script.as_bytes(), tight.as_bytes())?;
    let html = replace(&html, dist, &wasm_name, &wasm, &short)?;
    fs::write(&page, html).with_context(|| page.display().to_string())
}

/// The name of the one file with this ending.
fn only(dist: &Path, ending: &str) -> Result<String> {
    let mut found = None;
    for file in fs::read_dir(dist)? {
        let name = file?.file_name().to_string_lossy().into_owned();
        if name.starts_with("frontend") && name.ends_with(ending) {
            ensure!(found.is_none(), "trunk made more than one file with the ending {ending}");
            found = Some(name);
        }
    }
    found.with_context(|| format!("trunk made no file with the ending {ending}"))
}

/// Writes a file's new content under its new name, and returns the page that asks for it.
fn replace(html: &str, dist: &Path, name: &str, old: &[u8], new: &[u8]) -> Result<String> {
    let fresh = named(name, new);
    let (old_sum, new_sum) = (integrity(old), integrity(new));
    ensure!(html.contains(name) && html.contains(&old_sum), "the page does not ask for {name} as trunk made it");
    fs::remove_file(dist.join(name))?;
    fs::write(dist.join(&fresh), new)?;
    Ok(html.replace(name, &fresh).replace(&old_sum, &new_sum))
}

/// `frontend-0123456789abcdef_bg.wasm`, with 16 digits that follow from the content.
fn named(name: &str, content: &[u8]) -> String {
    let ending = name.find(['_', '.']).map_or("", |at| &name[at..]);
    let hash = Sha256::digest(content);
    let number = hash[..8].iter().fold(0_u64, |number, byte| number << 8 | u64::from(*byte));
    format!("frontend-{number:016x}{ending}")
}

/// As the page's `integrity` says it (<https://www.w3.org/TR/sri-2/>).
fn integrity(content: &[u8]) -> String {
    format!("sha384-{}", BASE64_STANDARD.encode(Sha384::digest(content)))
}

/// The script of wasm-bindgen with the new names of what the wasm imports.
fn rename(script: &str, renamed: &[Renamed]) -> Result<String> {
    let mut script = script.to_owned();
    for Renamed { module, from, to } in renamed {
        let (old, new) = (format!("        {from}: function"), format!("        {to}: function"));
        ensure!(script.matches(&old).count() == 1, "the script does not have the import {from} once");
        script = script.replace(&old, &new);
        let (old, new) = (format!("\"{module}\": import0"), format!("\"{}\": import0", imports::MODULE));
        ensure!(script.contains(&old) || script.contains(&new), "the script does not have the module {module}");
        script = script.replace(&old, &new);
    }
    Ok(script)
}

/// The script without comments and indentation. Each line stays a line, so that nothing need be known of JavaScript but
/// what can reach over the end of one: comments, and texts in backticks, which are refused.
fn strip(script: &str) -> Result<String> {
    let mut out = String::with_capacity(script.len());
    let mut in_comment = false;
    for line in script.lines().map(str::trim) {
        if in_comment {
            in_comment = !line.ends_with("*/");
            continue;
        }
        if line.starts_with("/*") {
            in_comment = !line.contains("*/");
            ensure!(in_comment || line.ends_with("*/"), "code stands behind a comment: {line}");
            continue;
        }
        if line.is_empty() || line.starts_with("//") {
            continue;
        }
        ensure!(line.matches('`').count().is_multiple_of(2), "a text reaches over the end of a line: {line}");
        out.push_str(line);
        out.push('\n');
    }
    ensure!(!in_comment, "a comment does not end");
    Ok(out)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_script_loses_what_no_browser_needs() {
        let script = "/* @ts-self-types */\nfunction a() {\n    /**\n     * Long words.\n     */\n\n    // why\n    \
                      const x = `a // b`; // stays\n    return x\n}\n\nexport { a as default };";
        let expected = "function a() {\nconst x = `a // b`; // stays\nreturn x\n}\nexport { a as default };\n";
        assert_eq!(strip(script).unwrap(), expected);
        for bad in ["const x = `a\n  b`;", "/* a */ b()", "/* never ends"] {
            assert!(strip(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn the_page_asks_for_the_new_files() {
        let dist = tempfile::tempdir().unwrap();
        let at = |name: &str| dist.path().join(name);
        let script = "const import0 = {\n        __wbg_f_00ff: function(a) {\n        },\n};\n    return {\n        \
                      \"./frontend_bg.js\": import0,\n};";
        let imports = b"\x01\x10./frontend_bg.js\x0c__wbg_f_00ff\x00\x00";
        let wasm = [b"\0asm\x01\0\0\0\x02", &[u8::try_from(imports.len()).unwrap()][..], imports].concat();
        fs::write(at("frontend-1a.js"), script).unwrap();
        fs::write(at("frontend-1a_bg.wasm"), &wasm).unwrap();
        let page = |script: &str, script_sum: &str, wasm: &str, wasm_sum: &str| {
            format!("<link href=/{script} integrity={script_sum}><link href=/{wasm} integrity={wasm_sum}>/{script}")
        };
        let before = page("frontend-1a.js", &integrity(script.as_bytes()), "frontend-1a_bg.wasm", &integrity(&wasm));
        fs::write(at("index.html"), before).unwrap();

        folder(dist.path(), |wasm| Ok(wasm.to_vec())).unwrap();

        let (script_name, wasm_name) = (only(dist.path(), ".js").unwrap(), only(dist.path(), "_bg.wasm").unwrap());
        let (script, wasm) = (fs::read(at(&script_name)).unwrap(), fs::read(at(&wasm_name)).unwrap());
        let after = page(&script_name, &integrity(&script), &wasm_name, &integrity(&wasm));
        assert_eq!(fs::read_to_string(at("index.html")).unwrap(), after);
        let expected = "const import0 = {\n_0: function(a) {\n},\n};\nreturn {\n\"w\": import0,\n};\n";
        assert_eq!(String::from_utf8(script.clone()).unwrap(), expected);
        assert!(wasm.ends_with(b"\x01\x01w\x02_0\x00\x00"), "{wasm:?}");
        assert_eq!(script_name, named("frontend-1a.js", &script));
        assert_eq!(script_name.len(), "frontend-0123456789abcdef.js".len());
    }
}
