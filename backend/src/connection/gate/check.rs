//! The state machine of the gate: frame headers, sizes, the order of fragments, UTF-8 and close payloads, as bytes pass.

use bytes::Bytes;

use super::{passing::Passing, utf8::Utf8};
use crate::connection::deflate::{Fault, Inflating};

/// What was wrong with what a client sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::connection) enum Verdict {
    /// Against the framing rules.
    Protocol(&'static str),
    /// Text that is not UTF-8.
    NotUtf8,
    /// A compressed message that cannot be inflated.
    Corrupt,
    /// A message over the limit.
    TooBig,
}

/// What passes of a chunk, and whether the stream ends there.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Passed {
    /// Frames, without compression.
    pub(super) bytes: Bytes,
    /// The stream ends there, where it does.
    pub(super) end: Option<End>,
}

/// Why the stream ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum End {
    /// A good close frame has passed; what follows it does not count.
    Closed,
    /// What follows is wrong.
    Wrong(Verdict),
}

/// Longest header of a frame: 2 bytes, 8 of length, 4 of mask (RFC 6455 section 5.2).
const HEADER: usize = 14;
/// Longest payload of a control frame (RFC 6455 section 5.5).
const CONTROL: u64 = 125;

/// A message may have so many fragments, and one more for each so many bytes of its limit. The decoder keeps each by
/// itself, so that many tiny ones cost far more than what is in them.
const FRAGMENTS: u64 = 64;

/// The first reserved bit: a message that begins with it is compressed (RFC 7692 section 6).
const RSV1: u8 = 0x40;

#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Text,
    Binary,
    Close,
    PingPong,
}

struct Frame {
    kind: Kind,
    fin: bool,
    is_deflated: bool,
    left: u64,
    mask: [u8; 4],
    masked_at: usize,
}

/// A message of which more fragments are to come.
struct Open {
    text: bool,
    size: u64,
    fragments: u64,
    /// Where it is compressed. What it holds waits for its last fragment.
    inflating: Option<Box<Inflating>>,
}

pub(super) struct Check {
    most: usize,
    /// Messages may be compressed.
    may_deflate: bool,
    header: [u8; HEADER],
    have: usize,
    frame: Option<Frame>,
    message: Option<Open>,
    utf8: Utf8,
    close: Vec<u8>,
}

impl Check {
    pub(super) fn new(most: usize, may_deflate: bool) -> Self {
        Self {
            most,
            may_deflate,
            header: [0; HEADER],
            have: 0,
            frame: None,
            message: None,
            utf8: Utf8::default(),
            close: Vec::new(),
        }
    }

    pub(super) fn pass(&mut self, chunk: &Bytes) -> Passed {
        let mut passing = Passing::of(chunk);
        let mut at = 0;
        let mut end = None;
        while end.is_none() && (at < chunk.len() || self.frame.as_ref().is_some_and(|frame| frame.left == 0)) {
            let good_until = at;
            let (step, is_deflated) = match self.frame.take() {
                None => {
                    let step = self.take_header(chunk, &mut at);
                    (step, self.is_deflated())
                }
                Some(frame) => {
                    let is_deflated = frame.is_deflated;
                    (self.take_payload(frame, chunk, &mut at, &mut passing), is_deflated)
                }
            };
            if step.is_ok() && !is_deflated {
                passing.keep(good_until..at);
            }
            end = match step {
                Ok(false) => None,
                Ok(true) => Some(End::Closed),
                Err(verdict) => Some(End::Wrong(verdict)),
            };
        }
        if end.is_some() {
            self.message = None;
        }
        Passed { bytes: passing.finish(), end }
    }

    /// The frame whose header is being read belongs to a compressed message. Its first byte says so.
    fn is_deflated(&self) -> bool {
        match self.header[0] & 0x0f {
            0 => self.message.as_ref().is_some_and(|open| open.inflating.is_some()),
            _ => self.header[0] & RSV1 != 0,
        }
    }

    /// Takes bytes of a header; when it is whole, the frame begins.
    fn take_header(&mut self, chunk: &[u8], at: &mut usize) -> Result<bool, Verdict> {
        self.header[self.have] = chunk[*at];
        self.have += 1;
        *at += 1;
        if self.have < 2 {
            return Ok(false);
        }
        if self.have == 2 {
            // The first two bytes already say most of what can be wrong.
            self.check_order(self.header[0], self.header[1])?;
        }
        let length_bytes = match self.header[1] & 0x7f {
            126 => 2,
            127 => 8,
            _ => 0,
        };
        if self.have < 2 + length_bytes {
            return Ok(false);
        }
        let length = match length_bytes {
            0 => u64::from(self.header[1] & 0x7f),
            _ => self.header[2..2 + length_bytes].iter().fold(0, |n, &byte| n << 8 | u64::from(byte)),
        };
        if self.have == 2 + length_bytes {
            self.check_length(length)?;
        }
        if self.have < 2 + length_bytes + 4 {
            return Ok(false);
        }
        let mut mask = [0; 4];
        mask.copy_from_slice(&self.header[2 + length_bytes..self.have]);
        self.begin(length, mask);
        Ok(false)
    }

    fn check_order(&self, first: u8, second: u8) -> Result<(), Verdict> {
        let (opcode, fin) = (first & 0x0f, first & 0x80 != 0);
        // Only the first frame of a message says that it is compressed (RFC 7692 section 6.1).
        let may_be_set = if self.may_deflate && matches!(opcode, 1 | 2) { RSV1 } else { 0 };
        if first & 0x70 & !may_be_set != 0 {
            return Err(Verdict::Protocol("reserved bits without an extension"));
        }
        if second & 0x80 == 0 {
            return Err(Verdict::Protocol("a frame without a mask"));
        }
        match opcode {
            0 if self.message.is_none() => Err(Verdict::Protocol("a continuation of nothing")),
            1 | 2 if self.message.is_some() => Err(Verdict::Protocol("a message within a message")),
            8..=10 if !fin => Err(Verdict::Protocol("a control frame in fragments")),
            8..=10 if u64::from(second & 0x7f) > CONTROL => Err(Verdict::Protocol("a control frame over 125 bytes")),
            8 if second & 0x7f == 1 => Err(Verdict::Protocol("half a close code")),
            0..=2 | 8..=10 => Ok(()),
            _ => Err(Verdict::Protocol("no such opcode")),
        }
    }

    fn check_length(&self, length: u64) -> Result<(), Verdict> {
        let before = self.message.as_ref().map_or(0, |open| open.size);
        let control = self.header[0] & 0x08 != 0;
        let fragments = self.message.as_ref().map_or(0, |open| open.fragments);
        // What does not shrink grows a little when it is compressed (by a thousandth at most, if it is done well).
        let slack = if self.is_deflated() { self.most as u64 / 64 + 64 } else { 0 };
        let most = self.most as u64;
        let too_big = before.saturating_add(length) > most + slack || fragments >= FRAGMENTS + most / FRAGMENTS;
        if too_big && !control { Err(Verdict::TooBig) } else { Ok(()) }
    }

    fn begin(&mut self, length: u64, mask: [u8; 4]) {
        let fin = self.header[0] & 0x80 != 0;
        let is_deflated = self.is_deflated();
        let kind = match self.header[0] & 0x0f {
            0 if self.message.as_ref().is_some_and(|open| open.text) => Kind::Text,
            0 | 2 => Kind::Binary,
            1 => Kind::Text,
            8 => Kind::Close,
            _ => Kind::PingPong,
        };
        if matches!(kind, Kind::Text | Kind::Binary) {
            let most = self.most;
            let open = self.message.get_or_insert_with(|| Open {
                text: kind == Kind::Text,
                size: 0,
                fragments: 0,
                inflating: is_deflated.then(|| Box::new(Inflating::new(most))),
            });
            open.size = open.size.saturating_add(length);
            open.fragments += 1;
        }
        self.close.clear();
        self.have = 0;
        self.frame = Some(Frame { kind, fin, is_deflated, left: length, mask, masked_at: 0 });
    }

    /// Takes bytes of a frame's payload. Gives true when a good close frame has passed.
    fn take_payload(
        &mut self,
        mut frame: Frame,
        chunk: &[u8],
        at: &mut usize,
        passing: &mut Passing<'_>,
    ) -> Result<bool, Verdict> {
        let rest = &chunk[*at..];
        let here = usize::try_from(frame.left).map_or(rest.len(), |left| left.min(rest.len()));
        let masked = &rest[..here];
        let unmask = |(n, byte): (usize, &u8)| byte ^ frame.mask[(frame.masked_at + n) % 4];
        let unmasked = || masked.iter().enumerate().map(unmask).collect::<Vec<u8>>();
        match frame.kind {
            Kind::Text | Kind::Binary if frame.is_deflated => self.inflate(&unmasked())?,
            Kind::Text => self.utf8.take(&unmasked()).map_err(|()| Verdict::NotUtf8)?,
            Kind::Close => self.close.extend(masked.iter().enumerate().map(unmask)),
            Kind::Binary | Kind::PingPong => {}
        }
        *at += here;
        frame.left -= here as u64;
        frame.masked_at = (frame.masked_at + here) % 4;
        if frame.left > 0 {
            self.frame = Some(frame);
            return Ok(false);
        }
        match frame.kind {
            Kind::Close => self.check_close().map(|()| true),
            Kind::PingPong => Ok(false),
            Kind::Text | Kind::Binary => {
                if frame.fin {
                    self.end_message(passing)?;
                }
                Ok(false)
            }
        }
    }

    /// Takes bytes of a compressed message.
    fn inflate(&mut self, deflated: &[u8]) -> Result<(), Verdict> {
        let Some(Open { text, inflating: Some(inflating), .. }) = &mut self.message else { return Ok(()) };
        let (more, taken) = inflating.take(deflated);
        if *text {
            self.utf8.take(more).map_err(|()| Verdict::NotUtf8)?;
        }
        Ok(taken?)
    }

    fn end_message(&mut self, passing: &mut Passing<'_>) -> Result<(), Verdict> {
        let Some(Open { text, inflating, .. }) = self.message.take() else { return Ok(()) };
        if let Some(mut inflating) = inflating {
            let (more, ended) = inflating.end();
            if text {
                self.utf8.take(more).map_err(|()| Verdict::NotUtf8)?;
            }
            ended?;
            self.utf8.end().map_err(|()| Verdict::NotUtf8)?;
            passing.message(if text { 0x81 } else { 0x82 }, inflating.message());
            return Ok(());
        }
        self.utf8.end().map_err(|()| Verdict::NotUtf8)
    }

    /// RFC 6455 sections 5.5.1 and 7.4.
    fn check_close(&self) -> Result<(), Verdict> {
        let [high, low, reason @ ..] = self.close.as_slice() else { return Ok(()) };
        if !matches!(u16::from_be_bytes([*high, *low]), 1000..=1003 | 1007..=1014 | 3000..=4999) {
            return Err(Verdict::Protocol("no such close code"));
        }
        std::str::from_utf8(reason).map(drop).map_err(|_| Verdict::NotUtf8)
    }
}

impl From<Fault> for Verdict {
    fn from(fault: Fault) -> Self {
        match fault {
            Fault::Corrupt => Self::Corrupt,
            Fault::TooBig => Self::TooBig,
        }
    }
}

#[cfg(test)]
mod compressed;
#[cfg(test)]
mod tests;
