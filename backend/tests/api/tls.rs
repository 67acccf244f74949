//! TLS in the program: all is as without it, those who come without are sent on, and whoever shakes no hands is let go.

use std::{net::SocketAddr, sync::Arc, time::Duration};

use backend::{config::Config, connection::Timing};
use futures_util::StreamExt as _;
use rustls::{ClientConfig, RootCertStore, crypto::ring, pki_types::CertificateDer};
use serde_json::{Value, json};
use tempfile::TempDir;
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _, copy_bidirectional},
    net::{TcpListener, TcpStream},
    time::{Instant, timeout},
};
use tokio_rustls::{TlsConnector, client::TlsStream};

use crate::{
    client::Client,
    server::{self, LONG, Server, start},
};

/// A server for all of the network, and the certificate that it shows.
fn secure(config: impl FnOnce(&mut Config)) -> (Server, CertificateDer<'static>, TempDir) {
    let data = tempfile::tempdir().unwrap();
    let made = rcgen::generate_simple_self_signed(["localhost".to_owned()]).unwrap();
    let [chain, key] = ["chain.pem", "key.pem"].map(|name| data.path().join(name));
    std::fs::write(&chain, made.cert.pem()).unwrap();
    std::fs::write(&key, made.signing_key.serialize_pem()).unwrap();
    let mut asked =
        Config { listen: ([0, 0, 0, 0], 0).into(), tls_cert: Some(chain), tls_key: Some(key), ..server::config(&data) };
    config(&mut asked);
    // Whoever reads late is to be waited for, and not asked meanwhile.
    let timing = Timing { ping_after: LONG, drop_after: LONG, stalled_after: LONG, ..server::timing() };
    (start(&asked, timing), made.cert.der().clone(), data)
}

/// Shakes hands with servers, and believes this certificate alone.
fn connector(certificate: CertificateDer<'static>) -> TlsConnector {
    let mut roots = RootCertStore::empty();
    roots.add(certificate).unwrap();
    let config = ClientConfig::builder_with_provider(Arc::new(ring::default_provider()));
    let config = config.with_safe_default_protocol_versions().unwrap();
    TlsConnector::from(Arc::new(config.with_root_certificates(roots).with_no_client_auth()))
}

async fn connect(connector: &TlsConnector, to: SocketAddr) -> TlsStream<TcpStream> {
    let stream = TcpStream::connect(port(to)).await.unwrap();
    connector.connect("localhost".try_into().unwrap(), stream).await.unwrap()
}

/// A way to the server for clients that speak no TLS.
async fn tunnel(server: &Server, connector: &TlsConnector) -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let (here, there, connector) = (listener.local_addr().unwrap(), server.address, connector.clone());
    actix_web::rt::spawn(async move {
        while let Ok((mut from, _)) = listener.accept().await {
            let connector = connector.clone();
            actix_web::rt::spawn(async move {
                let mut to = connect(&connector, there).await;
                // Either end may go as it likes.
                drop(copy_bidirectional(&mut from, &mut to).await);
            });
        }
    });
    here
}

fn port(address: SocketAddr) -> SocketAddr {
    ([127, 0, 0, 1], address.port()).into()
}

async fn session(at: SocketAddr, origin: &str, cookie: &str, kind: &Value) -> reqwest::Response {
    let request = reqwest::Client::new().post(format!("http://{at}/api/session")).json(kind);
    request.header("origin", origin).header("cookie", cookie).send().await.unwrap()
}

#[actix_web::test]
async fn over_tls_all_is_as_without_and_the_cookie_is_this_hosts_alone() {
    let (server, certificate, _data) = secure(|_| ());
    let at = tunnel(&server, &connector(certificate)).await;
    let origin = format!("https://{at}");
    let response = session(at, &origin, "", &json!({})).await;
    assert_eq!(response.headers()["strict-transport-security"], "max-age=31536000");
    let set = response.headers()["set-cookie"].to_str().unwrap().to_owned();
    let (cookie, attributes) = set.split_once(';').unwrap();
    let token = cookie.strip_prefix("__Host-warren=").unwrap();
    assert!(attributes.contains("Secure") && attributes.contains("Path=/") && !attributes.contains("Domain"), "{set}");
    let you = async |cookie: &str| {
        let granted: Value = session(at, &origin, cookie, &json!({})).await.json().await.unwrap();
        granted["you"]["id"].clone()
    };
    assert_eq!(you(cookie).await, you(cookie).await);
    assert_ne!(you(&format!("warren={token}")).await, you(cookie).await, "what others could have set is no session");
    assert_eq!(session(at, &format!("http://{at}"), cookie, &json!({})).await.status(), 403);
    let mut ada = Client::v1_at(at, token).await;
    ada.say(&json!({"type": "post", "room": "lobby", "key": "1", "text": "over TLS"})).await;
    assert_eq!(ada.reply().await["type"], "settled");
    server.stop().await;
    assert_eq!(ada.closed().await.0, 1012);
}

#[actix_web::test]
async fn who_reads_late_gets_everything_in_order() {
    const MESSAGES: u32 = 300;
    let (server, certificate, _data) = secure(|_| ());
    let connector = connector(certificate);
    let at = tunnel(&server, &connector).await;
    let stream = connect(&connector, server.address).await;
    let (mut late, _) = tokio_tungstenite::client_async("wss://localhost/ws", stream).await.unwrap();
    let granted: Value =
        session(at, &format!("https://{at}"), "", &json!({"kind": "bearer"})).await.json().await.unwrap();
    let mut ada = Client::v1_at(at, granted["token"].as_str().unwrap()).await;
    let text = |at: u32| format!("{at} {}", "x".repeat(3_900));
    for at in 0..MESSAGES {
        ada.say(&json!({"type": "post", "room": "lobby", "key": at.to_string(), "text": text(at)})).await;
        assert_eq!(ada.reply().await["type"], "settled");
    }
    // Nothing was read here meanwhile: more than the buffers between hold.
    for at in 0..MESSAGES {
        let said = timeout(LONG, late.next()).await.unwrap().unwrap().unwrap();
        let said: Value = serde_json::from_str(said.to_text().unwrap()).unwrap();
        assert_eq!(said["message"], text(at), "{at}");
    }
}

#[actix_web::test]
async fn who_comes_without_tls_is_sent_on_and_no_other_host_is_named() {
    let (server, _, _data) = secure(|config| config.http_redirect = Some(([127, 0, 0, 1], 0).into()));
    let (redirect, tls) = (server.redirect.unwrap(), server.address.port());
    let ask = async |host: &str, path: &str| {
        let mut stream = TcpStream::connect(redirect).await.unwrap();
        let request = format!("GET {path} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n");
        stream.write_all(request.as_bytes()).await.unwrap();
        let mut answer = String::new();
        timeout(LONG, stream.read_to_string(&mut answer)).await.unwrap().unwrap();
        let location = answer.lines().find_map(|line| line.strip_prefix("location: ")).unwrap_or_default();
        (answer[9..12].to_owned(), location.to_owned())
    };
    assert_eq!(ask("127.0.0.1:80", "/r/den?x").await, ("308".to_owned(), format!("https://127.0.0.1:{tls}/r/den?x")));
    assert_eq!(ask("localhost", "//evil.example/").await.1, format!("https://localhost:{tls}//evil.example/"));
    let split = "/r/den%0d%0ax-evil:%201";
    assert_eq!(ask("localhost", split).await.1, format!("https://localhost:{tls}{split}"));
    assert_eq!(ask("evil.example", "/").await, ("403".to_owned(), String::new()));
}

#[actix_web::test]
async fn who_shakes_no_hands_is_let_go_and_others_do_not_notice() {
    let (server, certificate, _data) = secure(|_| ());
    let at = tunnel(&server, &connector(certificate)).await;
    let mut plain = Client::connect(&format!("ws://{at}/ws"), &[]).await.unwrap();
    let hello = b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03";
    for said in [&b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n"[..], b"", b"\x16\x03\x01\xff\xff", hello] {
        let mut stream = TcpStream::connect(port(server.address)).await.unwrap();
        stream.write_all(said).await.unwrap();
        let began = Instant::now();
        // A reset is an end too.
        drop(timeout(LONG, stream.read_to_end(&mut Vec::new())).await.expect("the server ends the connection"));
        assert!(began.elapsed() < Duration::from_secs(8), "{:?}", began.elapsed());
    }
    plain.say(&json!({"name": "Ada", "message": "still here"})).await;
    assert_eq!(plain.json().await["message"], "still here");
}
