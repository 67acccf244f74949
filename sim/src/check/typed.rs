//! What people wanted, and what became of it.

use std::collections::BTreeMap;

use shared::{EventBody, MessageId, RoomName};

use crate::{
    disk::Image,
    failure::Harm,
    ledger::{Name, Typed},
    world::World,
};

fn is_known(image: &Image, (room, person, key): &Name) -> bool {
    image.rooms.get(room).is_some_and(|room| room.keys.contains_key(&(person.clone(), key.clone())))
}

/// Whatever the server said is in the log is there, unless the disk itself was put back.
pub(super) fn acknowledged(world: &World, image: &Image) {
    let entries = world.ledger.entries();
    for name in entries.acknowledged.difference(&entries.rolled_back).filter(|name| !is_known(image, name)) {
        world.tools.fail("what was acknowledged is in the log", Harm::Lost, format!("{name:?}"));
    }
}

/// Whatever was wanted is in the log, or still before the eyes of whoever wanted it; in the order of its client.
pub(super) fn kept(world: &World, image: &Image) {
    let entries = world.ledger.entries();
    let mut last: BTreeMap<(usize, &RoomName), u64> = BTreeMap::new();
    for typed in &entries.typed {
        let (room, person, key) = &typed.name;
        if !is_known(image, &typed.name) {
            let excused = typed.excused || entries.rolled_back.contains(&typed.name);
            if !excused && !is_held(world, typed) {
                world.tools.fail("what was typed is not lost", Harm::Lost, format!("{typed:?}"));
            }
            continue;
        }
        let place = image.rooms.get(room).and_then(|room| *room.keys.get(&(person.clone(), key.clone()))?);
        let is_late = world.clients[typed.client].machine.was_slow();
        let Some(place) = place.filter(|_| !typed.moved && !typed.excused && !is_late) else { continue };
        // What was refused once has lost its place, also where another page has sent it again.
        if entries.rolled_back.contains(&typed.name) || entries.refused.contains(&typed.name) {
            continue;
        }
        if let Some(before) = last.insert((typed.client, room), place.0).filter(|before| *before > place.0) {
            let seen = format!("{room}: {key} is {place}, behind {before}");
            world.tools.fail("the order of each author is kept", Harm::Divergent, seen);
        }
    }
}

/// It is in an outbox of its machine: one that still waits there is another failure.
pub(super) fn is_held(world: &World, typed: &Typed) -> bool {
    let machine = &world.clients[typed.client].machine;
    let tabs = world.clients.iter().filter(|client| client.machine.is(machine));
    let mut rooms = tabs.filter_map(|client| client.app.as_ref()?.room(&typed.name.0));
    rooms.any(|room| room.outbox().get(&typed.name.2).is_some())
}

/// A change is made to the message that the person saw, and an answer answers it, or none: never another, whatever was put
/// back meanwhile.
pub(super) fn meant(world: &World, image: &Image) {
    for typed in &world.ledger.entries().typed {
        let (room, person, key) = &typed.name;
        let Some(room) = image.rooms.get(room) else { continue };
        let event = room.keys.get(&(person.clone(), key.clone())).and_then(|seq| room.event((*seq)?));
        let about = event.and_then(|event| match &event.body {
            EventBody::Posted { reply_to, .. } => *reply_to,
            body => body.target(),
        });
        let Some(about) = about else { continue };
        let hit = room.event(about).map(|hit| MessageId::new(&hit.by.id, &hit.key));
        if hit != typed.meant {
            let seen = format!("{typed:?} is about {hit:?}");
            world.tools.fail("a change is made to the message that was meant", Harm::Divergent, seen);
        }
    }
}
