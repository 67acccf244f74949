//! Which files a browser fetches before the client is live: index.html and what it, and its scripts, ask for.
//!
//! Only what the client serves itself is counted, and everything that it links, icons too. It reads the HTML that trunk
//! writes, not all HTML.

use std::{fs, path::Path};

use anyhow::{Context, Result, ensure};

/// The page brings the service worker when it is live.
const WORKER: &str = "/sw.js";

/// The files of the first load, index.html first, each once, relative to the folder.
pub(crate) fn files(dist: &Path) -> Result<Vec<String>> {
    let mut files = vec!["index.html".to_owned()];
    let mut next = 0;
    while let Some(name) = files.get(next).cloned() {
        next += 1;
        if !is_script_or_page(&name) {
            continue;
        }
        let path = dist.join(&name);
        let text = fs::read_to_string(&path).with_context(|| path.display().to_string())?;
        let named = if has_kind(&name, "html") { of_html(&text) } else { of_script(&text) };
        for reference in named.into_iter().filter(|reference| reference != WORKER) {
            let file = relative_to(&name, &reference);
            ensure!(dist.join(&file).is_file(), "{name} asks for {reference}, which the build did not make");
            if !files.contains(&file) {
                files.push(file);
            }
        }
    }
    Ok(files)
}

/// All other files, sorted, without the compressed copies.
pub(crate) fn later(dist: &Path) -> Result<Vec<String>> {
    let first = files(dist)?;
    let all = super::compress::files(dist)?.into_iter();
    let names = all.filter_map(|path| Some(path.strip_prefix(dist).ok()?.to_string_lossy().into_owned()));
    Ok(names.filter(|name| !first.contains(name) && !has_kind(name, "br") && !has_kind(name, "gz")).collect())
}

/// What a page asks for: its links, its scripts, and what inline scripts import or name as wasm.
fn of_html(html: &str) -> Vec<String> {
    let mut found = Vec::new();
    let mut rest = html;
    while let Some((_, after)) = rest.split_once('<') {
        let (tag, inside) = after.split_once('>').unwrap_or((after, ""));
        rest = inside;
        let name = tag.split_ascii_whitespace().next().unwrap_or_default();
        if name == "link" && attribute(tag, "rel").is_some_and(is_fetched) {
            found.extend(attribute(tag, "href").map(str::to_owned));
        } else if name == "script" {
            let (code, after) = inside.split_once("</script").unwrap_or((inside, ""));
            rest = after;
            found.extend(attribute(tag, "src").map(str::to_owned));
            found.extend(of_script(code));
        }
    }
    found.retain(|reference| is_own(reference));
    found
}

/// What a script imports, and the wasm that it names. Wasm-bindgen's own fallback name has no counterpart here.
fn of_script(script: &str) -> Vec<String> {
    let wanted = script.split(['"', '\'', '`']).filter(|text| {
        let own = text.starts_with('/') || text.starts_with("./snippets/");
        own && (has_kind(text, "js") || has_kind(text, "wasm")) && !text.contains(char::is_whitespace)
    });
    wanted.map(str::to_owned).collect()
}

/// The value of an attribute, quoted or not.
fn attribute<'a>(tag: &'a str, name: &str) -> Option<&'a str> {
    let start = tag.match_indices(name).find_map(|(at, _)| {
        let before = tag[..at].chars().next_back()?;
        let value = tag[at + name.len()..].strip_prefix('=')?;
        before.is_ascii_whitespace().then_some(value)
    })?;
    match start.chars().next()? {
        quote @ ('"' | '\'') => start[1..].split(quote).next(),
        _ => start.split_ascii_whitespace().next(),
    }
}

fn is_fetched(rel: &str) -> bool {
    rel.split_ascii_whitespace().any(|word| matches!(word, "stylesheet" | "preload" | "modulepreload" | "icon"))
}

fn is_own(reference: &str) -> bool {
    !reference.contains(':') && !reference.starts_with("//")
}

fn is_script_or_page(name: &str) -> bool {
    has_kind(name, "html") || has_kind(name, "js")
}

fn has_kind(name: &str, kind: &str) -> bool {
    Path::new(name).extension().is_some_and(|found| found == kind)
}

fn relative_to(from: &str, reference: &str) -> String {
    let folder = from.rsplit_once('/').map_or("", |(folder, _)| folder);
    let path = reference.split(['?', '#']).next().unwrap_or_default();
    match path.strip_prefix('/') {
        Some(absolute) => absolute.to_owned(),
        None if folder.is_empty() => path.trim_start_matches("./").to_owned(),
        None => format!("{folder}/{}", path.trim_start_matches("./")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_of_trunk_names_its_files() {
        let html = r#"<!DOCTYPE html><html><head><title>Warren</title>
            <link rel=stylesheet href=/style-1a.css integrity="sha384-x">
            <link rel="icon" href="data:image/svg+xml,<svg>">
            <link rel="manifest" href="/app.webmanifest">
            <link rel="modulepreload" href="/frontend-1b.js" crossorigin="anonymous">
            <link rel="preload" href="/frontend-1b_bg.wasm" as="fetch" type="application/wasm">
            <script type="module">import init from '/frontend-1b.js';
              const wasm = await init({ module_or_path: '/frontend-1b_bg.wasm' });</script>
            <script src="/theme.js"></script></head><body>a < b</body></html>"#;
        let expected = [
            "/style-1a.css",
            "/frontend-1b.js",
            "/frontend-1b_bg.wasm",
            "/frontend-1b.js",
            "/frontend-1b_bg.wasm",
            "/theme.js",
        ];
        assert_eq!(of_html(html), expected);
    }

    #[test]
    fn scripts_lead_to_their_snippets_and_each_file_counts_once() {
        let dist = tempfile::tempdir().unwrap();
        let write = |name: &str, text: &str| {
            let path = dist.path().join(name);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, text).unwrap();
        };
        write(
            "index.html",
            r#"<link rel="modulepreload" href="/a.js"><script>import '/a.js'; register('/sw.js')</script>"#,
        );
        write("a.js", "import { x } from './snippets/one/inline0.js'; new URL('a_bg.wasm', import.meta.url)");
        write("snippets/one/inline0.js", "export const x = 1");
        assert_eq!(files(dist.path()).unwrap(), ["index.html", "a.js", "snippets/one/inline0.js"]);

        write("sw.js", "importScripts('/b.js')");
        write("sw.js.br", "x");
        write("a.js.gz", "x");
        assert_eq!(later(dist.path()).unwrap(), ["sw.js"]);

        write("index.html", "<script src='/gone.js'></script>");
        let error = files(dist.path()).unwrap_err().to_string();
        assert_eq!(error, "index.html asks for /gone.js, which the build did not make");
    }
}
