//! Requests as no library would send them: paths that lead elsewhere, and what is to end up in the head of an answer.

use std::net::SocketAddr;

use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::TcpStream,
    time::timeout,
};

use crate::server::{LONG, spawn};

/// The head and the body of what is answered to a request, as it was said.
async fn ask(address: SocketAddr, path: &str, headers: &str) -> (String, String) {
    let mut stream = TcpStream::connect(address).await.unwrap();
    let request = format!("GET {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n{headers}\r\n");
    stream.write_all(request.as_bytes()).await.unwrap();
    let mut answer = Vec::new();
    timeout(LONG, stream.read_to_end(&mut answer)).await.unwrap().unwrap();
    let answer = String::from_utf8_lossy(&answer);
    let (head, body) = answer.split_once("\r\n\r\n").expect("an answer has a head");
    (head.to_ascii_lowercase(), body.to_owned())
}

#[actix_web::test]
async fn no_path_leads_out_of_the_files() {
    let (server, _data) = spawn();
    let climbs =
        ["/..", "/%2e%2e", "/.%2e", "/..%2f..", "/..%5c..", "/..\\..", "//..", "/./..", "/api/..", "/%252e%252e"];
    for climb in climbs {
        for file in ["Cargo.toml", "warren.db", "etc/passwd", "proc/self/environ"] {
            for path in
                [format!("{climb}/{file}"), format!("{climb}/../../../../../../{file}"), format!("{climb}%2f{file}")]
            {
                let (head, body) = ask(server.address, &path, "").await;
                assert!(head.starts_with("http/1.1 404") || head.starts_with("http/1.1 400"), "{path}: {head}\n{body}");
            }
        }
    }
    // The page of a room that cannot be: the client says so.
    let (_, page) = ask(server.address, "/r/%00/1", "").await;
    for path in ["/r/../Cargo.toml", "/r/..%2fwarren.db", "/r/..%2f../etc%2fpasswd"] {
        assert_eq!(ask(server.address, path, "").await.1, page, "{path}");
    }
    for path in ["/warren.db", "/warren.db%00.js", "/%00", "/%ff", "http://evil.example/warren.db", "*"] {
        let (head, body) = ask(server.address, path, "").await;
        assert!(!head.starts_with("http/1.1 2") && !body.contains("SQLite format"), "{path}: {head}");
    }
}

#[actix_web::test]
async fn nothing_that_is_asked_adds_a_header_to_the_answer() {
    const EVIL: &str = "%0d%0ax-evil:%201";
    let (server, _data) = spawn();
    let lines = ["x-evil: 1", "\nx-evil: 1", "\rx-evil: 1", "\u{2028}x-evil: 1", "\u{560d}\u{560a}x-evil: 1", EVIL];
    for path in ["/r/den", "/api/rooms/den/messages?before=", "/api/session?", "/healthz?", "/sw.js?", "/nothing"] {
        let (head, _) = ask(server.address, &format!("{path}{EVIL}"), "").await;
        assert!(!head.contains("x-evil"), "{path}: {head}");
        for line in lines {
            // Each as the value of what the server reads: with a line end in it, it is another header, or none at all.
            let of = ["origin", "cookie", "authorization", "if-none-match", "accept-encoding", "x-forwarded-for"];
            let headers = of.map(|name| format!("{name}: x{line}\r\n")).concat();
            let (head, _) = ask(server.address, path, &headers).await;
            assert!(!head.contains("x-evil"), "{path} {line:?}: {head}");
        }
    }
}
