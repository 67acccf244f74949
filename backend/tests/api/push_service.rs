//! A push service of the test's own, and browsers that subscribe with it: what comes is decrypted by the keys that only
//! they have.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex},
};

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use serde_json::{Value, json};
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::{TcpListener, TcpStream},
    sync::mpsc,
};
use web_push_native::{
    Auth, decrypt,
    p256::{SecretKey, elliptic_curve::sec1::ToEncodedPoint as _},
};

use crate::server::LONG;

/// What came: to which browser, and the request.
pub(crate) struct Came {
    pub(crate) to: String,
    pub(crate) headers: HashMap<String, String>,
    body: Vec<u8>,
}

/// A push service. Each browser has a path there; what it answers for one can be changed.
pub(crate) struct PushService {
    address: String,
    came: mpsc::UnboundedReceiver<Came>,
    answers: Arc<Mutex<HashMap<String, &'static str>>>,
}

/// A browser that has subscribed.
pub(crate) struct Subscribed {
    secret: SecretKey,
    auth: [u8; 16],
    pub(crate) json: Value,
}

impl PushService {
    pub(crate) async fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = format!("http://{}", listener.local_addr().unwrap());
        let (tell, came) = mpsc::unbounded_channel();
        let answers = Arc::<Mutex<HashMap<String, &'static str>>>::default();
        let known = Arc::clone(&answers);
        actix_web::rt::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                actix_web::rt::spawn(serve(stream, tell.clone(), Arc::clone(&known)));
            }
        });
        Self { address, came, answers }
    }

    /// From now on pushes to a browser are answered by this status line and headers; not at all where it is empty.
    pub(crate) fn answer(&self, browser: &str, answer: &'static str) {
        self.answers.lock().unwrap().insert(format!("/{browser}"), answer);
    }

    /// A browser with keys of its own.
    pub(crate) fn browser(&self, name: &str) -> Subscribed {
        let mut bytes = [7; 32];
        bytes[..name.len()].copy_from_slice(name.as_bytes());
        let secret = SecretKey::from_slice(&bytes).unwrap();
        let auth = [9; 16];
        let p256dh = URL_SAFE_NO_PAD.encode(secret.public_key().to_encoded_point(false).as_bytes());
        let keys = json!({"p256dh": p256dh, "auth": URL_SAFE_NO_PAD.encode(auth)});
        let json = json!({"endpoint": format!("{}/{name}", self.address), "expirationTime": null, "keys": keys});
        Subscribed { secret, auth, json }
    }

    pub(crate) async fn next(&mut self) -> Came {
        tokio::time::timeout(LONG, self.came.recv()).await.expect("a push in time").unwrap()
    }
}

impl Subscribed {
    /// What this browser reads.
    pub(crate) fn reads(&self, came: &Came) -> Value {
        let text = decrypt(came.body.clone(), &self.secret, &Auth::from(self.auth)).expect("it is for this browser");
        serde_json::from_slice(&text).unwrap()
    }
}

/// Takes requests of one connection, as many as come.
async fn serve(
    mut stream: TcpStream,
    tell: mpsc::UnboundedSender<Came>,
    answers: Arc<Mutex<HashMap<String, &'static str>>>,
) {
    let mut read = Vec::new();
    loop {
        let end = loop {
            if let Some(end) = read.windows(4).position(|four| four == b"\r\n\r\n") {
                break end;
            }
            if stream.read_buf(&mut read).await.unwrap_or(0) == 0 {
                return;
            }
        };
        let head = String::from_utf8(read[..end].to_vec()).unwrap();
        let mut lines = head.split("\r\n");
        let path = lines.next().unwrap().split(' ').nth(1).unwrap().to_owned();
        let header = |line: &str| {
            line.split_once(": ").map(|(name, value)| (name.to_ascii_lowercase(), value.to_owned())).unwrap()
        };
        let headers: HashMap<String, String> = lines.map(header).collect();
        let length: usize = headers["content-length"].parse().unwrap();
        while read.len() < end + 4 + length {
            if stream.read_buf(&mut read).await.unwrap_or(0) == 0 {
                return;
            }
        }
        let body = read[end + 4..end + 4 + length].to_vec();
        read.drain(..end + 4 + length);
        let answer = answers.lock().unwrap().get(&path).copied().unwrap_or("201 Created");
        drop(tell.send(Came { to: path[1..].to_owned(), headers, body }));
        if answer.is_empty() {
            // It keeps whoever asks waiting, for as long as they do.
            std::future::pending::<()>().await;
        }
        let answer = format!("HTTP/1.1 {answer}\r\nContent-Length: 0\r\n\r\n");
        if stream.write_all(answer.as_bytes()).await.is_err() {
            return;
        }
    }
}
