//! Hostile frames. Most are whole and mean nothing good; one in forty breaks the protocol, and ends its connection.

use super::chance::Chance;
use crate::relay::ws;

/// Commands that are right, to be made wrong.
const COMMANDS: [&str; 17] = [
    r#"{"type":"open","room":"pit","after":null}"#,
    r#"{"type":"open","room":"pit","after":{"epoch":"x","seq":7}}"#,
    r#"{"type":"open","room":"private-0123456789abcdefghij","after":null}"#,
    r#"{"type":"leave","room":"pit"}"#,
    r#"{"type":"post","room":"pit","key":"k","text":"hello"}"#,
    r#"{"type":"post","room":"pit","key":"k","text":"hello","reply_to":4}"#,
    r#"{"type":"edit","room":"pit","key":"k","target":1,"text":"other"}"#,
    r#"{"type":"delete","room":"pit","key":"k","target":1}"#,
    r#"{"type":"react","room":"pit","key":"k","target":1,"emoji":"👍","on":true}"#,
    r#"{"type":"set_room","room":"pit","key":"k","title":"t","topic":"t"}"#,
    r#"{"type":"typing","room":"pit"}"#,
    r#"{"type":"rename","key":"k","name":"Eve"}"#,
    r#"{"type":"read","room":"pit","seq":1}"#,
    r#"{"type":"set_level","room":"pit","level":"all"}"#,
    r#"{"type":"forget","room":"pit"}"#,
    r#"{"type":"ping"}"#,
    r#"{"name":"Eve","message":"hello"}"#,
];

/// What stands where something else should.
const VALUES: [&str; 17] = [
    "null",
    "true",
    "-1",
    "0",
    "18446744073709551615",
    "0.1",
    "\"\"",
    "\"\\u0000\"",
    "\"\u{202e}evil\"",
    "\"../../etc/passwd\"",
    "\"private-0123456789abcdefghij\"",
    "\"<script>alert(1)</script>\"",
    "\"'; drop table events; --\"",
    "[]",
    "{}",
    "[[[[[[[[[[[[[[[[[[[[]]]]]]]]]]]]]]]]]]]]",
    "\"\u{1F468}\u{200D}\u{1F469}\u{200D}\u{1F467}\u{0301}\u{0301}\u{0301}\u{FE0F}\"",
];

/// What no JSON has in it.
const BROKEN: [&str; 6] = ["1e999", "-", "\"\\ud800\"", "\"\t\"", "NaN", "[[[[[[[["];

/// Appends a frame. Whether it breaks the protocol, so that nothing after it is looked at any more.
pub(super) fn push(chance: &mut Chance, out: &mut Vec<u8>) -> bool {
    match chance.below(4_000) {
        number @ 0..=99 => {
            breaking(chance, number % 10, out);
            return true;
        }
        100..=199 => {
            let length = chance.below(126);
            let payload = chance.bytes(length);
            ws::push(out, *chance.pick(&[&ws::PING, &ws::PONG]), &payload);
        }
        // In pieces, with others between them.
        200..=299 => {
            let (command, at) = (command(chance).into_bytes(), out.len());
            let (first, last) = command.split_at(chance.below(command.len()));
            ws::push(out, ws::TEXT, first);
            out[at] &= 0x7f;
            ws::push(out, ws::PING, b"between");
            ws::push(out, 0, last);
        }
        300..=569 => {
            let many: Vec<_> = (0..chance.below(40)).map(|_| command(chance)).collect();
            ws::push(out, ws::TEXT, format!("[{}]", many.join(",")).as_bytes());
        }
        _ => ws::push(out, ws::TEXT, command(chance).as_bytes()),
    }
    false
}

/// One of ten ways to break the protocol.
fn breaking(chance: &mut Chance, way: usize, out: &mut Vec<u8>) {
    let payload = chance.bytes(126);
    match way {
        0 => raw(chance, out),
        1 => spoilt(chance, out),
        // Declared, and never sent whole.
        2 => out.extend([0x81, 0xff, 0x7f, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 1, 2, 3, 4]),
        // Not in the shortest form, or not masked.
        3 => out.extend(chance.pick::<[u8]>(&[&[0x81, 0xfe, 0, 1, 0, 0, 0, 0, b'x'], &[0x81, 1, b'x']])),
        // The end of what was not begun, or a beginning in the middle.
        4 => out.extend(
            chance.pick::<[u8]>(&[&[0x80, 0x81, 0, 0, 0, 0, b'x'], &[1, 0x80, 0, 0, 0, 0, 1, 0x80, 0, 0, 0, 0]]),
        ),
        5 => ws::push(out, *chance.pick(&[&ws::PING, &ws::PONG, &ws::CLOSE]), &payload),
        6 => ws::push(out, *chance.pick(&[&ws::CLOSE, &ws::BINARY]), &payload[..32]),
        // Compressed, or so it says.
        7 => {
            let at = out.len();
            ws::push(out, ws::TEXT, &payload[..40]);
            out[at] |= 0x40;
        }
        8 => ws::push(out, ws::TEXT, &[0xff, 0xfe, 0x80]),
        _ => ws::push(out, ws::TEXT, &vec![b'['; 70_000]),
    }
}

/// Any first two bytes, and anything after them.
fn raw(chance: &mut Chance, out: &mut Vec<u8>) {
    let length = chance.below(60);
    out.extend(chance.bytes(2 + length));
}

/// A good frame, broken somewhere; or its JSON is.
fn spoilt(chance: &mut Chance, out: &mut Vec<u8>) {
    let command = command(chance);
    if chance.one_in(2) {
        let broken = command.replacen(':', &[":", chance.pick(&BROKEN)].concat(), 1);
        return ws::push(out, ws::TEXT, broken.as_bytes());
    }
    let mut frame = Vec::new();
    ws::push(&mut frame, ws::TEXT, command.as_bytes());
    chance.spoil(&mut frame);
    out.extend(frame);
}

/// A command: as it should be now and then, else with wrong values.
fn command(chance: &mut Chance) -> String {
    let good = chance.pick(&COMMANDS);
    let pit = format!("pit-{}", chance.below(50));
    let mut text = good.replace("\"pit\"", &format!("\"{pit}\"")).replace("\"k\"", &format!("\"{}\"", chance.number()));
    if chance.one_in(8) {
        return text;
    }
    if chance.one_in(40) {
        return text.replace("hello", &"x".repeat(chance.below(20_000)));
    }
    // A value after one of its colons becomes another.
    let colons: Vec<usize> = text.match_indices(':').map(|(at, _)| at + 1).collect();
    let from = colons[chance.below(colons.len())];
    let to = text[from..].find([',', '}']).map_or(text.len(), |end| from + end);
    text.replace_range(from..to, chance.pick(&VALUES));
    text
}
