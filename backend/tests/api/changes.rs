//! Edits, deletions, reactions and what a room is called: seen at once, and by whoever comes later.

use serde_json::{Value, json};
use shared::{EventBody, Words};
use tokio::time::{interval, timeout};

use crate::{
    client::{Client, bearer, event_in},
    copy::Copy,
    server::{LONG, Server, config, spawn, start, timing},
};

fn command(kind: &str, key: &str, rest: &Value) -> Value {
    let mut frame = json!({"type": kind, "room": "lobby", "key": key});
    frame.as_object_mut().unwrap().extend(rest.as_object().unwrap().clone());
    frame
}

/// Everything that may happen to messages and a room: 10 events.
async fn happen(ada: &mut Client, bob: &mut Client) {
    for frame in [
        command("post", "1", &json!({"text": "one", "mentions": ["m"]})),
        command("post", "2", &json!({"text": "two", "reply_to": 1})),
        command("edit", "3", &json!({"target": 1, "text": "one, better"})),
        command("set_room", "4", &json!({"title": "The Den", "topic": "cake"})),
        command("post", "5", &json!({"text": "three"})),
        command("edit", "6", &json!({"target": 2, "text": "two again"})),
        command("delete", "7", &json!({"target": 2})),
        command("set_room", "8", &json!({"topic": ""})),
    ] {
        ada.say(&frame).await;
        assert_eq!(event_in(&ada.next_of("event").await).key.as_str(), frame["key"]);
    }
    for (key, on) in [("1", true), ("2", false), ("3", true)] {
        bob.say(&command("react", key, &json!({"target": 1, "emoji": "👍", "on": on}))).await;
        while event_in(&bob.next_of("event").await).body.kind() != "reacted" {}
        ada.next_of("event").await;
    }
}

const HEAD: u64 = 11;

#[actix_web::test]
async fn who_is_there_who_comes_later_and_who_reads_a_page_see_the_same() {
    let (server, _data) = spawn();
    let (mut ada, mut bob) = (Client::v1(&server).await, Client::v1(&server).await);
    let mut cleo = Client::v1(&server).await;
    ada.open("lobby").await;
    bob.open("lobby").await;
    let mut live = Copy::open(&mut cleo, "lobby").await;
    happen(&mut ada, &mut bob).await;
    live.follow(&mut cleo, HEAD).await;
    let later = Copy::open(&mut Client::v1(&server).await, "lobby").await;
    assert_eq!(live, later);
    let texts: Vec<_> = live.messages.iter().map(|message| message.text.as_ref().map(ToString::to_string)).collect();
    assert_eq!(texts, [Some("one, better".to_owned()), None, Some("three".to_owned())]);
    assert_eq!((live.about.title.as_str(), live.about.topic.as_str()), ("The Den", ""));
    let page: shared::Page =
        reqwest::get(server.http("/api/rooms/lobby/messages")).await.unwrap().json().await.unwrap();
    assert_eq!((page.messages, page.digest, page.head), (live.messages, live.digest, live.seq));
    cleo.say(&json!({"type": "ping", "n": 1})).await;
    let head = &cleo.next_of("pong").await["rooms"][0];
    assert_eq!((head["seq"].as_u64(), &head["digest"]), (Some(HEAD), &json!(live.digest)));
}

/// From each cursor on, what follows is everything, folds to the same, and is proved; what was deleted is not in it.
async fn each_cursor_is_brought_up(server: &Server, whole: &Copy, live: &[shared::Event]) {
    for at in 0..=live.len() {
        let mut copy = Copy { seq: shared::Seq(0), digest: shared::Digest::default(), ..whole.clone() };
        (copy.messages, copy.about) = (Vec::new(), shared::About::default());
        live[..at].iter().for_each(|event| copy.fold(event));
        let mut client = Client::v1(server).await;
        let opened = client.open_with("lobby", &copy.cursor()).await;
        assert_eq!((opened.get("reset"), opened.get("snapshot")), (None, None), "after {at}");
        while copy.seq < whole.seq {
            let event = event_in(&client.next_of("event").await);
            let is_of_2 = event.seq.0 == 2 || event.body.target() == Some(shared::Seq(2));
            match &event.body {
                EventBody::Posted { words, reply_to } if is_of_2 => {
                    assert!(matches!(words, Words::Gone { .. }) && reply_to.is_none(), "{event:?}");
                }
                EventBody::Edited { words, .. } => assert_eq!(matches!(words, Words::Gone { .. }), is_of_2),
                _ => {}
            }
            copy.fold(&event);
        }
        assert_eq!(copy, *whole, "after {at}");
    }
}

#[actix_web::test]
async fn who_was_away_gets_every_change_and_no_word_that_was_deleted() {
    let (server, data) = spawn();
    let (mut ada, mut bob, mut cleo) =
        (Client::v1(&server).await, Client::v1(&server).await, Client::v1(&server).await);
    ada.open("lobby").await;
    bob.open("lobby").await;
    cleo.open("lobby").await;
    happen(&mut ada, &mut bob).await;
    let mut live = Vec::new();
    for _ in 0..HEAD {
        live.push(event_in(&cleo.next_of("event").await));
    }
    let whole = Copy::open(&mut cleo, "lobby").await;
    // From the room's ring, and from the log.
    each_cursor_is_brought_up(&server, &whole, &live).await;
    server.stop().await;
    each_cursor_is_brought_up(&start(&config(&data), timing()), &whole, &live).await;
}

#[actix_web::test]
async fn what_changes_nothing_is_settled_without_a_seq() {
    let (server, _data) = spawn();
    let token = bearer(&server).await;
    let mut ada = Client::v1_with(&server, &token).await;
    ada.open("lobby").await;
    for (frame, seq) in [
        (command("post", "1", &json!({"text": "t"})), Some(1)),
        (command("edit", "2", &json!({"target": 1, "text": "t"})), None),
        (command("react", "3", &json!({"target": 1, "emoji": "👍", "on": false})), None),
        (command("react", "4", &json!({"target": 1, "emoji": "❤", "on": true})), Some(2)),
        (command("react", "5", &json!({"target": 1, "emoji": "❤\u{fe0f}", "on": true})), None),
        (command("set_room", "6", &json!({"title": ""})), None),
        (command("delete", "7", &json!({"target": 1})), Some(3)),
        (command("delete", "8", &json!({"target": 1})), None),
        (command("delete", "8", &json!({"target": 1})), None),
    ] {
        ada.say(&frame).await;
        let reply = ada.reply().await;
        let want = if seq.is_some() { "event" } else { "settled" };
        assert_eq!((reply["type"].as_str(), reply["seq"].as_u64()), (Some(want), seq), "{frame}");
        assert_eq!(reply["key"], frame["key"]);
    }
    // The same as retries, over another link.
    let mut ada = Client::v1_with(&server, &token).await;
    for (key, seq) in [("1", Some(1)), ("2", None), ("4", Some(2)), ("7", Some(3)), ("8", None)] {
        ada.say(&command("delete", key, &json!({"target": 1}))).await;
        let reply = ada.reply().await;
        assert_eq!((reply["type"].as_str(), reply["seq"].as_u64()), (Some("settled"), seq), "{key}");
    }
}

#[actix_web::test]
async fn plain_clients_see_posts_and_nothing_else() {
    let (server, _data) = spawn();
    let mut plain = Client::plain(&server).await;
    let (mut ada, mut bob) = (Client::v1(&server).await, Client::v1(&server).await);
    ada.open("lobby").await;
    bob.open("lobby").await;
    happen(&mut ada, &mut bob).await;
    ada.post("lobby", "last", "last").await;
    for text in ["one", "two", "three", "last"] {
        assert_eq!(plain.json().await["message"], text);
    }
    plain.say(&json!({"name": "Eve", "message": "mine"})).await;
    assert_eq!(plain.json().await["message"], "mine");
    ada.say(&command("edit", "e", &json!({"target": 13, "text": "not mine"}))).await;
    assert_eq!(ada.next_of("refused").await["code"], "not_yours");
}

#[actix_web::test]
async fn soon_after_a_deletion_the_text_is_in_no_file() {
    let (server, data) = spawn();
    let mut ada = Client::v1(&server).await;
    ada.open("lobby").await;
    let in_files = || {
        let files = std::fs::read_dir(data.path()).unwrap().map(|file| std::fs::read(file.unwrap().path()).unwrap());
        files.collect::<Vec<_>>().concat().windows(9).any(|bytes| bytes == b"forget-me")
    };
    ada.post("lobby", "1", "forget-me").await;
    ada.next_of("event").await;
    assert!(in_files());
    ada.say(&command("delete", "2", &json!({"target": 1}))).await;
    ada.next_of("event").await;
    let gone = async {
        let mut tick = interval(std::time::Duration::from_millis(10));
        while in_files() {
            tick.tick().await;
        }
    };
    timeout(LONG, gone).await.expect("it is gone");
}
