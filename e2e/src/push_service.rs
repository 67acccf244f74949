//! A push service of the tests' own: what comes for a browser is decrypted by the keys that only the browser has.

use anyhow::{Context as _, ensure};
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

use crate::{Browser, LONG};

/// The keys of all browsers here: they are of tests, and nobody else's.
const SECRET: [u8; 32] = [7; 32];
const AUTH: [u8; 16] = [9; 16];

/// What a browser was told.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Told {
    /// The browser, by the name that it subscribed with.
    pub browser: String,
    /// How the newest message begins.
    pub text: String,
    /// How many messages the person wants to be told of.
    pub count: u64,
}

/// A push service on a port of its own, for as long as it is held.
pub struct PushService {
    address: String,
    came: mpsc::UnboundedReceiver<anyhow::Result<Told>>,
}

impl PushService {
    /// Starts one.
    ///
    /// # Errors
    /// Where there is no port for it.
    pub async fn start() -> anyhow::Result<Self> {
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        let address = format!("http://{}", listener.local_addr()?);
        let (tell, came) = mpsc::unbounded_channel();
        tokio::spawn(async move {
            while let Ok((mut stream, _)) = listener.accept().await {
                let tell = tell.clone();
                tokio::spawn(async move {
                    // Each connection is for as many pushes as come over it.
                    while let Some(told) = take(&mut stream).await.transpose() {
                        if tell.send(told).is_err() {
                            return;
                        }
                    }
                });
            }
        });
        Ok(Self { address, came })
    }

    /// Lets a browser's page subscribe, as it does with the browser's own push service.
    ///
    /// # Errors
    /// Where the server does not take it.
    pub async fn subscribe(&self, browser: &Browser, name: &str) -> anyhow::Result<()> {
        let secret = SecretKey::from_slice(&SECRET)?;
        let p256dh = URL_SAFE_NO_PAD.encode(secret.public_key().to_encoded_point(false).as_bytes());
        let keys = json!({"p256dh": p256dh, "auth": URL_SAFE_NO_PAD.encode(AUTH)});
        let subscription = json!({"endpoint": format!("{}/{name}", self.address), "keys": keys});
        let script = "const [subscription, done] = arguments;
            const headers = { 'Content-Type': 'application/json' };
            fetch('/api/push/subscribe', { method: 'POST', headers, body: JSON.stringify(subscription) })
                .then(({ status }) => done(status), (fault) => done(`${fault}`))";
        let answer = browser.run_async(script, json!([subscription])).await?;
        ensure!(answer == 200, "the subscription was answered by {answer}");
        Ok(())
    }

    /// The next two pushes, in the order of the browsers' names.
    ///
    /// # Errors
    /// Where they do not come, or cannot be read.
    pub async fn next_two(&mut self) -> anyhow::Result<[Told; 2]> {
        let mut next = async || tokio::time::timeout(LONG, self.came.recv()).await?.context("the service has ended")?;
        let mut two = [next().await?, next().await?];
        two.sort();
        Ok(two)
    }
}

/// Takes a push of a connection, and answers it; none where the connection has ended.
async fn take(stream: &mut TcpStream) -> anyhow::Result<Option<Told>> {
    let mut read = Vec::new();
    let end = loop {
        if let Some(end) = read.windows(4).position(|four| four == b"\r\n\r\n") {
            break end;
        }
        if stream.read_buf(&mut read).await? == 0 {
            return Ok(None);
        }
    };
    let head = String::from_utf8(read[..end].to_vec())?;
    let length = head.lines().find_map(|line| line.to_ascii_lowercase().strip_prefix("content-length: ")?.parse().ok());
    let whole = end + 4 + length.unwrap_or(0);
    while read.len() < whole {
        ensure!(stream.read_buf(&mut read).await? > 0, "a push was cut off");
    }
    stream.write_all(b"HTTP/1.1 201 Created\r\ncontent-length: 0\r\n\r\n").await?;
    let browser = head.split(' ').nth(1).context("no path")?.trim_start_matches('/').to_owned();
    let text = decrypt(read[end + 4..whole].to_vec(), &SecretKey::from_slice(&SECRET)?, &Auth::from(AUTH));
    let said: Value = serde_json::from_slice(&text.map_err(|_| anyhow::anyhow!("a push for another browser"))?)?;
    let text = said["text"].as_str().unwrap_or_default().to_owned();
    Ok(Some(Told { browser, text, count: said["count"].as_u64().unwrap_or_default() }))
}
