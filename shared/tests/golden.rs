//! The examples of docs/protocol.md are the wire: each decodes into its type and encodes to the same JSON again.
#![expect(clippy::unwrap_used, reason = "a test may unwrap")]

use serde::{Serialize, de::DeserializeOwned};
use serde_json::Value;
use shared::{
    ClientFrame, EventBody, Mentions, Page, PlainMessage, PlainPost, Refusal, RefusalCode, ServerFrame, SessionGranted,
    Signal,
};

const PROTOCOL: &str = include_str!("../../docs/protocol.md");

/// The fenced blocks that are marked "json KIND", as (line, kind, text).
fn examples() -> Vec<(usize, &'static str, String)> {
    let mut examples = Vec::new();
    let mut lines = PROTOCOL.lines().enumerate();
    while let Some((n, line)) = lines.next() {
        if let Some(kind) = line.strip_prefix("```json ") {
            let text: Vec<&str> = lines.by_ref().map(|(_, line)| line).take_while(|line| *line != "```").collect();
            examples.push((n + 1, kind, text.join("\n")));
        }
    }
    examples
}

fn survives<T: Serialize + DeserializeOwned>(line: usize, text: &str) -> T {
    let json: Value = serde_json::from_str(text).unwrap_or_else(|e| panic!("line {line}: not JSON: {e}"));
    let typed: T = serde_json::from_str(text).unwrap_or_else(|e| panic!("line {line}: {e}"));
    assert_eq!(serde_json::to_value(&typed).unwrap(), json, "line {line}");
    typed
}

#[test]
fn every_example_survives_decoding_and_encoding() {
    let examples = examples();
    assert!(examples.len() >= 25, "only {} examples were found", examples.len());
    for (line, kind, text) in examples {
        match kind {
            "client" => drop(survives::<ClientFrame>(line, &text)),
            "server" => assert!(
                !matches!(
                    survives::<ServerFrame>(line, &text),
                    ServerFrame::Unknown | ServerFrame::Signal(Signal::Unknown)
                ),
                "line {line}: of no known type"
            ),
            "plain-post" => drop(survives::<PlainPost>(line, &text)),
            "plain-message" => drop(survives::<PlainMessage>(line, &text)),
            "session" => drop(survives::<SessionGranted>(line, &text)),
            "page" => drop(survives::<Page>(line, &text)),
            "mentions" => drop(survives::<Mentions>(line, &text)),
            "error" => drop(survives::<Refusal>(line, &text)),
            other => panic!("line {line}: no such kind of example: {other}"),
        }
    }
}

#[test]
fn every_type_of_frame_and_every_code_has_an_example() {
    for name in [
        "open",
        "leave",
        "post",
        "edit",
        "delete",
        "react",
        "set_room",
        "typing",
        "rename",
        "ping",
        "read",
        "set_level",
        "forget",
    ] {
        assert!(examples().iter().any(|(_, kind, text)| *kind == "client" && text.contains(&format!("\"{name}\""))));
    }
    for name in [
        "welcome",
        "opened",
        "event",
        "posted",
        "edited",
        "deleted",
        "reacted",
        "room_set",
        "settled",
        "refused",
        "signal",
        "pong",
        "here",
        "renamed",
        "rooms",
        "unread",
        "forgotten",
    ] {
        assert!(examples().iter().any(|(_, kind, text)| *kind == "server" && text.contains(&format!("\"{name}\""))));
    }
    for code in [
        RefusalCode::Malformed,
        RefusalCode::UnknownType,
        RefusalCode::BadRoom,
        RefusalCode::BadKey,
        RefusalCode::BadName,
        RefusalCode::BadCursor,
        RefusalCode::Blank,
        RefusalCode::TooLong,
        RefusalCode::ControlCharacters,
        RefusalCode::NoMessage,
        RefusalCode::NotYours,
        RefusalCode::Deleted,
        RefusalCode::BadEmoji,
        RefusalCode::TooManyReactions,
        RefusalCode::TooManyRooms,
        RefusalCode::SlowDown,
        RefusalCode::Storage,
        RefusalCode::Busy,
    ] {
        let name = serde_json::to_value(code).unwrap();
        assert!(PROTOCOL.contains(&format!("`{}`", name.as_str().unwrap())), "{name} is not in the table");
    }
}

#[test]
fn what_a_newer_version_says_is_let_pass() {
    let server = |text| serde_json::from_str::<ServerFrame>(text).unwrap();
    assert_eq!(server(r#"{"type":"weather","sun":1}"#), ServerFrame::Unknown);
    assert_eq!(server(r#"{"type":"signal","kind":"mood"}"#), ServerFrame::Signal(Signal::Unknown));
    let event = r#"{"type":"event","room":"r","seq":3,"at":1,"by":{"id":"a","name":"A","age":7},"key":"k","new":[],
                    "body":{"type":"pinned","target":2,"hash":"00000000000000000000000000000001","why":"it is good"}}"#;
    let ServerFrame::Event(event) = server(event) else { panic!("not an event") };
    let (kind, hash) = ("pinned".to_owned(), shared::Hash([0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1]));
    assert_eq!((event.seq.0, event.body), (3, EventBody::Unknown { kind, target: Some(shared::Seq(2)), hash }));
    let refused = server(r#"{"type":"refused","code":"mood","message":"No."}"#);
    assert!(matches!(refused, ServerFrame::Refused { refusal, .. } if refusal.code == RefusalCode::Other));
}

#[test]
fn a_server_frame_that_lacks_a_field_is_none() {
    for text in [
        r#"{"type":"event","room":"r","seq":3,"at":1,"by":{"id":"a","name":"A"},"key":"k"}"#,
        r#"{"type":"event","room":"R!","seq":3,"at":1,"by":{"id":"a","name":"A"},"key":"k","body":{"type":"pinned","hash":"00000000000000000000000000000001"}}"#,
        r#"{"type":"event","room":"r","seq":3,"at":1,"by":{"id":"a","name":"A"},"key":"k","body":{"type":"pinned"}}"#,
        r#"{"type":"event","room":"r","seq":3,"at":1,"by":{"id":"a","name":"A"},"key":"k","body":{"type":"posted","text":"t"}}"#,
        r#"{"type":"settled","room":"r"}"#,
        r#"{"type":"settled","room":"r","key":""}"#,
        r#"{"type":"signal","room":"r"}"#,
        r#"{"type":"pong","n":1}"#,
        r#"{"room":"r"}"#,
    ] {
        assert!(serde_json::from_str::<ServerFrame>(text).is_err(), "{text}");
    }
}
