//! Reads what came as JSON, or was kept as it: the browser parses, and each type takes its fields from what that gives.
//!
//! A reader of our own, derived or not, would be in every client, next to the one that every browser has.

mod frame;
mod value;

use shared::{Event, Level, MessageId, Page, RoomName, RoomTitle, RoomTopic, ServerFrame, Visit};
use wasm_bindgen::JsValue;

use self::value::{Read, Value};
use super::browser;
use crate::state::Known;

pub(super) use self::frame::LEVELS;

/// The frame of a value; none, with a word to whoever looks into the console, where it is no frame.
fn frame_of(value: &Value) -> Option<ServerFrame> {
    let frame = ServerFrame::read(value);
    if frame.is_none() {
        browser::warn("Something that is no frame was left out.");
    }
    frame
}

/// The frame of a text, which is not an array; none where it is no frame.
pub(super) fn frame(text: &str) -> Option<ServerFrame> {
    frame_of(&Value::parse(text)?)
}

/// An entry of an outbox, as the event that it is to become, and the message that it is about.
pub(super) fn entry(text: &str) -> Option<(Event, Option<MessageId>)> {
    let value = Value::parse(text)?;
    let of = value.field("body").optional("of")?;
    Some((Event::read(&value)?, of))
}

/// The frames of a message: one, or an array of them. What is none is left out, and the rest still counts.
#[must_use]
pub fn frames(text: &str) -> Vec<ServerFrame> {
    // What is no JSON is no frame either.
    let value = Value::parse(text).unwrap_or(Value(JsValue::UNDEFINED));
    match value.list() {
        Some(list) => list.filter_map(|part| frame_of(&part)).collect(),
        None => frame_of(&value).into_iter().collect(),
    }
}

/// The page of history of a text; none where it is no page.
#[must_use]
pub fn page(text: &str) -> Option<Page> {
    Page::read(&Value::parse(text)?)
}

/// The rooms of a person's list, as they were kept; none where it is no such list.
pub(super) fn visits(text: &str) -> Option<Vec<Known>> {
    let list = Value::parse(text)?.list()?;
    Some(list.filter_map(|one| Some(Known::kept(Visit::read(&one)?, one.or_default("ours")?))).collect())
}

/// What is asked for a room of the list.
pub(super) struct Asked {
    pub(super) room: RoomName,
    pub(super) level: Option<Level>,
    pub(super) forget: bool,
    pub(super) title: Option<RoomTitle>,
    pub(super) topic: Option<RoomTopic>,
}

/// What an event of the page's script asks for.
pub(super) fn asked(detail: JsValue) -> Option<Asked> {
    let asked = Value(detail);
    Some(Asked {
        room: asked.get("room")?,
        level: asked.optional("level")?,
        forget: asked.or_default("forget")?,
        title: asked.optional("title")?,
        topic: asked.optional("topic")?,
    })
}
