//! What people do before their clients.

use frontend::state::{Action, Edge, Fate, Place, Reader};
use shared::{ClientKey, MessageText, RoomName};

use crate::{ledger::Typed, world::World};

impl World {
    /// Somebody does something, and then again, until `left` is 0.
    pub fn someone_acts(&mut self, left: u32) {
        if left == 0 || self.tools.calm.get() {
            return self.settle();
        }
        let wait = if self.tools.chance.one_in(30) { 60_000 } else { 1_500 };
        self.tools.agenda.after(self.tools.chance.span(wait), move |world| world.someone_acts(left - 1));
        let Some(client) = self.tools.chance.place(self.clients.len()) else { return };
        if self.is_awake(client) {
            self.does_something(client);
        }
    }

    fn does_something(&mut self, client: usize) {
        let chance = self.tools.chance.clone();
        let Some(app) = self.clients[client].app.clone() else { return };
        let Some(room) = app.place().room().cloned() else { return };
        match chance.below(20) {
            0..=8 => {
                // Now and then in one go, as fast as fingers can.
                for _ in 0..if chance.one_in(8) { chance.between(2, 12) } else { 1 } {
                    self.types(client, &room);
                }
            }
            9 => self.act(client, Action::ComposerTouched { room }),
            10 | 11 => {
                let place = Place::Room(self.any_room());
                self.act(client, Action::PlaceEntered(place));
            }
            12 => {
                let reader = *chance
                    .pick(&[Reader::UpperHalf, Reader::LowerHalf, Reader::AtNewest])
                    .unwrap_or(&Reader::AtNewest);
                self.act(client, Action::ReaderMoved { room, reader });
            }
            13 | 14 => self.act(client, Action::EdgeReached { room, edge: Edge::Oldest }),
            15 => self.act(client, Action::EdgeReached { room, edge: Edge::Newest }),
            16 => self.act(client, Action::JumpPressed { room }),
            17 => self.act(client, Action::RetryPressed),
            18 => self.act(client, Action::NameTyped(chance.letters(5))),
            _ => self.tries_again(client, &room),
        }
    }

    fn types(&mut self, client: usize, room: &RoomName) {
        let known = &mut self.clients[client];
        known.typed += 1;
        let key = format!("{client}.{}.{}", known.typed, self.tools.chance.letters(4));
        let said = format!("says {key} {}", "x".repeat(self.tools.chance.span(300).try_into().unwrap_or(0)));
        let (Ok(key), Ok(text)) = (ClientKey::parse(&key), MessageText::parse(&said)) else { return };
        let name = (room.clone(), known.person.clone(), key.clone());
        let typed = Typed { client, name, text: said, excused: false, moved: false };
        self.ledger.entries().typed.push(typed);
        self.act(client, Action::MessageTyped { room: room.clone(), key, text });
    }

    /// Somebody tries again what was refused.
    fn tries_again(&mut self, client: usize, room: &RoomName) {
        let Some(app) = self.clients[client].app.clone() else { return };
        let Some(known) = app.room(room) else { return };
        let refused: Vec<ClientKey> = known
            .outbox()
            .entries()
            .iter()
            .filter(|entry| matches!(entry.fate, Fate::Refused { .. }))
            .map(|entry| entry.key.clone())
            .collect();
        let Some(key) = self.tools.chance.pick(&refused).cloned() else { return };
        for typed in &mut self.ledger.entries().typed {
            typed.moved |= typed.name.2 == key;
        }
        self.act(client, Action::TryAgainPressed { room: room.clone(), key });
    }

    /// Nobody does anything any more. All is healed, and has time to come to rest.
    fn settle(&mut self) {
        if self.tools.calm.get() {
            return;
        }
        self.heal();
        // Twice the silence after which a client pings: the second pong shows that something is missing for good.
        for again in [60_000, 120_000, 180_000] {
            self.tools.agenda.after(again, |world| world.look_again());
        }
        self.tools.agenda.after(300_000, |world| world.over = true);
    }

    /// Everybody comes back to the page, goes to the newest messages, and tries again what had stopped.
    fn look_again(&mut self) {
        for client in 0..self.clients.len() {
            self.act(client, Action::RetryPressed);
            for room in self.rooms.clone() {
                self.act(client, Action::JumpPressed { room: room.clone() });
            }
        }
    }
}
