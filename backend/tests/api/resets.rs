//! Cursors that are no good: each kind is answered by a whole snapshot and the reason, never by a part.

use std::{path::Path, sync::Arc};

use backend::log::{Appender, Command, Draft, Line, SqliteStore, system_salts};
use serde_json::json;
use shared::{Author, ClientKey, MessageText, Millis, PersonId, PersonName, RoomName, Seq};

use crate::{
    client::{Client, bearer},
    copy::Copy,
    server::{Server, config, spawn, start, timing},
};

/// Opens the room after a cursor that is no good for this reason, and proves the answer whole.
async fn is_reset(server: &Server, after: &serde_json::Value, why: &str) {
    let mut client = Client::v1(server).await;
    let opened = client.open_with("lobby", after).await;
    assert_eq!(opened["reset"], why, "{opened:.300}");
    let mut copy = Copy::of(&opened);
    assert_eq!(copy, Copy::open(&mut Client::v1(server).await, "lobby").await, "what anybody gets");
    // Nothing of before follows: the next event is the one after the snapshot.
    client.post("lobby", "next", "next").await;
    let head = copy.seq.0 + 1;
    copy.follow(&mut client, head).await;
    client.say(&json!({"type": "ping", "n": 1})).await;
    let pong = client.next_of("pong").await;
    assert_eq!((&pong["rooms"][0]["seq"], &pong["rooms"][0]["digest"]), (&json!(head), &json!(copy.digest)));
}

async fn posts(client: &mut Client, numbers: std::ops::Range<u64>) {
    for n in numbers {
        client.post("lobby", &n.to_string(), &n.to_string()).await;
        client.next_of("event").await;
    }
}

#[actix_web::test]
async fn a_cursor_of_another_epoch_ahead_or_diverged_is_reset() {
    let (server, _data) = spawn();
    let mut ada = Client::v1(&server).await;
    let mut copy = Copy::open(&mut ada, "lobby").await;
    let mut bob = Client::v1(&server).await;
    bob.open("lobby").await;
    posts(&mut bob, 1..61).await;
    copy.follow(&mut ada, 60).await;
    let (epoch, digest) = (copy.epoch.clone(), copy.digest);
    is_reset(&server, &json!({"epoch": "another", "seq": 60, "digest": digest}), "epoch").await;
    is_reset(&server, &json!({"epoch": "another", "seq": 999}), "epoch").await;
    is_reset(&server, &json!({"epoch": epoch, "seq": 999}), "ahead").await;
    is_reset(&server, &json!({"epoch": epoch, "seq": u64::MAX, "digest": digest}), "ahead").await;
    is_reset(&server, &json!({"epoch": epoch, "seq": 59, "digest": digest}), "diverged").await;
    is_reset(&server, &json!({"epoch": epoch, "seq": 0, "digest": digest}), "diverged").await;
    let good = json!({"epoch": epoch, "seq": 60, "digest": digest});
    assert_eq!(Client::v1(&server).await.open_with("lobby", &good).await.get("reset"), None);
    let opened = Client::v1(&server).await.open_with("lobby", &json!({"epoch": "another", "seq": 1})).await;
    assert_eq!(opened["snapshot"]["messages"].as_array().unwrap().len(), 50);
    assert_eq!(opened["snapshot"]["more_before"], true);
    let nowhere = Client::v1(&server).await.open_with("den", &json!({"epoch": epoch, "seq": 1})).await;
    assert_eq!((nowhere["reset"].as_str(), nowhere["head"].as_u64()), (Some("ahead"), Some(0)));
}

#[actix_web::test]
async fn a_disk_that_was_rolled_back_is_noticed_also_when_the_log_has_grown_again() {
    let (server, data) = spawn();
    let token = bearer(&server).await;
    let mut ada = Client::v1_with(&server, &token).await;
    let mut copy = Copy::open(&mut ada, "lobby").await;
    posts(&mut ada, 1..6).await;
    server.stop().await;
    let earlier = std::fs::read(data.path().join("warren.sqlite")).unwrap();
    let server = start(&config(&data), timing());
    let mut ada = Client::v1_with(&server, &token).await;
    ada.open_with("lobby", &copy.cursor()).await;
    posts(&mut ada, 6..9).await;
    let mut bob = Client::v1(&server).await;
    bob.open_with("lobby", &copy.cursor()).await;
    copy.follow(&mut bob, 8).await;
    server.stop().await;
    std::fs::write(data.path().join("warren.sqlite"), earlier).unwrap();
    let server = start(&config(&data), timing());
    is_reset(&server, &copy.cursor(), "ahead").await;
    let mut bob = Client::v1(&server).await;
    bob.open("lobby").await;
    posts(&mut bob, 100..110).await;
    is_reset(&server, &copy.cursor(), "diverged").await;
}

#[actix_web::test]
async fn what_was_asked_for_before_the_disk_was_put_back_is_about_the_same_message_or_about_none() {
    let (server, data) = spawn();
    let token = bearer(&server).await;
    server.stop().await;
    let earlier = std::fs::read(data.path().join("warren.sqlite")).unwrap();
    let server = start(&config(&data), timing());
    let mut ada = Client::v1_with(&server, &token).await;
    ada.open("lobby").await;
    posts(&mut ada, 1..2).await;
    ada.post("lobby", "kept", "kept").await;
    let event = ada.next_of("event").await;
    assert_eq!(event["seq"], 2);
    let me = event["by"]["id"].as_str().unwrap().to_owned();
    server.stop().await;
    std::fs::write(data.path().join("warren.sqlite"), earlier).unwrap();
    // The second message is sent again and is the first now; another is the second.
    let server = start(&config(&data), timing());
    let mut ada = Client::v1_with(&server, &token).await;
    ada.open("lobby").await;
    for key in ["kept", "another"] {
        ada.post("lobby", key, key).await;
        ada.next_of("event").await;
    }
    let react = |key: &str, of: &str| json!({"type": "react", "room": "lobby", "key": key, "target": 2, "of": of, "emoji": "👍", "on": true});
    ada.say(&react("r1", &format!("{me}/kept"))).await;
    assert_eq!(ada.next_of("event").await["body"]["target"], 1);
    ada.say(&react("r2", &format!("{me}/1"))).await;
    assert_eq!(ada.next_of("refused").await["code"], "no_message");
    ada.say(&react("r3", "nobody")).await;
    assert_eq!(ada.next_of("refused").await["code"], "malformed");
    for (key, of, answers) in [("p1", format!("{me}/1"), json!(null)), ("p2", format!("{me}/kept"), json!(1))] {
        let post = json!({"type": "post", "room": "lobby", "key": key, "text": "hi", "reply_to": 2, "of": of});
        ada.say(&post).await;
        assert_eq!(ada.next_of("event").await["body"]["reply_to"], answers);
    }
}

/// Makes a log of so many posts in the lobby.
fn fill(data: &Path, count: usize) {
    let mut appender = Appender::new(SqliteStore::open(data, "filled").unwrap(), system_salts());
    let post = |n: usize| {
        Command::Append(Draft {
            room: RoomName::lobby(),
            by: Author { id: PersonId::parse("p").unwrap(), name: PersonName::anonymous(), plain: false },
            key: ClientKey::parse(&n.to_string()).unwrap(),
            command: shared::Command::Post {
                text: MessageText::parse(&n.to_string()).unwrap(),
                reply_to: None,
                mentions: Vec::new(),
            },
            of: None,
            remember: None,
            line: Line::default(),
        })
    };
    let commands: Vec<_> = (0..count).map(post).collect();
    let (events, _) = appender.append(&commands, Millis(1));
    assert_eq!(events.last().map(|last| last.event.seq), Some(Seq(count as u64)));
    appender.close();
}

#[actix_web::test]
async fn a_cursor_that_is_too_far_behind_is_reset() {
    let data = Arc::new(tempfile::tempdir().unwrap());
    fill(data.path(), 20_020);
    let server = start(&config(&data), timing());
    let mut near = Client::v1(&server).await;
    let opened = near.open_with("lobby", &json!({"epoch": "filled", "seq": 20})).await;
    assert_eq!((opened.get("reset"), opened.get("snapshot")), (None, None));
    is_reset(&server, &json!({"epoch": "filled", "seq": 19}), "too_far").await;
    for seq in 21..=20_021_u64 {
        assert_eq!(near.next_of("event").await["seq"], seq);
    }
}
