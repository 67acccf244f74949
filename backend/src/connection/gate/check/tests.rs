//! Tests of the gate's rules: each frame sequence, whole, byte by byte, and cut at every place.

use super::*;

fn frame(first: u8, payload: &[u8]) -> Vec<u8> {
    let mut frame = vec![first];
    if payload.len() <= 125 {
        frame.push(0x80 | u8::try_from(payload.len()).unwrap());
    } else {
        frame.push(0xfe);
        frame.extend(u16::try_from(payload.len()).unwrap().to_be_bytes());
    }
    let mask = [1, 2, 3, 250];
    frame.extend(mask);
    frame.extend(payload.iter().enumerate().map(|(n, byte)| byte ^ mask[n % 4]));
    frame
}

fn text(payload: &[u8]) -> Vec<u8> {
    frame(0x81, payload)
}

/// Bytes that pass, and the end, when given in such chunks.
fn pass(chunks: &[&[u8]], most: usize) -> (usize, Option<End>) {
    let mut check = Check::new(most, false);
    let mut bytes = 0;
    for chunk in chunks {
        let passed = check.pass(&Bytes::copy_from_slice(chunk));
        bytes += passed.bytes.len();
        if passed.end.is_some() {
            return (bytes, passed.end);
        }
    }
    (bytes, None)
}

/// The frames that are good, then those that are not: whatever the chunks, all good ones pass and the verdict is this.
fn check(good: &[Vec<u8>], bad: &[u8], verdict: impl Into<Option<End>>) {
    let verdict = verdict.into();
    let good = good.concat();
    let all = [good.as_slice(), bad].concat();
    for cut in 0..=all.len() {
        let (bytes, end) = pass(&[&all[..cut], &all[cut..]], 1_000);
        assert_eq!(end, verdict, "cut at {cut}");
        assert!(bytes >= good.len(), "{bytes} of {} good bytes passed, cut at {cut}", good.len());
    }
    let single: Vec<&[u8]> = all.chunks(1).collect();
    assert_eq!(pass(&single, 1_000).1, verdict, "byte by byte");
    assert!(pass(&single, 1_000).0 >= good.len());
}

fn protocol(why: &'static str) -> End {
    End::Wrong(Verdict::Protocol(why))
}

#[test]
fn good_frames_pass() {
    let all = [
        text(b"hello"),
        text(b""),
        text("κόσμε".as_bytes()),
        frame(0x82, &[0xff; 200]),
        frame(0x89, &[0xff; 125]),
        frame(0x8a, b""),
        frame(0x01, "κ".as_bytes().split_at(1).0),
        frame(0x89, b"ping between"),
        frame(0x80, "κ".as_bytes().split_at(1).1),
        frame(0x02, &[0xff; 500]),
        frame(0x80, &[0xff; 500]),
        text(&[b'x'; 1_000]),
    ];
    check(&all, &[], None);
}

#[test]
fn a_close_frame_is_the_last_that_passes() {
    let after = [frame(0x88, &[3, 232]), text(b"ignored")].concat();
    check(&[text(b"a")], &after, Some(End::Closed));
    check(&[], &frame(0x88, b""), Some(End::Closed));
    check(&[], &frame(0x88, b"\x0f\xa0bye"), Some(End::Closed));
}

#[test]
fn each_rule_has_its_verdict() {
    let good = [text(b"good")];
    check(&good, &frame(0xc1, b"x"), protocol("reserved bits without an extension"));
    check(&good, &frame(0x83, b"x"), protocol("no such opcode"));
    check(&good, &frame(0x8b, b"x"), protocol("no such opcode"));
    check(&good, &[0x81, 0x01, b'x'], protocol("a frame without a mask"));
    check(&good, &frame(0x80, b"x"), protocol("a continuation of nothing"));
    check(&[text(b"a"), frame(0x01, b"b")], &text(b"c"), protocol("a message within a message"));
    check(&good, &frame(0x09, b"x"), protocol("a control frame in fragments"));
    check(&good, &frame(0x89, &[b'x'; 126]), protocol("a control frame over 125 bytes"));
    check(&good, &frame(0x88, &[3]), protocol("half a close code"));
    for code in [0_u16, 999, 1_004, 1_005, 1_006, 1_015, 1_016, 2_999, 5_000, 65_535] {
        check(&good, &frame(0x88, &code.to_be_bytes()), protocol("no such close code"));
    }
    check(&good, &frame(0x88, b"\x03\xe8\xff"), Some(End::Wrong(Verdict::NotUtf8)));
    check(&good, &text(b"\xff"), Some(End::Wrong(Verdict::NotUtf8)));
    check(&good, &text(b"cut \xe2\x82"), Some(End::Wrong(Verdict::NotUtf8)));
    check(&[frame(0x01, b"a")], &frame(0x80, b"\xff"), Some(End::Wrong(Verdict::NotUtf8)));
    check(&good, &text(&[b'x'; 1_001]), Some(End::Wrong(Verdict::TooBig)));
    check(&[frame(0x01, &[b'x'; 600])], &frame(0x80, &[b'x'; 401]), Some(End::Wrong(Verdict::TooBig)));
}

#[test]
fn a_declared_length_is_judged_before_its_bytes_come() {
    for declared in [65_537_u64, 4 << 30, 1 << 63, u64::MAX] {
        let header = [&[0x82, 0xff], declared.to_be_bytes().as_slice()].concat();
        assert_eq!(pass(&[&header], 65_536).1, Some(End::Wrong(Verdict::TooBig)), "{declared}");
    }
}

#[test]
fn wrong_utf8_is_seen_before_the_frame_ends() {
    let whole = text(b"\xff and a long rest");
    assert_eq!(pass(&[&whole[..7]], 1_000).1, Some(End::Wrong(Verdict::NotUtf8)));
}

#[test]
fn a_message_in_too_many_fragments_is_too_big() {
    let tiny = |count: usize| {
        let mut all = frame(0x01, b"x");
        all.extend(frame(0x00, b"x").repeat(count));
        all
    };
    assert_eq!(pass(&[&tiny(64 + 1_000 / 64 - 1)], 1_000).1, None);
    assert_eq!(pass(&[&tiny(64 + 1_000 / 64)], 1_000).1, Some(End::Wrong(Verdict::TooBig)));
    let again = [tiny(10), frame(0x80, b"x")].concat().repeat(20);
    assert_eq!(pass(&[&again], 1_000).1, None, "each message is counted by itself");
}
