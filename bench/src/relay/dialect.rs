//! What is said on a connection, in each protocol: how a room is joined, and what a post looks like.

use clap::ValueEnum;
use serde::Serialize;

use super::ws::{self, Frame};

/// A protocol that the clients speak.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum, Serialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Protocol {
    /// The plain relay: `{"name", "message"}` in, the same with `time` out.
    Plain,
    /// `warren.v1`.
    V1,
    /// Socket.IO over its WebSocket transport.
    SocketIo,
}

/// What a frame that is not a delivery means for joining.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Step {
    /// Nothing.
    None,
    /// This text is to be sent.
    Send(String),
    /// The client is in its room. With `warren.v1`, the payload is the `opened` frame.
    Joined,
}

impl Protocol {
    /// The path and query of the handshake.
    pub(crate) fn path(self, room: &str) -> String {
        match self {
            Self::Plain => format!("/ws?room={room}"),
            Self::V1 => "/ws/v1".to_owned(),
            Self::SocketIo => "/socket.io/?EIO=4&transport=websocket".to_owned(),
        }
    }

    /// What the client says first; none where the handshake is all there is to joining.
    pub(crate) fn opening(self, room: &str, after: Option<(&str, u64)>) -> Option<String> {
        match (self, after) {
            (Self::V1, None) => Some(format!(r#"{{"type":"open","room":"{room}"}}"#)),
            (Self::V1, Some((epoch, seq))) => {
                Some(format!(r#"{{"type":"open","room":"{room}","after":{{"epoch":"{epoch}","seq":{seq}}}}}"#))
            }
            (Self::Plain | Self::SocketIo, _) => None,
        }
    }

    /// Whether a connection is in its room as soon as the handshake is done.
    pub(crate) fn joins_by_handshake(self) -> bool {
        self == Self::Plain
    }

    /// What a frame means on the way into the room, and (Socket.IO's own pings) afterwards.
    pub(crate) fn step(self, frame: &Frame<'_>, room: &str) -> Step {
        if frame.opcode != ws::TEXT {
            return Step::None;
        }
        match self {
            Self::V1 if frame.payload.starts_with(br#"{"type":"opened""#) => Step::Joined,
            Self::Plain | Self::V1 => Step::None,
            Self::SocketIo => match frame.payload {
                [b'0', ..] => Step::Send("40".to_owned()),
                [b'2'] => Step::Send("3".to_owned()),
                [b'4', b'0', ..] => Step::Send(format!(r#"42["join","{room}"]"#)),
                payload if payload.starts_with(br#"42["joined""#) => Step::Joined,
                _ => Step::None,
            },
        }
    }

    /// A post of a text that needs no escaping.
    pub(crate) fn post(self, room: &str, number: u32, text: &str) -> String {
        match self {
            Self::Plain => format!(r#"{{"name":"bench","message":"{text}"}}"#),
            Self::V1 => format!(r#"{{"type":"post","room":"{room}","key":"{number}","text":"{text}"}}"#),
            Self::SocketIo => format!(r#"42["message",{{"name":"bench","message":"{text}"}}]"#),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(payload: &str) -> Frame<'_> {
        Frame { opcode: ws::TEXT, payload: payload.as_bytes() }
    }

    #[test]
    fn socket_io_joins_in_three_steps() {
        let protocol = Protocol::SocketIo;
        assert_eq!(protocol.step(&text(r#"0{"sid":"x"}"#), "a"), Step::Send("40".to_owned()));
        assert_eq!(protocol.step(&text(r#"40{"sid":"y"}"#), "a"), Step::Send(r#"42["join","a"]"#.to_owned()));
        assert_eq!(protocol.step(&text(r#"42["joined","a"]"#), "a"), Step::Joined);
        assert_eq!(protocol.step(&text("2"), "a"), Step::Send("3".to_owned()));
    }

    #[test]
    fn frames_of_v1_are_those_of_the_protocol() {
        let open = Protocol::V1.opening("a", Some(("k3v9x0", 7))).unwrap();
        for frame in [Protocol::V1.post("a", 1, "hi"), Protocol::V1.opening("a", None).unwrap(), open] {
            serde_json::from_str::<shared::ClientFrame>(&frame).unwrap();
        }
        assert_eq!(Protocol::V1.step(&text(r#"{"type":"opened","room":"a"}"#), "a"), Step::Joined);
        assert_eq!(Protocol::V1.step(&text(r#"{"type":"welcome"}"#), "a"), Step::None);
    }
}
