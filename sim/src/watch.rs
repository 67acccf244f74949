//! What the server promises on each connection, checked as it says it: nothing that is not durable, every event after
//! the cursor and no other, snapshots that are the fold of the log.

use std::collections::{BTreeMap, VecDeque};

use shared::{ClientFrame, Cursor, Event, Message, PersonId, RoomName, Seq, ServerFrame, Snapshot};

use crate::{
    disk::{Disk, RoomImage},
    failure::Harm,
    fold::{fold, same_event, same_message},
    ledger::Ledger,
    sabotage::Sabotage,
    world::Tools,
};

/// Watches over what the server says on one connection.
pub struct Watch {
    disk: Disk,
    ledger: Ledger,
    person: PersonId,
    /// The cursors of the opens that are not answered yet.
    opens: BTreeMap<RoomName, VecDeque<Option<Cursor>>>,
    /// The next event of each open room.
    next: BTreeMap<RoomName, Seq>,
}

/// Messages of a snapshot.
const SNAPSHOT: usize = 50;

impl Watch {
    /// Watches over a connection of `person`.
    #[must_use]
    pub fn new(disk: &Disk, ledger: &Ledger, person: PersonId) -> Self {
        let (disk, ledger) = (disk.clone(), ledger.clone());
        Self { disk, ledger, person, opens: BTreeMap::new(), next: BTreeMap::new() }
    }

    /// The server has been asked something.
    pub fn asked(&mut self, frame: &ClientFrame) {
        if let ClientFrame::Open { room, after } = frame {
            self.opens.entry(room.clone()).or_default().push_back(after.clone());
        }
    }

    /// For a saboteur: a cursor of another history, as one of this.
    #[must_use]
    pub fn in_this_epoch(&self, frame: &ClientFrame) -> Option<ClientFrame> {
        let ClientFrame::Open { room, after: Some(after) } = frame else { return None };
        let epoch = self.disk.look(|image| image.epoch.clone());
        Some(ClientFrame::Open { room: room.clone(), after: Some(Cursor { epoch, seq: after.seq, digest: None }) })
    }

    /// The server says something. False where it is to be lost on the way.
    pub fn said(&mut self, frame: &ServerFrame, tools: &Tools) -> bool {
        match frame {
            ServerFrame::Settled { .. } if tools.sabotaged(Sabotage::ForgetSettled, 1) => return false,
            ServerFrame::Event(_) if tools.sabotaged(Sabotage::SkipLive, 50) => return false,
            ServerFrame::Event(event) if tools.sabotaged(Sabotage::SayTwice, 50) => self.event(event, tools),
            _ => {}
        }
        tools.note(|| format!("        server to {}: {}", self.person, brief(frame)));
        match frame {
            ServerFrame::Event(event) => self.event(event, tools),
            ServerFrame::Opened { room, epoch, first, head, digest, snapshot, reset } => {
                let after = self.opens.get_mut(room).and_then(VecDeque::pop_front).flatten();
                if let Some(reset) = reset {
                    *self.ledger.entries().resets.entry(crate::words::reset(*reset)).or_default() += 1;
                }
                let image = self.disk.durable();
                let durable = image.room(room);
                let fail = |check, seen: String| tools.fail(check, Harm::Divergent, format!("{room}: {seen}"));
                if *epoch != image.epoch {
                    fail(
                        "opened says the epoch of the disk",
                        format!("{} and not {}", epoch.as_str(), image.epoch.as_str()),
                    );
                }
                if *head > durable.head() {
                    fail("nothing is said before it is durable", format!("head {head} and not {}", durable.head()));
                }
                if durable.digest(*head) != Some(*digest) {
                    fail("the digest that is said is the log's", format!("{digest} at {head}"));
                }
                match (&after, snapshot) {
                    (None, None) => fail("without a cursor there is a snapshot", "none".to_owned()),
                    (Some(cursor), None)
                        if cursor.epoch != image.epoch || cursor.seq > *head || cursor.seq.next() < *first =>
                    {
                        fail("a bad cursor is never followed", format!("{cursor:?} at head {head}"));
                    }
                    (Some(cursor), None) => drop(self.next.insert(room.clone(), cursor.seq.next())),
                    (_, Some(snapshot)) => {
                        if after.is_some() != reset.is_some() {
                            fail("a reset is said where a cursor was no good", format!("{after:?}: {reset:?}"));
                        }
                        if let Some(seen) = differs(snapshot, &durable, *head) {
                            fail("a snapshot is the fold of the log", seen);
                        }
                        self.next.insert(room.clone(), head.next());
                    }
                }
            }
            ServerFrame::Settled { room, key, seq: Some(seq) } => {
                let durable = self.disk.look(|image| image.room(room));
                let name = (self.person.clone(), key.clone());
                if durable.keys.get(&name) == Some(&Some(*seq)) {
                    self.acknowledge(room, name);
                } else {
                    let seen = format!("{room}: settled {key} as {seq}");
                    tools.fail("nothing is acknowledged before it is durable", Harm::Lost, seen);
                }
            }
            ServerFrame::Settled { room, key, seq: None } => {
                let durable = self.disk.look(|image| image.room(room));
                let name = (self.person.clone(), key.clone());
                if durable.keys.contains_key(&name) {
                    self.acknowledge(room, name);
                } else {
                    let seen = format!("{room}: settled {key} as nothing");
                    tools.fail("nothing is acknowledged before it is durable", Harm::Lost, seen);
                }
            }
            ServerFrame::Refused { room: Some(room), key: Some(key), refusal } if refusal.retry_after_ms.is_none() => {
                if let (Ok(room), Ok(key)) = (RoomName::parse(room), shared::ClientKey::parse(key)) {
                    self.ledger.entries().refused.insert((room, self.person.clone(), key));
                }
            }
            ServerFrame::Pong { rooms, .. } => {
                for head in rooms {
                    let durable = self.disk.look(|image| image.room(&head.room));
                    if durable.digest(head.seq) != Some(head.digest) {
                        let seen = format!("{}: {} at {}", head.room, head.digest, head.seq);
                        tools.fail("the digest that is said is the log's", Harm::Divergent, seen);
                    }
                }
            }
            ServerFrame::Refused { room, key: None, .. } => {
                let room = room.as_deref().and_then(|room| RoomName::parse(room).ok());
                if let Some(opens) = room.and_then(|room| self.opens.get_mut(&room)) {
                    opens.pop_front();
                }
            }
            _ => {}
        }
        true
    }

    fn event(&mut self, event: &Event, tools: &Tools) {
        let durable = self.disk.look(|image| image.room(&event.room));
        let (room, seq) = (&event.room, event.seq);
        match durable.event(seq) {
            Some(known) if same_event(known, event) => {
                if event.by.id == self.person {
                    self.acknowledge(room, (event.by.id.clone(), event.key.clone()));
                }
            }
            Some(known) => {
                let seen = format!("{event:?} and not {known:?}");
                tools.fail("an event is said as it is in the log", Harm::Divergent, seen);
            }
            None => {
                let seen = format!("{room}: event {seq} with the head at {}", durable.head());
                tools.fail("nothing is said before it is durable", Harm::Lost, seen);
            }
        }
        match self.next.get_mut(room) {
            Some(next) if *next == seq => *next = seq.next(),
            Some(next) => {
                let seen = format!("{room}: event {seq} and not {next}");
                tools.fail("events follow the cursor without a gap", Harm::Lost, seen);
                *next = seq.next();
            }
            None => {
                let seen = format!("{room}: event {seq} of a room that is not open");
                tools.fail("events follow the cursor without a gap", Harm::Divergent, seen);
            }
        }
    }

    fn acknowledge(&self, room: &RoomName, (person, key): (PersonId, shared::ClientKey)) {
        self.ledger.entries().acknowledged.insert((room.clone(), person, key));
    }
}

/// How a snapshot differs from the fold of the log up to `head`.
fn differs(snapshot: &Snapshot, durable: &RoomImage, head: Seq) -> Option<String> {
    let view = fold(durable.up_to(head));
    if view.about != snapshot.about {
        return Some(format!("{:?} and not {:?}", snapshot.about, view.about));
    }
    let skip = view.messages.len().saturating_sub(SNAPSHOT);
    let wanted: Vec<&Message> = view.messages.values().skip(skip).collect();
    // A long text may leave less room than for fifty; none is that long here.
    if wanted.len() != snapshot.messages.len() {
        return Some(format!("{} messages at {head} and not {}", snapshot.messages.len(), wanted.len()));
    }
    let other = wanted.into_iter().zip(&snapshot.messages).find(|(want, is)| !same_message(want, is));
    other.map(|(want, is)| format!("{is:?} and not {want:?}"))
}

fn brief(frame: &ServerFrame) -> String {
    match frame {
        ServerFrame::Opened { room, head, snapshot, reset, .. } => {
            let snapshot = snapshot.as_ref().map(|snapshot| snapshot.messages.len());
            format!("opened {room} at {head}, snapshot {snapshot:?}, reset {reset:?}")
        }
        ServerFrame::Event(event) => format!("event {} {} {} {:?}", event.room, event.seq, event.key, event.body),
        other => format!("{other:?}"),
    }
}
