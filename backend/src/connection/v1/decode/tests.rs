//! Tests of decoding: what closes, and what each fault is called.

use super::*;

fn code(text: &str) -> RefusalCode {
    match decode(text).unwrap() {
        Decoded::Refused(refused) => refused.refusal.code,
        other => panic!("{text}: {other:?}"),
    }
}

#[test]
fn what_is_no_object_closes() {
    for (text, why) in [
        ("", "not JSON"),
        ("hello", "not JSON"),
        ("{", "not JSON"),
        ("42", "a frame is an object, or an array of objects"),
        ("null", "a frame is an object, or an array of objects"),
        ("[[]]", "a frame is an object"),
        ("[1]", "a frame is an object"),
        (r#"["ping",1]"#, "a frame is an object"),
        (r#"["leave","lobby"]"#, "a frame is an object"),
    ] {
        assert_eq!(decode(text), Err(why), "{text}");
    }
    assert_eq!(decode(&"[".repeat(60_000)), Err("not JSON"), "deep nesting does not exhaust the stack");
}

#[test]
fn each_fault_has_its_code() {
    let text = |text: &str| format!(r#"{{"type":"post","room":"r","key":"k","text":{}}}"#, Value::from(text));
    let command = |kind: &str, rest: &str| format!(r#"{{"type":"{kind}","room":"r","key":"k",{rest}}}"#);
    for (frame, want) in [
        ("{}".to_owned(), RefusalCode::Malformed),
        (r#"{"type":7}"#.to_owned(), RefusalCode::Malformed),
        (r#"{"type":"fly"}"#.to_owned(), RefusalCode::UnknownType),
        (r#"{"type":"event","room":"r","seq":1,"key":"k"}"#.to_owned(), RefusalCode::UnknownType),
        (r#"{"type":"open"}"#.to_owned(), RefusalCode::Malformed),
        (r#"{"type":"open","room":7}"#.to_owned(), RefusalCode::Malformed),
        (r#"{"type":"open","room":"No"}"#.to_owned(), RefusalCode::BadRoom),
        (r#"{"type":"open","room":"r","after":7}"#.to_owned(), RefusalCode::BadCursor),
        (r#"{"type":"open","room":"r","after":{"epoch":"e","seq":-1}}"#.to_owned(), RefusalCode::BadCursor),
        (r#"{"type":"open","room":"r","after":{"epoch":"e"}}"#.to_owned(), RefusalCode::BadCursor),
        (r#"{"type":"open","room":"r","after":{"seq":1}}"#.to_owned(), RefusalCode::BadCursor),
        (r#"{"type":"open","room":"r","after":{"epoch":7,"seq":1}}"#.to_owned(), RefusalCode::BadCursor),
        (r#"{"type":"open","room":"r","after":{"epoch":"e","seq":1.5}}"#.to_owned(), RefusalCode::BadCursor),
        (
            r#"{"type":"open","room":"r","after":{"epoch":"e","seq":1,"digest":"00"}}"#.to_owned(),
            RefusalCode::BadCursor,
        ),
        (r#"{"type":"open","room":"r","after":{"epoch":"e","seq":1,"digest":7}}"#.to_owned(), RefusalCode::BadCursor),
        (r#"{"type":"post","room":"r","key":"k"}"#.to_owned(), RefusalCode::Malformed),
        (r#"{"type":"post","room":"r","key":"","text":"t"}"#.to_owned(), RefusalCode::BadKey),
        (r#"{"type":"post","room":"r","key":"k","text":"t","reply_to":"x"}"#.to_owned(), RefusalCode::Malformed),
        (r#"{"type":"post","room":"r","key":"k","text":"t","mentions":["A B"]}"#.to_owned(), RefusalCode::Malformed),
        (command("edit", r#""text":"t""#), RefusalCode::Malformed),
        (command("edit", r#""target":1"#), RefusalCode::Malformed),
        (command("edit", r#""target":-1,"text":"t""#), RefusalCode::Malformed),
        (command("edit", r#""target":1.5,"text":"t""#), RefusalCode::Malformed),
        (command("edit", r#""target":"1","text":"t""#), RefusalCode::Malformed),
        (command("edit", r#""target":18446744073709551616,"text":"t""#), RefusalCode::Malformed),
        (command("edit", r#""target":1,"text":"""#), RefusalCode::Blank),
        (command("edit", r#""target":1,"text":"t","mentions":7"#), RefusalCode::Malformed),
        (command("delete", r#""target":null"#), RefusalCode::Malformed),
        (command("react", r#""target":1,"emoji":"👍""#), RefusalCode::Malformed),
        (command("react", r#""target":1,"emoji":"👍","on":1"#), RefusalCode::Malformed),
        (command("react", r#""target":1,"emoji":7,"on":true"#), RefusalCode::Malformed),
        (command("react", r#""target":1,"emoji":"a","on":true"#), RefusalCode::BadEmoji),
        (command("react", r#""target":1,"emoji":"","on":true"#), RefusalCode::BadEmoji),
        (command("set_room", r#""title":7"#), RefusalCode::Malformed),
        (command("set_room", r#""title":"a\nb""#), RefusalCode::ControlCharacters),
        (command("set_room", &format!(r#""title":"{}""#, "x".repeat(81))), RefusalCode::TooLong),
        (command("set_room", &format!(r#""topic":"{}""#, "x".repeat(301))), RefusalCode::TooLong),
        (r#"{"type":"rename","name":"a\u0000"}"#.to_owned(), RefusalCode::BadName),
        (r#"{"type":"ping","n":"x"}"#.to_owned(), RefusalCode::Malformed),
        (text(""), RefusalCode::Blank),
        (text(" \n "), RefusalCode::Blank),
        (text("a\0b"), RefusalCode::ControlCharacters),
        (text(&"x".repeat(4_001)), RefusalCode::TooLong),
    ] {
        assert_eq!(code(&frame), want, "{frame:.80}");
    }
}

#[test]
fn a_refusal_names_the_command_that_it_answers() {
    let decoded = decode(r#"{"type":"post","room":"r","key":"k7","text":""}"#).unwrap();
    let Decoded::Refused(refused) = decoded else { panic!("{decoded:?}") };
    assert_eq!((refused.room.as_deref(), refused.key.as_deref()), (Some("r"), Some("k7")));
}

#[test]
fn an_array_is_taken_frame_by_frame() {
    let decoded = decode(r#"[{"type":"ping","n":1},{"type":"fly"},{"type":"ping","n":2}]"#).unwrap();
    let Decoded::Several(frames) = decoded else { panic!("{decoded:?}") };
    let decoded: Vec<_> = frames.into_iter().map(decode_object).collect();
    assert_eq!(decoded[0], Decoded::Frame(ClientFrame::Ping { n: 1 }));
    assert!(matches!(&decoded[1], Decoded::Refused(refused) if refused.refusal.code == RefusalCode::UnknownType));
    assert_eq!(decoded[2], Decoded::Frame(ClientFrame::Ping { n: 2 }));
    assert_eq!(decode(&format!("[{}{{}}]", "{},".repeat(256))), Err("at most 256 frames in one message"));
}

#[test]
fn fields_of_a_newer_version_are_let_pass() {
    let decoded = decode(r#"{"type":"ping","n":1,"mood":"good"}"#).unwrap();
    assert_eq!(decoded, Decoded::Frame(ClientFrame::Ping { n: 1 }));
}
