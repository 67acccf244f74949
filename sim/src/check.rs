//! What must be true when all has come to rest.

use std::collections::{BTreeMap, BTreeSet};

use frontend::state::{Fate, Phase};
use shared::{Message, RoomName};

use crate::{
    disk::Image,
    failure::Harm,
    fold::{View, fold},
    ledger::Name,
    world::World,
};

/// Checks everything.
pub fn all(world: &World) {
    let image = world.disk.durable();
    logs(world, &image);
    acknowledged(world, &image);
    typed(world, &image);
    for client in 0..world.clients.len() {
        at_rest(world, client);
        for (name, room) in &image.rooms {
            shown(world, client, name, &fold(&room.events));
        }
    }
}

/// Each log is one: seqs without gaps, times that never go back, no key and no text twice.
fn logs(world: &World, image: &Image) {
    for (name, room) in &image.rooms {
        let (mut names, mut texts) = (BTreeSet::new(), BTreeSet::new());
        for (event, seq) in room.events.iter().zip(1_u64..) {
            let (author, key) = (&event.by.id, &event.key);
            if event.seq.0 != seq {
                world.tools.fail("seqs have no gaps", Harm::Divergent, format!("{name}: {} and not {seq}", event.seq));
            }
            if !names.insert((author.clone(), key.clone())) {
                world.tools.fail("a key becomes one event", Harm::Doubled, format!("{name}: {author} {key}"));
            }
            if let Some(text) = crate::fold::text_of(event)
                && !texts.insert(text.clone())
            {
                world.tools.fail("what was typed once is there once", Harm::Doubled, format!("{name}: {text}"));
            }
        }
        if let Some(back) = room.events.windows(2).find(|two| two[1].at < two[0].at) {
            let seen = format!("{name}: {:?} after {:?}", back[1].at, back[0].at);
            world.tools.fail("time never goes back in a room", Harm::Divergent, seen);
        }
        if room.messages != fold(&room.events) {
            world.tools.fail("a view is the fold of its log", Harm::Divergent, name.to_string());
        }
    }
}

fn is_in(image: &Image, (room, person, key): &Name) -> bool {
    image.rooms.get(room).is_some_and(|room| room.keys.contains_key(&(person.clone(), key.clone())))
}

/// Whatever the server said is in the log is there, unless the disk itself was put back.
fn acknowledged(world: &World, image: &Image) {
    let entries = world.ledger.entries();
    for name in entries.acknowledged.difference(&entries.rolled_back).filter(|name| !is_in(image, name)) {
        world.tools.fail("what was acknowledged is in the log", Harm::Lost, format!("{name:?}"));
    }
}

/// Whatever was typed is in the log, or still before the eyes of whoever typed it; in the order of its client.
fn typed(world: &World, image: &Image) {
    let entries = world.ledger.entries();
    let mut last: BTreeMap<(usize, &RoomName), u64> = BTreeMap::new();
    for typed in &entries.typed {
        let (room, person, key) = &typed.name;
        let place = image.rooms.get(room).and_then(|room| room.keys.get(&(person.clone(), key.clone())));
        let Some(place) = place else {
            let app = world.clients[typed.client].app.as_ref();
            // One that still waits there is another failure.
            let held = app.and_then(|app| app.room(room)).is_some_and(|room| room.outbox().get(key).is_some());
            if !held && !typed.excused && !entries.rolled_back.contains(&typed.name) {
                world.tools.fail("what was typed is not lost", Harm::Lost, format!("{:?}", typed.name));
            }
            continue;
        };
        if typed.moved || typed.excused || entries.rolled_back.contains(&typed.name) {
            continue;
        }
        if let Some(before) = last.insert((typed.client, room), place.0).filter(|before| *before > place.0) {
            let seen = format!("{room}: {key} is {place}, behind {before}");
            world.tools.fail("the order of each author is kept", Harm::Divergent, seen);
        }
    }
}

/// A client waits for nothing any more.
fn at_rest(world: &World, client: usize) {
    let Some(app) = &world.clients[client].app else { return };
    if !app.line().is_welcomed() {
        let seen = format!("client {client}: {:?}", app.line().link());
        return world.tools.fail("every client finds its way back", Harm::Lost, seen);
    }
    for name in &world.rooms {
        let Some(room) = app.room(name) else { continue };
        if *room.phase() != Phase::Open {
            let seen = format!("client {client}, {name}: {:?}", room.phase());
            world.tools.fail("every room is open in the end", Harm::Lost, seen);
        }
        let waits = room.outbox().entries().iter().find(|entry| !matches!(entry.fate, Fate::Refused { .. }));
        if let Some(entry) = waits {
            let seen = format!("client {client}, {name}: {entry:?}");
            world.tools.fail("every outbox is empty in the end", Harm::Lost, seen);
        }
    }
}

/// What a client shows of a room is the end of its log, without holes.
fn shown(world: &World, client: usize, name: &RoomName, view: &View) {
    let Some(room) = world.clients[client].app.as_ref().and_then(|app| app.room(name)) else { return };
    let image = world.disk.durable();
    let log = image.room(name);
    let fail = |check, seen: String| {
        world.tools.fail(check, Harm::Divergent, format!("client {client}, {name}: {seen}"));
    };
    match room.cursor() {
        Some(cursor) if cursor.epoch == image.epoch && cursor.seq == log.head() => {}
        cursor => fail("every cursor stands on the head", format!("{cursor:?} and not {}", log.head())),
    }
    let held: Vec<&Message> = room.window().messages().map(|message| &**message).collect();
    if !room.window().at_newest() {
        fail("every window ends at the newest message", String::new());
    }
    let from = held.first().map_or(log.head().next(), |first| first.seq);
    let wanted: Vec<&Message> = view.range(from..).map(|(_, message)| message).collect();
    if held != wanted {
        let other = held.iter().zip(&wanted).find(|(held, wanted)| held != wanted);
        fail("every window is the fold of the log", format!("{} and not {}: {other:?}", held.len(), wanted.len()));
    }
    let more = view.range(..from).next().is_some();
    if more != room.window().more_before() {
        fail("every window knows whether there is more", format!("{more}"));
    }
}
