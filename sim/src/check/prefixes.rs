//! A snapshot and the events after it are the snapshot of all: tried with a client's state, at a place by chance.

use std::rc::Rc;

use backend::log::Entry;
use frontend::state::{Action, App, Moment, Now, Place, update};
use shared::{LIMITS, Message, Millis, Person, PersonName, RoomName, ServerFrame, Snapshot};

use crate::{
    disk::{Image, RoomImage},
    failure::Harm,
    fold::{View, fold},
    world::World,
};

pub(super) fn check(world: &World, image: &Image) {
    for (name, room) in &image.rooms {
        let at = world.tools.chance.place(room.log.len() + 1).unwrap_or(0);
        let (before, after) = room.log.split_at(at);
        let all = fold(&room.log);
        let shown = follow(image, name, room, before, after);
        let from = shown.0.first().map_or(room.head().next(), |first| first.seq);
        let wanted: Vec<Message> = all.messages.range(from..).map(|(_, message)| message.clone()).collect();
        if shown != (wanted, all.about) {
            let seen = format!("{name}: from {at} on");
            world.tools.fail("a snapshot and what follows are the fold of all", Harm::Divergent, seen);
        }
    }
}

/// What a client shows that takes the snapshot of `before`, and then the events `after`.
fn follow(
    image: &Image,
    name: &RoomName,
    room: &RoomImage,
    before: &[Entry],
    after: &[Entry],
) -> (Vec<Message>, shared::About) {
    let View { messages, about, digest } = fold(before);
    let skip = messages.len().saturating_sub(50);
    let snapshot = Snapshot { about, messages: messages.into_values().skip(skip).collect(), more_before: skip > 0 };
    let head = before.last().map(|entry| entry.event.seq).unwrap_or_default();
    let mut frames = vec![
        ServerFrame::Welcome {
            you: Person { id: room_reader(), name: PersonName::anonymous() },
            now: Millis(0),
            heartbeat_s: 25,
            limits: LIMITS,
        },
        ServerFrame::Opened {
            room: name.clone(),
            epoch: image.epoch.clone(),
            first: shared::Seq(1),
            head,
            digest,
            snapshot: Some(snapshot),
            reset: None,
        },
    ];
    frames.extend(after.iter().map(|entry| ServerFrame::Event(entry.event.clone())));
    let at = Moment { now: Now(1), wall: Millis(1), chance: 0 };
    let mut app = Rc::new(App::new(Place::Room(name.clone()), Vec::new()));
    for action in [Action::Started, Action::Loaded(Box::default())] {
        app = update(&app, &at, action).0;
    }
    let generation = app.line().generation();
    app = update(&app, &at, Action::SocketOpened { generation }).0;
    for frame in frames {
        app = update(&app, &at, Action::FramesReceived { generation, frames: vec![frame] }).0;
    }
    debug_assert!(room.log.len() == before.len() + after.len());
    let shown = app.room(name);
    let messages = shown.map(|room| room.window().messages().map(|message| (**message).clone()).collect());
    (messages.unwrap_or_default(), shown.map(|room| room.about()).unwrap_or_default())
}

fn room_reader() -> shared::PersonId {
    shared::PersonId::parse("reader").unwrap_or_else(|_| unreachable!("it is lower case letters"))
}
