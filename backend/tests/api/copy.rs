//! A client's copy of a room, folded and proved as a real client does it.

use serde_json::{Value, json};
use shared::{About, Digest, Event, Message, Seq, ServerFrame};

use crate::client::{Client, event_in};

/// What a client has of a room.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Copy {
    pub(crate) epoch: Value,
    pub(crate) seq: Seq,
    pub(crate) digest: Digest,
    pub(crate) about: About,
    pub(crate) messages: Vec<Message>,
}

impl Copy {
    /// Opens a room, and takes its snapshot.
    pub(crate) async fn open(client: &mut Client, room: &str) -> Self {
        Self::of(&client.open(room).await)
    }

    /// The snapshot of a frame `opened`.
    pub(crate) fn of(opened: &Value) -> Self {
        let ServerFrame::Opened { head, digest, snapshot: Some(snapshot), .. } =
            serde_json::from_value(opened.clone()).unwrap()
        else {
            panic!("no snapshot: {opened}")
        };
        let epoch = opened["epoch"].clone();
        Self { epoch, seq: head, digest, about: snapshot.about, messages: snapshot.messages }
    }

    /// Where it stands, to open the room after it.
    pub(crate) fn cursor(&self) -> Value {
        json!({"epoch": self.epoch, "seq": self.seq, "digest": self.digest})
    }

    /// Folds in the next event.
    pub(crate) fn fold(&mut self, event: &Event) {
        assert_eq!(event.seq, self.seq.next());
        self.seq = event.seq;
        self.digest = self.digest.after(event);
        self.about.fold(event);
        for message in &mut self.messages {
            message.fold(event);
        }
        self.messages.extend(Message::posted(event));
    }

    /// Takes events until it stands on `head`.
    pub(crate) async fn follow(&mut self, client: &mut Client, head: u64) {
        while self.seq < Seq(head) {
            self.fold(&event_in(&client.next_of("event").await));
        }
    }
}
