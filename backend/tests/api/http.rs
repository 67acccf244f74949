//! What is plain HTTP: history, health, headers, hosts.

use serde_json::{Value, json};

use crate::{
    client::Client,
    server::{Server, spawn},
};

async fn get(server: &Server, path: &str, headers: &[(&str, &str)]) -> reqwest::Response {
    let mut request = reqwest::Client::new().get(server.http(path));
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    request.send().await.unwrap()
}

async fn page(server: &Server, query: &str) -> Value {
    let response = get(server, &format!("/api/rooms/lobby/messages?{query}"), &[]).await;
    assert_eq!(response.status(), 200, "{query}");
    response.json().await.unwrap()
}

fn seqs(page: &Value) -> Vec<u64> {
    page["messages"].as_array().unwrap().iter().map(|message| message["seq"].as_u64().unwrap()).collect()
}

async fn with_messages(server: &Server, most: u64) {
    let mut ada = Client::v1(server).await;
    let posts: Vec<_> = (1..=most)
        .map(|n| json!({"type": "post", "room": "lobby", "key": n.to_string(), "text": n.to_string()}))
        .collect();
    ada.say(&Value::from(posts)).await;
    for _ in 0..most {
        assert_eq!(ada.reply().await["type"], "settled");
    }
}

#[actix_web::test]
async fn history_comes_in_pages_from_any_place() {
    let (server, _data) = spawn();
    with_messages(&server, 130).await;
    let check = async |query: &str, from: u64, to: u64, more: (bool, bool)| {
        let page = page(&server, query).await;
        assert_eq!(seqs(&page), (from..=to).collect::<Vec<_>>(), "{query}");
        assert_eq!(
            (page["more_before"].as_bool(), page["more_after"].as_bool()),
            (Some(more.0), Some(more.1)),
            "{query}"
        );
        assert_eq!((page["first"].as_u64(), page["head"].as_u64()), (Some(1), Some(130)));
    };
    check("", 81, 130, (true, false)).await;
    check("limit=100", 31, 130, (true, false)).await;
    check("before=81", 31, 80, (true, true)).await;
    check("before=31&limit=30", 1, 30, (false, true)).await;
    check("after=120", 121, 130, (true, false)).await;
    check("after=0&limit=3", 1, 3, (false, true)).await;
    check("around=60&limit=10", 55, 64, (true, true)).await;
    check("around=2&limit=10", 1, 6, (false, true)).await;
    check("at=0&limit=2", 1, 2, (false, true)).await;
    let empty = |page: Value| (seqs(&page).is_empty(), page["more_before"] == true, page["more_after"] == true);
    assert_eq!(empty(page(&server, "before=1").await), (true, false, true));
    assert_eq!(empty(page(&server, "after=130").await), (true, true, false));
    assert_eq!(empty(page(&server, "at=99999999999999").await), (true, true, false));
}

#[actix_web::test]
async fn a_room_without_messages_is_an_empty_page() {
    let (server, _data) = spawn();
    let page = page(&server, "").await;
    assert_eq!((seqs(&page), page["head"].as_u64()), (vec![], Some(0)));
}

#[actix_web::test]
async fn a_bad_question_is_answered_in_words() {
    let (server, _data) = spawn();
    for (path, code) in [
        ("/api/rooms/No%20Room/messages", "bad_room"),
        ("/api/rooms/lobby/messages?limit=0", "malformed"),
        ("/api/rooms/lobby/messages?limit=101", "malformed"),
        ("/api/rooms/lobby/messages?before=x", "malformed"),
        ("/api/rooms/lobby/messages?before=-1", "malformed"),
        ("/api/rooms/lobby/messages?before=3&after=1", "malformed"),
        ("/api/rooms/lobby/messages?colour=red", "malformed"),
    ] {
        let response = get(&server, path, &[]).await;
        assert_eq!(response.status(), 400, "{path}");
        assert_eq!(response.json::<Value>().await.unwrap()["code"], code, "{path}");
    }
    let nothing = get(&server, "/api/nothing", &[]).await;
    assert_eq!(
        (nothing.status().as_u16(), nothing.headers()["content-type"].as_bytes()),
        (404, &b"application/json"[..])
    );
}

/// A page kept by a browser would outlive the deletion of what it says, and the rollback of a disk.
#[actix_web::test]
async fn a_page_is_kept_by_nobody() {
    let (server, _data) = spawn();
    with_messages(&server, 3).await;
    let page = get(&server, "/api/rooms/lobby/messages", &[]).await;
    assert_eq!(page.headers()["cache-control"], "no-store");
    assert!(!page.headers().contains_key("etag"));
}

#[actix_web::test]
async fn history_is_compressed_for_those_who_take_it() {
    let (server, _data) = spawn();
    with_messages(&server, 100).await;
    for encoding in ["br", "gzip"] {
        let response = get(&server, "/api/rooms/lobby/messages", &[("accept-encoding", encoding)]).await;
        assert_eq!(response.headers()["content-encoding"], encoding);
    }
}

#[actix_web::test]
async fn every_answer_has_the_headers_that_keep_it_harmless() {
    let (server, _data) = spawn();
    for path in ["/", "/r/den", "/healthz", "/api/rooms/lobby/messages", "/nothing", "/api/nothing", "/a/b/c"] {
        let response = get(&server, path, &[]).await;
        let headers = response.headers();
        assert_eq!(headers["x-content-type-options"], "nosniff", "{path}");
        assert_eq!(headers["x-frame-options"], "DENY", "{path}");
        assert_eq!(headers["referrer-policy"], "no-referrer", "{path}");
        let policy = headers["content-security-policy"].to_str().unwrap();
        assert!(policy.starts_with("default-src 'none'") && policy.contains("frame-ancestors 'none'"), "{path}");
        assert!(!policy.contains("unsafe-inline") && !policy.contains("'unsafe-eval'"), "{path}");
    }
}

#[actix_web::test]
async fn another_host_is_turned_away_everywhere() {
    let (server, _data) = spawn();
    for path in ["/", "/healthz", "/api/rooms/lobby/messages", "/nothing"] {
        let response = get(&server, path, &[("host", "evil.example")]).await;
        assert_eq!(response.status(), 403, "{path}");
        assert_eq!(response.headers()["x-content-type-options"], "nosniff", "{path}");
    }
    assert_eq!(get(&server, "/healthz", &[("host", "localhost:1")]).await.status(), 200);
}

#[actix_web::test]
async fn a_healthy_server_says_so() {
    let (server, _data) = spawn();
    let response = get(&server, "/healthz", &[]).await;
    assert_eq!((response.status().as_u16(), response.text().await.unwrap().as_str()), (200, "ok"));
}

#[actix_web::test]
async fn the_worker_names_the_files_that_are_there() {
    let (server, _data) = spawn();
    let response = get(&server, "/sw.js", &[]).await;
    if !backend::http::Page::is_built() {
        assert_eq!(response.status(), 404, "there is nothing to keep");
        return;
    }
    assert_eq!(response.status(), 200);
    let headers = response.headers().clone();
    assert_eq!(headers["content-type"], "text/javascript; charset=utf-8");
    assert_eq!(headers["cache-control"], "no-cache");
    assert!(headers["content-security-policy"].to_str().unwrap().contains("connect-src 'self'"), "it may fetch");
    let script = response.text().await.unwrap();
    let list = script.split("const FILES = {").nth(1).unwrap().split('}').next().unwrap();
    let files: Vec<_> = list.lines().filter_map(|line| line.split('"').nth(1)).collect();
    assert!(files.contains(&"/shell") && files.iter().any(|path| path.contains("_bg.wasm")), "{files:?}");
    for path in files {
        assert_eq!(get(&server, path, &[]).await.status(), 200, "{path}");
        assert!(!path.contains(".br") && !["/sw.js", "/index.html"].contains(&path), "{path}");
    }
    let tag = headers["etag"].to_str().unwrap();
    assert_eq!(get(&server, "/sw.js", &[("if-none-match", tag)]).await.status(), 304);
}

#[actix_web::test]
async fn the_page_is_the_client_or_says_how_to_build_it() {
    let (server, _data) = spawn();
    // Of a room and of a message.
    for path in ["/r/den", "/r/den/1234"] {
        let response = get(&server, path, &[]).await;
        let (status, cookie) = (response.status(), response.headers().get("set-cookie").cloned());
        let body = response.text().await.unwrap();
        if backend::http::Page::is_built() {
            assert_eq!(status, 200);
            assert!(body.contains("<html") && cookie.is_some());
        } else {
            assert_eq!((status.as_u16(), cookie), (503, None));
            assert!(body.contains("cargo xtask client"), "{body}");
        }
    }
}
