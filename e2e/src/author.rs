//! Somebody who writes without a browser: a program with a session of its own.

use anyhow::{Context as _, ensure};
use futures_util::{SinkExt as _, StreamExt as _};
use serde_json::{Value, json};
use tokio::net::TcpStream;
use tokio_tungstenite::{
    MaybeTlsStream, WebSocketStream, connect_async,
    tungstenite::{Message, client::IntoClientRequest as _, http::HeaderValue},
};

use crate::Server;

/// A program that writes.
pub struct Author {
    socket: WebSocketStream<MaybeTlsStream<TcpStream>>,
    id: String,
    said: usize,
}

impl Author {
    /// Connects as somebody new.
    ///
    /// # Errors
    /// Where the server does not let it.
    pub async fn to(server: &Server, name: &str) -> anyhow::Result<Self> {
        let asked = reqwest::Client::new().post(server.url("/api/session")).json(&json!({"kind": "bearer"})).send();
        let granted: Value = asked.await?.json().await?;
        let token = granted["token"].as_str().context("no token")?;
        let mut request = server.ws("/ws/v1").into_client_request()?;
        request.headers_mut().insert("authorization", HeaderValue::from_str(&["Bearer ", token].concat())?);
        let (socket, _) = connect_async(request).await?;
        let id = granted["you"]["id"].as_str().context("no id")?.to_owned();
        let mut author = Self { socket, id, said: 0 };
        author.send(&json!({"type": "rename", "name": name})).await?;
        Ok(author)
    }

    /// Its id.
    #[must_use]
    pub fn id(&self) -> &str {
        &self.id
    }

    /// Sends a command, given without its key, and waits until it is carried out; gives the seq of its event.
    ///
    /// # Errors
    /// Where it is refused.
    pub async fn does(&mut self, mut command: Value) -> anyhow::Result<u64> {
        self.said += 1;
        command["key"] = json!(["k", &self.said.to_string()].concat());
        self.send(&command).await?;
        loop {
            let message = self.socket.next().await.context("the server has gone")??;
            let Message::Text(text) = message else { continue };
            let frames = match serde_json::from_str(&text)? {
                Value::Array(frames) => frames,
                frame => vec![frame],
            };
            if let Some(frame) = frames.into_iter().find(|frame| frame["key"] == command["key"]) {
                ensure!(frame["type"] == "settled", "{command} got {frame}");
                return frame["seq"].as_u64().context("no event came of it");
            }
        }
    }

    async fn send(&mut self, frame: &Value) -> anyhow::Result<()> {
        Ok(self.socket.send(Message::text(frame.to_string())).await?)
    }
}
