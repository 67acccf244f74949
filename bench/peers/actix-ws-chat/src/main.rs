//! actix-ws, each message sent to each session in turn while the room is held: the shape of actix-ws's own chat example,
//! with rooms, and with the messages of Warren's plain relay. With `tasks` nothing is held: each session has a task that
//! sends it what a broadcast channel brings.
//!
//! `actix-ws-chat ADDRESS [tasks]`

use std::{collections::HashMap, io, sync::Arc};

use actix_web::{App, HttpRequest, HttpResponse, HttpServer, web};
use actix_ws::{AggregatedMessage, Session};
use bytestring::ByteString;
use futures_util::{StreamExt as _, stream::FuturesUnordered};
use serde::{Deserialize, Serialize};
use tokio::sync::{Mutex, broadcast};

/// Most messages that a task of a session may be behind.
const BEHIND: usize = 4_096;

#[derive(Clone)]
struct Chat {
    sessions: Arc<Mutex<Vec<Session>>>,
    channel: Option<broadcast::Sender<ByteString>>,
}

impl Chat {
    fn new(tasks: bool) -> Self {
        Self { sessions: Arc::default(), channel: tasks.then(|| broadcast::channel(BEHIND).0) }
    }

    async fn insert(&self, mut session: Session) {
        let Some(channel) = &self.channel else { return self.sessions.lock().await.push(session) };
        let mut messages = channel.subscribe();
        actix_web::rt::spawn(async move {
            while let Ok(message) = messages.recv().await {
                if session.text(message).await.is_err() {
                    break;
                }
            }
        });
    }

    async fn send(&self, message: ByteString) {
        if let Some(channel) = &self.channel {
            // Nobody is there to get it: nothing to do.
            drop(channel.send(message));
            return;
        }
        let mut sessions = self.sessions.lock().await;
        let mut unordered = FuturesUnordered::new();
        for mut session in sessions.drain(..) {
            let message = message.clone();
            unordered.push(async move { session.text(message).await.map(|()| session) });
        }
        while let Some(sent) = unordered.next().await {
            if let Ok(session) = sent {
                sessions.push(session);
            }
        }
    }
}

#[derive(Clone)]
struct Rooms {
    tasks: bool,
    rooms: Arc<Mutex<HashMap<String, Chat>>>,
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

async fn ws(
    request: HttpRequest,
    body: web::Payload,
    place: web::Query<Where>,
    rooms: web::Data<Rooms>,
) -> Result<HttpResponse, actix_web::Error> {
    let (response, mut session, stream) = actix_ws::handle(&request, body)?;
    let mut stream = stream.max_frame_size(131_072).aggregate_continuations();
    let chat =
        rooms.rooms.lock().await.entry(place.into_inner().room).or_insert_with(|| Chat::new(rooms.tasks)).clone();
    chat.insert(session.clone()).await;
    actix_web::rt::spawn(async move {
        while let Some(Ok(message)) = stream.next().await {
            match message {
                AggregatedMessage::Ping(bytes) => {
                    if session.pong(&bytes).await.is_err() {
                        return;
                    }
                }
                AggregatedMessage::Text(text) => {
                    let Ok(Post { name, message }) = serde_json::from_str(&text) else { break };
                    let time = chrono::Local::now().format("%H:%M:%S").to_string();
                    if let Ok(text) = serde_json::to_string(&Stamped { name, message, time }) {
                        chat.send(text.into()).await;
                    }
                }
                AggregatedMessage::Close(reason) => {
                    drop(session.close(reason).await);
                    return;
                }
                _ => {}
            }
        }
        drop(session.close(None).await);
    });
    Ok(response)
}

#[actix_web::main]
async fn main() -> io::Result<()> {
    let address = std::env::args().nth(1).ok_or_else(|| io::Error::other("say where to listen"))?;
    let tasks = std::env::args().nth(2).is_some_and(|word| word == "tasks");
    let rooms = web::Data::new(Rooms { tasks, rooms: Arc::default() });
    HttpServer::new(move || App::new().app_data(rooms.clone()).route("/ws", web::get().to(ws)))
        .bind(address)?
        .run()
        .await
}
