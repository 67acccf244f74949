//! Who is too fast waits, is told how long, and loses nothing; everybody else notices nothing.

use std::num::NonZeroUsize;

use backend::{config::Config, connection::Timing};
use futures_util::{SinkExt as _, StreamExt as _, future::join_all};
use serde_json::{Value, json};
use tempfile::TempDir;
use tokio::net::{TcpSocket, TcpStream};
use tokio_tungstenite::{WebSocketStream, tungstenite::Message};

use crate::{
    client::{Client, bearer},
    keeper::{Database, Keeper},
    server::{LONG, Server, config, start, timing},
};

/// A server with these limits besides the usual ones, and a proxy before it that says where clients are.
fn limited(limits: &[&str]) -> (Server, TempDir) {
    let data = tempfile::tempdir().unwrap();
    let limits = limits.iter().map(|limit| limit.parse().unwrap()).collect();
    let url = Some("http://chat.example".parse().unwrap());
    (start(&Config { no_limits: false, limits, url, ..config(&data) }, timing()), data)
}

/// A `warren.v1` client of a new person.
async fn person(server: &Server) -> Client {
    Client::v1(server).await
}

fn is_slow_down(said: &Value) -> bool {
    // An hour, less what has passed, and a little more than that.
    said["code"] == "slow_down"
        && said["retry_after_ms"].as_u64().is_some_and(|ms| (3_590_000..3_601_000).contains(&ms))
}

#[actix_web::test]
async fn each_kind_of_command_has_a_limit_of_its_own() {
    let rows = [
        ("posts", json!({"type": "post", "text": "hi"})),
        ("edits", json!({"type": "edit", "target": 1, "text": "ho"})),
        ("edits", json!({"type": "delete", "target": 1})),
        ("edits", json!({"type": "set_room", "title": "Den"})),
        ("reactions", json!({"type": "react", "target": 1, "emoji": "👍", "on": true})),
    ];
    for (kind, command) in rows {
        let (server, _data) = limited(&[&format!("{kind}=1+1/h")]);
        let (mut ada, mut bob) = (person(&server).await, person(&server).await);
        let say = async |client: &mut Client, room: &str, key: &str, command: &Value| {
            let mut frame = command.clone();
            (frame["room"], frame["key"]) = (json!(room), json!(key));
            client.say(&frame).await;
            client.reply().await
        };
        for (client, room) in [(&mut ada, "a"), (&mut bob, "b")] {
            if kind != "posts" {
                let post = json!({"type": "post", "text": "hi"});
                assert_eq!(say(client, room, "0", &post).await["type"], "settled");
            }
            assert_eq!(say(client, room, "1", &command).await["type"], "settled", "{command}");
        }
        let refused = say(&mut ada, "a", "2", &command).await;
        assert!(is_slow_down(&refused) && refused["key"] == "2" && refused["room"] == "a", "{refused}");
    }
}

#[actix_web::test]
async fn a_name_is_refused_for_a_while_too() {
    let (server, _data) = limited(&["edits=1+1/h"]);
    let mut ada = person(&server).await;
    for name in ["Ada", "Ada L."] {
        ada.say(&json!({"type": "rename", "name": name})).await;
    }
    let refused = ada.reply().await;
    assert!(is_slow_down(&refused) && refused.get("room").is_none() && refused.get("key").is_none(), "{refused}");
}

#[actix_web::test]
async fn a_room_too_many_is_opened_later() {
    let (server, _data) = limited(&["joins=2+1/h"]);
    let mut ada = person(&server).await;
    for room in ["a", "b"] {
        ada.open(room).await;
    }
    ada.say(&json!({"type": "open", "room": "c"})).await;
    let refused = ada.next_of("refused").await;
    assert!(is_slow_down(&refused) && refused["room"] == "c" && refused.get("key").is_none(), "{refused}");
    assert!(refused["message"].as_str().unwrap().contains("The room is opened in a moment."));
    person(&server).await.open("c").await;
}

#[actix_web::test]
async fn the_client_waits_as_long_as_it_is_told_and_loses_nothing() {
    let (server, _data) = limited(&["joins=1+1/s", "posts=3+5/s"]);
    let token = bearer(&server).await;
    // Another page of hers has opened all that she may.
    Client::v1_with(&server, &token).await.open("den").await;
    let mut ada = Keeper::new(server.address, &token, 1, Database::default());
    let refused = |ada: &Keeper| matches!(ada.room().phase(), frontend::state::Phase::Refused { again: Some(_), .. });
    ada.until("the refusal", refused).await;
    for n in 0..10 {
        ada.say(&n.to_string());
    }
    ada.until("all messages", |ada| ada.messages().len() == 10 && ada.room().outbox().is_empty()).await;
    let texts: Vec<_> = ada.messages().into_iter().map(|message| message.text.unwrap().to_string()).collect();
    assert_eq!(texts, (0..10).map(|n| n.to_string()).collect::<Vec<_>>());
}

async fn ask(server: &Server, from: &str, cookie: Option<&str>) -> reqwest::Response {
    let kind = if cookie.is_some() { "cookie" } else { "bearer" };
    let mut request = reqwest::Client::new().post(server.http("/api/session")).json(&json!({"kind": kind}));
    if let Some(cookie) = cookie {
        request = request.header("cookie", format!("warren={cookie}")).header("origin", "http://127.0.0.1");
    }
    request.header("x-forwarded-for", from).send().await.unwrap()
}

/// The answer to what came too fast.
async fn too_fast(response: reqwest::Response) {
    assert_eq!((response.status().as_u16(), &response.headers()["cache-control"]), (429, &"no-store".parse().unwrap()));
    let seconds: u64 = response.headers()["retry-after"].to_str().unwrap().parse().unwrap();
    let said: Value = response.json().await.unwrap();
    assert!(is_slow_down(&said) && said["message"].as_str().unwrap().ends_with('.'), "{said}");
    assert_eq!(seconds, said["retry_after_ms"].as_u64().unwrap().div_ceil(1_000));
}

#[actix_web::test]
async fn an_address_makes_so_many_sessions_and_a_page_is_never_refused() {
    let (server, _data) = limited(&["sessions=2+1/h"]);
    let granted = ask(&server, "198.51.100.1", None).await.json::<Value>().await.unwrap();
    assert_eq!(ask(&server, "198.51.100.1", None).await.status(), 200);
    too_fast(ask(&server, "198.51.100.1", None).await).await;
    assert_eq!(ask(&server, "198.51.100.2", None).await.status(), 200, "another address");
    let known = ask(&server, "198.51.100.1", granted["token"].as_str()).await;
    assert_eq!(known.status(), 200, "one that there is already is not made");
    for _ in 0..5 {
        let page = reqwest::Client::new().get(server.http("/")).header("x-forwarded-for", "198.51.100.1");
        assert_ne!(page.send().await.unwrap().status(), 429);
    }
}

#[actix_web::test]
async fn an_address_makes_so_many_handshakes_and_is_told_when_to_come_back() {
    let (server, _data) = limited(&["handshakes=2+1/h"]);
    let token = format!("Bearer {}", bearer(&server).await);
    let come = async |path: &str, from: &str| {
        let headers = [("authorization", &*token), ("x-forwarded-for", from)];
        Client::connect(&server.ws(path), &headers).await.unwrap()
    };
    for path in ["/ws", "/ws/v1"] {
        drop(come(path, "2001:db8::1").await);
    }
    for path in ["/ws", "/ws/v1"] {
        let (code, reason) = come(path, "2001:db8::2").await.closed().await;
        assert_eq!(code, 1013, "{path}");
        assert!((3_590_000..3_604_000).contains(&reason.parse::<u32>().unwrap()), "{reason} ms");
    }
    assert_eq!(come("/ws/v1", "2001:db8:0:1::1").await.json().await["type"], "welcome", "another network");
}

#[actix_web::test]
async fn where_a_client_is_counts_as_its_proxy_says_and_not_as_itself_says() {
    // Where no proxy is known of, whatever is said of another address is the same address.
    let data = tempfile::tempdir().unwrap();
    let alone = Config { no_limits: false, limits: vec!["sessions=2+1/h".parse().unwrap()], ..config(&data) };
    let server = start(&alone, timing());
    for from in ["198.51.100.1", "198.51.100.2"] {
        assert_eq!(ask(&server, from, None).await.status(), 200);
    }
    too_fast(ask(&server, "198.51.100.3", None).await).await;
    // The proxy on this machine says the last; of those before, only what other proxies say counts.
    let data = tempfile::tempdir().unwrap();
    let trusted_proxies = vec!["10.0.0.0/8".parse().unwrap()];
    let url = Some("http://chat.example".parse().unwrap());
    let server = start(&Config { url, trusted_proxies, ..Config { data: data.path().to_owned(), ..alone } }, timing());
    for from in ["1.1.1.1, 198.51.100.1", "2.2.2.2, 198.51.100.1:4711, 10.0.0.7"] {
        assert_eq!(ask(&server, from, None).await.status(), 200, "{from}");
    }
    for from in ["3.3.3.3, 198.51.100.1", "198.51.100.1, 10.9.9.9, 10.0.0.7", "::ffff:198.51.100.1"] {
        too_fast(ask(&server, from, None).await).await;
    }
    assert_eq!(ask(&server, "198.51.100.1, 198.51.100.2", None).await.status(), 200, "another client");
}

#[actix_web::test]
async fn who_reads_or_keeps_too_much_waits() {
    let (server, _data) = limited(&["reads=2+1/h", "reads.address=5+1/h", "records=1+1/h"]);
    let (ada, bob) = (bearer(&server).await, bearer(&server).await);
    let get = async |path: &str, token: &str, from: &str| {
        let request = reqwest::Client::new().get(server.http(path)).bearer_auth(token);
        request.header("x-forwarded-for", from).send().await.unwrap()
    };
    for path in ["/api/rooms", "/api/mentions"] {
        assert_eq!(get(path, &ada, "198.51.100.1").await.status(), 200);
    }
    too_fast(get("/api/rooms", &ada, "198.51.100.2").await).await;
    assert_eq!(get("/api/rooms", &bob, "198.51.100.2").await.status(), 200, "another person");
    let history = "/api/rooms/lobby/messages";
    for _ in 0..3 {
        assert_eq!(get(history, &bob, "198.51.100.1").await.status(), 200);
    }
    too_fast(get(history, &bob, "198.51.100.1").await).await;
    assert_eq!(get(history, &bob, "198.51.100.3").await.status(), 200, "another address");
    let quiet = async || {
        let request = reqwest::Client::new().post(server.http("/api/push/quiet")).bearer_auth(&ada);
        request.json(&json!({"quiet": null})).send().await.unwrap()
    };
    assert_eq!(quiet().await.status(), 200);
    too_fast(quiet().await).await;
}

#[actix_web::test]
async fn who_sends_too_many_bytes_is_read_slowly_and_loses_none() {
    let (server, _data) = limited(&["bytes=8K+8K/s"]);
    let mut greedy = Client::plain(&server).await;
    let (text, began) = ("x".repeat(4_000), std::time::Instant::now());
    for n in 0..6 {
        greedy.say(&json!({"name": n.to_string(), "message": text})).await;
    }
    for n in 0..6 {
        assert_eq!(greedy.json().await["name"], n.to_string());
    }
    // 24 KB, of which 8 KB are free and the last message is paid for later.
    let took = began.elapsed();
    assert!(took.as_millis() >= 1_400, "{took:?}");
    let mut other = Client::plain(&server).await;
    other.say(&json!({"message": "hi"})).await;
    assert_eq!(other.json().await["message"], "hi");
}

#[actix_web::test]
async fn a_class_behind_one_address_notices_nothing() {
    let data = tempfile::tempdir().unwrap();
    let usual = Config { no_limits: false, ..config(&data) };
    // They all share this thread, so that one may take long to say what it wants.
    let server = &start(&usual, Timing { handshake_within: LONG, ..Timing::default() });
    let pupil = async |n: usize| {
        let token = bearer(server).await;
        let mut pupil = Client::v1_with(server, &token).await;
        pupil.open("class").await;
        pupil.open("lobby").await;
        pupil.say(&json!({"type": "rename", "name": format!("Pupil {n}")})).await;
        pupil.post("class", "k", "here").await;
        pupil.say(&json!({"type": "read", "room": "class", "seq": 1})).await;
        let history = reqwest::get(server.http("/api/rooms/class/messages")).await.unwrap();
        assert_eq!(history.status(), 200);
        loop {
            let frame = pupil.json().await;
            assert_ne!(frame["type"], "refused", "{frame}");
            if frame["type"] == "event" && frame["by"]["name"] == format!("Pupil {n}") {
                return;
            }
        }
    };
    join_all((0..200).map(pupil)).await;
}

/// A plain client from another of this machine's addresses: what it is told first, a close or the answer to what it says.
async fn first_word_from(server: &Server, from: [u8; 4]) -> (WebSocketStream<TcpStream>, Message) {
    let socket = TcpSocket::new_v4().unwrap();
    socket.bind((from, 0).into()).unwrap();
    let stream = socket.connect(server.address).await.unwrap();
    let (mut client, _) = tokio_tungstenite::client_async(server.ws("/ws"), stream).await.unwrap();
    // Whoever is not let in may be gone already.
    drop(client.send(Message::text(r#"{"message": "here"}"#)).await);
    let word = tokio::time::timeout(LONG, client.next()).await.unwrap().unwrap().unwrap();
    (client, word)
}

#[actix_web::test]
async fn one_address_cannot_take_every_place() {
    let data = tempfile::tempdir().unwrap();
    let few = Config { max_connections: NonZeroUsize::new(8), no_limits: false, ..config(&data) };
    let server = start(&few, timing());
    let [one, other] = [[127, 0, 0, 2], [127, 0, 0, 3]];
    let ((mut first, said), (_second, _)) = (first_word_from(&server, one).await, first_word_from(&server, one).await);
    assert!(said.is_text(), "{said}");
    let (_, said) = first_word_from(&server, one).await;
    assert!(matches!(&said, Message::Close(Some(frame)) if u16::from(frame.code) == 1013), "a quarter is two: {said}");
    let (_other, said) = first_word_from(&server, other).await;
    assert!(said.is_text(), "another has its own: {said}");
    // A place that is left is free, as soon as the server has seen it.
    first.close(None).await.unwrap();
    while first.next().await.is_some() {}
    let again = async { while !first_word_from(&server, one).await.1.is_text() {} };
    tokio::time::timeout(LONG, again).await.expect("a place that is left is free");
}
