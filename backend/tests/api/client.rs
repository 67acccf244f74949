//! Clients for tests: one speaks JSON over a WebSocket, one gets sessions.

use std::{collections::VecDeque, net::SocketAddr};

use futures_util::{SinkExt as _, StreamExt as _};
use serde_json::{Value, json};
use shared::{Event, ServerFrame};
use tokio::net::TcpStream;
use tokio_tungstenite::{
    MaybeTlsStream, WebSocketStream, connect_async,
    tungstenite::{
        self, Message,
        client::IntoClientRequest as _,
        http::{HeaderName, HeaderValue, StatusCode},
    },
};

use crate::server::{LONG, Server};

/// A WebSocket client. Whatever it waits for comes in time, or the test fails.
pub(crate) struct Client {
    pub(crate) socket: WebSocketStream<MaybeTlsStream<TcpStream>>,
    /// The rest of an array of frames.
    ahead: VecDeque<Value>,
    /// What was said last of all rooms that its person has visited.
    rooms: Option<Value>,
}

impl Client {
    pub(crate) async fn plain(server: &Server) -> Self {
        Self::connect(&server.ws("/ws"), &[]).await.unwrap()
    }

    /// A `warren.v1` client of a new person, welcomed.
    pub(crate) async fn v1(server: &Server) -> Self {
        let token = bearer(server).await;
        Self::v1_with(server, &token).await
    }

    pub(crate) async fn v1_with(server: &Server, token: &str) -> Self {
        Self::v1_at(server.address, token).await
    }

    pub(crate) async fn v1_at(server: SocketAddr, token: &str) -> Self {
        let url = format!("ws://{server}/ws/v1");
        let mut client = Self::connect(&url, &[("authorization", &format!("Bearer {token}"))]).await.unwrap();
        assert_eq!(client.json().await["type"], "welcome");
        client
    }

    /// Connects; or gives the status that turned the handshake away.
    pub(crate) async fn connect(url: &str, headers: &[(&'static str, &str)]) -> Result<Self, StatusCode> {
        let mut request = url.into_client_request().unwrap();
        for (name, value) in headers {
            request.headers_mut().insert(HeaderName::from_static(name), HeaderValue::from_str(value).unwrap());
        }
        match tokio::time::timeout(LONG, connect_async(request)).await.expect("a handshake in time") {
            Ok((socket, _)) => Ok(Self { socket, ahead: VecDeque::new(), rooms: None }),
            Err(tungstenite::Error::Http(response)) => Err(response.status()),
            Err(error) => panic!("{error}"),
        }
    }

    pub(crate) async fn say(&mut self, json: &Value) {
        self.say_text(&json.to_string()).await;
    }

    pub(crate) async fn say_text(&mut self, text: &str) {
        self.socket.send(Message::text(text)).await.unwrap();
    }

    /// The next frame, as JSON; an array's frames one by one. Its library answers pings. The list of the person's rooms
    /// comes at any time, and is set aside.
    pub(crate) async fn json(&mut self) -> Value {
        loop {
            let frame = self.any_json().await;
            if frame["type"] != "rooms" {
                return frame;
            }
            self.rooms = Some(frame["rooms"].clone());
        }
    }

    /// All rooms that the person has visited, as they are said once on each connection.
    pub(crate) async fn rooms(&mut self) -> Value {
        while self.rooms.is_none() {
            let frame = self.any_json().await;
            assert_eq!(frame["type"], "rooms");
            self.rooms = Some(frame["rooms"].clone());
        }
        self.rooms.take().unwrap()
    }

    async fn any_json(&mut self) -> Value {
        loop {
            if let Some(frame) = self.ahead.pop_front() {
                return frame;
            }
            match self.next().await {
                Message::Text(text) => match serde_json::from_str(&text).unwrap() {
                    Value::Array(frames) => self.ahead.extend(frames),
                    frame => return frame,
                },
                Message::Ping(_) => {}
                other => panic!("not a text: {other:?}"),
            }
        }
    }

    /// The next frame of a type; the others before it are passed over.
    pub(crate) async fn next_of(&mut self, kind: &str) -> Value {
        loop {
            let frame = self.json().await;
            if frame["type"] == kind {
                return frame;
            }
        }
    }

    /// The next frame that is no signal.
    pub(crate) async fn reply(&mut self) -> Value {
        loop {
            let frame = self.json().await;
            if frame["type"] != "signal" {
                return frame;
            }
        }
    }

    /// The next signal of a kind for which `fits` holds.
    pub(crate) async fn signal(&mut self, kind: &str, fits: impl Fn(&Value) -> bool) -> Value {
        loop {
            let frame = self.next_of("signal").await;
            if frame["kind"] == kind && fits(&frame) {
                return frame;
            }
        }
    }

    /// The code and reason of the close frame that comes, other frames before it passed over.
    pub(crate) async fn closed(&mut self) -> (u16, String) {
        self.until_closed().await.1
    }

    /// What comes until the close frame, and the code and reason of that.
    pub(crate) async fn until_closed(&mut self) -> (Vec<Value>, (u16, String)) {
        let mut frames = Vec::from(std::mem::take(&mut self.ahead));
        loop {
            match self.next().await {
                Message::Text(text) => match serde_json::from_str(&text).unwrap() {
                    Value::Array(several) => frames.extend(several),
                    frame => frames.push(frame),
                },
                Message::Close(frame) => {
                    let frame = frame.expect("a close frame with a code");
                    return (frames, (frame.code.into(), frame.reason.to_string()));
                }
                _ => {}
            }
        }
    }

    pub(crate) async fn next(&mut self) -> Message {
        let next = tokio::time::timeout(LONG, self.socket.next()).await.expect("something comes in time");
        next.expect("the socket is open").unwrap()
    }

    /// Opens a room without a cursor, and gives `opened`.
    pub(crate) async fn open(&mut self, room: &str) -> Value {
        self.say(&json!({"type": "open", "room": room})).await;
        self.next_of("opened").await
    }

    pub(crate) async fn open_after(&mut self, room: &str, epoch: &Value, seq: u64) -> Value {
        self.say(&json!({"type": "open", "room": room, "after": {"epoch": epoch, "seq": seq}})).await;
        self.next_of("opened").await
    }

    /// Opens a room after a cursor with a digest.
    pub(crate) async fn open_with(&mut self, room: &str, after: &Value) -> Value {
        self.say(&json!({"type": "open", "room": room, "after": after})).await;
        self.next_of("opened").await
    }

    pub(crate) async fn post(&mut self, room: &str, key: &str, text: &str) {
        self.say(&json!({"type": "post", "room": room, "key": key, "text": text})).await;
    }

    pub(crate) async fn leave_abruptly(self) {
        drop(self.socket);
    }
}

/// The event in a frame.
pub(crate) fn event_in(frame: &Value) -> Event {
    match serde_json::from_value(frame.clone()).unwrap() {
        ServerFrame::Event(event) => event,
        other => panic!("no event: {other:?}"),
    }
}

/// A bearer token of a new person.
pub(crate) async fn bearer(server: &Server) -> String {
    bearer_of(server.address).await
}

pub(crate) async fn bearer_of(server: SocketAddr) -> String {
    let url = format!("http://{server}/api/session");
    let answer = reqwest::Client::new().post(url).json(&json!({"kind": "bearer"}));
    let granted: Value = answer.send().await.unwrap().json().await.unwrap();
    granted["token"].as_str().expect("a token").to_owned()
}
