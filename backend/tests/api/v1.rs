//! `warren.v1`: cursors, snapshots, keys, refusals, signals.

use serde_json::{Value, json};

use crate::{
    client::{Client, bearer, event_in},
    server::{config, spawn, start, timing},
};

#[actix_web::test]
async fn a_post_comes_back_as_its_own_acknowledgement() {
    let (server, _data) = spawn();
    let (mut ada, mut bob) = (Client::v1(&server).await, Client::v1(&server).await);
    let opened = ada.open("lobby").await;
    assert_eq!((opened["head"].as_u64(), &opened["snapshot"]["messages"]), (Some(0), &json!([])));
    bob.open("lobby").await;
    ada.say(&json!({"type": "post", "room": "lobby", "key": "k", "text": "hi", "reply_to": 1, "mentions": ["a"]}))
        .await;
    let mut event = ada.reply().await;
    assert_eq!(
        (event["type"].as_str(), event["key"].as_str(), event["seq"].as_u64()),
        (Some("event"), Some("k"), Some(1))
    );
    assert_eq!(bob.next_of("event").await, event, "the same for everybody");
    let salt = event["body"].as_object_mut().unwrap().remove("salt").unwrap();
    assert_eq!(salt.as_str().unwrap().len(), 32);
    assert_eq!(event["body"], json!({"type": "posted", "text": "hi", "reply_to": 1, "mentions": ["a"]}));
}

#[actix_web::test]
async fn the_same_key_again_appends_nothing() {
    let (server, _data) = spawn();
    let mut ada = Client::v1(&server).await;
    ada.open("lobby").await;
    ada.post("lobby", "k", "once").await;
    assert_eq!(ada.reply().await["type"], "event");
    ada.post("lobby", "k", "once").await;
    assert_eq!(ada.reply().await, json!({"type": "settled", "room": "lobby", "key": "k", "seq": 1}));
    // Both at once, in one commit.
    let post = json!({"type": "post", "room": "lobby", "key": "k2", "text": "twice"});
    ada.say(&json!([post, post])).await;
    let (first, second) = (ada.reply().await, ada.reply().await);
    let mut kinds = [first["type"].as_str().unwrap(), second["type"].as_str().unwrap()];
    kinds.sort_unstable();
    assert_eq!(kinds, ["event", "settled"]);
    let mut bob = Client::v1(&server).await;
    bob.open("lobby").await;
    bob.post("lobby", "k", "another person's key").await;
    assert_eq!(bob.reply().await["seq"], 3, "keys are per author");
}

#[actix_web::test]
async fn a_post_into_a_room_that_is_not_open_is_settled() {
    let (server, _data) = spawn();
    let mut ada = Client::v1(&server).await;
    ada.post("den", "k", "hello den").await;
    assert_eq!(ada.reply().await, json!({"type": "settled", "room": "den", "key": "k", "seq": 1}));
    ada.open("den").await;
    ada.say(&json!({"type": "leave", "room": "den"})).await;
    ada.post("den", "k2", "again").await;
    assert_eq!(ada.reply().await["type"], "settled");
}

#[actix_web::test]
async fn a_cursor_gets_exactly_what_it_missed() {
    let (server, _data) = spawn();
    let mut ada = Client::v1(&server).await;
    let epoch = ada.open("lobby").await["epoch"].clone();
    for n in 1..=10 {
        ada.post("lobby", &n.to_string(), &n.to_string()).await;
        ada.next_of("event").await;
    }
    // Each round makes the log one event longer.
    for (head, cursor) in (10..).zip([0, 4, 9, 10]) {
        let mut bob = Client::v1(&server).await;
        let opened = bob.open_after("lobby", &epoch, cursor).await;
        assert_eq!((opened["head"].as_u64(), opened.get("snapshot"), opened.get("reset")), (Some(head), None, None));
        for seq in cursor + 1..=head {
            assert_eq!(bob.next_of("event").await["seq"], seq);
        }
        ada.post("lobby", &format!("after {cursor}"), "live").await;
        let live = ada.next_of("event").await;
        assert_eq!(bob.next_of("event").await, live, "and then goes on");
    }
}

#[actix_web::test]
async fn every_post_is_answered_also_when_its_room_is_opened_or_left_at_once() {
    let (server, _data) = spawn();
    let mut ada = Client::v1(&server).await;
    let open = json!({"type": "open", "room": "lobby"});
    for n in 0..30 {
        let key = n.to_string();
        let post = json!({"type": "post", "room": "lobby", "key": key, "text": "t"});
        let then = if n % 2 == 0 { open.clone() } else { json!({"type": "leave", "room": "lobby"}) };
        ada.say(&json!([open, post, then])).await;
        loop {
            let reply = ada.reply().await;
            if reply["key"] == *key && (reply["type"] == "event" || reply["type"] == "settled") {
                break;
            }
        }
    }
}

#[actix_web::test]
async fn more_than_the_ring_holds_is_read_from_the_log() {
    let (server, _data) = spawn();
    let mut ada = Client::v1(&server).await;
    let epoch = ada.open("lobby").await["epoch"].clone();
    ada.say(&json!({"type": "leave", "room": "lobby"})).await;
    let most = 3_000_u64;
    let text = |n: u64| format!("{n} {}", "x".repeat(800));
    for first in (1..=most).step_by(50) {
        let posts: Vec<_> = (first..first + 50)
            .map(|n| json!({"type": "post", "room": "lobby", "key": n.to_string(), "text": text(n)}))
            .collect();
        ada.say(&Value::from(posts)).await;
        for _ in 0..50 {
            assert_eq!(ada.reply().await["type"], "settled");
        }
    }
    let mut bob = Client::v1(&server).await;
    bob.open_after("lobby", &epoch, 3).await;
    for seq in 4..=most {
        let event = bob.next_of("event").await;
        assert_eq!((event["seq"].as_u64(), event["body"]["text"].as_str()), (Some(seq), Some(&*text(seq))));
    }
    ada.post("lobby", "live", "live").await;
    assert_eq!(bob.next_of("event").await["seq"], most + 1);
}

#[actix_web::test]
async fn each_bad_command_is_refused_and_the_link_goes_on() {
    let (server, _data) = spawn();
    let mut ada = Client::v1(&server).await;
    for (frame, code) in [
        (json!({"type": "fly"}), "unknown_type"),
        (json!({"no": "type"}), "malformed"),
        (json!({"type": "open"}), "malformed"),
        (json!({"type": "open", "room": "No Room"}), "bad_room"),
        (json!({"type": "open", "room": "../etc"}), "bad_room"),
        (json!({"type": "post", "room": "r", "key": "k"}), "malformed"),
        (json!({"type": "post", "room": "r", "key": "", "text": "t"}), "bad_key"),
        (json!({"type": "post", "room": "r", "key": "k", "text": " "}), "blank"),
        (json!({"type": "post", "room": "r", "key": "k", "text": "x".repeat(4_001)}), "too_long"),
        (json!({"type": "post", "room": "r", "key": "k", "text": "\0"}), "control_characters"),
        (json!({"type": "post", "room": "r", "key": "k", "text": "t", "mentions": vec!["a"; 51]}), "malformed"),
        (json!({"type": "rename", "name": "x".repeat(33)}), "bad_name"),
    ] {
        ada.say(&frame).await;
        let refused = ada.reply().await;
        assert_eq!((refused["type"].as_str(), refused["code"].as_str()), (Some("refused"), Some(code)), "{frame:.60}");
        assert!(refused.get("retry_after_ms").is_none() && refused["message"].as_str().unwrap().ends_with('.'));
        assert_eq!(refused.get("key").and_then(Value::as_str), frame.get("key").and_then(Value::as_str));
    }
    ada.say(&json!({"type": "ping", "n": 1})).await;
    assert_eq!(ada.reply().await["type"], "pong");
    assert_eq!(ada.open("r").await["head"], 0, "nothing was appended");
}

#[actix_web::test]
async fn what_is_no_frame_closes_with_1007() {
    let (server, _data) = spawn();
    for text in ["", "not json", "7", "[7]", "[[]]"] {
        let mut ada = Client::v1(&server).await;
        ada.say_text(text).await;
        assert_eq!(ada.closed().await.0, 1007, "{text}");
    }
}

#[actix_web::test]
async fn a_connection_has_at_most_fifty_rooms_open() {
    let (server, _data) = spawn();
    let mut ada = Client::v1(&server).await;
    for n in 0..50 {
        ada.open(&format!("r{n}")).await;
    }
    ada.say(&json!({"type": "open", "room": "one-more"})).await;
    assert_eq!(ada.reply().await["code"], "too_many_rooms");
    assert_eq!(ada.open("r7").await["type"], "opened", "an open one may be opened again");
    ada.say(&json!({"type": "leave", "room": "r0"})).await;
    assert_eq!(ada.open("one-more").await["type"], "opened");
}

#[actix_web::test]
async fn who_is_here_is_told_by_person() {
    let (server, _data) = spawn();
    let token = bearer(&server).await;
    let mut ada = Client::v1_with(&server, &token).await;
    ada.open("lobby").await;
    ada.signal("here", |here| here["count"] == 1).await;
    let mut ada_again = Client::v1_with(&server, &token).await;
    ada_again.open("lobby").await;
    let mut bob = Client::v1(&server).await;
    bob.open("lobby").await;
    let here = ada.signal("here", |here| here["count"] == 2).await;
    assert_eq!(here["people"].as_array().unwrap().len(), 2);
    bob.leave_abruptly().await;
    ada.signal("here", |here| here["count"] == 1).await;
    ada_again.signal("here", |here| here["count"] == 1).await;
}

#[actix_web::test]
async fn a_rename_is_seen_by_others_and_kept_and_messages_keep_their_name() {
    let (server, data) = spawn();
    let token = bearer(&server).await;
    let (mut ada, mut bob) = (Client::v1_with(&server, &token).await, Client::v1(&server).await);
    ada.open("lobby").await;
    bob.open("lobby").await;
    ada.post("lobby", "1", "as nobody").await;
    ada.say(
        &json!([{"type": "rename", "name": "Ada"}, {"type": "post", "room": "lobby", "key": "2", "text": "as Ada"}]),
    )
    .await;
    assert_eq!(bob.next_of("event").await["by"]["name"], "Anonymous");
    let renamed = bob.signal("renamed", |_| true).await;
    assert_eq!(renamed["person"]["name"], "Ada");
    bob.signal("here", |here| here.to_string().contains("Ada")).await;
    server.stop().await;
    let server = start(&config(&data), timing());
    let mut ada =
        Client::connect(&server.ws("/ws/v1"), &[("authorization", &format!("Bearer {token}"))]).await.unwrap();
    assert_eq!(ada.json().await["you"]["name"], "Ada", "kept through a restart");
    let opened = ada.open("lobby").await;
    let names: Vec<_> =
        opened["snapshot"]["messages"].as_array().unwrap().iter().map(|message| &message["by"]["name"]).collect();
    assert_eq!(names, ["Anonymous", "Ada"]);
}

#[actix_web::test]
async fn typing_is_told_and_ends_with_the_post() {
    let (server, _data) = spawn();
    let (mut ada, mut bob) = (Client::v1(&server).await, Client::v1(&server).await);
    ada.open("lobby").await;
    bob.open("lobby").await;
    ada.say(&json!({"type": "typing", "room": "lobby"})).await;
    bob.signal("typing", |typing| typing["people"].as_array().unwrap().len() == 1).await;
    ada.post("lobby", "k", "done").await;
    // Sooner than the five seconds after which it would end by itself.
    let ended = bob.signal("typing", |typing| typing["people"] == json!([]));
    tokio::time::timeout(std::time::Duration::from_secs(3), ended).await.expect("the post ends it");
}

#[actix_web::test]
async fn pong_says_where_the_open_rooms_end() {
    let (server, _data) = spawn();
    let mut ada = Client::v1(&server).await;
    ada.open("lobby").await;
    ada.post("lobby", "k", "hi").await;
    let event = event_in(&ada.next_of("event").await);
    ada.say(&json!({"type": "ping", "n": 7})).await;
    let pong = ada.reply().await;
    let digest = shared::Digest::default().after(&event);
    assert_eq!(
        (pong["n"].as_u64(), &pong["rooms"]),
        (Some(7), &json!([{"room": "lobby", "seq": 1, "digest": digest}]))
    );
}

#[actix_web::test]
async fn posts_beyond_the_pace_wait_and_keep_their_order() {
    let (first, data) = spawn();
    first.stop().await;
    let server = start(&backend::config::Config { no_limits: false, ..config(&data) }, timing());
    let mut ada = Client::v1(&server).await;
    ada.open("lobby").await;
    let post = |n: usize| json!({"type": "post", "room": "lobby", "key": n.to_string(), "text": n.to_string()});
    let all: Vec<_> = (0..40).map(post).collect();
    ada.say(&Value::from(all)).await;
    let (mut appended, mut refused) = (Vec::new(), Vec::new());
    for _ in 0..40 {
        let reply = ada.reply().await;
        let key: usize = reply["key"].as_str().unwrap().parse().unwrap();
        if reply["type"] == "event" {
            appended.push(key);
        } else {
            assert_eq!((reply["code"].as_str(), reply["retry_after_ms"].is_u64()), (Some("slow_down"), true));
            refused.push(key);
        }
    }
    assert!(!refused.is_empty(), "there is a limit");
    appended.extend(&refused);
    assert_eq!(appended, (0..40).collect::<Vec<_>>(), "none behind the first that waits has overtaken it");
}

#[actix_web::test]
async fn a_stopping_server_says_when_to_come_back_and_loses_nothing() {
    let (server, data) = spawn();
    let token = bearer(&server).await;
    let mut ada = Client::v1_with(&server, &token).await;
    let epoch = ada.open("lobby").await["epoch"].clone();
    let posts: Vec<_> = (0..200)
        .map(|n| json!({"type": "post", "room": "lobby", "key": n.to_string(), "text": n.to_string()}))
        .collect();
    ada.say(&Value::from(posts)).await;
    let mut acknowledged = vec![ada.next_of("event").await];
    let stopping = actix_web::rt::spawn(server.stop());
    let (frames, (code, reason)) = ada.until_closed().await;
    acknowledged.extend(frames.into_iter().filter(|frame| frame["type"] == "event"));
    drop(ada);
    stopping.await.unwrap();
    assert_eq!(code, 1012);
    assert!((500..3_000).contains(&reason.parse::<u32>().unwrap()), "{reason} ms");
    let server = start(&config(&data), timing());
    let mut ada = Client::v1_with(&server, &token).await;
    assert_eq!(ada.open("lobby").await["epoch"], epoch, "a restart is the same history");
    let opened = ada.open_after("lobby", &epoch, 0).await;
    assert!(opened["head"].as_u64().unwrap() >= acknowledged.len() as u64);
    for event in acknowledged {
        assert_eq!(ada.next_of("event").await, event, "what was acknowledged is there, once and in order");
    }
}
