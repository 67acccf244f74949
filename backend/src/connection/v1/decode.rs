//! Decoding what a `warren.v1` client says, with a clear answer for what is wrong with it.
//!
//! A good frame takes the short way through serde. Only what is not good is looked at again, to say why.

use std::collections::VecDeque;

use serde_json::{Map, Value};
use shared::{BadText, ClientFrame, ClientKey, Cursor, MessageText, PersonName, Refusal, RefusalCode, RoomName, Seq};

/// What a text message holds.
#[derive(Debug, PartialEq)]
pub(super) enum Decoded {
    Frame(ClientFrame),
    Refused(Refused),
    /// An array of frames, not looked at yet.
    Several(VecDeque<Map<String, Value>>),
}

/// Most frames in one message.
const SEVERAL: usize = 256;

/// The refusal of a frame, with the room and key that it named, so that the client knows which.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Refused {
    pub(super) room: Option<String>,
    pub(super) key: Option<String>,
    pub(super) refusal: Refusal,
}

/// Longest room or key that is said back to whoever sent it.
const SAID_BACK: usize = 64;

/// Decodes a text message: one frame, or an array of them.
///
/// # Errors
/// The close reason, where it is neither an object nor an array of objects.
pub(super) fn decode(text: &str) -> Result<Decoded, &'static str> {
    // Serde would take an array for an object's fields in order.
    let is_object = text.trim_start().starts_with('{');
    if let (true, Ok(frame)) = (is_object, serde_json::from_str(text)) {
        return Ok(Decoded::Frame(frame));
    }
    match serde_json::from_str(text) {
        Ok(Value::Object(object)) => Ok(decode_object(object)),
        Ok(Value::Array(items)) if items.len() > SEVERAL => Err("at most 256 frames in one message"),
        Ok(Value::Array(items)) => {
            let objects = items.into_iter().map(|item| match item {
                Value::Object(object) => Ok(object),
                _ => Err("a frame is an object"),
            });
            objects.collect::<Result<_, _>>().map(Decoded::Several)
        }
        Ok(_) => Err("a frame is an object, or an array of objects"),
        Err(_) => Err("not JSON"),
    }
}

/// Decodes a frame of an array.
pub(super) fn decode_object(object: Map<String, Value>) -> Decoded {
    let named = |name| {
        let said = object.get(name).and_then(Value::as_str).filter(|said| said.chars().count() <= SAID_BACK);
        said.map(str::to_owned)
    };
    let (room, key) = (named("room"), named("key"));
    let refusal = object_refusal(&object);
    match (refusal, serde_json::from_value(Value::Object(object))) {
        (_, Ok(frame)) => Decoded::Frame(frame),
        (Some(refusal), Err(_)) => Decoded::Refused(Refused { room, key, refusal }),
        (None, Err(error)) => {
            let refusal = Refusal::lasting(RefusalCode::Malformed, format!("The frame is malformed: {error}."));
            Decoded::Refused(Refused { room, key, refusal })
        }
    }
}

/// What is wrong with a frame, where that has a code of its own.
fn object_refusal(object: &Map<String, Value>) -> Option<Refusal> {
    use RefusalCode::{BadCursor, BadKey, BadName, BadRoom, Malformed, UnknownType};
    let refusal = |code, message: String| Some(Refusal::lasting(code, message));
    let Some(kind) = object.get("type").and_then(Value::as_str) else {
        return refusal(Malformed, "A frame has a type.".to_owned());
    };
    let fields: &[&str] = match kind {
        "open" | "leave" | "typing" => &["room"],
        "post" => &["room", "key", "text"],
        "rename" => &["name"],
        "ping" => &["n"],
        _ => {
            let kind: String = kind.chars().take(SAID_BACK).collect();
            return refusal(UnknownType, format!("This server knows no frame of type \"{kind}\"."));
        }
    };
    if let Some(missing) = fields.iter().find(|field| !object.contains_key(**field)) {
        return refusal(Malformed, format!("The frame \"{kind}\" needs the field \"{missing}\"."));
    }
    let text_of = |field: &str| object.get(field).and_then(Value::as_str);
    let wrong_type = fields.iter().find(|field| **field != "n" && text_of(field).is_none());
    if let Some(field) = wrong_type {
        return refusal(Malformed, format!("The field \"{field}\" is a text."));
    }
    if let Some(Err(why)) = text_of("room").map(RoomName::parse) {
        return refusal(BadRoom, why.to_string());
    }
    if let Some(Err(why)) = text_of("key").map(ClientKey::parse) {
        return refusal(BadKey, why.to_string());
    }
    if let Some(Err(why)) = text_of("name").map(PersonName::parse) {
        return refusal(BadName, format!("With this name there is something wrong: {why}"));
    }
    if let Some(Err(why)) = text_of("text").map(MessageText::parse) {
        return refusal(text_code(why), format!("The message cannot be sent: {why}"));
    }
    let after = object.get("after").filter(|_| kind == "open").cloned();
    if after.is_some_and(|after| serde_json::from_value::<Option<Cursor>>(after).is_err()) {
        return refusal(BadCursor, "A cursor has an epoch, which is a text, and a seq, which is a number.".to_owned());
    }
    let reply_to = object.get("reply_to").cloned();
    if reply_to.is_some_and(|seq| serde_json::from_value::<Option<Seq>>(seq).is_err()) {
        return refusal(Malformed, "The field \"reply_to\" is the seq of a message.".to_owned());
    }
    None
}

fn text_code(why: BadText) -> RefusalCode {
    match why {
        BadText::Blank => RefusalCode::Blank,
        BadText::TooLong { .. } | BadText::TooManyBytes { .. } => RefusalCode::TooLong,
        BadText::Control => RefusalCode::ControlCharacters,
    }
}

#[cfg(test)]
mod tests {
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
        for (frame, want) in [
            ("{}".to_owned(), RefusalCode::Malformed),
            (r#"{"type":7}"#.to_owned(), RefusalCode::Malformed),
            (r#"{"type":"fly"}"#.to_owned(), RefusalCode::UnknownType),
            (r#"{"type":"edit","room":"r","key":"k","target":1,"text":"t"}"#.to_owned(), RefusalCode::UnknownType),
            (r#"{"type":"open"}"#.to_owned(), RefusalCode::Malformed),
            (r#"{"type":"open","room":7}"#.to_owned(), RefusalCode::Malformed),
            (r#"{"type":"open","room":"No"}"#.to_owned(), RefusalCode::BadRoom),
            (r#"{"type":"open","room":"r","after":7}"#.to_owned(), RefusalCode::BadCursor),
            (r#"{"type":"open","room":"r","after":{"epoch":"e","seq":-1}}"#.to_owned(), RefusalCode::BadCursor),
            (r#"{"type":"open","room":"r","after":{"epoch":"e"}}"#.to_owned(), RefusalCode::BadCursor),
            (r#"{"type":"post","room":"r","key":"k"}"#.to_owned(), RefusalCode::Malformed),
            (r#"{"type":"post","room":"r","key":"","text":"t"}"#.to_owned(), RefusalCode::BadKey),
            (r#"{"type":"post","room":"r","key":"k","text":"t","reply_to":"x"}"#.to_owned(), RefusalCode::Malformed),
            (
                r#"{"type":"post","room":"r","key":"k","text":"t","mentions":["A B"]}"#.to_owned(),
                RefusalCode::Malformed,
            ),
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
}
