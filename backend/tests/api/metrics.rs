//! What Prometheus reads of a server: numbers, in its format, and nothing that anybody said or is.

use std::{collections::BTreeMap, net::SocketAddr};

use backend::config::Config;
use serde_json::json;

use crate::{
    client::{Client, bearer},
    server::{config, start, timing},
};

/// The metrics by name and labels, read as strictly as the format is written.
fn read(text: &str) -> BTreeMap<String, u64> {
    assert!(text.ends_with('\n'));
    let (mut values, mut named) = (BTreeMap::new(), Vec::<String>::new());
    for line in text.lines() {
        if let Some(help) = line.strip_prefix("# HELP ") {
            let (name, words) = help.split_once(' ').expect("a name and what it says");
            assert!(!named.iter().any(|known| known == name) && words.ends_with('.'), "{line}");
            named.push(name.to_owned());
        } else if let Some(kind) = line.strip_prefix("# TYPE ") {
            let (name, kind) = kind.split_once(' ').unwrap();
            assert_eq!(named.last().unwrap(), name);
            assert_eq!(kind, if name.ends_with("_total") { "counter" } else { "gauge" }, "{name}");
        } else {
            let (name, value) = line.rsplit_once(' ').unwrap();
            let bare = name.split('{').next().unwrap();
            assert!(bare.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'_'), "{line}");
            assert_eq!(named.last().unwrap(), bare, "stands below its own name");
            assert!(values.insert(name.to_owned(), value.parse().unwrap()).is_none(), "{name} is there twice");
        }
    }
    values
}

async fn scrape(address: SocketAddr) -> String {
    let answer = reqwest::get(format!("http://{address}/metrics")).await.unwrap();
    assert_eq!(answer.headers()["content-type"], "text/plain; version=0.0.4; charset=utf-8");
    assert_eq!(answer.headers()["cache-control"], "no-store");
    answer.text().await.unwrap()
}

#[actix_web::test]
async fn everything_that_happens_is_counted_and_nobody_is_named() {
    let data = tempfile::tempdir().unwrap();
    let limits = vec!["posts=2+1/h".parse().unwrap(), "handshakes=2+1/h".parse().unwrap()];
    let metrics = Some(([127, 0, 0, 1], 0).into());
    let server = start(&Config { no_limits: false, limits, metrics, ..config(&data) }, timing());
    let address = server.metrics.unwrap();
    assert_ne!(address, server.address);
    assert!(read(&scrape(address).await).len() > 60, "all are there before anything happens");
    let token = bearer(&server).await;
    let mut ada = Client::v1_with(&server, &token).await;
    ada.say(&json!({"type": "rename", "name": "Ada Lovelace"})).await;
    ada.open("secret-den").await;
    let id = {
        ada.post("secret-den", "key-of-ada", "what nobody is to know").await;
        ada.next_of("event").await["by"]["id"].as_str().unwrap().to_owned()
    };
    ada.post("secret-den", "2", "two").await;
    ada.next_of("event").await;
    ada.post("secret-den", "3", "three").await;
    ada.next_of("refused").await;
    ada.say(&json!({"type": "post", "room": "No Room", "key": "4", "text": "hi"})).await;
    ada.next_of("refused").await;
    let mut plain = Client::plain(&server).await;
    plain.say(&json!({"message": "hi"})).await;
    plain.json().await;
    assert_eq!(Client::plain(&server).await.closed().await.0, 1013);
    assert_eq!(reqwest::get(server.http("/api/nothing")).await.unwrap().status(), 404);
    let text = scrape(address).await;
    let values = read(&text);
    let check = |name: &str, want: u64| assert_eq!(values.get(name), Some(&want), "{name}\n{text}");
    check("warren_connections{protocol=\"v1\"}", 1);
    check("warren_connections{protocol=\"plain\"}", 1);
    check("warren_handshakes_total{outcome=\"taken\",protocol=\"v1\"}", 1);
    check("warren_handshakes_total{outcome=\"taken\",protocol=\"plain\"}", 1);
    check("warren_handshakes_total{outcome=\"slow_down\",protocol=\"plain\"}", 1);
    check("warren_limited_total{kind=\"handshakes\",of=\"address\"}", 1);
    check("warren_limited_total{kind=\"posts\",of=\"person\"}", 1);
    check("warren_refusals_total{code=\"slow_down\"}", 1);
    check("warren_refusals_total{code=\"bad_room\"}", 1);
    check("warren_commands_total{kind=\"post\"}", 3);
    check("warren_commands_total{kind=\"plain\"}", 1);
    check("warren_commands_total{kind=\"open\"}", 1);
    check("warren_events_total", 3);
    check("warren_log_good", 1);
    check("warren_http_answers_total{class=\"4xx\"}", 1);
    check("warren_http_answers_total{class=\"1xx\"}", 3);
    check("warren_sessions_known", 1);
    check("warren_rooms_followed", 2);
    check(&format!("warren_build_info{{version=\"{}\"}}", env!("CARGO_PKG_VERSION")), 1);
    assert!((1..=4).contains(&values["warren_commits_total"]), "{text}");
    assert!(values["warren_socket_bytes_total{direction=\"in\"}"] > 200, "{text}");
    assert!(values["warren_socket_bytes_total{direction=\"out\"}"] > 500, "{text}");
    assert!(values["process_start_time_seconds"] > 1_500_000_000);
    for secret in
        ["secret", "den", "Ada", "lobby", "key-of", "nobody", "127.0.0.1", &id, &token, data.path().to_str().unwrap()]
    {
        assert!(!text.contains(secret), "{secret} is in the metrics:\n{text}");
    }
    ada.leave_abruptly().await;
    plain.leave_abruptly().await;
    loop {
        let text = scrape(address).await;
        if ["v1", "plain"].iter().all(|of| text.contains(&format!("warren_connections{{protocol=\"{of}\"}} 0"))) {
            break;
        }
    }
    server.stop().await;
}

#[actix_web::test]
async fn they_are_nowhere_unless_they_are_wanted_and_never_where_people_are() {
    let data = tempfile::tempdir().unwrap();
    let server = start(&config(&data), timing());
    assert_eq!(server.metrics, None);
    assert_eq!(reqwest::get(server.http("/metrics")).await.unwrap().status(), 404);
    let data = tempfile::tempdir().unwrap();
    let metrics = Some(([127, 0, 0, 1], 0).into());
    let server = start(&Config { metrics, ..config(&data) }, timing());
    assert_eq!(reqwest::get(server.http("/metrics")).await.unwrap().status(), 404);
    let elsewhere = reqwest::get(format!("http://{}/", server.metrics.unwrap())).await.unwrap();
    assert_eq!(elsewhere.status(), 404, "and nothing else is there");
}
