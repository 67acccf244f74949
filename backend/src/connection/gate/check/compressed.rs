//! Tests of the gate where compression was agreed on: what came compressed passes as if it had come plain.

use proptest::prelude::*;

use super::*;
use crate::connection::deflate::{
    put_header,
    testing::{deflate, zeros},
};

const MOST: usize = 1_000;

/// A frame, its header as long as need be, masked with this.
fn frame(first: u8, payload: &[u8], mask: [u8; 4]) -> Vec<u8> {
    let mut frame = Vec::new();
    put_header(&mut frame, first, payload.len(), 0x80);
    frame.extend(mask);
    frame.extend(payload.iter().enumerate().map(|(n, byte)| byte ^ mask[n % 4]));
    frame
}

fn masked(first: u8, payload: &[u8]) -> Vec<u8> {
    frame(first, payload, [1, 2, 3, 250])
}

/// What passes, and the end, when given in such chunks.
fn pass<'a>(chunks: impl IntoIterator<Item = &'a [u8]>) -> (Vec<u8>, Option<End>) {
    let mut check = Check::new(MOST, true);
    let mut bytes = Vec::new();
    for chunk in chunks {
        let passed = check.pass(&Bytes::copy_from_slice(chunk));
        bytes.extend(passed.bytes);
        if passed.end.is_some() {
            return (bytes, passed.end);
        }
    }
    (bytes, None)
}

/// Whatever the chunks, this passes, and the end is this.
fn check(frames: &[Vec<u8>], passes: &[Vec<u8>], end: impl Into<Option<End>>) {
    let end = end.into();
    let (all, passes) = (frames.concat(), passes.concat());
    for cut in 0..=all.len() {
        assert_eq!(pass([&all[..cut], &all[cut..]]), (passes.clone(), end), "cut at {cut}");
    }
    assert_eq!(pass(all.chunks(1)), (passes, end), "byte by byte");
}

/// These frames pass, the last being wrong.
fn wrong(frames: &[Vec<u8>], passes: &[Vec<u8>], verdict: Verdict) {
    let all = frames.concat();
    let passes = passes.concat();
    for cut in 0..=all.len() {
        let (bytes, end) = pass([&all[..cut], &all[cut..]]);
        assert_eq!(end, Some(End::Wrong(verdict)), "cut at {cut}");
        assert!(bytes.starts_with(&passes), "cut at {cut}");
    }
}

fn inflated(first: u8, payload: &[u8]) -> Vec<u8> {
    frame(first, payload, [0; 4])
}

#[test]
fn a_compressed_message_passes_inflated_and_a_plain_one_as_it_is() {
    let text = "κόσμε ".repeat(30);
    let deflated = deflate(text.as_bytes());
    check(
        &[
            masked(0x81, b"before"),
            masked(0xc1, &deflated),
            masked(0x82, b"after"),
            masked(0xc2, &deflate(&[0xff; 900])),
        ],
        &[
            masked(0x81, b"before"),
            inflated(0x81, text.as_bytes()),
            masked(0x82, b"after"),
            inflated(0x82, &[0xff; 900]),
        ],
        None,
    );
    check(&[masked(0xc1, &[0])], &[inflated(0x81, b"")], None);
    check(&[masked(0xc1, b"")], &[inflated(0x81, b"")], None);
    check(&[masked(0xc2, &deflate(&[7; MOST]))], &[inflated(0x82, &[7; MOST])], None);
}

#[test]
fn control_frames_between_its_fragments_pass_before_it() {
    let deflated = deflate("κόσμε".as_bytes());
    let (one, two) = deflated.split_at(3);
    check(
        &[
            masked(0x41, one),
            masked(0x89, b"ping"),
            masked(0x00, b""),
            masked(0x80, two),
            masked(0x88, &[3, 232]),
            masked(0x81, b"late"),
        ],
        &[masked(0x89, b"ping"), inflated(0x81, "κόσμε".as_bytes()), masked(0x88, &[3, 232])],
        End::Closed,
    );
}

#[test]
fn each_rule_has_its_verdict() {
    let hello = deflate(b"hello");
    let good = masked(0x81, b"good");
    let check = |bad: &[Vec<u8>], verdict| {
        let good = std::slice::from_ref(&good);
        wrong(&[good, bad].concat(), good, verdict);
    };
    let bits = Verdict::Protocol("reserved bits without an extension");
    check(&[masked(0xc9, b"ping")], bits);
    check(&[masked(0xc8, &[3, 232])], bits);
    check(&[masked(0x41, &hello[..3]), masked(0xc0, &hello[3..])], bits);
    check(&[masked(0x01, b"plain"), masked(0xc0, &hello)], bits);
    check(&[masked(0xe1, &hello)], bits);
    check(&[masked(0x91, b"hello")], bits);
    check(&[masked(0x41, &hello[..3]), masked(0xc1, &hello)], Verdict::Protocol("a message within a message"));
    check(&[masked(0xc1, b"hello")], Verdict::Corrupt);
    check(&[masked(0xc1, &hello[..hello.len() - 1])], Verdict::Corrupt);
    check(&[masked(0x41, &hello[..hello.len() - 1]), masked(0x80, b"")], Verdict::Corrupt);
    check(&[masked(0xc1, &deflate(b"\xff"))], Verdict::NotUtf8);
    check(&[masked(0xc1, &deflate(b"cut \xe2\x82"))], Verdict::NotUtf8);
    check(&[masked(0xc1, &deflate(&[b'x'; MOST + 1]))], Verdict::TooBig);
    check(&[masked(0xc2, &zeros(1 << 20)[..900])], Verdict::TooBig);
}

#[test]
fn wrong_utf8_is_seen_before_the_message_ends() {
    // A stored block shows itself at once.
    let whole = masked(0x41, b"\x00\x05\x00\xfa\xffa\xffccc");
    assert_eq!(pass([&whole[..6 + 6]]).1, None);
    assert_eq!(pass([&whole[..6 + 7]]).1, Some(End::Wrong(Verdict::NotUtf8)));
}

#[test]
fn the_wire_may_carry_a_little_more_than_the_message_has_and_no_more() {
    // Empty blocks give nothing, however many.
    let blocks = |count: usize| [0, 0, 0, 0xff, 0xff].repeat(count);
    assert_eq!(pass([masked(0x41, &blocks(200)).as_slice()]).1, None);
    assert_eq!(pass([masked(0x41, &blocks(216)).as_slice()]).1, Some(End::Wrong(Verdict::TooBig)));
    let plain = masked(0x01, &[b'x'; MOST + 1]);
    assert_eq!(pass([plain.as_slice()]).1, Some(End::Wrong(Verdict::TooBig)), "but only where it is compressed");
}

proptest! {
    #[test]
    fn fragments_and_chunks_make_no_difference(
        messages in proptest::collection::vec(("[a-cé]{0,300}", any::<bool>(), 1..9_usize), 1..6),
        chunk in 1..200_usize,
    ) {
        let (mut sent, mut expected) = (Vec::new(), Vec::new());
        for (text, compressed, fragments) in &messages {
            let payload = if *compressed { deflate(text.as_bytes()) } else { text.clone().into_bytes() };
            let parts: Vec<_> = payload.chunks(payload.len().div_ceil(*fragments).max(1)).collect();
            let parts = if parts.is_empty() { vec![&[][..]] } else { parts };
            let first = sent.len();
            for (n, part) in parts.iter().enumerate() {
                let opcode = u8::from(n == 0);
                let fin = if n + 1 == parts.len() { 0x80 } else { 0x00 };
                let rsv = if n == 0 && *compressed { RSV1 } else { 0 };
                sent.extend(masked(opcode | fin | rsv, part));
            }
            expected.extend(if *compressed { inflated(0x81, text.as_bytes()) } else { sent[first..].to_vec() });
        }
        prop_assert_eq!(pass([sent.as_slice()]), (expected.clone(), None));
        prop_assert_eq!(pass(sent.chunks(chunk)), (expected, None));
    }

    #[test]
    fn what_is_wrong_first_is_the_verdict_whatever_the_chunks(
        text in proptest::collection::vec(prop_oneof![9 => 32..127_u8, 1 => any::<u8>()], 900..1_100),
        hit in any::<prop::sample::Index>(),
        by in any::<u8>(),
        chunk in 1..300_usize,
    ) {
        let mut payload = deflate(&text);
        let at = hit.index(payload.len());
        payload[at] ^= by;
        let sent = masked(0xc1, &payload);
        prop_assert_eq!(pass([sent.as_slice()]), pass(sent.chunks(chunk)));
    }

    #[test]
    fn anything_can_come(
        frames in proptest::collection::vec((any::<u8>(), proptest::collection::vec(any::<u8>(), 0..60)), 0..5),
        rest in proptest::collection::vec(any::<u8>(), 0..60),
        chunk in 1..40_usize,
    ) {
        let mut sent: Vec<u8> = frames.iter().flat_map(|(first, payload)| masked(*first, payload)).collect();
        sent.extend(rest);
        let (whole, end) = pass([sent.as_slice()]);
        let (chunked, chunked_end) = pass(sent.chunks(chunk));
        prop_assert_eq!(end, chunked_end);
        // What of a wrong frame comes before its fault may pass or not, as the chunks fall.
        prop_assert!(whole.starts_with(&chunked) || chunked.starts_with(&whole));
        if end.is_none() {
            prop_assert_eq!(whole, chunked);
        }
    }
}
