//! What clients show, and that they wait for nothing.

use frontend::state::Phase;
use shared::{Epoch, Message, RoomName};

use crate::{disk::RoomImage, failure::Harm, fold::fold, world::World};

/// A client waits for nothing any more.
pub(super) fn at_rest(world: &World, client: usize) {
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
        let waits = room.outbox().entries().iter().find(|entry| !entry.is_refused());
        if let Some(entry) = waits {
            let seen = format!("client {client}, {name}: {entry:?}");
            world.tools.fail("every outbox is empty in the end", Harm::Lost, seen);
        }
    }
}

/// What a client shows of a room is the end of its log, without holes.
pub(super) fn shown(world: &World, client: usize, name: &RoomName, log: &RoomImage, epoch: &Epoch) {
    let Some(room) = world.clients[client].app.as_ref().and_then(|app| app.room(name)) else { return };
    let fail = |check, seen: String| {
        world.tools.fail(check, Harm::Divergent, format!("client {client}, {name}: {seen}"));
    };
    let digest = Some(log.state.digest);
    match room.cursor() {
        Some(cursor) if cursor.epoch == *epoch && cursor.seq == log.head() && cursor.digest == digest => {}
        cursor => fail("every cursor stands on the head", format!("{cursor:?} and not {} {digest:?}", log.head())),
    }
    let view = fold(&log.log);
    let held: Vec<&Message> = room.window().messages().map(|message| &**message).collect();
    if !room.window().at_newest() {
        fail("every window ends at the newest message", String::new());
    }
    let from = held.first().map_or(log.head().next(), |first| first.seq);
    let wanted: Vec<&Message> = view.messages.range(from..).map(|(_, message)| message).collect();
    if held != wanted {
        let other = held.iter().zip(&wanted).find(|(held, wanted)| held != wanted);
        fail("every window is the fold of the log", format!("{} and not {}: {other:?}", held.len(), wanted.len()));
    }
    let more = view.messages.range(..from).next().is_some();
    // Of what was dropped, the client may not know whether there was anything; it asks, and is told that there is not.
    let may_ask = log.dropped > shared::Seq::ZERO && !more;
    if more != room.window().more_before() && !may_ask {
        fail("every window knows whether there is more", format!("{more}"));
    }
    if room.about() != view.about {
        fail("what a room is about is the fold of its log", format!("{:?} and not {:?}", room.about(), view.about));
    }
}
