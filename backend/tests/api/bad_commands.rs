//! What a client may get wrong, or try: each is answered as docs/protocol.md says, and nothing is appended.

use serde_json::{Value, json};

use crate::{
    client::Client,
    server::{Server, spawn},
};

/// Where both rooms of these tests end: seq and digest.
async fn ends(server: &Server) -> Value {
    let mut reader = Client::v1(server).await;
    let mut ends = Vec::new();
    for room in ["lobby", "den"] {
        let opened = reader.open(room).await;
        ends.push(json!([opened["head"], opened["digest"], opened["snapshot"]]));
    }
    Value::from(ends)
}

/// Two people who talk in two rooms. In the lobby: 1 is Ada's message, 2 her edit of it, 3 her other message, which 4
/// deletes, 5 is Bob's. In the den: 1 is Ada's.
async fn talk(server: &Server) -> (Client, Client) {
    let (mut ada, mut bob) = (Client::v1(server).await, Client::v1(server).await);
    for frame in [
        json!({"type": "post", "room": "lobby", "key": "1", "text": "hers"}),
        json!({"type": "edit", "room": "lobby", "key": "2", "target": 1, "text": "hers, better"}),
        json!({"type": "post", "room": "lobby", "key": "3", "text": "gone"}),
        json!({"type": "delete", "room": "lobby", "key": "4", "target": 3}),
        json!({"type": "post", "room": "den", "key": "1", "text": "elsewhere"}),
    ] {
        ada.say(&frame).await;
        assert_eq!(ada.next_of("settled").await["key"], frame["key"]);
    }
    bob.post("lobby", "1", "his").await;
    assert_eq!(bob.next_of("settled").await["seq"], 5);
    (ada, bob)
}

fn with(kind: &str, rest: &Value) -> Value {
    let mut frame = json!({"type": kind, "room": "lobby", "key": "new"});
    frame.as_object_mut().unwrap().extend(rest.as_object().unwrap().clone());
    frame
}

#[actix_web::test]
async fn each_is_answered_in_its_own_words_and_appends_nothing() {
    let (server, _data) = spawn();
    let (mut ada, _bob) = talk(&server).await;
    let before = ends(&server).await;
    let react = |target: u64, emoji: &str| with("react", &json!({"target": target, "emoji": emoji, "on": true}));
    let edit = |target: Value| with("edit", &json!({"target": target, "text": "x"}));
    let delete = |target: Value| with("delete", &json!({"target": target}));
    for (frame, code) in [
        // Not hers, not there, no message, deleted, in another room.
        (edit(json!(5)), "not_yours"),
        (delete(json!(5)), "not_yours"),
        (edit(json!(6)), "no_message"),
        (delete(json!(99)), "no_message"),
        (edit(json!(0)), "no_message"),
        (delete(json!(0)), "no_message"),
        (edit(json!(u64::MAX)), "no_message"),
        (edit(json!(i64::MAX)), "no_message"),
        (edit(json!(2)), "no_message"),
        (delete(json!(2)), "no_message"),
        (edit(json!(3)), "deleted"),
        (react(3, "👍"), "deleted"),
        (react(2, "👍"), "no_message"),
        (react(0, "👍"), "no_message"),
        (with("edit", &json!({"room": "den", "target": 5, "text": "x"})), "no_message"),
        (with("delete", &json!({"room": "nowhere", "target": 1})), "no_message"),
        // No seq at all.
        (edit(json!(-1)), "malformed"),
        (edit(json!(1.5)), "malformed"),
        (edit(json!("1")), "malformed"),
        (edit(json!(null)), "malformed"),
        (with("delete", &json!({})), "malformed"),
        // Not one emoji.
        (react(1, "a"), "bad_emoji"),
        (react(1, "👍👍"), "bad_emoji"),
        (react(1, ""), "bad_emoji"),
        (react(1, &"1".repeat(33)), "bad_emoji"),
        (react(1, "<b>"), "bad_emoji"),
        (react(1, "1"), "bad_emoji"),
        (react(1, "🇩"), "bad_emoji"),
        (react(1, "\u{202e}"), "bad_emoji"),
        (with("react", &json!({"target": 1, "emoji": "a", "on": false})), "bad_emoji"),
        (with("react", &json!({"target": 1, "emoji": "👍", "on": "yes"})), "malformed"),
        (with("react", &json!({"target": 1, "emoji": 7, "on": true})), "malformed"),
        // Texts, titles, mentions.
        (with("edit", &json!({"target": 1, "text": " "})), "blank"),
        (with("edit", &json!({"target": 1, "text": "\0"})), "control_characters"),
        (with("edit", &json!({"target": 1, "text": "x".repeat(4_001)})), "too_long"),
        (with("edit", &json!({"target": 1, "text": "x", "mentions": vec!["a"; 51]})), "malformed"),
        (with("edit", &json!({"target": 1, "text": "x", "mentions": "a"})), "malformed"),
        (with("set_room", &json!({})), "malformed"),
        (with("post", &json!({"text": "x", "reply_to": 0})), "malformed"),
        (with("post", &json!({"text": "x", "reply_to": 1_u64 << 53})), "malformed"),
        (with("set_room", &json!({"title": null, "topic": null})), "malformed"),
        (with("set_room", &json!({"title": ["x"]})), "malformed"),
        (with("set_room", &json!({"title": "x".repeat(81)})), "too_long"),
        (with("set_room", &json!({"topic": "x".repeat(301)})), "too_long"),
        (with("set_room", &json!({"title": "two\nlines"})), "control_characters"),
        (with("edit", &json!({"key": "", "target": 1, "text": "x"})), "bad_key"),
        (with("edit", &json!({"room": "No", "target": 1, "text": "x"})), "bad_room"),
        // What only the server says, and what nobody says yet.
        (
            with(
                "event",
                &json!({"seq": 6, "at": 1, "by": {"id": "p", "name": "Ada"}, "body": {"type": "posted",
            "text": "x", "salt": "00000000000000000000000000000000"}}),
            ),
            "unknown_type",
        ),
        (with("posted", &json!({"text": "x"})), "unknown_type"),
        (with("settled", &json!({"seq": 6})), "unknown_type"),
        (with("pin", &json!({"target": 1})), "unknown_type"),
        // Cursors.
        (json!({"type": "open", "room": "lobby", "after": 7}), "bad_cursor"),
        (json!({"type": "open", "room": "lobby", "after": {}}), "bad_cursor"),
        (json!({"type": "open", "room": "lobby", "after": {"seq": 1}}), "bad_cursor"),
        (json!({"type": "open", "room": "lobby", "after": {"epoch": "e"}}), "bad_cursor"),
        (json!({"type": "open", "room": "lobby", "after": {"epoch": 7, "seq": 1}}), "bad_cursor"),
        (json!({"type": "open", "room": "lobby", "after": {"epoch": "e", "seq": -1}}), "bad_cursor"),
        (json!({"type": "open", "room": "lobby", "after": {"epoch": "e", "seq": "1"}}), "bad_cursor"),
        (json!({"type": "open", "room": "lobby", "after": {"epoch": "e", "seq": 1, "digest": "xyz"}}), "bad_cursor"),
        (json!({"type": "open", "room": "lobby", "after": {"epoch": "e", "seq": 1, "digest": 7}}), "bad_cursor"),
    ] {
        ada.say(&frame).await;
        let refused = ada.reply().await;
        assert_eq!((refused["type"].as_str(), refused["code"].as_str()), (Some("refused"), Some(code)), "{frame:.200}");
        assert_eq!((refused.get("retry_after_ms"), refused.get("key")), (None, frame.get("key")), "{frame:.200}");
        assert!(refused["message"].as_str().unwrap().ends_with('.'), "{refused}");
    }
    assert_eq!(ends(&server).await, before, "nothing was appended, nothing has changed");
    // None of them has put the link, or the line of what comes after it, out of order.
    ada.say(&edit(json!(1))).await;
    assert_eq!(ada.reply().await["seq"], 6);
}

#[actix_web::test]
async fn a_key_that_is_used_again_is_what_it_was() {
    let (server, _data) = spawn();
    let (mut ada, mut bob) = talk(&server).await;
    let before = ends(&server).await;
    for (frame, seq) in [
        (json!({"type": "post", "room": "lobby", "key": "1", "text": "another text"}), 1),
        (json!({"type": "edit", "room": "lobby", "key": "1", "target": 1, "text": "another kind"}), 1),
        (json!({"type": "delete", "room": "lobby", "key": "1", "target": 1}), 1),
        (json!({"type": "post", "room": "lobby", "key": "2", "text": "it was an edit"}), 2),
        (json!({"type": "delete", "room": "lobby", "key": "4", "target": 1}), 4),
        (json!({"type": "delete", "room": "lobby", "key": "4", "target": 99}), 4),
        (json!({"type": "set_room", "room": "lobby", "key": "3", "title": "x"}), 3),
    ] {
        ada.say(&frame).await;
        let reply = ada.reply().await;
        assert_eq!((reply["type"].as_str(), reply["seq"].as_u64()), (Some("settled"), Some(seq)), "{frame}");
    }
    assert_eq!(ends(&server).await, before);
    // Another's key is another.
    bob.say(&json!({"type": "delete", "room": "lobby", "key": "4", "target": 5})).await;
    assert_eq!(bob.reply().await["seq"], 6);
}

#[actix_web::test]
async fn deleting_twice_at_once_deletes_once() {
    let (server, _data) = spawn();
    let (mut ada, mut bob) = talk(&server).await;
    bob.open("lobby").await;
    let delete = |key: &str| json!({"type": "delete", "room": "lobby", "key": key, "target": 1});
    let edit = json!({"type": "edit", "room": "lobby", "key": "c", "target": 1, "text": "too late"});
    ada.say(&json!([delete("a"), delete("b"), edit])).await;
    let mut answers = Vec::new();
    for _ in 0..3 {
        let reply = ada.reply().await;
        answers.push((reply["key"].to_string(), reply["seq"].as_u64(), reply["code"].as_str().map(str::to_owned)));
    }
    answers.sort();
    let expected = [("a", Some(6), None), ("b", None, None), ("c", None, Some("deleted"))];
    assert_eq!(answers, expected.map(|(key, seq, code)| (format!("{key:?}"), seq, code.map(str::to_owned))));
    assert_eq!(bob.next_of("event").await["seq"], 6);
}
