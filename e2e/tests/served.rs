//! How the release program serves the client that is inside it.

use e2e::{Author, Server};
use reqwest::{Client, Response};
use serde_json::json;

async fn get(server: &Server, path: &str, headers: &[(&str, &str)]) -> anyhow::Result<Response> {
    let mut request = Client::new().get(server.url(path));
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    Ok(request.send().await?)
}

fn header<'a>(response: &'a Response, name: &str) -> &'a str {
    response.headers().get(name).and_then(|value| value.to_str().ok()).unwrap_or_default()
}

/// The paths of the files that the page loads, by their ending.
fn linked(html: &str, ending: &str) -> Vec<String> {
    let mut paths: Vec<String> = html
        .split(['"', '\''])
        .filter(|part| part.starts_with('/') && part.ends_with(ending))
        .map(str::to_owned)
        .collect();
    paths.sort();
    paths.dedup();
    paths
}

#[tokio::test]
async fn the_page_is_fresh_has_a_policy_and_makes_a_session() -> anyhow::Result<()> {
    let server = Server::start()?;
    for path in ["/", "/r/den", "/r/den/1234"] {
        let page = get(&server, path, &[]).await?;
        assert_eq!(page.status(), 200);
        assert_eq!(
            (header(&page, "content-type"), header(&page, "cache-control")),
            ("text/html; charset=utf-8", "private, no-cache")
        );
        let policy = header(&page, "content-security-policy").to_owned();
        assert!(policy.contains("script-src 'self' 'wasm-unsafe-eval' 'sha256-"), "{policy}");
        assert!(policy.contains("style-src 'self' 'sha256-"), "{policy}");
        let sockets = server.ws("");
        assert!(policy.contains(&format!("connect-src 'self' {sockets} wss://")), "{policy}");
        assert!(!policy.contains("unsafe-inline") && !policy.contains("'unsafe-eval'"), "{policy}");
        let cookie = header(&page, "set-cookie");
        assert!(cookie.contains("HttpOnly") && cookie.contains("SameSite=Lax"), "{cookie}");
        let session = cookie.split(';').next().unwrap_or_default().to_owned();
        let again = get(&server, path, &[("cookie", &session)]).await?;
        assert_eq!(header(&again, "set-cookie"), "", "who has a session keeps it");
        let tag = header(&again, "etag").to_owned();
        assert_eq!(get(&server, path, &[("if-none-match", &tag), ("cookie", &session)]).await?.status(), 304);
        let html = page.text().await?;
        assert!(!html.contains(" style=") && !html.contains(" onclick="), "nothing that the policy forbids");
    }
    Ok(())
}

/// What people say to each other, about as long as usual.
const USUAL: [&str; 10] = [
    "Good morning! Did anybody see the release notes?",
    "Yes. The part about backups is new, and it is worth reading before you upgrade anything.",
    "ok",
    "I tried it on the old laptop: took about four minutes, and nothing had to be done by hand afterwards.",
    "Nice! What about the phone?",
    "Same. https://example.org/notes/2026/11/backup#phone has the details, with pictures.",
    "Great, thank you",
    "One more thing: on Thursday I am away from ten to noon, so let us meet a little later, if that works for you?",
    "Works for me 👍",
    "For me too, see you on Thursday at half past twelve then. Somebody please bring the cable for the projector.",
];

#[tokio::test]
async fn the_page_of_a_room_has_its_messages_and_is_kept_by_nobody() -> anyhow::Result<()> {
    let server = Server::start()?;
    let mut authors = Vec::new();
    for name in ["Ada", "Benedikt", "Cleo Marchetti"] {
        authors.push(Author::to(&server, name).await?);
    }
    for (place, text) in USUAL.iter().cycle().take(60).enumerate() {
        authors[place % 3].does(json!({"type": "post", "room": "den", "text": text})).await?;
    }
    for path in ["/r/den", "/r/den/12"] {
        let page = get(&server, path, &[]).await?;
        assert_eq!(page.status(), 200, "{path}");
        assert_eq!(
            (header(&page, "cache-control"), header(&page, "vary"), header(&page, "etag")),
            ("private, no-store", "accept-encoding", "")
        );
        assert_eq!(header(&page, "content-type"), "text/html; charset=utf-8");
        assert_eq!(header(&page, "x-robots-tag"), "noindex");
        assert!(header(&page, "set-cookie").contains("HttpOnly"));
        let policy = header(&page, "content-security-policy").to_owned();
        let shell = get(&server, "/shell", &[]).await?;
        assert_eq!(policy, header(&shell, "content-security-policy"), "what is painted needs nothing of the policy");
        assert_eq!(header(&shell, "cache-control"), "private, no-cache");
        let (html, shell) = (page.text().await?, shell.text().await?);
        assert_eq!((html.matches("<li class=\"m ").count(), html.matches("cable for the projector").count()), (30, 6));
        assert!(!shell.contains("projector") && !shell.contains("id=\"boot\""), "the shell has no messages");
        assert!(html.contains("<meta content=noindex name=robots>"), "not for search engines");
        for (asked, encoding) in [("gzip, deflate, br, zstd", "br"), ("gzip", "gzip"), ("br;q=0, gzip", "gzip")] {
            let packed = get(&server, path, &[("accept-encoding", asked)]).await?;
            assert_eq!(header(&packed, "content-encoding"), encoding, "{asked}");
            let size = packed.bytes().await?.len();
            assert!(encoding != "br" || size <= 14_000, "{size} bytes before the messages can be read");
            assert!(size * 3 < html.len(), "{size} of {}", html.len());
        }
    }
    // What is taken back is on no page that is asked for afterwards.
    authors[2].does(json!({"type": "delete", "room": "den", "target": 60})).await?;
    let html = get(&server, "/r/den", &[]).await?.text().await?;
    assert_eq!((html.matches("Message deleted").count(), html.matches("cable for the projector").count()), (1, 4));
    Ok(())
}

#[tokio::test]
async fn the_worker_keeps_what_the_page_needs_and_nothing_else() -> anyhow::Result<()> {
    let server = Server::start()?;
    let html = get(&server, "/", &[]).await?.text().await?;
    let worker = get(&server, "/sw.js", &[]).await?;
    assert_eq!(
        (header(&worker, "content-type"), header(&worker, "cache-control")),
        ("text/javascript; charset=utf-8", "no-cache")
    );
    let script = worker.text().await?;
    assert!(!script.contains("const VERSION = \"\""), "the server has filled it in");
    let list = script.split("const FILES = {").nth(1).and_then(|rest| rest.split('}').next()).unwrap_or_default();
    let mut files: Vec<_> = list.lines().filter_map(|line| line.split('"').nth(1)).map(str::to_owned).collect();
    files.sort();
    // What comes later is to be had without a network too, and in another language.
    let later =
        "access account ar attend emoji highlight install keys notify paste people rooms sheets sound switch words";
    let later = later.split(' ').map(|name| format!("/{name}.js"));
    let rest = ["/icon-192.png", "/icon-512.png", "/icon-maskable.png", "/manifest.webmanifest", "/shell"];
    let scripts = [linked(&html, ".js"), linked(&html, ".wasm")].concat();
    let mut expected: Vec<_> = scripts.into_iter().chain(later).chain(rest.map(str::to_owned)).collect();
    expected.sort();
    assert_eq!(files, expected);
    Ok(())
}

#[tokio::test]
async fn the_files_are_typed_compressed_and_kept_for_ever() -> anyhow::Result<()> {
    let server = Server::start()?;
    let html = get(&server, "/", &[]).await?.text().await?;
    for (ending, kind) in [(".wasm", "application/wasm"), (".js", "text/javascript; charset=utf-8")] {
        let paths = linked(&html, ending);
        assert_eq!(paths.len(), 1, "{ending}: {paths:?}");
        let path = &*paths[0];
        let plain = get(&server, path, &[]).await?;
        assert_eq!((header(&plain, "content-type"), header(&plain, "content-encoding")), (kind, ""));
        assert_eq!(header(&plain, "cache-control"), "public, max-age=31536000, immutable");
        assert_eq!(header(&plain, "vary"), "accept-encoding");
        let whole = plain.bytes().await?.len();
        for (asked, encoding) in [("gzip, deflate, br, zstd", "br"), ("gzip", "gzip"), ("br;q=0, gzip", "gzip")] {
            let packed = get(&server, path, &[("accept-encoding", asked)]).await?;
            assert_eq!(
                (header(&packed, "content-encoding"), header(&packed, "content-type")),
                (encoding, kind),
                "{asked}"
            );
            assert!(packed.bytes().await?.len() * 2 < whole, "{path} as {encoding}");
        }
        assert_eq!(get(&server, &format!("{path}.br"), &[]).await?.status(), 404, "the compressed twin is no file");
    }
    for path in ["/index.html", "/nothing.js", "/../Cargo.toml", "/%2e%2e/Cargo.toml", "/a/b"] {
        assert_eq!(get(&server, path, &[]).await?.status(), 404, "{path}");
    }
    Ok(())
}
