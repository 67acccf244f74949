//! axum with a broadcast channel: the shape of axum's own chat example (a channel of 100, two tasks a connection), with
//! rooms, and with the messages of Warren's plain relay in the place of user names.
//!
//! `axum-chat ADDRESS [nodelay]`

use std::{
    collections::HashMap,
    error::Error,
    sync::{Arc, Mutex, PoisonError},
};

use axum::{
    Router,
    extract::{
        Query, State,
        ws::{Message, Utf8Bytes, WebSocket, WebSocketUpgrade},
    },
    response::IntoResponse,
    routing::get,
    serve::ListenerExt as _,
};
use futures_util::{SinkExt as _, StreamExt as _};
use serde::{Deserialize, Serialize};
use tokio::{net::TcpListener, sync::broadcast};

#[derive(Default)]
struct AppState {
    rooms: Mutex<HashMap<String, broadcast::Sender<Utf8Bytes>>>,
}

#[derive(Deserialize)]
struct Where {
    room: String,
}

#[derive(Deserialize)]
struct Post {
    name: String,
    message: String,
}

#[derive(Serialize)]
struct Stamped {
    name: String,
    message: String,
    time: String,
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = std::env::args().skip(1);
    let address = arguments.next().ok_or("say where to listen")?;
    let nodelay = arguments.next().is_some_and(|word| word == "nodelay");
    let app = Router::new().route("/ws", get(handler)).with_state(Arc::<AppState>::default());
    let listener = TcpListener::bind(address).await?;
    if nodelay {
        let listener = listener.tap_io(|stream| drop(stream.set_nodelay(true)));
        axum::serve(listener, app).await?;
    } else {
        axum::serve(listener, app).await?;
    }
    Ok(())
}

async fn handler(
    ws: WebSocketUpgrade,
    Query(Where { room }): Query<Where>,
    State(state): State<Arc<AppState>>,
) -> impl IntoResponse {
    ws.on_upgrade(move |socket| websocket(socket, state, room))
}

async fn websocket(stream: WebSocket, state: Arc<AppState>, room: String) {
    let (mut sender, mut receiver) = stream.split();
    let tx = {
        let mut rooms = state.rooms.lock().unwrap_or_else(PoisonError::into_inner);
        rooms.entry(room).or_insert_with(|| broadcast::channel(100).0).clone()
    };
    let mut rx = tx.subscribe();
    let mut send_task = tokio::spawn(async move {
        while let Ok(message) = rx.recv().await {
            if sender.send(Message::Text(message)).await.is_err() {
                break;
            }
        }
    });
    let mut recv_task = tokio::spawn(async move {
        while let Some(Ok(Message::Text(text))) = receiver.next().await {
            let Ok(Post { name, message }) = serde_json::from_str(&text) else { break };
            let time = chrono::Local::now().format("%H:%M:%S").to_string();
            if let Ok(text) = serde_json::to_string(&Stamped { name, message, time }) {
                // Nobody is there to get it: nothing to do.
                drop(tx.send(text.into()));
            }
        }
    });
    tokio::select! {
        _ = &mut send_task => recv_task.abort(),
        _ = &mut recv_task => send_task.abort(),
    }
}
