//! Decoding what a `warren.v1` client says, with a clear answer for what is wrong with it.
//!
//! A good frame takes the short way through serde. Only what is not good is looked at again, to say why.

use std::collections::VecDeque;

use serde_json::{Map, Value};
use shared::{ClientFrame, Refusal, RefusalCode};

mod fault;

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
    let refusal = fault::of_frame(&object);
    match (refusal, serde_json::from_value(Value::Object(object))) {
        (_, Ok(frame)) => Decoded::Frame(frame),
        (Some(refusal), Err(_)) => Decoded::Refused(Refused { room, key, refusal }),
        (None, Err(error)) => {
            let refusal = Refusal::lasting(RefusalCode::Malformed, format!("The frame is malformed: {error}."));
            Decoded::Refused(Refused { room, key, refusal })
        }
    }
}

#[cfg(test)]
mod tests;
