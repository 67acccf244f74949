//! What is wrong with a frame that could not be read, in a code and a sentence.

use serde_json::{Map, Value};
use shared::{
    BadText, ClientKey, Cursor, Emoji, Level, MessageId, MessageText, PersonId, PersonName, Refusal, RefusalCode,
    RoomName, RoomTitle, RoomTopic, Seq,
};

use super::SAID_BACK;

type Object = Map<String, Value>;

/// How a field is to be.
#[derive(Clone, Copy)]
enum Kind {
    Text,
    Number,
    Seq,
    YesOrNo,
}

use Kind::{Number, Text, YesOrNo};

/// The fields that a frame of some type needs; none where there is no such type.
fn needed(kind: &str) -> Option<&'static [(&'static str, Kind)]> {
    Some(match kind {
        "open" | "leave" | "typing" | "forget" => &[("room", Text)],
        "read" => &[("room", Text), ("seq", Kind::Seq)],
        "set_level" => &[("room", Text), ("level", Text)],
        "post" => &[("room", Text), ("key", Text), ("text", Text)],
        "edit" => &[("room", Text), ("key", Text), ("target", Kind::Seq), ("text", Text)],
        "delete" => &[("room", Text), ("key", Text), ("target", Kind::Seq)],
        "react" => &[("room", Text), ("key", Text), ("target", Kind::Seq), ("emoji", Text), ("on", YesOrNo)],
        "set_room" => &[("room", Text), ("key", Text)],
        "rename" => &[("name", Text)],
        "ping" => &[("n", Number)],
        _ => return None,
    })
}

/// What is wrong with a frame, where that has a code or a sentence of its own.
pub(super) fn of_frame(object: &Object) -> Option<Refusal> {
    let Some(kind) = object.get("type").and_then(Value::as_str) else {
        return lasting(RefusalCode::Malformed, "A frame has a type.");
    };
    let Some(fields) = needed(kind) else {
        let kind: String = kind.chars().take(SAID_BACK).collect();
        return lasting(RefusalCode::UnknownType, format!("This server knows no frame of type \"{kind}\"."));
    };
    let mut faults = fields.iter().filter_map(|(field, of)| of_needed(object, kind, field, *of));
    faults.next().or_else(|| of_values(object)).or_else(|| of_optional(object, kind))
}

/// A needed field is missing, or of the wrong type.
fn of_needed(object: &Object, frame: &str, field: &str, of: Kind) -> Option<Refusal> {
    let malformed = |message: String| lasting(RefusalCode::Malformed, message);
    let Some(value) = object.get(field) else {
        return malformed(format!("The frame \"{frame}\" needs the field \"{field}\"."));
    };
    match of {
        Text if !value.is_string() => malformed(format!("The field \"{field}\" is a text.")),
        Number if !value.is_u64() => malformed(format!("The field \"{field}\" is a number.")),
        Kind::Seq if !value.is_u64() => malformed(format!("The field \"{field}\" is the seq of a message.")),
        YesOrNo if !value.is_boolean() => malformed(format!("The field \"{field}\" is true or false.")),
        _ => None,
    }
}

/// A text that is not as it has to be.
fn of_values(object: &Object) -> Option<Refusal> {
    let text_of = |field: &str| object.get(field).and_then(Value::as_str);
    if let Some(Err(why)) = text_of("room").map(RoomName::parse) {
        return lasting(RefusalCode::BadRoom, why.to_string());
    }
    if let Some(Err(why)) = text_of("key").map(ClientKey::parse) {
        return lasting(RefusalCode::BadKey, why.to_string());
    }
    if let Some(Err(why)) = text_of("name").map(PersonName::parse) {
        return lasting(RefusalCode::BadName, format!("With this name there is something wrong: {why}"));
    }
    if let Some(Err(why)) = text_of("text").map(MessageText::parse) {
        return lasting(text_code(why), format!("The message cannot be sent: {why}"));
    }
    if let Some(Err(_)) = text_of("emoji").map(Emoji::parse) {
        return lasting(RefusalCode::BadEmoji, "A reaction is one emoji.");
    }
    if let Some(Err(why)) = text_of("title").map(RoomTitle::parse) {
        return lasting(text_code(why), format!("With this title there is something wrong: {why}"));
    }
    if let Some(Err(why)) = text_of("topic").map(RoomTopic::parse) {
        return lasting(text_code(why), format!("With this topic there is something wrong: {why}"));
    }
    None
}

/// A field that need not be there, and is not as it has to be.
fn of_optional(object: &Object, kind: &str) -> Option<Refusal> {
    let wrong = |field: &str, reads: fn(Value) -> bool| object.get(field).is_some_and(|value| !reads(value.clone()));
    if kind == "open" && wrong("after", reads::<Option<Cursor>>) {
        let message = "A cursor has an epoch, which is a text, a seq, which is a number, and maybe a digest, which is 32 \
                       hexadecimal digits.";
        return lasting(RefusalCode::BadCursor, message);
    }
    if wrong("back", reads::<bool>) {
        return lasting(RefusalCode::Malformed, "The field \"back\" is true or false.");
    }
    if wrong("level", reads::<Level>) {
        return lasting(RefusalCode::Malformed, "A level is \"all\", \"mentions\" or \"nothing\".");
    }
    if wrong("reply_to", reads::<Option<Seq>>) {
        return lasting(RefusalCode::Malformed, "The field \"reply_to\" is the seq of a message.");
    }
    if wrong("of", reads::<Option<MessageId>>) {
        return lasting(RefusalCode::Malformed, "The field \"of\" is its author's id, a slash, and its key.");
    }
    if wrong("mentions", reads::<Vec<PersonId>>) {
        return lasting(RefusalCode::Malformed, "The field \"mentions\" is an array of people's ids.");
    }
    let lines = ["title", "topic"].into_iter().find(|field| wrong(field, reads::<Option<String>>));
    lines.and_then(|field| lasting(RefusalCode::Malformed, format!("The field \"{field}\" is a text.")))
}

fn reads<T: serde::de::DeserializeOwned>(value: Value) -> bool {
    serde_json::from_value::<T>(value).is_ok()
}

#[expect(clippy::unnecessary_wraps, reason = "so that each fault is one line where it is found")]
fn lasting(code: RefusalCode, message: impl Into<String>) -> Option<Refusal> {
    Some(Refusal::lasting(code, message))
}

fn text_code(why: BadText) -> RefusalCode {
    match why {
        BadText::Blank => RefusalCode::Blank,
        BadText::TooLong { .. } | BadText::TooManyBytes { .. } => RefusalCode::TooLong,
        BadText::Control => RefusalCode::ControlCharacters,
    }
}
