//! Frames and pages of history, field by field.
//!
//! Of a frame those fields are read that its type has; one of them that is missing or not valid spoils it. What is more
//! is let pass, and so are types, kinds, codes and reasons of a newer version.

use shared::{
    About, Author, Event, EventBody, Level, Limits, Message, Page, Person, Reaction, Refusal, RefusalCode, Reset,
    RoomHead, ServerFrame, Signal, Snapshot, Visit, Words,
};

use super::value::{Read, Value};

/// Types that are nothing but their fields: how each is read, in the order in which they are checked.
macro_rules! fields {
    ($($type:ident { $($field:ident: $how:ident),* })*) => {$(
        impl Read for $type {
            fn read(value: &Value) -> Option<Self> {
                Some(Self { $($field: value.$how(stringify!($field))?),* })
            }
        }
    )*};
}

fields! {
    Person { id: get, name: get }
    Author { id: get, name: get, plain: or_default }
    Reaction { emoji: get, by: get }
    About { title: or_default, topic: or_default, rev: get }
    Event { room: get, seq: get, at: get, by: get, key: get, body: get }
    RoomHead { room: get, seq: get, digest: get }
    Refusal { code: get, message: get, retry_after_ms: optional }
    Limits { text_chars: get, text_bytes: get, name_chars: get, frame_bytes: get, open_rooms: get }
    Visit {
        room: get, title: or_default, newest: get, at: get, read: get, marked: or_default, unread: or_default,
        mentions: or_default, level: or_default
    }
    Snapshot { about: or_default, messages: get, more_before: get }
    Message {
        seq: get, at: get, by: get, key: get, text: optional, edited: optional, reply_to: optional,
        mentions: or_default, reactions: or_default, rev: get
    }
    Page {
        room: get, epoch: get, first: get, head: get, digest: get, messages: get, more_before: get, more_after: get
    }
}

impl Read for Words {
    fn read(body: &Value) -> Option<Self> {
        // What a text's hash can be made from comes without it.
        Some(match (body.optional("salt")?, body.optional("text")?) {
            (Some(salt), Some(text)) => Self::Kept { salt, text, mentions: body.or_default("mentions")? },
            _ => Self::Gone { hash: body.get("hash")? },
        })
    }
}

impl Read for EventBody {
    fn read(body: &Value) -> Option<Self> {
        let kind: String = body.get("type")?;
        Some(match kind.as_str() {
            "posted" => Self::Posted { words: Words::read(body)?, reply_to: body.optional("reply_to")? },
            "edited" => Self::Edited { target: body.get("target")?, words: Words::read(body)? },
            "deleted" => Self::Deleted { target: body.get("target")? },
            "reacted" => Self::Reacted { target: body.get("target")?, emoji: body.get("emoji")?, on: body.get("on")? },
            "room_set" => Self::RoomSet { title: body.optional("title")?, topic: body.optional("topic")? },
            _ => Self::Unknown { target: body.optional("target")?, hash: body.get("hash")?, kind },
        })
    }
}

impl Read for Signal {
    fn read(frame: &Value) -> Option<Self> {
        let kind: String = frame.get("kind")?;
        Some(match kind.as_str() {
            "here" => {
                Self::Here { room: frame.get("room")?, count: frame.get("count")?, people: frame.optional("people")? }
            }
            "typing" => Self::Typing { room: frame.get("room")?, people: frame.get("people")? },
            "unread" => Self::Unread(Visit::read(frame)?),
            "forgotten" => Self::Forgotten { room: frame.get("room")? },
            "renamed" => Self::Renamed { room: frame.get("room")?, person: frame.get("person")? },
            _ => Self::Unknown,
        })
    }
}

impl Read for Reset {
    fn read(value: &Value) -> Option<Self> {
        let reason = String::read(value)?;
        Some(match reason.as_str() {
            "epoch" => Self::Epoch,
            "ahead" => Self::Ahead,
            "diverged" => Self::Diverged,
            "too_far" => Self::TooFar,
            _ => Self::Other,
        })
    }
}

/// The levels, as they stand on the wire.
pub(in crate::io) const LEVELS: [(&str, Level); 3] =
    [("all", Level::All), ("mentions", Level::Mentions), ("nothing", Level::Nothing)];

impl Read for Level {
    fn read(value: &Value) -> Option<Self> {
        let name = String::read(value)?;
        LEVELS.iter().find(|(known, _)| *known == name).map(|(_, level)| *level)
    }
}

impl Read for RefusalCode {
    /// The codes by which the client does something of its own; of the others it goes by `retry_after_ms` and shows the
    /// words.
    fn read(value: &Value) -> Option<Self> {
        Some(match String::read(value)?.as_str() {
            "bad_cursor" => Self::BadCursor,
            "bad_name" => Self::BadName,
            _ => Self::Other,
        })
    }
}

impl Read for ServerFrame {
    fn read(frame: &Value) -> Option<Self> {
        let kind: String = frame.get("type")?;
        Some(match kind.as_str() {
            "welcome" => Self::Welcome {
                you: frame.get("you")?,
                now: frame.get("now")?,
                heartbeat_s: frame.get("heartbeat_s")?,
                limits: frame.get("limits")?,
            },
            "opened" => Self::Opened {
                room: frame.get("room")?,
                epoch: frame.get("epoch")?,
                first: frame.get("first")?,
                head: frame.get("head")?,
                digest: frame.get("digest")?,
                snapshot: frame.optional("snapshot")?,
                reset: frame.optional("reset")?,
            },
            "rooms" => Self::Rooms { rooms: frame.get("rooms")? },
            "event" => Self::Event(Event::read(frame)?),
            "settled" => {
                Self::Settled { room: frame.get("room")?, key: frame.get("key")?, seq: frame.optional("seq")? }
            }
            "refused" => Self::Refused {
                refusal: Refusal::read(frame)?,
                room: frame.optional("room")?,
                key: frame.optional("key")?,
            },
            "signal" => Self::Signal(Signal::read(frame)?),
            "pong" => Self::Pong { n: frame.get("n")?, now: frame.get("now")?, rooms: frame.get("rooms")? },
            _ => Self::Unknown,
        })
    }
}
