//! WebSocket frames (RFC 6455 section 5.2), as a client writes and reads them.

use actix_http::ws::{OpCode, Parser};
use bytes::{Bytes, BytesMut};
use shared::ServerFrame;

use crate::failure::{Failures, Harm};

/// What a client reads off the wire.
#[derive(Clone, Debug)]
pub enum Said {
    /// A frame of the protocol.
    Frame(Box<ServerFrame>),
    /// A ping, with its payload.
    Ping(Bytes),
    /// The server closes, with a code and a reason.
    Close(u16, String),
}

/// Takes the frames that the server has written whole. A message is one frame, always.
pub(super) fn read(bytes: &mut BytesMut, failures: &Failures) -> Vec<Said> {
    let mut said = Vec::new();
    while !bytes.is_empty() {
        let (opcode, payload) = match Parser::parse(bytes, false, usize::MAX) {
            Ok(Some((true, opcode, payload))) => (opcode, payload),
            Ok(None) => break,
            Ok(Some(_)) | Err(_) => {
                failures.add("the server writes frames", Harm::Divergent, "something that is no frame");
                break;
            }
        };
        let payload = payload.unwrap_or_default();
        match opcode {
            OpCode::Text => match frames(&payload) {
                Ok(frames) => said.extend(frames.into_iter().map(|frame| Said::Frame(Box::new(frame)))),
                Err(error) => {
                    let text = String::from_utf8_lossy(&payload);
                    let seen = format!("{error}: {text}");
                    failures.add("the server's frames can be read", Harm::Divergent, seen);
                }
            },
            OpCode::Ping => said.push(Said::Ping(payload.freeze())),
            OpCode::Close => {
                let code = payload.get(..2).map_or(1005, |code| u16::from_be_bytes([code[0], code[1]]));
                let reason = String::from_utf8_lossy(payload.get(2..).unwrap_or_default()).into_owned();
                said.push(Said::Close(code, reason));
            }
            OpCode::Pong | OpCode::Binary | OpCode::Continue | OpCode::Bad => {}
        }
    }
    said
}

/// One, or an array of them.
fn frames(payload: &[u8]) -> serde_json::Result<Vec<ServerFrame>> {
    if payload.first() == Some(&b'[') {
        return serde_json::from_slice(payload);
    }
    serde_json::from_slice(payload).map(|frame| vec![frame])
}

/// A text frame of a client.
pub(super) fn masked_text(text: &str) -> Bytes {
    masked(0x1, text.as_bytes())
}

/// A pong of a client.
pub(super) fn masked_pong(payload: &[u8]) -> Bytes {
    masked(0xa, payload)
}

/// The normal close of a client.
pub(super) fn masked_close() -> Bytes {
    masked(0x8, &1_000_u16.to_be_bytes())
}

/// A masked frame. The mask is zero: it is there for proxies that are not here.
fn masked(opcode: u8, payload: &[u8]) -> Bytes {
    let mut frame = BytesMut::with_capacity(payload.len() + 14);
    frame.extend_from_slice(&[0x80 | opcode]);
    match u16::try_from(payload.len()) {
        Ok(len) if len < 126 => frame.extend_from_slice(&[0x80 | len.to_be_bytes()[1]]),
        Ok(len) => {
            frame.extend_from_slice(&[0x80 | 0x7e]);
            frame.extend_from_slice(&len.to_be_bytes());
        }
        Err(_) => {
            frame.extend_from_slice(&[0x80 | 0x7f]);
            frame.extend_from_slice(&(payload.len() as u64).to_be_bytes());
        }
    }
    frame.extend_from_slice(&[0; 4]);
    frame.extend_from_slice(payload);
    frame.freeze()
}
