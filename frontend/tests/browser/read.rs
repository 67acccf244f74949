//! The client's reader of JSON against serde's, which the server and the simulator read with.

use frontend::io;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};
use shared::{ClientFrame, Command, EventBody, Page, RefusalCode, Reset, ServerFrame, Signal};
use wasm_bindgen_test::{console_log, wasm_bindgen_test};

const PROTOCOL: &str = include_str!("../../../docs/protocol.md");

/// The fenced blocks of docs/protocol.md that are marked "json KIND".
fn examples(kind: &str) -> Vec<String> {
    let marked = ["```json ", kind, "\n"].concat();
    let found: Vec<String> =
        PROTOCOL.split(&marked).skip(1).map(|block| block.split("\n```").next().unwrap().to_owned()).collect();
    assert!(!found.is_empty(), "docs/protocol.md has no example of {kind}");
    found
}

fn by_serde<T: DeserializeOwned>(text: &str) -> Option<T> {
    serde_json::from_str(text).ok()
}

/// Of codes of refusals the client tells two from the others.
fn as_the_client_sees_it(mut frame: ServerFrame) -> ServerFrame {
    if let ServerFrame::Refused { refusal, .. } = &mut frame
        && !matches!(refusal.code, RefusalCode::BadCursor | RefusalCode::BadName)
    {
        refusal.code = RefusalCode::Other;
    }
    frame
}

/// The one frame of a text, as both readers see it: they agree.
fn agreed(text: &str) -> Option<ServerFrame> {
    let frame = by_serde(text).map(as_the_client_sees_it);
    assert_eq!(io::frames(text), frame.clone().into_iter().collect::<Vec<_>>(), "{text:.300}");
    frame
}

/// A frame of every type, with every field that it can have.
fn whole() -> Vec<Value> {
    let hash = "0123456789abcdef0123456789abcdef";
    let (ada, by) = (json!({"id": "a1", "name": "Ada"}), json!({"id": "a1", "name": "Ada", "plain": true}));
    let event =
        |body: Value| json!({"type": "event", "room": "den", "seq": 3, "at": 4, "by": by, "key": "k", "body": body});
    let message = json!({
        "seq": 2, "at": 3, "by": by, "key": "k", "text": "hi \"Ada\" \\ \u{1f44d}\n", "edited": 9, "reply_to": 1,
        "mentions": ["a1", "b2"], "reactions": [{"emoji": "👍", "by": [ada, ada]}], "rev": 8
    });
    vec![
        json!({"type": "welcome", "you": ada, "now": 5, "heartbeat_s": 25, "limits": shared::LIMITS}),
        json!({
            "type": "opened", "room": "den", "epoch": "e", "first": 1, "head": 9, "digest": hash, "reset": "too_far",
            "snapshot": {
                "about": {"title": "Den", "topic": "all", "rev": 1}, "messages": [message, message], "more_before": true
            }
        }),
        event(json!({
            "type": "posted", "text": "hi", "salt": hash, "reply_to": 1, "mentions": ["a1"]
        })),
        event(json!({"type": "posted", "hash": hash})),
        event(json!({"type": "edited", "target": 1, "text": "ho", "salt": hash, "mentions": ["a1"]})),
        event(json!({"type": "deleted", "target": 1})),
        event(json!({"type": "reacted", "target": 1, "emoji": "👍", "on": false})),
        event(json!({"type": "room_set", "title": "Den", "topic": ""})),
        event(json!({"type": "pinned", "target": 1, "hash": hash})),
        json!({"type": "settled", "room": "den", "key": "k", "seq": 7}),
        json!({
            "type": "refused", "room": "den", "key": "k", "code": "slow_down", "message": "No.", "retry_after_ms": 7
        }),
        json!({"type": "signal", "kind": "here", "room": "den", "count": 2, "people": [ada]}),
        json!({"type": "signal", "kind": "typing", "room": "den", "people": [ada, ada]}),
        json!({"type": "signal", "kind": "renamed", "room": "den", "person": ada}),
        json!({"type": "signal", "kind": "mood"}),
        json!({"type": "pong", "n": 1, "now": 2, "rooms": [{"room": "den", "seq": 1, "digest": hash}]}),
        json!({"type": "weather"}),
    ]
}

/// The values inside a value, each by its path.
fn places(value: &Value, path: &str, found: &mut Vec<String>) {
    match value {
        Value::Object(fields) => fields.iter().for_each(|(name, part)| {
            let path = [path, "/", name].concat();
            places(part, &path, found);
            found.push(path);
        }),
        Value::Array(parts) => parts.iter().enumerate().for_each(|(place, part)| {
            let path = format!("{path}/{place}");
            places(part, &path, found);
            found.push(path);
        }),
        _ => {}
    }
}

#[wasm_bindgen_test]
fn the_examples_of_the_protocol_are_read_as_serde_reads_them() {
    for text in examples("server") {
        let frame = agreed(&text);
        assert!(!matches!(frame, None | Some(ServerFrame::Unknown | ServerFrame::Signal(Signal::Unknown))), "{text}");
    }
    for text in examples("page") {
        assert!(io::page(&text).is_some(), "{text}");
        assert_eq!(io::page(&text), by_serde::<Page>(&text), "{text}");
    }
    let all = ["[", &examples("server").join(","), "]"].concat();
    let by_serde = by_serde::<Vec<ServerFrame>>(&all).unwrap().into_iter().map(as_the_client_sees_it);
    assert_eq!(io::frames(&all), by_serde.collect::<Vec<_>>());
}

#[wasm_bindgen_test]
fn what_is_said_is_what_serde_would_say() {
    let same = |frame: &ClientFrame| {
        let said = match Command::of_frame(frame.clone()) {
            Ok((room, key, of, command)) => io::command_text(&room, &key, of.as_ref(), &command),
            Err(frame) => io::frame_text(&frame),
        };
        assert_eq!(by_serde::<ClientFrame>(&said).as_ref(), Some(frame), "{said}");
    };
    for text in examples("client") {
        same(&by_serde(&text).unwrap());
    }
    for text in [
        r#"{"type":"open","room":"r"}"#,
        r#"{"type":"open","room":"r","after":{"epoch":"\"","seq":9007199254740991,"digest":"0123456789abcdef0123456789abcdef"}}"#,
        r#"{"type":"post","room":"r","key":"\\\"","text":"\"\\\n\t\u2028\ud83d\ude00</script>","reply_to":1,"mentions":["a","b"]}"#,
        r#"{"type":"edit","room":"r","key":"k","target":1,"text":"t","mentions":["a"]}"#,
        r#"{"type":"react","room":"r","key":"k","target":1,"emoji":"👍","on":false,"of":"p2/k/\""}"#,
        r#"{"type":"set_room","room":"r","key":"k","title":"","topic":"t"}"#,
        r#"{"type":"set_room","room":"r","key":"k"}"#,
        r#"{"type":"ping","n":4294967295}"#,
    ] {
        same(&by_serde(text).unwrap());
    }
}

/// Each place of each frame, filled with each thing that may not be there, or left out.
#[wasm_bindgen_test]
fn whatever_stands_in_whatever_place_both_readers_say_the_same() {
    let long = "x".repeat(70_000);
    let strange = [
        json!(null),
        json!(true),
        json!(0),
        json!(-1),
        json!(1.5),
        json!(4_294_967_296_u64),
        json!(9_007_199_254_740_991_u64),
        json!(""),
        json!("lobby"),
        json!("R!"),
        json!("7"),
        json!("a\u{0}b"),
        json!("0123456789abcdef0123456789ABCDEF"),
        json!(long),
        json!([]),
        json!([[]]),
        json!([null]),
        json!(["a", 1]),
        json!({}),
        json!({"length": 3}),
        json!({"id": "a1"}),
    ];
    let (mut taken, mut refused) = (0, 0);
    for frame in whole() {
        assert!(agreed(&frame.to_string()).is_some(), "{frame}");
        let mut paths = Vec::new();
        places(&frame, "", &mut paths);
        for path in paths {
            let mut try_it = |text: String| if agreed(&text).is_some() { taken += 1 } else { refused += 1 };
            for other in &strange {
                // `serde_json` would take a list of all fields for an object; nobody says one.
                let is_object = frame.pointer(&path).is_some_and(Value::is_object);
                // And serde would take a number for a signal's kind.
                if is_object && other.is_array() || path == "/kind" && other.is_number() {
                    continue;
                }
                let mut changed = frame.clone();
                *changed.pointer_mut(&path).unwrap() = other.clone();
                try_it(changed.to_string());
            }
            let (parent, name) = path.rsplit_once('/').unwrap();
            let mut changed = frame.clone();
            if let Some(fields) = changed.pointer_mut(parent).and_then(Value::as_object_mut) {
                fields.remove(name);
                try_it(changed.to_string());
            }
        }
    }
    console_log!("of frames with one thing wrong {refused} were refused, {taken} taken");
    assert!(refused > 1000 && taken > 100, "{refused} refused, {taken} taken");
}

#[wasm_bindgen_test]
fn what_is_no_frame_spoils_only_itself() {
    let pong = r#"{"type":"pong","n":1,"now":2,"rooms":[]}"#;
    assert!(agreed(pong).is_some());
    for bad in
        ["null", "7", "\"pong\"", "[]", "{}", "true", r#"{"type":7}"#, r#"{"type":"pong"}"#, r#"{"type":["pong"]}"#]
    {
        let text = ["[", pong, ",", bad, ",", pong, "]"].concat();
        assert_eq!(io::frames(&text).len(), 2, "{bad}");
    }
    for end in 0..pong.len() {
        assert_eq!(io::frames(&pong[..end]), [], "cut at {end}");
        assert_eq!(io::frames(&["[", pong, ",", &pong[..end]].concat()), [], "cut at {end}");
    }
    for no_json in ["", " ", "[", "[,]", &[pong, pong].concat(), "{'type':'pong'}", "undefined", "NaN"] {
        assert_eq!(io::frames(no_json), [], "{no_json}");
    }
    assert_eq!(io::frames(&["\n\t [ ", pong, " ] "].concat()).len(), 1);
}

#[wasm_bindgen_test]
fn numbers_are_whole_and_not_beyond_what_the_browser_can_count() {
    let pong = |now: &str| io::frames(&[r#"{"type":"pong","n":1,"now":"#, now, r#","rooms":[]}"#].concat()).len();
    for good in ["0", "1", "9007199254740991"] {
        assert_eq!(pong(good), 1, "{good}");
    }
    for bad in [
        "9007199254740992",
        "18446744073709551615",
        "1e999",
        "-1",
        "-0.5",
        "0.5",
        "1e-9",
        "01",
        "+1",
        "0x1",
        "\"1\"",
        "[1]",
        "{}",
    ] {
        assert_eq!(pong(bad), 0, "{bad}");
    }
}

#[wasm_bindgen_test]
fn nothing_gets_in_by_a_back_door_of_the_browsers() {
    // A field of this name is one like any other in JSON: nothing is inherited from it.
    let inherited = r#"{"type":"pong","__proto__":{"n":1,"now":2,"rooms":[]}}"#;
    assert_eq!(agreed(inherited), None);
    // What every object and every list of the browser's has anyway is nothing that was said.
    for named in ["constructor", "toString", "__proto__", "hasOwnProperty"] {
        let text = format!(r#"{{"type":"{named}","n":1}}"#);
        assert_eq!(agreed(&text), Some(ServerFrame::Unknown));
        let refused = format!(r#"{{"type":"refused","code":"{named}","message":"No."}}"#);
        let frame = agreed(&refused);
        assert!(matches!(frame, Some(ServerFrame::Refused { refusal, .. }) if refusal.code == RefusalCode::Other));
    }
    // Of two fields of one name the browser takes the last; serde refuses both, and nobody says two.
    assert_eq!(
        io::frames(r#"{"type":"weather","type":"signal","kind":"mood"}"#),
        [ServerFrame::Signal(Signal::Unknown)]
    );
    // Half a pair is no character; the browser has one for that.
    let half = r#"{"type":"refused","code":"busy","message":"a\ud83dz"}"#;
    let frames = io::frames(half);
    assert!(
        matches!(&frames[..], [ServerFrame::Refused { refusal, .. }] if refusal.message == "a\u{fffd}z"),
        "{frames:?}"
    );
    // Half a pair in a name of a room is no room.
    assert_eq!(io::frames(r#"{"type":"settled","room":"a\udc00","key":"k"}"#), []);
}

#[wasm_bindgen_test]
fn what_is_huge_or_deep_is_read_or_left_out() {
    let text = format!(r#"{{"type":"refused","code":"busy","message":"{}"}}"#, "\\u00fc".repeat(64 * 1024));
    assert!(agreed(&text).is_some());
    for (open, close) in [("[", "]"), ("{\"a\":", "}")] {
        for depth in [100, 10_000, 200_000] {
            let deep = [&open.repeat(depth), "1", &close.repeat(depth)].concat();
            assert_eq!(io::frames(&deep), []);
            // As a field that nobody knows it harms nobody, so long as the browser goes along.
            let text = [r#"{"type":"weather","deep":"#, &deep, "}"].concat();
            assert!(matches!(&io::frames(&text)[..], [] | [ServerFrame::Unknown]));
        }
    }
    let many = ["[", &vec!["7"; 10_000].join(","), "]"].concat();
    let text = [r#"{"type":"signal","kind":"typing","room":"r","people":"#, &many, "}"].concat();
    assert_eq!(agreed(&text), None);
}

#[wasm_bindgen_test]
fn what_a_newer_version_says_is_let_pass() {
    assert_eq!(agreed(r#"{"type":"weather","seq":"many","sun":{"n":1}}"#), Some(ServerFrame::Unknown));
    let text = r#"{"type":"event","room":"r","seq":3,"at":1,"by":{"id":"a","name":"A","age":7},"key":"k","new":[],
                  "body":{"type":"pinned","target":2,"hash":"00000000000000000000000000000001","why":"it is good"}}"#;
    assert!(matches!(agreed(text), Some(ServerFrame::Event(event)) if matches!(event.body, EventBody::Unknown { .. })));
    let text = r#"{"type":"opened","room":"r","epoch":"","first":1,"head":1,"digest":"00000000000000000000000000000001","reset":"moon"}"#;
    assert!(matches!(agreed(text), Some(ServerFrame::Opened { reset: Some(Reset::Other), .. })));
}

#[wasm_bindgen_test]
fn every_code_of_the_protocol_is_known() {
    let is_code = |c: char| c.is_ascii_lowercase() || c == '_';
    for word in PROTOCOL.split('`').filter(|word| !word.is_empty() && word.chars().all(is_code)) {
        agreed(&json!({"type": "refused", "code": word, "message": "No."}).to_string());
        agreed(
            &json!({"type": "opened", "room": "r", "epoch": "e", "first": 1, "head": 1, "reset": word,
            "digest": "00000000000000000000000000000001"})
            .to_string(),
        );
    }
}

/// How long a full snapshot takes, for whoever changes the reader. Nothing hangs on it.
#[wasm_bindgen_test]
fn a_snapshot_of_400_messages_is_read() {
    let mut opened = whole().swap_remove(1);
    let message = opened.pointer("/snapshot/messages/0").unwrap().clone();
    *opened.pointer_mut("/snapshot/messages").unwrap() = Value::Array(vec![message; 400]);
    let text = opened.to_string();
    let now = || web_sys::window().unwrap().performance().unwrap().now();
    for round in 0..3 {
        let begun = now();
        assert_eq!(io::frames(&text).len(), 1);
        let between = now();
        assert!(by_serde::<ServerFrame>(&text).is_some());
        let (ours, serde) = (between - begun, now() - between);
        console_log!(
            "round {round}: 400 messages ({} bytes) in {ours:.1} ms; by serde_json in {serde:.1} ms",
            text.len()
        );
    }
}
