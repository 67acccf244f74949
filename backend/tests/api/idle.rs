//! Connections that are idle or half open are closed in bounded time, whatever they have not done.

use std::{net::SocketAddr, time::Duration};

use backend::{config::Config, connection::Timing};
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::TcpStream,
    time::{Instant, timeout},
};

use crate::{
    client::bearer,
    edge::{frame, raw},
    server::{self, LONG, Server, start},
};

/// Time to ask for who never gets done with it.
const LATE: Duration = Duration::from_millis(500);

/// A server that is quick to lose patience, and that has metrics.
///
/// Only who is meant to be late is given little time to ask: on a busy machine half a second can
/// pass between a connection and the first look at what has come on it.
fn impatient(handshake_within: Duration) -> (Server, tempfile::TempDir) {
    let data = tempfile::tempdir().unwrap();
    let timing = Timing {
        ping_after: Duration::from_millis(300),
        drop_after: Duration::from_millis(900),
        handshake_within,
        ..server::timing()
    };
    let metrics = Some(([127, 0, 0, 1], 0).into());
    (start(&Config { metrics, ..server::config(&data) }, timing), data)
}

/// How long the server takes to end a connection, and what it says before.
async fn ended(mut stream: TcpStream) -> (Duration, Vec<u8>) {
    let (began, mut said) = (Instant::now(), Vec::new());
    // A reset is an end too.
    drop(timeout(LONG, stream.read_to_end(&mut said)).await.expect("the server ends the connection"));
    (began.elapsed(), said)
}

#[actix_web::test]
async fn who_connects_and_says_nothing_is_closed() {
    let (server, _data) = impatient(LATE);
    for address in [server.address, server.metrics.unwrap()] {
        let (took, said) = ended(TcpStream::connect(address).await.unwrap()).await;
        assert!(took < Duration::from_secs(5), "{took:?}");
        assert!(said.is_empty() || said.starts_with(b"HTTP/1.1 408"), "{}", String::from_utf8_lossy(&said));
    }
}

#[actix_web::test]
async fn who_has_been_answered_and_says_nothing_more_is_closed() {
    let (server, _data) = impatient(LONG);
    for (address, path) in [(server.address, "/healthz"), (server.metrics.unwrap(), "/metrics")] {
        let mut stream = TcpStream::connect(address).await.unwrap();
        stream.write_all(format!("GET {path} HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n").as_bytes()).await.unwrap();
        let (took, said) = ended(stream).await;
        assert!(said.starts_with(b"HTTP/1.1 200"), "{}", String::from_utf8_lossy(&said));
        assert!(took < Duration::from_secs(10), "{took:?}");
    }
}

/// A handshake that goes on for ever, a byte at a time.
async fn trickle(address: SocketAddr) {
    let mut stream = TcpStream::connect(address).await.unwrap();
    stream.write_all(b"GET /ws/v1 HTTP/1.1\r\nHost: 127.0.0.1\r\nX-Slow: ").await.unwrap();
    let mut tick = tokio::time::interval(Duration::from_millis(50));
    let mut end = [0; 512];
    loop {
        tokio::select! {
            _ = tick.tick() => if stream.write_all(b"x").await.is_err() { return },
            read = stream.read(&mut end) => if !matches!(read, Ok(1..)) { return },
        }
    }
}

#[actix_web::test]
async fn a_handshake_that_never_ends_is_ended_also_while_bytes_come() {
    let (server, _data) = impatient(LATE);
    timeout(Duration::from_secs(5), trickle(server.address)).await.expect("the server ends the connection");
}

#[actix_web::test]
async fn a_socket_that_answers_no_ping_is_closed() {
    let (server, _data) = impatient(LONG);
    let token = bearer(&server).await;
    for (path, headers) in [("/ws", String::new()), ("/ws/v1", format!("Authorization: Bearer {token}\r\n"))] {
        let (took, said) = ended(raw(server.address, path, &headers).await).await;
        assert!(said.windows(2).any(|pair| pair == [0x89, 0]), "it is asked first");
        assert!((Duration::from_millis(800)..Duration::from_secs(5)).contains(&took), "{path}: {took:?}");
    }
}

#[actix_web::test]
async fn a_socket_that_begins_a_message_and_never_ends_it_is_closed() {
    let (server, _data) = impatient(LONG);
    let mut stream = raw(server.address, "/ws", "").await;
    stream.write_all(&frame(0x01, b"{\"message\":")).await.unwrap();
    stream.write_all(&[0x80, 0xfe]).await.unwrap();
    let (took, _) = ended(stream).await;
    assert!(took < Duration::from_secs(5), "{took:?}");
}
