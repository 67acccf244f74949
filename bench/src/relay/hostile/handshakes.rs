//! Hostile handshakes and requests: nearly right, wrong in one way or many, or nothing that anybody would understand.

use super::chance::Chance;

const PATHS: [&str; 22] = [
    "/ws",
    "/ws/v1",
    "/ws?room=pit",
    "/ws?room=%00%ff%2e%2e",
    "/ws?room=private-x&room=lobby",
    "/",
    "/r/pit",
    "/r/%E2%80%AE/7",
    "/r/private-0123456789abcdefghij",
    "/../../../../etc/passwd",
    "/..%2f..%2fetc%2fpasswd",
    "/%2e%2e/%2e%2e/warren-data/warren.db",
    "//evil.example/",
    "/\\evil.example",
    "http://evil.example/",
    "*",
    "/api/rooms/pit/messages?before=18446744073709551616&limit=-1",
    "/api/rooms/%F0%9F%92%A9/messages?after=x",
    "/api/session",
    "/api/sign-in",
    "/api/invitations/look",
    "/healthz",
];

const METHODS: [&str; 9] = ["GET", "GET", "GET", "GET", "POST", "OPTIONS", "CONNECT", "TRACE", "get\t"];

/// Headers, each hostile in its own way. Some are what makes a handshake good, so that others are looked at.
const HEADERS: [&str; 37] = [
    "Upgrade: websocket",
    "Upgrade: WebSocket, h2c",
    "Connection: Upgrade",
    "Connection: keep-alive, Upgrade, close",
    "Sec-WebSocket-Version: 13",
    "Sec-WebSocket-Version: 8",
    "Sec-WebSocket-Version: 99999999999999999999",
    "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==",
    "Sec-WebSocket-Key: short",
    "Sec-WebSocket-Key: ",
    "Sec-WebSocket-Protocol: warren.v1",
    "Sec-WebSocket-Protocol: ,,,warren.v1,\u{fffd}",
    "Sec-WebSocket-Extensions: permessage-deflate",
    "Sec-WebSocket-Extensions: permessage-deflate; client_max_window_bits=99; server_max_window_bits=\"0\"",
    "Sec-WebSocket-Extensions: permessage-deflate; a; b; c=\"\\\"; d, , ;;;=",
    "Sec-WebSocket-Extensions: permessage-deflate; server_no_context_takeover; server_no_context_takeover",
    "Host: 127.0.0.1",
    "Host: evil.example",
    "Host: 127.0.0.1@evil.example",
    "Host: [::1",
    "Origin: http://evil.example",
    "Origin: null",
    "Origin: http://127.0.0.1.evil.example",
    "Cookie: warren=x",
    "Cookie: warren=aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa; warren=b; warren",
    "Authorization: Bearer \u{1}",
    "Authorization: Basic AAAA",
    "Content-Length: 5",
    "Content-Length: 18446744073709551617",
    "Content-Length: -1",
    "Transfer-Encoding: chunked",
    "Transfer-Encoding: chunked, identity",
    "Transfer-Encoding : chunked",
    "Expect: 100-continue",
    "X-Forwarded-For: ::1, 127.0.0.1, \u{0}",
    " folded: onto the line before",
    "X-Break: a\rSet-Cookie: warren=evil",
];

const BODIES: [&[u8]; 7] = [
    b"",
    b"hello",
    b"{}",
    b"{\"kind\":\"bearer\"}",
    b"0\r\n\r\nGET /healthz HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n",
    b"ffffffffffffffffff\r\nx",
    b"5\r\nhello\r\n0\r\nX: y\r\n\r\n",
];

/// What to send on a new connection.
pub(super) fn handshake(chance: &mut Chance) -> Vec<u8> {
    match chance.below(40) {
        0 => {
            let length = chance.below(4_096);
            chance.bytes(length)
        }
        1 => b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".to_vec(),
        2 => b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03".to_vec(),
        3 => b"GET /\r\n".to_vec(),
        4 => [b"GET /".to_vec(), vec![b'a'; 200_000]].concat(),
        5 => [b"GET / HTTP/1.1\r\nHost: 127.0.0.1\r\nX: ".to_vec(), vec![b'a'; 200_000]].concat(),
        6 => [b"GET / HTTP/1.1\r\nHost: 127.0.0.1\r\n".to_vec(), b"X: y\r\n".repeat(5_000)].concat(),
        _ => request(chance),
    }
}

fn request(chance: &mut Chance) -> Vec<u8> {
    let method = if chance.one_in(4) { chance.pick(&METHODS) } else { "GET" };
    let path = chance.pick(&PATHS);
    let version = if chance.one_in(20) {
        chance.pick(&["HTTP/1.0", "HTTP/0.9", "HTTP/1.1 ", "HTTP/9.9", ""])
    } else {
        "HTTP/1.1"
    };
    let mut lines = vec![format!("{method} {path} {version}")];
    // Most are a good handshake with something more, or something less.
    for good in [
        "Host: 127.0.0.1",
        "Upgrade: websocket",
        "Connection: Upgrade",
        "Sec-WebSocket-Version: 13",
        "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==",
    ] {
        if !chance.one_in(12) {
            lines.push(good.to_owned());
        }
    }
    for _ in 0..chance.below(5) {
        lines.push(chance.pick(&HEADERS).to_owned());
    }
    let mut bytes = lines.join("\r\n").into_bytes();
    bytes.extend(b"\r\n\r\n");
    bytes.extend(chance.pick::<[u8]>(&BODIES));
    if chance.one_in(3) {
        chance.spoil(&mut bytes);
    }
    bytes
}
