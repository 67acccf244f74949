//! What goes out: finished frames become deflated ones, each message by itself (RFC 7692 section 7.2.1).

use std::cell::RefCell;

use bytes::{BufMut, Bytes};
use flate2::{Compress, Compression, FlushCompress};

/// Measured on events of `warren.v1`: 3 to 5 give one size, 0.33 for 16 messages in one frame, where 1 gives 0.46 in
/// half of the time, and 6 the same 0.33 in a third more.
const LEVEL: u32 = 4;
/// Payloads of fewer bytes go plain: such a message shrinks by some tens of bytes at most, less than what the network
/// puts around it, and each of its readers would have to inflate it.
const LEAST: usize = 200;
/// The end of each deflated message, which is not sent (RFC 7692 section 7.2.1).
pub(super) const TAIL: [u8; 4] = [0, 0, 0xff, 0xff];
/// A longer buffer than this is not kept.
const KEPT: usize = 64 * 1024;

/// The first reserved bit: this message is compressed (RFC 7692 section 6).
const RSV1: u8 = 0x40;

thread_local! {
    static DEFLATERS: RefCell<Vec<Deflater>> = const { RefCell::new(Vec::new()) };
}

/// What is deflated, and how.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct How {
    /// How far back the data may refer, as a power of two: 9 to 15.
    pub(super) window: u8,
    /// Every message is deflated, also one that becomes larger.
    pub(super) always: bool,
}

impl How {
    pub(super) const SHARED: Self = Self { window: 15, always: false };
}

/// Finished frames of a server (RFC 6455 section 5.2, unmasked), one or several, as they are for everybody with whom
/// compression was agreed on: those that become smaller are deflated, the others as they were. None where that is none
/// of them.
///
/// It is made for being asked once for a segment, whose events are best in one message: 16 of them shrink to a third
/// so, and to three quarters each by itself.
#[must_use]
pub fn deflated(frames: &[u8]) -> Option<Bytes> {
    deflate(frames, How::SHARED)
}

/// [`deflated`], for one client.
pub(super) fn deflate(frames: &[u8], how: How) -> Option<Bytes> {
    DEFLATERS.with(|deflaters| {
        let deflaters = &mut *deflaters.try_borrow_mut().ok()?;
        let deflater = match deflaters.iter().position(|deflater| deflater.window == how.window) {
            Some(at) => &mut deflaters[at],
            None => deflaters.push_mut(Deflater::new(how.window)),
        };
        let is_any = deflater.frames(frames, how.always);
        let all = is_any.then(|| Bytes::copy_from_slice(&deflater.out));
        deflater.out.clear();
        deflater.out.shrink_to(KEPT);
        all
    })
}

/// One for each thread: 380 KB, and as expensive to make as a small message is to deflate.
struct Deflater {
    window: u8,
    stream: Compress,
    out: Vec<u8>,
}

impl Deflater {
    fn new(window: u8) -> Self {
        let stream = Compress::new_with_window_bits(Compression::new(LEVEL), false, window);
        Self { window, stream, out: Vec::new() }
    }

    /// Writes all frames to `out`. Gives true where one of them is deflated.
    fn frames(&mut self, mut rest: &[u8], always: bool) -> bool {
        let mut is_any = false;
        while let Some((header, payload, after)) = split(rest) {
            let is_plain_message = matches!(header[0], 0x81 | 0x82);
            let may_be = is_plain_message && (always || payload.len() >= LEAST);
            if may_be && self.message(header[0], payload, always) {
                is_any = true;
            } else {
                self.out.extend_from_slice(&rest[..rest.len() - after.len()]);
            }
            rest = after;
        }
        self.out.extend_from_slice(rest);
        is_any
    }

    /// Writes a deflated message to `out`; or gives false, where it would not be smaller, and writes nothing.
    fn message(&mut self, first: u8, payload: &[u8], always: bool) -> bool {
        let start = self.out.len();
        // The longest header has ten bytes; the message moves up to the one that it has.
        let body = start + 10;
        self.out.resize(body, 0);
        // What does not shrink grows by some bytes a block.
        self.out.reserve(payload.len() + payload.len() / 256 + 64);
        self.stream.reset();
        let done = self.stream.compress_vec(payload, &mut self.out, FlushCompress::Sync);
        // The flush is whole only where it has left room.
        let is_whole = done.is_ok()
            && self.stream.total_in() == payload.len() as u64
            && self.out.len() < self.out.capacity()
            && self.out[body..].ends_with(&TAIL);
        let length = (self.out.len() - body).saturating_sub(TAIL.len());
        if !is_whole || (length >= payload.len() && !always) {
            self.out.truncate(start);
            return false;
        }
        self.out.truncate(body + length);
        let at = body - header_length(length);
        put_header(&mut &mut self.out[at..body], first | RSV1, length, 0);
        self.out.drain(start..at);
        true
    }
}

/// The first frame's header and payload, and what comes after. None where there is no whole frame.
fn split(frames: &[u8]) -> Option<(&[u8], &[u8], &[u8])> {
    let length_bytes = match frames.get(1)? & 0x7f {
        126 => 2,
        127 => 8,
        _ => 0,
    };
    let (header, rest) = frames.split_at_checked(2 + length_bytes)?;
    let length = match length_bytes {
        0 => u64::from(header[1] & 0x7f),
        _ => header[2..].iter().fold(0, |n, &byte| n << 8 | u64::from(byte)),
    };
    let (payload, after) = rest.split_at_checked(usize::try_from(length).ok()?)?;
    Some((header, payload, after))
}

/// How long the header of a frame without a mask is.
fn header_length(payload: usize) -> usize {
    match payload {
        0..=125 => 2,
        126..=0xffff => 4,
        _ => 10,
    }
}

/// Writes a frame's header up to its mask (RFC 6455 section 5.2); `masked` is 0x80 where one follows.
pub(in crate::connection) fn put_header(out: &mut impl BufMut, first: u8, length: usize, masked: u8) {
    out.put_u8(first);
    match (u8::try_from(length), u16::try_from(length)) {
        (Ok(length @ 0..=125), _) => out.put_u8(masked | length),
        (_, Ok(length)) => {
            out.put_u8(masked | 0x7e);
            out.put_u16(length);
        }
        _ => {
            out.put_u8(masked | 0x7f);
            out.put_u64(length as u64);
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::connection::{
        deflate::{
            Agreed, Deflate,
            testing::{inflated, inflated_within},
        },
        frames,
    };

    fn event(n: u32) -> String {
        // A salt is what no compression makes smaller.
        let salt = u128::from(n).wrapping_mul(0x9e37_79b9_7f4a_7c15_f39c_c060_5ced_c835);
        format!(
            r#"{{"type":"event","room":"lobby","seq":{n},"at":{},"by":{{"id":"p7x2m4q9","name":"Ada"}},"key":"01J9Z3{n}","body":{{"type":"posted","text":"who brings the cake to number {n}?","salt":"{salt:032x}"}}}}"#,
            1_795_363_439_000_u64 + u64::from(n) * 977,
        )
    }

    /// The payloads of the frames, inflated, and how many were deflated.
    fn read(mut frames: &[u8]) -> (Vec<Vec<u8>>, usize) {
        let (mut payloads, mut deflated) = (Vec::new(), 0);
        while let Some((header, payload, after)) = split(frames) {
            let is_deflated = header[0] & RSV1 != 0;
            deflated += usize::from(is_deflated);
            payloads.push(if is_deflated { inflated(payload) } else { payload.to_vec() });
            frames = after;
        }
        assert!(frames.is_empty(), "whole frames");
        (payloads, deflated)
    }

    #[test]
    fn many_events_in_one_message_shrink_to_a_third_and_one_to_three_quarters() {
        let one = frames::text(&event(48_232));
        let many: Vec<_> = (48_232..48_248).map(event).collect();
        let many = frames::text(&format!("[{}]", many.join(",")));
        for (frame, percent) in [(&one, 80), (&many, 35)] {
            let deflated = deflated(frame).expect("it becomes smaller");
            assert!(deflated.len() * 100 <= frame.len() * percent, "{} of {}", deflated.len(), frame.len());
            assert_eq!(deflated[0], 0xc1);
            assert_eq!(read(&deflated), (read(frame).0, 1));
        }
    }

    #[test]
    fn what_is_small_or_does_not_shrink_or_is_no_message_goes_as_it_was() {
        let hashes = (0..32_u8).flat_map(|n| <sha2::Sha256 as sha2::Digest>::digest([n]));
        let noise: Vec<u8> = hashes.collect();
        for frame in
            [frames::text(&"x".repeat(LEAST - 1)), frames::binary(&noise), frames::ping(), frames::pong(&[b'x'; 125])]
        {
            assert_eq!(deflated(&frame), None, "{:x?}", &frame[..2]);
        }
        let already = deflated(&frames::text(&"x".repeat(900))).unwrap();
        assert_eq!(deflated(&already), None, "not twice");
    }

    #[test]
    fn among_several_frames_only_those_that_shrink_are_deflated() {
        let long = "long ".repeat(20_000);
        let all = [frames::text("short"), frames::text(&long), frames::close(Some(1000), "bye")].concat();
        let shorter = deflated(&all).unwrap();
        assert_eq!(read(&shorter), (vec![b"short".to_vec(), long.into_bytes(), b"\x03\xe8bye".to_vec()], 1));
        assert!(shorter.ends_with(&frames::close(Some(1000), "bye")));
    }

    #[test]
    fn a_client_with_a_smaller_window_can_inflate_what_is_its_own() {
        // Words that come again only further back than the window reaches.
        let far: String = (0..40).map(|n| event(n % 4)).collect();
        let frame = frames::text(&far);
        let agreed = |offer: &str| Agreed::on([offer.as_bytes()], Deflate::Always).unwrap();
        let sizes = [9, 10, 12, 15].map(|bits| {
            let own = agreed(&format!("permessage-deflate; server_max_window_bits={bits}")).deflate(frame.clone());
            let (_, payload, _) = split(&own).unwrap();
            assert_eq!(inflated_within(bits, payload), far.as_bytes(), "{bits} bits");
            own.len()
        });
        assert!(sizes.is_sorted_by(|smaller, larger| smaller >= larger), "{sizes:?}");
        assert!(sizes[0] > 2 * sizes[3], "the windows differ: {sizes:?}");
    }

    #[test]
    fn every_message_is_deflated_for_those_who_want_that() {
        let always = How { always: true, ..How::SHARED };
        for text in ["", "a", "hello", &"x".repeat(199)] {
            let frame = deflate(&frames::text(text), always).unwrap();
            assert_eq!(read(&frame), (vec![text.as_bytes().to_vec()], 1));
        }
        assert_eq!(deflate(&frames::ping(), always), None);
    }

    proptest! {
        #[test]
        fn what_was_deflated_is_what_it_was(parts in proptest::collection::vec(("[a-d ]{0,90}", 1..12_usize), 1..6)) {
            let texts: Vec<_> = parts.iter().map(|(part, times)| part.repeat(*times)).collect();
            let all = texts.iter().map(|text| frames::text(text)).collect::<Vec<_>>().concat();
            let out = deflated(&all);
            let out = out.as_deref().unwrap_or(&all);
            prop_assert!(out.len() <= all.len());
            prop_assert_eq!(read(out).0, texts.into_iter().map(String::into_bytes).collect::<Vec<_>>());
        }

        #[test]
        fn what_is_no_frame_is_left_alone(bytes in proptest::collection::vec(any::<u8>(), 0..40)) {
            prop_assert_eq!(deflated(&bytes), None);
        }
    }
}
