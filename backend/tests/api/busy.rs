//! A server that has too much to do says so in words that a client can follow, and takes what it can.

use std::num::NonZeroUsize;

use backend::{config::Config, log::ReadLimits, records::Token};
use futures_util::future::join_all;
use serde_json::{Value, json};

use crate::{
    client::Client,
    server::{LONG, Server, config, start, timing},
};

#[actix_web::test]
async fn a_room_that_cannot_be_opened_now_is_refused_for_a_while_and_opened_then() {
    let data = tempfile::tempdir().unwrap();
    // One read at a time, and none may wait.
    let server = start(&Config { reads: ReadLimits { readers: 1, waiting: 0 }, ..config(&data) }, timing());
    // What the server looks after by itself at its start may have the one read.
    let token = loop {
        let asked = reqwest::Client::new().post(server.http("/api/session")).json(&json!({"kind": "bearer"}));
        let granted: Value = asked.send().await.unwrap().json().await.unwrap();
        if let Some(token) = granted["token"].as_str() {
            break token.to_owned();
        }
        assert_eq!(granted["code"], "busy");
    };
    let open = async |n: usize| {
        let mut client = Client::v1_with(&server, &token).await;
        let (room, mut refused) = (format!("r{n}"), 0);
        loop {
            client.say(&json!({"type": "open", "room": room})).await;
            let answer = client.reply().await;
            if answer["type"] == "opened" {
                client.post(&room, "k", "hi").await;
                assert_eq!(client.next_of("event").await["seq"], 1);
                return refused;
            }
            assert_eq!(
                (&answer["type"], &answer["code"], &answer["room"]),
                (&json!("refused"), &json!("busy"), &json!(room))
            );
            let wait = answer["retry_after_ms"].as_u64().unwrap();
            assert!((500..3_000).contains(&wait), "{wait} ms");
            refused += 1;
        }
    };
    let refused: usize = join_all((0..100).map(open)).await.into_iter().sum();
    assert!(refused > 0, "nobody was refused");
}

/// What a connection is told first: nothing but a close, or a welcome.
async fn first_words(server: &Server, token: &str) -> Result<Client, (u16, String)> {
    let bearer = format!("Bearer {token}");
    let mut client = Client::connect(&server.ws("/ws/v1"), &[("authorization", &bearer)]).await.unwrap();
    match client.next().await {
        tokio_tungstenite::tungstenite::Message::Close(Some(frame)) => {
            Err((frame.code.into(), frame.reason.to_string()))
        }
        _ => Ok(client),
    }
}

#[actix_web::test]
async fn one_connection_too_many_is_told_when_to_come_back() {
    let data = tempfile::tempdir().unwrap();
    let server = start(&Config { max_connections: NonZeroUsize::new(3), ..config(&data) }, timing());
    let token = Token::random().unwrap().reveal().to_owned();
    let mut here = vec![Client::plain(&server).await, Client::v1_with(&server, &token).await];
    here.push(Client::v1_with(&server, &token).await);
    let (code, reason) = first_words(&server, &token).await.err().expect("there is no place");
    assert_eq!(code, 1013);
    let wait: u64 = reason.parse().unwrap();
    assert!((7_000..17_000).contains(&wait), "{wait} ms");
    let (code, _) = Client::plain(&server).await.closed().await;
    assert_eq!(code, 1013, "the plain relay says it too");
    // A place becomes free when the server has seen that somebody went.
    here.pop().unwrap().leave_abruptly().await;
    let comes_in = async { while first_words(&server, &token).await.is_err() {} };
    tokio::time::timeout(LONG, comes_in).await.expect("there is a place again");
}
