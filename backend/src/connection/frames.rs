//! WebSocket frames as the server writes them (RFC 6455 section 5.2, unmasked), and the events in them.

use std::fmt::Write as _;

use actix_http::ws::{CloseCode, CloseReason, OpCode, Parser};
use bytes::{Bytes, BytesMut};
use chrono::{Local, TimeZone as _};
use serde::Serialize;
use shared::{Event, EventBody, Millis, PlainMessage, ServerFrame, Signal, Words};

use super::deflated;
use crate::log::ring::Form;

/// Longest close reason, in bytes (RFC 6455 section 5.5: a control frame has at most 125, two of them the code).
const REASON: usize = 123;

/// A text frame.
#[must_use]
pub fn text(text: &str) -> Bytes {
    data(OpCode::Text, text.as_bytes())
}

/// A binary frame.
#[must_use]
pub fn binary(bytes: &[u8]) -> Bytes {
    data(OpCode::Binary, bytes)
}

/// A ping frame without payload.
#[must_use]
pub fn ping() -> Bytes {
    data(OpCode::Ping, &[])
}

/// A pong frame with a ping's payload.
#[must_use]
pub fn pong(payload: &[u8]) -> Bytes {
    data(OpCode::Pong, payload)
}

/// A close frame; too long a reason is cut at a character. No code gives a frame without payload.
#[must_use]
pub fn close(code: Option<u16>, reason: &str) -> Bytes {
    let mut frame = BytesMut::new();
    let cut = reason.floor_char_boundary(REASON);
    let reason = code.map(|code| CloseReason {
        code: CloseCode::from(code),
        description: Some(reason[..cut].to_owned()).filter(|reason| !reason.is_empty()),
    });
    Parser::write_close(&mut frame, reason, false);
    frame.freeze()
}

/// A frame of `warren.v1`.
#[must_use]
pub fn v1(frame: &ServerFrame) -> Bytes {
    json(frame)
}

/// A signal.
#[must_use]
pub fn signal(signal: Signal) -> Bytes {
    v1(&ServerFrame::Signal(signal))
}

/// A message of the plain relay.
#[must_use]
pub fn plain(name: &str, message: &str, at: Millis) -> Bytes {
    json(&PlainMessage { name: name.to_owned(), message: message.to_owned(), time: local_time(at) })
}

/// Events in a form; empty where the form has no words for them.
#[must_use]
pub fn events(form: Form, events: &[Event]) -> Bytes {
    match form {
        Form::V1 => v1_events(events),
        Form::V1Deflated => as_in(form, v1_events(events)),
        Form::Plain => plain_events(events),
    }
}

/// A finished frame as it is in a form: compressed, where the form says so and it becomes smaller.
#[must_use]
pub fn as_in(form: Form, frame: Bytes) -> Bytes {
    match form {
        Form::V1Deflated => deflated(&frame).unwrap_or(frame),
        Form::V1 | Form::Plain => frame,
    }
}

/// One frame: an event, or an array of them.
fn v1_events(events: &[Event]) -> Bytes {
    let frame = |event: &Event| ServerFrame::Event(event.clone());
    match events {
        [] => Bytes::new(),
        [event] => json(&frame(event)),
        several => json(&several.iter().map(frame).collect::<Vec<_>>()),
    }
}

/// A frame for each post. Plain clients see new posts only.
fn plain_events(events: &[Event]) -> Bytes {
    let mut frames = BytesMut::new();
    for event in events {
        if let EventBody::Posted { words: Words::Kept { text, .. }, .. } = &event.body {
            frames.extend_from_slice(&plain(event.by.name.as_str(), text.as_str(), event.at));
        }
    }
    frames.freeze()
}

/// `HH:MM:SS` in the server's time zone.
fn local_time(at: Millis) -> String {
    let time = i64::try_from(at.0).ok().and_then(|at| Local.timestamp_millis_opt(at).single());
    let mut text = String::with_capacity(8);
    // A time outside of what the calendar knows has no better words.
    let written = time.map(|time| write!(text, "{}", time.format("%H:%M:%S")));
    if matches!(written, Some(Ok(()))) { text } else { "00:00:00".to_owned() }
}

fn json(frame: &impl Serialize) -> Bytes {
    // The types of the wire have string keys only and no writer fails here, so there is nothing to go wrong.
    let text = serde_json::to_string(frame).unwrap_or_default();
    data(OpCode::Text, text.as_bytes())
}

fn data(opcode: OpCode, payload: &[u8]) -> Bytes {
    let mut frame = BytesMut::with_capacity(payload.len() + 10);
    Parser::write_message(&mut frame, payload, opcode, true, false);
    frame.freeze()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn frames_are_as_the_rfc_says() {
        assert_eq!(text("Hello"), b"\x81\x05Hello".as_slice());
        assert_eq!(pong(b"x"), b"\x8a\x01x".as_slice());
        assert_eq!(close(Some(1000), ""), b"\x88\x02\x03\xe8".as_slice());
        assert_eq!(close(None, ""), b"\x88\x00".as_slice());
        let long = text(&"x".repeat(300));
        assert_eq!(&long[..4], b"\x81\x7e\x01\x2c");
    }

    #[test]
    fn a_long_close_reason_is_cut_at_a_character() {
        let frame = close(Some(4000), &"ü".repeat(100));
        assert_eq!(frame.len(), 2 + 2 + 122);
        assert!(std::str::from_utf8(&frame[4..]).is_ok());
    }

    #[test]
    fn a_plain_message_has_the_time_of_the_server() {
        let frame = plain("Ada", "hi", Millis(1_795_363_439_000));
        let message: PlainMessage = serde_json::from_slice(&frame[2..]).unwrap();
        let expected = Local.timestamp_millis_opt(1_795_363_439_000).unwrap().format("%H:%M:%S").to_string();
        assert_eq!(message, PlainMessage { name: "Ada".into(), message: "hi".into(), time: expected });
    }
}
