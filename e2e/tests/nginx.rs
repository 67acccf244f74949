//! Behind a real nginx, with the settings that docs/hosting.md gives.

use std::net::SocketAddr;

use e2e::{Browser, Certificate, Driver, LONG, Look, Nginx, Server};
use serde_json::json;
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::TcpSocket,
    time::timeout,
};

type Story = anyhow::Result<()>;

#[tokio::test(flavor = "multi_thread")]
async fn two_talk_through_nginx_and_come_back_after_a_restart() -> Story {
    let (certificate, mut nginx) = (Certificate::make()?, Nginx::find()?);
    let (mut server, driver) = (Server::start_behind(&nginx)?, Driver::start()?);
    nginx.start(&server, Some(&certificate))?;
    let ada = Browser::start_believing(&driver, Look::DESKTOP, &certificate).await?;
    let bob = Browser::start_believing(&driver, Look::PHONE, &certificate).await?;
    ada.go(&nginx.url("/r/den")).await?;
    bob.go(&nginx.plain("/r/den")).await?;
    assert_eq!(bob.run("return location.href", json!([])).await?, nginx.url("/r/den"));
    ada.say("through nginx").await?;
    bob.sees("through nginx").await?;
    let session = ada.cookie("__Host-warren", &nginx.url("/")).await?;
    assert_eq!(session["secure"], true, "{session}");
    server.kill();
    ada.reads_of_link("Offline").await?;
    ada.say("meanwhile").await?;
    ada.sees_pending("meanwhile").await?;
    server.start_again()?;
    bob.sees("meanwhile").await?;
    ada.close().await?;
    bob.close().await
}

/// What comes back for these bytes on a connection of their own, until whoever is there ends it.
async fn answer(there: SocketAddr, bytes: &[u8]) -> anyhow::Result<String> {
    let socket = TcpSocket::new_v4()?;
    // Another address of this machine than that of the proxy.
    socket.bind(([127, 0, 0, 2], 0).into())?;
    let mut stream = socket.connect(there).await?;
    stream.write_all(bytes).await?;
    let mut all = Vec::new();
    // A reset is an end too.
    drop(timeout(LONG, stream.read_to_end(&mut all)).await?);
    Ok(String::from_utf8_lossy(&all).into_owned())
}

fn session(from: &str) -> String {
    format!(
        "POST /api/session HTTP/1.1\r\nHost: localhost\r\nX-Forwarded-For: {from}\r\nContent-Type: application/json\r\n\
         Content-Length: 17\r\nConnection: close\r\n\r\n{{\"kind\":\"bearer\"}}"
    )
}

#[tokio::test(flavor = "multi_thread")]
async fn where_a_client_is_says_nginx_and_not_the_client() -> Story {
    let mut nginx = Nginx::find()?;
    let server = Server::start_with_two_sessions_each()?;
    nginx.start(&server, None)?;
    // Two sessions an address: whoever names another each time has the same one still.
    for (from, status) in [("198.51.100.1", "200"), ("198.51.100.2", "200"), ("198.51.100.3", "429"), ("::1", "429")] {
        let said = answer(nginx.address(), session(from).as_bytes()).await?;
        assert!(said.starts_with(&format!("HTTP/1.1 {status}")), "{from}: {said}");
    }
    Ok(())
}

/// A request inside another's body, for those who count the bytes of that in another way than whoever is before them.
const INSIDE: &str = "GET /api/rooms/inside/messages HTTP/1.1\r\nHost: localhost\r\n\r\n";

#[tokio::test(flavor = "multi_thread")]
async fn no_request_is_smuggled_in_another() -> Story {
    let mut nginx = Nginx::find()?;
    let server = Server::start_behind(&nginx)?;
    nginx.start(&server, None)?;
    let length = INSIDE.len();
    let shapes = [
        format!("Content-Length: {length}\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n{INSIDE}"),
        format!("Transfer-Encoding: chunked\r\nContent-Length: {length}\r\n\r\n0\r\n\r\n{INSIDE}"),
        format!("Content-Length: {length}\r\nTransfer-Encoding : chunked\r\n\r\n{INSIDE}"),
        format!("Content-Length: {length}\r\nTransfer-Encoding: xchunked\r\n\r\n{INSIDE}"),
        format!("Content-Length: {length}\r\nTransfer-Encoding:\u{b}chunked\r\n\r\n{INSIDE}"),
        format!("Content-Length: {length}\r\nX: y\r\n Transfer-Encoding: chunked\r\n\r\n{INSIDE}"),
        format!("Content-Length: 0\r\nContent-Length: {length}\r\n\r\n{INSIDE}"),
        format!("Content-Length: 0, {length}\r\n\r\n{INSIDE}"),
        format!("Content-Length: +{length}\r\n\r\n{INSIDE}"),
        format!("Transfer-Encoding: chunked\r\n\r\n{length:x};\n{INSIDE}\r\n0\r\n\r\n"),
        format!("Transfer-Encoding: chunked\r\n\r\nfffffffffffffffff0\r\n{INSIDE}"),
        format!(
            "Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 7\r\nContent-Length: {length}\r\n\r\n{INSIDE}"
        ),
    ];
    for (shape, there) in shapes.iter().flat_map(|shape| [(shape, nginx.address()), (shape, server.socket())]) {
        let bytes = format!("POST /api/session HTTP/1.1\r\nHost: localhost\r\n{shape}");
        let said = answer(there, bytes.as_bytes()).await?;
        let refused = said.starts_with("HTTP/1.1 4") || said.starts_with("HTTP/1.1 501");
        assert!(refused && !said.contains("\"messages\""), "{shape:?} to {there}: {said}");
    }
    // What is inside would be answered so, where it stood alone; and the server still answers.
    let alone = answer(nginx.address(), INSIDE.as_bytes()).await?;
    assert!(alone.contains("\"messages\""), "{alone}");
    Ok(())
}
