//! The plain relay, as the client of a tutorial uses it.

use serde_json::{Value, json};
use tokio_tungstenite::tungstenite::Message;

use crate::{
    client::Client,
    server::{Server, spawn},
};

fn is_time(time: &Value) -> bool {
    let time = time.as_str().unwrap().as_bytes();
    time.len() == 8 && time.iter().enumerate().all(|(n, b)| if n % 3 == 2 { *b == b':' } else { b.is_ascii_digit() })
}

async fn says(from: &mut Client, to: &mut Client, name: &str, message: &str) {
    from.say(&json!({"name": name, "message": message})).await;
    let got = to.json().await;
    assert_eq!(got.as_object().unwrap().keys().collect::<Vec<_>>(), ["message", "name", "time"]);
    assert_eq!((&got["name"], &got["message"]), (&json!(name), &json!(message)));
    assert!(is_time(&got["time"]), "{got}");
}

#[actix_web::test]
async fn two_sockets_talk_and_when_one_leaves_the_other_goes_on() {
    let (server, _data) = spawn();
    let (mut ada, mut bob) = (Client::plain(&server).await, Client::plain(&server).await);
    says(&mut ada, &mut bob, "Ada", "hi").await;
    assert_eq!(ada.json().await["message"], "hi", "the sender gets it too");
    ada.leave_abruptly().await;
    for text in ["still", "here"] {
        bob.say(&json!({"name": "Bob", "message": text})).await;
        assert_eq!(bob.json().await["message"], text);
    }
}

#[actix_web::test]
async fn a_text_is_kept_byte_for_byte() {
    let (server, _data) = spawn();
    let (mut ada, mut bob) = (Client::plain(&server).await, Client::plain(&server).await);
    for text in
        ["  spaces \t\r\n ", "<script>alert(1)</script>", "\"quoted\\\"", "👩‍👩‍👧 é e\u{301} \u{202e}", &"x".repeat(4_000)]
    {
        says(&mut ada, &mut bob, " Ada ", text).await;
    }
}

#[actix_web::test]
async fn a_blank_text_is_ignored_and_a_blank_name_is_anonymous() {
    let (server, _data) = spawn();
    let mut ada = Client::plain(&server).await;
    ada.say(&json!({"name": "Ada", "message": " \n "})).await;
    ada.say(&json!({"name": " ", "message": "1"})).await;
    ada.say(&json!({"message": "2"})).await;
    ada.say(&json!({"name": null, "message": "3", "more": 7})).await;
    for text in ["1", "2", "3"] {
        let got = ada.json().await;
        assert_eq!((got["name"].as_str(), got["message"].as_str()), (Some("Anonymous"), Some(text)));
    }
}

#[actix_web::test]
async fn what_is_over_the_limits_is_answered_to_the_sender_alone() {
    let (server, _data) = spawn();
    let (mut ada, mut bob) = (Client::plain(&server).await, Client::plain(&server).await);
    for (name, message) in
        [("Ada", "x".repeat(4_001)), ("Ada", "nul \0".into()), (&"x".repeat(33), "hi".into()), ("A\nda", "hi".into())]
    {
        ada.say(&json!({"name": name, "message": message})).await;
        let got = ada.json().await;
        assert_eq!(got["name"], "Warren");
        assert!(got["message"].as_str().unwrap().starts_with("Not sent: ") && is_time(&got["time"]), "{got}");
    }
    says(&mut ada, &mut bob, "Ada", "after all that").await;
}

async fn closes(server: &Server, message: Message, code: u16) {
    use futures_util::SinkExt as _;
    let mut client = Client::plain(server).await;
    client.socket.send(message.clone()).await.unwrap();
    let (got, reason) = client.closed().await;
    assert_eq!(got, code, "{message:.60?}");
    assert!(!reason.is_empty(), "{message:.60?} is told why");
}

#[actix_web::test]
async fn only_what_is_no_such_object_closes() {
    let (server, _data) = spawn();
    let mut witness = Client::plain(&server).await;
    for text in [
        "",
        "hello",
        "42",
        "[]",
        "{}",
        r#"{"message":7}"#,
        r#"{"name":7,"message":"a"}"#,
        "{\"message\":",
        r#"["Ada","hi"]"#,
    ] {
        closes(&server, Message::text(text), 1007).await;
    }
    closes(&server, Message::binary(&b"\x00\x01"[..]), 1003).await;
    closes(&server, Message::text("x".repeat(64 * 1024 + 1)), 1009).await;
    witness.say(&json!({"message": "nobody noticed"})).await;
    assert_eq!(witness.json().await["message"], "nobody noticed");
}

#[actix_web::test]
async fn rooms_are_apart() {
    let (server, _data) = spawn();
    let mut lobby = Client::plain(&server).await;
    let mut den = Client::connect(&server.ws("/ws?room=den"), &[]).await.unwrap();
    den.say(&json!({"message": "in the den"})).await;
    assert_eq!(den.json().await["message"], "in the den");
    lobby.say(&json!({"message": "in the lobby"})).await;
    assert_eq!(lobby.json().await["message"], "in the lobby");
    let mut nowhere = Client::connect(&server.ws("/ws?room=No%20Room"), &[]).await.unwrap();
    assert_eq!(nowhere.closed().await.0, 1008);
}

#[actix_web::test]
async fn pages_of_any_loopback_origin_are_served_and_no_other() {
    let (server, _data) = spawn();
    let connect = async |origin| Client::connect(&server.ws("/ws"), &[("origin", origin)]).await.map(drop);
    for origin in ["http://localhost:3000", "http://127.0.0.1:5500", "http://[::1]:80"] {
        assert!(connect(origin).await.is_ok(), "{origin}");
    }
    for origin in ["http://evil.example", "null", "https://localhost.evil.example"] {
        assert_eq!(connect(origin).await.unwrap_err(), 403, "{origin}");
    }
}

#[actix_web::test]
async fn plain_clients_and_v1_clients_see_each_other() {
    let (server, _data) = spawn();
    let mut plain = Client::plain(&server).await;
    let mut v1 = Client::v1(&server).await;
    v1.open("lobby").await;
    plain.say(&json!({"name": "Ada", "message": "from plain"})).await;
    let event = v1.next_of("event").await;
    assert_eq!((event["by"]["name"].as_str(), event["by"]["plain"].as_bool()), (Some("Ada"), Some(true)));
    assert_eq!(plain.json().await["message"], "from plain");
    v1.post("lobby", "k", "from v1").await;
    assert_eq!(plain.json().await["message"], "from v1");
}

#[actix_web::test]
async fn many_posts_at_once_come_to_all_in_one_order() {
    let (server, _data) = spawn();
    let mut clients = Vec::new();
    for _ in 0..5 {
        clients.push(Client::plain(&server).await);
    }
    for n in 0..100 {
        for (who, client) in clients.iter_mut().enumerate() {
            client.say(&json!({"name": who.to_string(), "message": n.to_string()})).await;
        }
    }
    let mut seen = Vec::new();
    for client in &mut clients {
        let mut lines = Vec::new();
        for _ in 0..500 {
            let got = client.json().await;
            lines.push((got["name"].clone(), got["message"].clone()));
        }
        seen.push(lines);
    }
    assert!(seen.windows(2).all(|pair| pair[0] == pair[1]), "everybody sees one order");
    for who in 0..5 {
        let own = seen[0].iter().filter(|(name, _)| *name == json!(who.to_string())).map(|(_, text)| text.clone());
        let order: Vec<_> = (0..100).map(|n| json!(n.to_string())).collect();
        assert_eq!(own.collect::<Vec<_>>(), order, "an author's order is kept");
    }
}
