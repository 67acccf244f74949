//! The service worker: the client's `sw.js`, with the list of the client's files filled in.
//!
//! The list has the hash of each file, so the script changes exactly when a file does; that is how browsers learn of a
//! newer version. They check each file against its hash, so that what they keep is of one version even where the server
//! is replaced while they fetch.

use std::collections::BTreeMap;

use actix_web::{
    HttpRequest, HttpResponse,
    http::header::{self, ETag, EntityTag, Header as _, IfNoneMatch},
};
use base64::{
    Engine as _,
    prelude::{BASE64_STANDARD, BASE64_URL_SAFE_NO_PAD},
};
use sha2::{Digest, Sha256};

use super::{assets, page::SHELL};

/// Its file in the client's build.
const SCRIPT: &str = "sw.js";
/// What stands in that file, and is replaced.
const NO_FILES: &str = "const FILES = {};";
const NO_VERSION: &str = "const VERSION = \"\";";
/// What a worker may do. The policy for everything else would forbid it to fetch.
const POLICY: &str = "default-src 'none'; connect-src 'self'; frame-ancestors 'none'";

/// `GET /sw.js`
pub(super) async fn script(request: HttpRequest) -> HttpResponse {
    let (Some(template), Some(_)) = (assets::get(SCRIPT), assets::get("index.html")) else {
        return assets::nothing_here().await;
    };
    let script = fill(&String::from_utf8_lossy(&template.data), &files());
    let tag = EntityTag::new_strong(BASE64_URL_SAFE_NO_PAD.encode(&Sha256::digest(&script)[..12]));
    let is_known = match IfNoneMatch::parse(&request) {
        Ok(IfNoneMatch::Any) => true,
        Ok(IfNoneMatch::Items(known)) => known.iter().any(|known| known.weak_eq(&tag)),
        Err(_) => false,
    };
    let mut response = if is_known { HttpResponse::NotModified() } else { HttpResponse::Ok() };
    response
        .insert_header((header::CACHE_CONTROL, "no-cache"))
        .insert_header((header::CONTENT_SECURITY_POLICY, POLICY))
        .insert_header(ETag(tag));
    if is_known {
        return response.finish();
    }
    response.content_type("text/javascript; charset=utf-8").body(script)
}

/// The paths of what a client needs to run, with the hashes of the contents, as `integrity` has them.
fn files() -> BTreeMap<String, String> {
    // Only what has an address: in a debug build, a folder of the build itself may stand beside the files.
    let needed = assets::names().filter(|name| name != SCRIPT && !assets::is_twin(name) && !name.contains('/'));
    let file = |name: String| {
        let hash = assets::get(&name)?.metadata.sha256_hash();
        let path = if name == "index.html" { SHELL.to_owned() } else { format!("/{name}") };
        Some((path, format!("sha256-{}", BASE64_STANDARD.encode(hash))))
    };
    needed.filter_map(file).collect()
}

/// The script with its files and its version, which is a hash of all of it.
fn fill(template: &str, files: &BTreeMap<String, String>) -> String {
    let list: Vec<_> = files.iter().map(|(path, hash)| format!("\n  {path:?}: {hash:?},")).collect();
    let script = template.replace(NO_FILES, &format!("const FILES = {{{}\n}};", list.concat()));
    let version = BASE64_URL_SAFE_NO_PAD.encode(&Sha256::digest(&script)[..12]);
    script.replace(NO_VERSION, &format!("const VERSION = {version:?};"))
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEMPLATE: &str = include_str!("../../../frontend/sw.js");

    fn files(of: &[(&str, &str)]) -> BTreeMap<String, String> {
        of.iter().map(|(path, hash)| ((*path).to_owned(), (*hash).to_owned())).collect()
    }

    fn version(script: &str) -> &str {
        let line = script.lines().find(|line| line.starts_with("const VERSION = ")).unwrap();
        line.split('"').nth(1).unwrap()
    }

    #[test]
    fn the_template_has_one_place_for_each() {
        for place in [NO_FILES, NO_VERSION] {
            assert_eq!(TEMPLATE.lines().filter(|line| *line == place).count(), 1, "{place}");
        }
    }

    #[test]
    fn the_files_are_named_with_their_hashes() {
        let script = fill(TEMPLATE, &files(&[("/frontend-1.js", "sha256-b"), ("/shell", "sha256-a+/=")]));
        assert!(
            script
                .contains("const FILES = {\n  \"/frontend-1.js\": \"sha256-b\",\n  \"/shell\": \"sha256-a+/=\",\n};\n")
        );
        assert_eq!(version(&script).len(), 16);
    }

    #[test]
    fn the_version_changes_when_a_file_does_and_only_then() {
        let one = fill(TEMPLATE, &files(&[("/shell", "sha256-a")]));
        assert_eq!(one, fill(TEMPLATE, &files(&[("/shell", "sha256-a")])));
        for other in [
            fill(TEMPLATE, &files(&[("/shell", "sha256-b")])),
            fill(TEMPLATE, &files(&[("/a.js", "sha256-a")])),
            fill(TEMPLATE, &files(&[("/shell", "sha256-a"), ("/a.js", "sha256-b")])),
            fill(&TEMPLATE.replace("skipWaiting", "skipwaiting"), &files(&[("/shell", "sha256-a")])),
        ] {
            assert_ne!(version(&one), version(&other));
        }
    }
}
