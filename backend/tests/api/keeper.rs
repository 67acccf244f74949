//! A client as it is in a browser, without the browser: the real state, a real socket, and a database in memory that
//! outlives a crash of the page.

use std::{collections::BTreeMap, net::SocketAddr, rc::Rc, time::Duration};

use frontend::state::{Action, App, Ask, Effect, Keep, KeptEntry, KeptRoom, Loaded, Moment, Now, Place, update};
use futures_util::{SinkExt as _, StreamExt as _};
use shared::{ClientKey, Message, MessageText, Millis, Page, Person, RoomName, Salt, ServerFrame};
use tokio::{
    net::TcpStream,
    time::{Instant, timeout, timeout_at},
};
use tokio_tungstenite::{
    MaybeTlsStream, WebSocketStream, connect_async,
    tungstenite::{self, client::IntoClientRequest as _, http::HeaderValue},
};

/// Nothing that a keeper waits for takes so long, unless the test fails.
const LONG: Duration = Duration::from_secs(90);

type Socket = WebSocketStream<MaybeTlsStream<TcpStream>>;

/// What the browser's database holds.
#[derive(Clone, Default)]
pub(crate) struct Database {
    rooms: BTreeMap<RoomName, KeptRoom>,
    entries: BTreeMap<(RoomName, ClientKey), KeptEntry>,
    me: Option<Person>,
}

impl Database {
    fn keep(&mut self, keep: Keep) {
        self.rooms.extend(keep.rooms);
        self.entries.extend(keep.entries.into_iter().map(|entry| ((entry.room.clone(), entry.key.clone()), entry)));
        for gone in keep.gone {
            self.entries.remove(&gone);
        }
        self.me = keep.me.or(self.me.take());
    }

    fn load(&self) -> Loaded {
        Loaded {
            rooms: self.rooms.iter().map(|(name, room)| (name.clone(), room.clone())).collect(),
            entries: self.entries.values().cloned().collect(),
            me: self.me.clone(),
        }
    }
}

/// A client.
pub(crate) struct Keeper {
    app: Rc<App>,
    database: Database,
    server: SocketAddr,
    token: String,
    socket: Option<(u32, Socket)>,
    began: Instant,
    /// Its clock runs so many times as fast as ours, so that what it waits for does not take long.
    haste: u32,
    chance: u32,
    /// What is to happen next, in order.
    actions: Vec<Action>,
}

impl Keeper {
    /// A client that comes up with what `database` holds.
    pub(crate) fn new(server: SocketAddr, token: &str, haste: u32, database: Database) -> Self {
        let app = Rc::new(App::new(Place::Room(RoomName::lobby()), Vec::new()));
        let loaded = Action::Loaded(Box::new(database.load()));
        Self {
            app,
            database,
            server,
            token: token.to_owned(),
            socket: None,
            began: Instant::now(),
            haste,
            chance: 1,
            actions: vec![Action::Started, loaded],
        }
    }

    /// The page breaks down. What is in the database stays.
    pub(crate) fn crash(self) -> Database {
        self.database
    }

    pub(crate) fn app(&self) -> &Rc<App> {
        &self.app
    }

    /// The room that everybody is in.
    pub(crate) fn room(&self) -> &frontend::state::Room {
        self.app.current().unwrap().1
    }

    /// The messages in sight.
    pub(crate) fn messages(&self) -> Vec<Message> {
        self.room().window().messages().map(|message| Message::clone(message)).collect()
    }

    /// Its clock, in its milliseconds.
    pub(crate) fn now(&self) -> Now {
        Now(u64::try_from((self.began.elapsed() * self.haste).as_millis()).unwrap())
    }

    /// Something happens.
    pub(crate) fn act(&mut self, action: Action) {
        self.actions.push(action);
    }

    /// The person types a message and sends it off.
    pub(crate) fn say(&mut self, text: &str) {
        let (room, key) = (RoomName::lobby(), new_key());
        self.act(Action::MessageTyped { room, key, text: MessageText::parse(text).unwrap() });
    }

    /// Goes on until that is so.
    pub(crate) async fn until(&mut self, what: &str, holds: impl Fn(&Self) -> bool) {
        let reached = timeout(LONG, async {
            self.fold().await;
            while !holds(self) {
                self.turn().await;
            }
        });
        let in_time = reached.await.is_ok();
        assert!(in_time, "{what} did not come: {:#?}", self.app);
    }

    /// Waits for the next thing that happens, and lets it happen.
    pub(crate) async fn turn(&mut self) {
        self.fold().await;
        let deadline = self.app.deadline().map(|deadline| {
            let wait = Duration::from_millis(deadline.since(self.now())) / self.haste;
            // A little later: the clock counts whole milliseconds.
            Instant::now() + wait + Duration::from_millis(1)
        });
        let deadline = deadline.unwrap_or_else(|| Instant::now() + LONG);
        let happened = match &mut self.socket {
            Some((generation, socket)) => {
                let generation = *generation;
                timeout_at(deadline, socket.next()).await.map(|heard| heard_of(generation, heard))
            }
            None => timeout_at(deadline, std::future::pending()).await,
        };
        match happened {
            Ok(None) => {}
            Ok(Some(action)) => {
                if matches!(action, Action::SocketClosed { .. }) {
                    self.socket = None;
                }
                self.act(action);
            }
            Err(_) => self.act(Action::DeadlinePassed),
        }
        self.fold().await;
    }

    /// Lets everything happen that is to, and does what the state wants done.
    async fn fold(&mut self) {
        while !self.actions.is_empty() {
            let action = self.actions.remove(0);
            self.chance = self.chance.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            let wall = Millis(1_795_363_439_000 + self.now().0);
            let at = Moment { now: self.now(), wall, chance: self.chance };
            let (app, effects) = update(&self.app, &at, action);
            self.app = app;
            for effect in effects {
                self.carry_out(effect).await;
            }
        }
    }

    async fn carry_out(&mut self, effect: Effect) {
        match effect.with_frame() {
            Effect::Connect { generation } => {
                self.socket = None;
                match self.connect().await {
                    Ok(socket) => {
                        self.socket = Some((generation, socket));
                        self.act(Action::SocketOpened { generation });
                    }
                    Err(_) => self.act(Action::SocketClosed { generation, code: 1006, reason: String::new() }),
                }
            }
            Effect::Close { generation } if self.socket.as_ref().is_some_and(|(open, _)| *open == generation) => {
                self.socket = None;
            }
            Effect::Send { generation, frame } => {
                if let Some((_, socket)) = self.socket.as_mut().filter(|(open, _)| *open == generation) {
                    let text = serde_json::to_string(&frame).unwrap();
                    // On a link that is broken nothing is sent; reading says so.
                    drop(socket.send(tungstenite::Message::text(text)).await);
                }
            }
            Effect::AskSession { generation } => self.act(Action::SessionAnswered { generation, granted: true }),
            Effect::FetchPage { room, ask } => {
                let page = self.page(&room, ask).await.ok();
                self.act(Action::PageReceived { room, ask, page });
            }
            Effect::Keep(keep) => {
                let number = keep.number;
                self.database.keep(keep);
                self.act(Action::Kept { number });
            }
            _ => {}
        }
    }

    async fn connect(&self) -> Result<Socket, tungstenite::Error> {
        let mut request = format!("ws://{}/ws/v1", self.server).into_client_request()?;
        let bearer = HeaderValue::from_str(&format!("Bearer {}", self.token)).unwrap();
        request.headers_mut().insert("authorization", bearer);
        connect_async(request).await.map(|(socket, _)| socket)
    }

    async fn page(&self, room: &RoomName, ask: Ask) -> reqwest::Result<Page> {
        let (word, number) = ask.words();
        let url = format!("http://{}/api/rooms/{room}/messages?{word}={number}&limit=50", self.server);
        reqwest::get(url).await?.json().await
    }
}

/// A fresh client key: 16 random bytes, in hexadecimal digits.
pub(crate) fn new_key() -> ClientKey {
    let mut bytes = [0; 16];
    getrandom::fill(&mut bytes).unwrap();
    ClientKey::parse(&Salt(bytes).to_string()).unwrap()
}

/// What a message, or the end, of the socket is to the state. None where it is neither.
fn heard_of(generation: u32, heard: Option<Result<tungstenite::Message, tungstenite::Error>>) -> Option<Action> {
    let closed = |code, reason| Some(Action::SocketClosed { generation, code, reason });
    match heard {
        Some(Ok(tungstenite::Message::Text(text))) => {
            let one = serde_json::from_str::<ServerFrame>(&text).map(|frame| vec![frame]);
            let frames = one.or_else(|_| serde_json::from_str::<Vec<ServerFrame>>(&text)).expect("a server frame");
            Some(Action::FramesReceived { generation, frames })
        }
        Some(Ok(tungstenite::Message::Close(frame))) => match frame {
            Some(frame) => closed(frame.code.into(), frame.reason.to_string()),
            None => closed(1005, String::new()),
        },
        // The server's ping is a sign of life too, and answered by the socket; a page hears nothing of it.
        Some(Ok(_)) => None,
        Some(Err(_)) | None => closed(1006, String::new()),
    }
}
