//! Compression, with a client that does it by hand.

use flate2::{Compress, Compression, Decompress, FlushCompress, FlushDecompress, Status};
use serde_json::{Value, json};
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::TcpStream,
    time::timeout,
};

use crate::{
    client::{Client, bearer},
    edge::{close_code, frame, handshake, raw},
    server::{LONG, Server, config, spawn, start, timing},
};

const OFFER: &str = "Sec-WebSocket-Extensions: permessage-deflate; client_max_window_bits\r\n";

fn deflate(message: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(message.len() + 100);
    Compress::new(Compression::default(), false).compress_vec(message, &mut out, FlushCompress::Sync).unwrap();
    out.truncate(out.len() - 4);
    out
}

fn inflate(payload: &[u8]) -> Vec<u8> {
    let whole = [payload, &[0, 0, 0xff, 0xff]].concat();
    let mut message = Vec::with_capacity(1 << 20);
    let status = Decompress::new(false).decompress_vec(&whole, &mut message, FlushDecompress::Sync).unwrap();
    assert_eq!(status, Status::Ok);
    message
}

/// A client with which compression was agreed on.
struct Deflating(TcpStream);

impl Deflating {
    async fn plain(server: &Server) -> Self {
        Self::connect(server, "/ws", OFFER).await
    }

    async fn v1(server: &Server) -> Self {
        let token = bearer(server).await;
        Self::connect(server, "/ws/v1", &format!("{OFFER}Authorization: Bearer {token}\r\n")).await
    }

    async fn connect(server: &Server, path: &str, headers: &str) -> Self {
        let (stream, head) = handshake(server.address, path, headers).await;
        assert!(head.to_lowercase().contains("sec-websocket-extensions: permessage-deflate"), "{head}");
        Self(stream)
    }

    async fn write(&mut self, bytes: &[u8]) {
        self.0.write_all(bytes).await.unwrap();
    }

    async fn say(&mut self, json: &Value) {
        self.write(&frame(0xc1, &deflate(json.to_string().as_bytes()))).await;
    }

    /// The next text, and whether it came compressed.
    async fn next(&mut self) -> (Value, bool) {
        let read = async {
            loop {
                let [first, length] = [self.0.read_u8().await.unwrap(), self.0.read_u8().await.unwrap()];
                let length = match length {
                    126 => u64::from(self.0.read_u16().await.unwrap()),
                    127 => self.0.read_u64().await.unwrap(),
                    length => u64::from(length),
                };
                let mut payload = vec![0; usize::try_from(length).unwrap()];
                self.0.read_exact(&mut payload).await.unwrap();
                match first {
                    0x81 => return (serde_json::from_slice(&payload).unwrap(), false),
                    0xc1 => return (serde_json::from_slice(&inflate(&payload)).unwrap(), true),
                    0x89 => {}
                    other => panic!("frame {other:x}"),
                }
            }
        };
        timeout(LONG, read).await.expect("something comes in time")
    }

    async fn next_of(&mut self, kind: &str) -> Value {
        self.frame_of(kind).await.0
    }

    /// The next frame of a type, and whether it came compressed.
    async fn frame_of(&mut self, kind: &str) -> (Value, bool) {
        loop {
            let (value, is_compressed) = self.next().await;
            if value["type"] == kind {
                return (value, is_compressed);
            }
        }
    }
}

/// What the server answers to an offer.
async fn answer(server: &Server, offer: &str) -> Option<String> {
    let (_, head) = handshake(server.address, "/ws", offer).await;
    let line = head.lines().find(|line| line.to_lowercase().starts_with("sec-websocket-extensions:"))?;
    Some(line.split_once(": ").unwrap().1.to_owned())
}

#[actix_web::test]
async fn compression_is_agreed_on_where_a_client_offers_it_and_the_server_may() {
    let (server, data) = spawn();
    let agreed = "permessage-deflate; server_no_context_takeover; client_no_context_takeover";
    assert_eq!(answer(&server, OFFER).await.as_deref(), Some(agreed));
    assert_eq!(answer(&server, "").await, None);
    let smaller = "Sec-WebSocket-Extensions: permessage-deflate; server_max_window_bits=10";
    assert_eq!(answer(&server, &format!("{smaller}\r\n")).await, None);
    assert_eq!(answer(&server, &format!("{smaller}, permessage-deflate\r\n")).await.as_deref(), Some(agreed));
    assert_eq!(answer(&server, &format!("{smaller}\r\n{OFFER}")).await.as_deref(), Some(agreed));
    server.stop().await;
    let server = start(&backend::config::Config { no_deflate: true, ..config(&data) }, timing());
    assert_eq!(answer(&server, OFFER).await, None);
    let mut stream = raw(server.address, "/ws", OFFER).await;
    stream.write_all(&frame(0xc1, &deflate(b"{}"))).await.unwrap();
    assert_eq!(close_code(&mut stream).await, Some(1002));
}

#[actix_web::test]
async fn who_compresses_and_who_does_not_talk_with_each_other() {
    let (server, _data) = spawn();
    let (mut ada, mut bob) = (Deflating::plain(&server).await, Client::plain(&server).await);
    for text in ["hi".to_owned(), "who brings the cake? ".repeat(180), "👩‍👩‍👧 κόσμε".to_owned(), String::from("x")]
    {
        ada.say(&json!({"name": "Ada", "message": text})).await;
        assert_eq!(bob.json().await["message"], text);
        assert_eq!(ada.next().await.0["message"], text);
        bob.say(&json!({"name": "Bob", "message": text})).await;
        assert_eq!(bob.json().await["message"], text);
        assert_eq!(ada.next().await.0["message"], text);
    }
    ada.write(&frame(0x81, br#"{"message":"uncompressed"}"#)).await;
    assert_eq!(bob.json().await["message"], "uncompressed");
}

#[actix_web::test]
async fn a_compressed_message_may_come_in_fragments_with_a_ping_between() {
    let (server, _data) = spawn();
    let (mut ada, mut bob) = (Deflating::plain(&server).await, Client::plain(&server).await);
    let message = deflate(json!({"message": "in parts"}).to_string().as_bytes());
    let (one, two) = message.split_at(5);
    for part in [frame(0x41, one), frame(0x89, b"ping"), frame(0x00, b""), frame(0x80, two)] {
        ada.write(&part).await;
    }
    assert_eq!(bob.json().await["message"], "in parts");
    let mut pong = [0; 6];
    ada.0.read_exact(&mut pong).await.unwrap();
    assert_eq!(&pong, b"\x8a\x04ping");
}

#[actix_web::test]
async fn a_room_is_opened_and_followed_with_compression() {
    let (server, _data) = spawn();
    let mut ada = Deflating::v1(&server).await;
    ada.next_of("welcome").await;
    ada.say(&json!({"type": "open", "room": "lobby"})).await;
    ada.next_of("opened").await;
    for n in 0..60 {
        ada.say(&json!({"type": "post", "room": "lobby", "key": n.to_string(), "text": format!("number {n} of them")}))
            .await;
        assert_eq!(ada.next_of("event").await["body"]["text"], format!("number {n} of them"));
    }
    let mut late = Deflating::v1(&server).await;
    late.say(&json!({"type": "open", "room": "lobby"})).await;
    let (opened, is_compressed) = late.frame_of("opened").await;
    assert_eq!(opened["snapshot"]["messages"].as_array().unwrap().len(), 50);
    assert!(is_compressed, "a snapshot is long");
    // What is long is compressed for whoever agreed, and is the same for the others.
    let mut other = Client::v1(&server).await;
    other.open("lobby").await;
    let text = "who brings the cake? ".repeat(100);
    ada.say(&json!({"type": "post", "room": "lobby", "key": "long", "text": text})).await;
    let (event, is_compressed) = late.frame_of("event").await;
    assert!(is_compressed);
    assert_eq!(event, other.next_of("event").await);
}

#[actix_web::test]
async fn what_is_wrong_in_compression_is_closed_with_its_code() {
    let (server, _data) = spawn();
    let mut witness = Client::plain(&server).await;
    let bomb = deflate(&vec![b' '; 32 << 20]);
    assert!(bomb.len() < 64 * 1024, "it passes as far as its own size goes");
    let cases = [
        (frame(0xc1, b"not deflated"), 1007),
        (frame(0xc1, &deflate(b"{\"message\":\"\xff\"}")), 1007),
        (frame(0xc1, &deflate(b"{}")[..2]), 1007),
        (frame(0xc1, &deflate(b"not JSON")), 1007),
        (frame(0xc2, &deflate(b"bytes")), 1003),
        (frame(0xc9, b""), 1002),
        (frame(0xe1, b""), 1002),
        ([frame(0x01, b"{"), frame(0xc0, b"}")].concat(), 1002),
        (frame(0xc1, &bomb), 1009),
    ];
    // All at once, since each waits for the end of its connection.
    let closed = cases.map(async |(bytes, code)| {
        let mut hostile = Deflating::plain(&server).await;
        hostile.write(&bytes).await;
        assert_eq!(close_code(&mut hostile.0).await, Some(code), "{:x?}", &bytes[..bytes.len().min(20)]);
    });
    futures_util::future::join_all(closed).await;
    let mut unagreed = raw(server.address, "/ws", "").await;
    unagreed.write_all(&frame(0xc1, &deflate(b"{}"))).await.unwrap();
    assert_eq!(close_code(&mut unagreed).await, Some(1002), "without agreement");
    witness.say(&json!({"message": "nobody noticed"})).await;
    assert_eq!(witness.json().await["message"], "nobody noticed");
}
