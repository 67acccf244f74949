//! What must be true when all has come to rest.

mod clients;
mod deleted;
mod log;
mod prefixes;
mod typed;

use crate::world::World;

/// Checks everything.
pub fn all(world: &World) {
    let image = world.disk.durable();
    log::check(world, &image);
    typed::acknowledged(world, &image);
    typed::kept(world, &image);
    typed::meant(world, &image);
    deleted::check(world, &image);
    prefixes::check(world, &image);
    for client in 0..world.clients.len() {
        clients::at_rest(world, client);
        for (name, room) in &image.rooms {
            clients::shown(world, client, name, room, &image.epoch);
        }
    }
}
