//! The fold, tried: each part by its own rows, and the whole against a server that loses, doubles and reorders.

mod amending;
mod another_history;
mod changes;
mod clock;
mod deliveries;
mod disk;
mod editing;
mod follow;
mod hostile;
mod keeping;
mod line;
mod mentions;
mod other_pages;
mod outbox;
mod painted;
mod place;
mod replying;
mod rows;
mod seeking;
mod server;
mod slash;
mod speech;
mod visits;
mod window;
mod words;
mod worker;

use std::rc::Rc;

use shared::{
    Author, ClientKey, Digest, Event, EventBody, LIMITS, MessageText, Millis, Person, PersonId, PersonName, Reset,
    RoomName,
};
use shared::{Salt, Seq, ServerFrame, Words};

use super::{Action, App, Effect, Moment, Now, Place, update};
use disk::Disk;

/// A client under test: the state, the clock, its database, and what it wanted done.
struct Client {
    app: Rc<App>,
    now: u64,
    /// What the clock on the wall said when the steady one began, in milliseconds.
    wall: u64,
    effects: Vec<Effect>,
    disk: Disk,
    /// The database does at once what it is asked for; else that stays among the effects.
    prompt: bool,
}

impl Client {
    fn new() -> Self {
        Self::with(Disk::default())
    }

    /// A client whose page comes up in a browser that keeps this.
    fn with(disk: Disk) -> Self {
        let app = Rc::new(App::new(Place::Room(lobby()), Vec::new()));
        Self { app, now: 1_000, wall: 1_700_000_000_000, effects: Vec::new(), disk, prompt: true }
    }

    /// A client that has come up and been welcomed.
    fn welcomed() -> Self {
        let mut client = Self::new();
        client.act(Action::Started);
        client.meet("me");
        client
    }

    /// The connection is made, and the server takes the client for this person.
    fn meet(&mut self, id: &str) {
        self.act(Action::SocketOpened { generation: self.generation() });
        self.hear(welcome(id));
    }

    fn act(&mut self, action: Action) {
        let starts = matches!(action, Action::Started);
        let at = Moment { now: Now(self.now), wall: Millis(self.wall.saturating_add(self.now)), chance: u32::MAX / 2 };
        let (app, effects) = update(&self.app, &at, action);
        self.app = app;
        for effect in effects {
            match effect {
                Effect::Keep(keep) if self.prompt => {
                    self.disk.write(&keep);
                    self.act(Action::Kept { number: keep.number });
                }
                Effect::Load if self.prompt => self.act(Action::Loaded(Box::new(self.disk.load()))),
                effect => self.effects.push(effect.with_frame()),
            }
        }
        if starts && self.prompt {
            self.act(Action::Loaded(Box::new(self.disk.load())));
        }
    }

    fn hear(&mut self, frame: ServerFrame) {
        self.act(Action::FramesReceived { generation: self.generation(), frames: vec![frame] });
    }

    /// The link breaks, and is there again.
    fn reconnect(&mut self, id: &str) {
        self.act(Action::SocketClosed { generation: self.generation(), code: 1006, reason: String::new() });
        self.wait(5_000);
        self.meet(id);
    }

    /// Lets the time pass, waking the state whenever it wants to be woken.
    fn wait(&mut self, ms: u64) {
        let until = self.now + ms;
        let mut woken = 0;
        while let Some(deadline) = self.app.deadline().filter(|deadline| deadline.0 <= until) {
            self.now = self.now.max(deadline.0);
            self.act(Action::DeadlinePassed);
            woken += 1;
            // The seconds to the next try are counted down, so each second has its own.
            assert!(woken < 1_000 + ms / 250, "it wants to be woken again and again: {:?}", self.app);
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

    fn type_in(&mut self, named: &str) {
        self.act(Action::MessageTyped { room: lobby(), key: key(named), text: text(named) });
    }
}

fn lobby() -> RoomName {
    RoomName::lobby()
}

fn person(id: &str) -> Person {
    Person { id: PersonId::parse(id).unwrap(), name: PersonName::parse(id).unwrap() }
}

fn author(id: &str) -> Author {
    let Person { id, name } = person(id);
    Author { id, name, plain: false }
}

fn key(key: &str) -> ClientKey {
    ClientKey::parse(key).unwrap()
}

fn text(text: &str) -> MessageText {
    MessageText::parse(text).unwrap()
}

fn words(said: &str) -> Words {
    Words::Kept { salt: Salt([7; 16]), text: text(said), mentions: Vec::new() }
}

fn welcome(id: &str) -> ServerFrame {
    ServerFrame::Welcome { you: person(id), now: Millis(0), heartbeat_s: 25, limits: LIMITS }
}

/// `opened` up to `head`, with an empty snapshot or none.
fn opened(head: u64, digest: Digest, snapshot: bool, reset: Option<Reset>) -> ServerFrame {
    ServerFrame::Opened {
        room: lobby(),
        epoch: "e".to_owned().into(),
        first: Seq(1),
        head: Seq(head),
        digest,
        snapshot: snapshot.then(shared::Snapshot::default),
        reset,
    }
}

/// `opened` of a room without events.
fn opened_empty() -> ServerFrame {
    opened(0, Digest::default(), true, None)
}

fn event(seq: u64, by: &str, named: &str, body: EventBody) -> Event {
    let at = Millis(1_700_000_000_000 + seq * 1_000);
    Event { room: lobby(), seq: Seq(seq), at, by: author(by), key: key(named), body }
}

/// The event by which `by` posted under `named`.
fn posted(seq: u64, by: &str, named: &str) -> Event {
    event(seq, by, named, EventBody::Posted { words: words(named), reply_to: None })
}

fn digest_of<'a>(log: impl IntoIterator<Item = &'a Event>) -> Digest {
    log.into_iter().fold(Digest::default(), Digest::after)
}
