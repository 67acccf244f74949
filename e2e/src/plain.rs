//! Somebody on the plain relay: a program that says many things at once.

use anyhow::{Context as _, ensure};
use futures_util::{SinkExt as _, StreamExt as _};
use serde_json::{Value, json};
use tokio_tungstenite::{connect_async, tungstenite::Message};

use crate::Server;

/// Says texts in a room by the plain relay, as one person.
pub struct Plain;

impl Plain {
    /// Says all of them, and waits until all are in the log.
    ///
    /// # Errors
    /// Where the server does not take them.
    pub async fn say(server: &Server, room: &str, name: &str, texts: &[String]) -> anyhow::Result<()> {
        let (mut socket, _) = connect_async(server.ws(&format!("/ws?room={room}"))).await?;
        for text in texts {
            socket.feed(Message::text(json!({"name": name, "message": text}).to_string())).await?;
        }
        socket.flush().await?;
        let mut awaited = texts.iter();
        let mut text = awaited.next();
        while let Some(expected) = text {
            let heard = socket.next().await.context("the socket was closed")??;
            let heard: Value = serde_json::from_str(heard.to_text()?)?;
            ensure!(heard["name"] != "Warren", "{expected:?} was answered by {heard}");
            // Others may talk too.
            if heard["name"] == name && heard["message"] == expected.as_str() {
                text = awaited.next();
            }
        }
        Ok(socket.close(None).await?)
    }
}
