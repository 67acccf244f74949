//! A server frame as it is read: all fields that any type of frame has, side by side.
//!
//! Reading straight into the tagged enum would first copy every frame into a tree of serde's, and bring a second
//! reader for each type inside it: a third of the client's program. What this gives is the same, and a test says so.

use serde::Deserialize;

use super::server::{Reset, RoomHead, ServerFrame, Signal};
use crate::{
    Author, ClientKey, Digest, Epoch, Event, EventBody, Limits, Millis, Person, Refusal, RefusalCode, RoomName, Seq,
    Snapshot,
};

/// Any frame: of its fields, those of its `type` are there.
#[derive(Deserialize)]
pub(super) struct Flat {
    r#type: String,
    kind: Option<String>,
    room: Option<String>,
    key: Option<String>,
    seq: Option<Seq>,
    at: Option<Millis>,
    by: Option<Author>,
    body: Option<EventBody>,
    epoch: Option<Epoch>,
    first: Option<Seq>,
    head: Option<Seq>,
    digest: Option<Digest>,
    snapshot: Option<Snapshot>,
    reset: Option<Reset>,
    you: Option<Person>,
    now: Option<Millis>,
    heartbeat_s: Option<u32>,
    limits: Option<Limits>,
    code: Option<RefusalCode>,
    message: Option<String>,
    retry_after_ms: Option<u64>,
    count: Option<u32>,
    people: Option<Vec<Person>>,
    person: Option<Person>,
    n: Option<u32>,
    rooms: Option<Vec<RoomHead>>,
}

/// What is wrong with a frame whose fields can be read.
const INCOMPLETE: &str = "a field of this frame is missing or not valid";

impl Flat {
    fn room(&mut self) -> Option<RoomName> {
        RoomName::try_from(self.room.take()?).ok()
    }

    fn key(&mut self) -> Option<ClientKey> {
        ClientKey::try_from(self.key.take()?).ok()
    }

    fn signal(mut self) -> Option<Signal> {
        Some(match self.kind.as_deref()? {
            "here" => Signal::Here { room: self.room()?, count: self.count?, people: self.people },
            "typing" => Signal::Typing { room: self.room()?, people: self.people? },
            "renamed" => Signal::Renamed { room: self.room()?, person: self.person? },
            _ => Signal::Unknown,
        })
    }

    fn refusal(&mut self) -> Option<Refusal> {
        Some(Refusal { code: self.code?, message: self.message.take()?, retry_after_ms: self.retry_after_ms })
    }

    fn frame(mut self) -> Option<ServerFrame> {
        Some(match self.r#type.as_str() {
            "welcome" => ServerFrame::Welcome {
                you: self.you?,
                now: self.now?,
                heartbeat_s: self.heartbeat_s?,
                limits: self.limits?,
            },
            "opened" => ServerFrame::Opened {
                room: self.room()?,
                epoch: self.epoch?,
                first: self.first?,
                head: self.head?,
                digest: self.digest?,
                snapshot: self.snapshot,
                reset: self.reset,
            },
            "event" => ServerFrame::Event(Event {
                room: self.room()?,
                seq: self.seq?,
                at: self.at?,
                key: self.key()?,
                by: self.by?,
                body: self.body?,
            }),
            "settled" => ServerFrame::Settled { room: self.room()?, key: self.key()?, seq: self.seq },
            "refused" => ServerFrame::Refused { refusal: self.refusal()?, room: self.room, key: self.key },
            "signal" => ServerFrame::Signal(self.signal()?),
            "pong" => ServerFrame::Pong { n: self.n?, now: self.now?, rooms: self.rooms? },
            _ => ServerFrame::Unknown,
        })
    }
}

impl TryFrom<Flat> for ServerFrame {
    type Error = &'static str;

    fn try_from(flat: Flat) -> Result<Self, Self::Error> {
        flat.frame().ok_or(INCOMPLETE)
    }
}
