//! What was deleted or dropped is gone: from the log, the view, what clients show and what browsers keep. (A browser that has not
//! followed the room since cannot know.)

use shared::{Command, EventBody, RoomName};

use crate::{client::Client, disk::Image, failure::Harm, world::World};

pub(super) fn check(world: &World, image: &Image) {
    for (name, room) in &image.rooms {
        let dead = dead(world, image, name);
        if dead.is_empty() {
            continue;
        }
        let check = |place: &str, said: String| {
            for text in dead.iter().filter(|text| said.contains(*text)) {
                let seen = format!("{name}: \"{text}\" is in {place}");
                world.tools.fail("what was deleted is gone", Harm::Divergent, seen);
            }
        };
        check("the log", format!("{room:?}"));
        for (number, client) in world.clients.iter().enumerate() {
            let Some(followed) = client.app.as_ref().and_then(|app| app.room(name)) else { continue };
            check(&format!("the page of client {number}"), format!("{followed:?}"));
            check(&format!("the database of client {number}"), kept(client, name));
        }
    }
}

/// All that a browser keeps of a room.
fn kept(client: &Client, name: &RoomName) -> String {
    client.machine.look(|database| {
        let entries: Vec<_> = database.entries.iter().filter(|((room, _), _)| room == name).collect();
        format!("{:?} {entries:?}", database.rooms.get(name))
    })
}

/// The marks of what deleted messages and their edits said; each is in no other text.
fn dead(world: &World, image: &Image, name: &RoomName) -> Vec<String> {
    let mut dead = Vec::new();
    let room = image.room(name);
    for typed in world.ledger.entries().typed.iter().filter(|typed| typed.name.0 == *name) {
        let (_, person, key) = typed.name.clone();
        if !matches!(typed.command, Command::Post { .. } | Command::Edit { .. }) {
            continue;
        }
        let Some(event) = room.keys.get(&(person, key)).and_then(|seq| room.event((*seq)?)) else { continue };
        let message = match event.body {
            EventBody::Edited { target, .. } => target,
            _ => event.seq,
        };
        if message <= room.dropped || room.messages.get(&message).is_some_and(shared::Message::is_deleted) {
            dead.push(format!("says {} ", typed.name.2));
        }
    }
    dead
}
