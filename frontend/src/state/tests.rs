//! The fold, tried: each part by its own rows, and the whole against a server that loses, doubles and reorders.

mod deliveries;
mod hostile;
mod line;
mod outbox;
mod place;
mod rows;
mod server;
mod window;
mod worker;

use std::rc::Rc;

use shared::{
    Author, ClientKey, Event, EventBody, LIMITS, MessageText, Millis, Person, PersonId, PersonName, RoomName,
};
use shared::{Seq, ServerFrame};

use super::{Action, App, Effect, Moment, Now, Place, update};

/// A client under test: the state, the clock, and what it wanted done.
struct Client {
    app: Rc<App>,
    now: u64,
    effects: Vec<Effect>,
}

impl Client {
    fn new() -> Self {
        Self { app: Rc::new(App::new(Place::Room(lobby()), Vec::new())), now: 1_000, effects: Vec::new() }
    }

    /// A client that has come up and been welcomed.
    fn welcomed() -> Self {
        let mut client = Self::new();
        client.act(Action::Started);
        client.act(Action::SocketOpened { generation: client.generation() });
        client.hear(welcome("me"));
        client
    }

    fn act(&mut self, action: Action) {
        let at = Moment { now: Now(self.now), wall: Millis(1_700_000_000_000 + self.now), chance: u32::MAX / 2 };
        let (app, effects) = update(&self.app, &at, action);
        self.app = app;
        self.effects.extend(effects);
    }

    fn hear(&mut self, frame: ServerFrame) {
        self.act(Action::FramesReceived { generation: self.generation(), frames: vec![frame] });
    }

    /// Lets the time pass, waking the state whenever it wants to be woken.
    fn wait(&mut self, ms: u64) {
        let until = self.now + ms;
        let mut woken = 0;
        while let Some(deadline) = self.app.deadline().filter(|deadline| deadline.0 <= until) {
            self.now = self.now.max(deadline.0);
            self.act(Action::DeadlinePassed);
            woken += 1;
            assert!(woken < 10_000, "it wants to be woken again and again: {:?}", self.app);
        }
        self.now = until;
    }

    fn generation(&self) -> u32 {
        self.app.line().generation()
    }

    fn take_effects(&mut self) -> Vec<Effect> {
        std::mem::take(&mut self.effects)
    }

    fn room(&self) -> &super::Room {
        self.app.room(&lobby()).unwrap()
    }

    /// The seqs that are shown.
    fn shown(&self) -> Vec<u64> {
        self.room().window().messages().map(|message| message.seq.0).collect()
    }
}

fn lobby() -> RoomName {
    RoomName::lobby()
}

fn person(id: &str) -> Person {
    Person { id: PersonId::parse(id).unwrap(), name: PersonName::parse(id).unwrap() }
}

fn key(key: &str) -> ClientKey {
    ClientKey::parse(key).unwrap()
}

fn text(text: &str) -> MessageText {
    MessageText::parse(text).unwrap()
}

fn welcome(id: &str) -> ServerFrame {
    ServerFrame::Welcome { you: person(id), now: Millis(0), heartbeat_s: 25, limits: LIMITS }
}

/// `opened` without anything to catch up.
fn opened() -> ServerFrame {
    ServerFrame::Opened {
        room: lobby(),
        epoch: "e".to_owned().into(),
        first: Seq(1),
        head: Seq(0),
        snapshot: Some(shared::Snapshot::default()),
        reset: None,
    }
}

/// The event by which `by` posted under `named`.
fn posted(seq: u64, by: &str, named: &str) -> Event {
    let Person { id, name } = person(by);
    Event {
        room: lobby(),
        seq: Seq(seq),
        at: Millis(1_700_000_000_000 + seq * 1_000),
        by: Author { id, name, plain: false },
        key: key(named),
        body: EventBody::Posted { text: text(named), reply_to: None, mentions: Vec::new() },
    }
}
