//! Hostile and broken clients: the socket is closed, with a code where they read, and nobody else notices.

use std::{net::SocketAddr, time::Duration};

use serde_json::json;
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::{TcpSocket, TcpStream},
    time::{Instant, timeout},
};

use crate::{
    client::{Client, bearer},
    server::{LONG, Server, spawn},
};

/// A socket after a good handshake, for writing bytes that no library would.
pub(crate) async fn raw(address: SocketAddr, path: &str, headers: &str) -> TcpStream {
    handshake(address, path, headers).await.0
}

/// Such a socket, and the head of the server's answer.
pub(crate) async fn handshake(address: SocketAddr, path: &str, headers: &str) -> (TcpStream, String) {
    let socket = TcpSocket::new_v4().unwrap();
    // A small window, so that little is in flight when the client stops reading.
    socket.set_recv_buffer_size(4_096).unwrap();
    let mut stream = socket.connect(address).await.unwrap();
    let request = format!(
        "GET {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\
         Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n{headers}\r\n"
    );
    stream.write_all(request.as_bytes()).await.unwrap();
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        head.push(stream.read_u8().await.unwrap());
    }
    let head = String::from_utf8(head).unwrap();
    assert!(head.starts_with("HTTP/1.1 101"), "{head}");
    (stream, head)
}

/// A frame with a mask of zeros.
pub(crate) fn frame(first: u8, payload: &[u8]) -> Vec<u8> {
    let mut frame = vec![first];
    match u16::try_from(payload.len()) {
        Ok(length @ 0..=125) => frame.push(0x80 | u8::try_from(length).unwrap()),
        Ok(length) => {
            frame.push(0xfe);
            frame.extend(length.to_be_bytes());
        }
        Err(_) => {
            frame.push(0xff);
            frame.extend((payload.len() as u64).to_be_bytes());
        }
    }
    frame.extend([0; 4]);
    frame.extend(payload);
    frame
}

/// Reads to the end, and gives the code of the last close frame.
pub(crate) async fn close_code(stream: &mut TcpStream) -> Option<u16> {
    let mut all = Vec::new();
    let read = timeout(LONG, stream.read_to_end(&mut all)).await.expect("the socket is closed");
    // A reset after the close frame is an end too.
    drop(read);
    let at = all.windows(2).rposition(|pair| pair[0] == 0x88 && pair[1] >= 2)?;
    Some(u16::from_be_bytes([*all.get(at + 2)?, *all.get(at + 3)?]))
}

async fn bytes_close(server: &Server, bytes: &[u8], code: u16) {
    let mut stream = raw(server.address, "/ws", "").await;
    stream.write_all(bytes).await.unwrap();
    assert_eq!(close_code(&mut stream).await, Some(code), "{:x?}", &bytes[..bytes.len().min(20)]);
}

#[actix_web::test]
async fn what_breaks_the_framing_rules_is_closed_with_its_code() {
    let (server, _data) = spawn();
    let mut witness = Client::plain(&server).await;
    bytes_close(&server, &frame(0x81, b"{\"message\":\"\xff\"}"), 1007).await;
    bytes_close(&server, &frame(0xc1, b"{}"), 1002).await;
    bytes_close(&server, &frame(0x83, b"{}"), 1002).await;
    bytes_close(&server, b"\x81\x02{}", 1002).await;
    bytes_close(&server, &frame(0x80, b"{}"), 1002).await;
    bytes_close(&server, &frame(0x89, &[b'x'; 126]), 1002).await;
    bytes_close(&server, &[frame(0x01, b"{"), frame(0x81, b"}")].concat(), 1002).await;
    bytes_close(&server, &frame(0x82, b"\x00"), 1003).await;
    bytes_close(&server, &frame(0x81, "x".repeat(65_537).as_bytes()), 1009).await;
    bytes_close(
        &server,
        &[frame(0x01, "x".repeat(40_000).as_bytes()), frame(0x80, "x".repeat(40_000).as_bytes())].concat(),
        1009,
    )
    .await;
    bytes_close(&server, &frame(0x88, &[3, 232]), 1000).await;
    witness.say(&json!({"message": "nobody noticed"})).await;
    assert_eq!(witness.json().await["message"], "nobody noticed");
}

#[actix_web::test]
async fn fragments_with_a_ping_between_are_one_message() {
    let (server, _data) = spawn();
    let mut witness = Client::plain(&server).await;
    let mut stream = raw(server.address, "/ws", "").await;
    for part in [frame(0x01, b"{\"message\":"), frame(0x89, b"ping"), frame(0x00, b"\"in "), frame(0x80, b"parts\"}")] {
        stream.write_all(&part).await.unwrap();
    }
    assert_eq!(witness.json().await["message"], "in parts");
    let mut pong = [0; 6];
    stream.read_exact(&mut pong).await.unwrap();
    assert_eq!(&pong, b"\x8a\x04ping");
}

#[actix_web::test]
async fn a_frame_that_declares_four_gibibytes_is_closed_at_its_header() {
    let (server, _data) = spawn();
    let mut stream = raw(server.address, "/ws", "").await;
    let header = [&[0x81, 0xff][..], &(4_u64 << 30).to_be_bytes(), &[0; 4]].concat();
    stream.write_all(&header).await.unwrap();
    // It goes on sending; it is told at once.
    let (mut read, mut write) = stream.into_split();
    let flood = actix_web::rt::spawn(async move {
        for _ in 0..400 {
            if write.write_all("x".repeat(65_536).as_bytes()).await.is_err() {
                break;
            }
        }
    });
    let mut close = [0; 4];
    timeout(LONG, read.read_exact(&mut close)).await.expect("in time").unwrap();
    assert_eq!((close[0], u16::from_be_bytes([close[2], close[3]])), (0x88, 1009));
    timeout(LONG, flood).await.expect("the socket is closed").unwrap();
}

#[actix_web::test]
async fn a_handshake_that_is_never_finished_is_ended() {
    let (server, _data) = spawn();
    let mut stream = TcpStream::connect(server.address).await.unwrap();
    stream.write_all(b"GET /ws HTTP/1.1\r\nHost: 127.0.0.1\r\nUpgr").await.unwrap();
    let mut answer = Vec::new();
    let ended = timeout(LONG, stream.read_to_end(&mut answer)).await;
    assert!(ended.is_ok(), "the socket is closed");
    assert!(answer.is_empty() || answer.starts_with(b"HTTP/1.1 408"), "{}", String::from_utf8_lossy(&answer));
}

#[actix_web::test]
async fn a_handshake_that_is_none_gets_a_status() {
    let (server, _data) = spawn();
    for (path, status) in [("/ws", 400), ("/ws/v1", 401)] {
        assert_eq!(reqwest::get(server.http(path)).await.unwrap().status(), status, "{path}");
    }
}

/// Posts until told to stop, and checks that each comes back in time: what a good client notices of a bad one.
async fn talk(client: &mut Client, until: impl Future<Output = ()>) -> u32 {
    let text = "x".repeat(4_000);
    let mut until = std::pin::pin!(until);
    let mut said = 0;
    loop {
        client.say(&json!({"message": text})).await;
        let began = Instant::now();
        assert_eq!(client.json().await["message"], text);
        assert!(began.elapsed() < Duration::from_secs(5), "held up by another client");
        said += 1;
        if timeout(Duration::ZERO, &mut until).await.is_ok() {
            return said;
        }
    }
}

/// Waits until the server has ended the connection. Nothing is read meanwhile, so only an error can say so.
async fn ended(stream: &TcpStream) {
    let error = async {
        loop {
            stream.ready(tokio::io::Interest::ERROR | tokio::io::Interest::READABLE).await.unwrap();
            if matches!(stream.take_error(), Ok(Some(_))) || is_hung_up(stream) {
                return;
            }
            tokio::task::yield_now().await;
        }
    };
    timeout(LONG, error).await.expect("the server ends the connection");
}

fn is_hung_up(stream: &TcpStream) -> bool {
    let state = std::fs::read_to_string("/proc/net/tcp").unwrap();
    let (Ok(ours), Ok(theirs)) = (stream.local_addr(), stream.peer_addr()) else { return true };
    let port = |address: SocketAddr| format!(":{:04X}", address.port());
    // A port alone may be that of another connection too, to another server.
    let pair = (port(ours), port(theirs));
    let is_ours = |columns: &Vec<&str>| columns[1].ends_with(&pair.0) && columns[2].ends_with(&pair.1);
    let ours = state.lines().skip(1).map(|line| line.split_whitespace().collect()).find(is_ours);
    // 01 is ESTABLISHED, on the client's side of the pair.
    ours.is_none_or(|columns| columns[3] != "01")
}

#[actix_web::test]
async fn a_client_that_never_reads_is_dropped_and_nobody_is_held_up() {
    let (server, _data) = spawn();
    let stalled = raw(server.address, "/ws", "").await;
    let mut good = Client::plain(&server).await;
    let said = talk(&mut good, ended(&stalled)).await;
    assert!(said > 10, "the room went on: {said} messages");
}

#[actix_web::test]
async fn a_client_that_reads_a_byte_now_and_then_is_dropped() {
    let (server, _data) = spawn();
    let mut slow = raw(server.address, "/ws", "").await;
    let mut good = Client::plain(&server).await;
    let trickle = async {
        let mut tick = tokio::time::interval(Duration::from_millis(100));
        while !is_hung_up(&slow) {
            tick.tick().await;
            if slow.read_u8().await.is_err() {
                return;
            }
        }
    };
    talk(&mut good, async { timeout(LONG, trickle).await.expect("the server ends the connection") }).await;
}

#[actix_web::test]
async fn a_client_that_sends_and_never_reads_is_dropped() {
    let (server, _data) = spawn();
    let token = bearer(&server).await;
    let mut greedy = raw(server.address, "/ws/v1", &format!("Authorization: Bearer {token}\r\n")).await;
    let frames = frame(0x81, br#"{"type":"ping","n":1}"#).repeat(1_000);
    let flood = async { while greedy.write_all(&frames).await.is_ok() {} };
    timeout(LONG, flood).await.expect("the server ends the connection");
}

#[actix_web::test]
async fn a_silent_client_is_pinged_and_then_dropped() {
    let data = tempfile::tempdir().unwrap();
    let timing = backend::connection::Timing {
        ping_after: Duration::from_millis(500),
        drop_after: Duration::from_millis(2_500),
        ..crate::server::timing()
    };
    let server = crate::server::start(&crate::server::config(&data), timing);
    let mut silent = raw(server.address, "/ws", "").await;
    let mut ping = [0; 2];
    timeout(LONG, silent.read_exact(&mut ping)).await.expect("a ping").unwrap();
    assert_eq!(ping, [0x89, 0]);
    let mut rest = Vec::new();
    drop(timeout(LONG, silent.read_to_end(&mut rest)).await.expect("the server ends the connection"));
    let mut lively = Client::plain(&server).await;
    // Its library answers pings while it waits, so it outlives the limit.
    let waited = timeout(Duration::from_secs(4), lively.json()).await;
    assert!(waited.is_err(), "nothing was said");
    lively.say(&json!({"message": "alive"})).await;
    assert_eq!(lively.json().await["message"], "alive");
}
