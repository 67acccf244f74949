//! What comes to a client: read, counted and checked.

use std::time::Duration;

use anyhow::{Context as _, bail};
use serde_json::Value;

use super::{AGAIN, Client, Load, Role, Stage, Until, nanos};
use crate::relay::{
    client::Got,
    dialect::{Protocol, Step},
    http, probe,
    ws::{self, Frame},
};

/// What a read leads to.
enum After {
    /// Nothing more.
    On,
    /// The room is asked for again, in so long.
    OpenAgain(Duration),
    /// The connection is of no use any more; another is made in so long.
    Lost(Duration, String),
}

impl Load {
    /// Reads what is there. With `to_the_end` also where a read was short: the end itself may be behind it.
    ///
    /// # Errors
    /// As [`Load::run`].
    pub(super) fn receive(&mut self, index: usize, to_the_end: bool) -> anyhow::Result<()> {
        loop {
            let client = &mut self.clients[index];
            if !client.reading || matches!(client.stage, Stage::Away | Stage::Connecting) {
                return Ok(());
            }
            let read = match client.read(&mut self.buffer) {
                Got::Nothing => return Ok(()),
                Got::End => return self.lost(index, AGAIN, "the server closed the connection"),
                Got::Bytes(read) => read,
            };
            self.counts.bytes += read as u64;
            self.counts.reads += 1;
            match self.take(index, read).with_context(|| format!("client {index}"))? {
                After::On => {}
                After::OpenAgain(wait) => {
                    self.counts.refused += 1;
                    self.later.push(std::cmp::Reverse((self.now() + nanos(wait), index)));
                }
                After::Lost(wait, why) => return self.lost(index, wait, &why),
            }
            if read < self.buffer.len() && !to_the_end {
                return Ok(());
            }
        }
    }

    fn take(&mut self, index: usize, read: usize) -> anyhow::Result<After> {
        let now = self.now();
        let Self { clients, buffer, plan, ledger, marks, timing, counts, vacant, under_way, settled, .. } = self;
        let client = &mut clients[index];
        let mut bytes = &buffer[..read];
        let (before, answer);
        before = client.stage;
        if client.stage == Stage::Shaking {
            client.head.extend_from_slice(bytes);
            let end = match http::upgraded(&client.head) {
                Ok(Some(end)) => end,
                Ok(None) => return Ok(After::On),
                Err(why) => return Ok(After::Lost(AGAIN, why.to_string())),
            };
            answer = std::mem::take(&mut client.head);
            bytes = &answer[end..];
            client.stage = if plan.protocol.joins_by_handshake() { Stage::Ready } else { Stage::Opening };
            client.ask_for_the_room(plan.protocol);
        }
        let Client { carry, out, position, stage, role, room, epoch, probe, .. } = client;
        let waited = *role == Role::Steady;
        let mut after = After::On;
        carry.take(bytes, |frame| {
            match frame.opcode {
                ws::TEXT | ws::BINARY => {}
                ws::PING => {
                    ws::push(out, ws::PONG, frame.payload);
                    return Ok(());
                }
                ws::CLOSE => {
                    after = closed(&frame);
                    return Ok(());
                }
                _ => return Ok(()),
            }
            if *stage == Stage::Opening {
                match plan.protocol.step(&frame, &Self::room_name(*room)) {
                    Step::Send(text) => ws::push(out, ws::TEXT, text.as_bytes()),
                    Step::Joined => {
                        *stage = Stage::Ready;
                        if plan.protocol == Protocol::V1 {
                            *epoch = Some(opened(&frame, epoch.is_some())?);
                        }
                    }
                    Step::None => {
                        if let Some(wait) = retry_after(&frame) {
                            after = After::OpenAgain(wait);
                        }
                    }
                }
                return Ok(());
            }
            let found = marks.each(frame.payload, |number| {
                let delivery = ledger.receive(*room, position, waited, number, now)?;
                if waited {
                    timing.record(&delivery, index, now);
                }
                counts.messages += u64::from(delivery.complete);
                let makes_place = match plan.until {
                    Until::Own => delivery.sender == index,
                    Until::All => delivery.complete,
                };
                if makes_place {
                    *under_way = under_way.saturating_sub(1);
                    vacant.push(*room);
                }
                Ok(())
            })?;
            if found > 0 {
                counts.deliveries += u64::from(found);
                counts.frames += 1;
                if *probe {
                    probe::check(plan.protocol, frame.payload, found)?;
                }
            } else if let Step::Send(text) = plan.protocol.step(&frame, "") {
                ws::push(out, ws::TEXT, text.as_bytes());
            } else {
                probe::is_no_bad_news(plan.protocol, frame.payload)?;
            }
            Ok(())
        })?;
        let entered = before != Stage::Ready && client.stage == Stage::Ready;
        if entered {
            self.ready += 1;
            self.joining -= 1;
            if *settled {
                self.counts.returns += 1;
            }
        }
        if !client.out.is_empty() {
            client.flush()?;
        }
        Ok(after)
    }

    /// Asks for the room once more.
    ///
    /// # Errors
    /// As [`Load::run`].
    pub(super) fn open(&mut self, index: usize) -> anyhow::Result<()> {
        let protocol = self.plan.protocol;
        let client = &mut self.clients[index];
        client.ask_for_the_room(protocol);
        match client.flush() {
            Ok(()) => Ok(()),
            Err(why) => self.lost(index, AGAIN, &format!("{why:#}")),
        }
    }
}

impl Client {
    /// Goes on after what it has had, where the protocol can.
    fn ask_for_the_room(&mut self, protocol: Protocol) {
        let after = self.epoch.as_deref().zip(self.position);
        if let Some(opening) = protocol.opening(&Load::room_name(self.room), after) {
            ws::push(&mut self.out, ws::TEXT, opening.as_bytes());
        }
    }
}

/// The name of the history that was opened.
fn opened(frame: &Frame<'_>, goes_on: bool) -> anyhow::Result<String> {
    let opened: Value = serde_json::from_slice(frame.payload)?;
    if goes_on && (opened.get("reset").is_some() || opened.get("snapshot").is_some()) {
        let why = opened.get("reset").and_then(Value::as_str).unwrap_or("it asked for no more");
        bail!("it was to begin anew ({why}) in the place of going on where it was");
    }
    opened.get("epoch").and_then(Value::as_str).map(str::to_owned).context("`opened` has no epoch")
}

/// How long to wait, where a frame says that the server is busy.
fn retry_after(frame: &Frame<'_>) -> Option<Duration> {
    let refused: Value = serde_json::from_slice(frame.payload).ok()?;
    refused.get("retry_after_ms").and_then(Value::as_u64).map(Duration::from_millis)
}

/// A close frame may say in its reason after how many milliseconds to come back.
fn closed(frame: &Frame<'_>) -> After {
    let (code, reason) = frame.payload.split_at_checked(2).unwrap_or_default();
    let code = code.iter().fold(0, |code, byte| code << 8 | u32::from(*byte));
    let reason = String::from_utf8_lossy(reason);
    let wait = reason.parse().map_or(AGAIN, Duration::from_millis);
    After::Lost(wait, format!("the server closed with {code} {reason}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn frame(opcode: u8, payload: &[u8]) -> Frame<'_> {
        Frame { opcode, payload }
    }

    #[test]
    fn a_close_frame_says_when_to_come_back() {
        let After::Lost(wait, why) = closed(&frame(ws::CLOSE, b"\x03\xf51500")) else { panic!("it is lost") };
        assert_eq!((wait, why.as_str()), (Duration::from_millis(1_500), "the server closed with 1013 1500"));
        let After::Lost(wait, _) = closed(&frame(ws::CLOSE, b"")) else { panic!("it is lost") };
        assert_eq!(wait, AGAIN);
    }

    #[test]
    fn whoever_goes_on_must_not_begin_anew() {
        let anew = br#"{"type":"opened","room":"a","epoch":"e","first":1,"head":3,"reset":"too_far"}"#;
        let refused = opened(&frame(ws::TEXT, anew), true).unwrap_err();
        assert!(refused.to_string().contains("too_far"), "{refused}");
        assert_eq!(opened(&frame(ws::TEXT, anew), false).unwrap(), "e");
        let busy = br#"{"type":"refused","code":"busy","message":"","retry_after_ms":800}"#;
        assert_eq!(retry_after(&frame(ws::TEXT, busy)), Some(Duration::from_millis(800)));
    }
}
