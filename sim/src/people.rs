//! What people do before their clients.

use frontend::state::{Action, Edge, Place, Reader};
use shared::{ClientKey, Command, Emoji, MessageText, Millis, RoomName, RoomTitle, RoomTopic, Seq};

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
        match chance.below(32) {
            0..=8 => {
                // Now and then in one go, as fast as fingers can.
                for _ in 0..if chance.one_in(8) { chance.between(2, 12) } else { 1 } {
                    self.types(client, &room);
                }
            }
            9 => self.act(client, Action::ComposerTouched { room }),
            10 | 11 => {
                let to = self.any_room();
                let place = match self.any_message(client, &to) {
                    // Mostly one that is there; and now and then any number.
                    Some(seq) if chance.one_in(3) => Place::At(to, seq),
                    _ if chance.one_in(8) => Place::At(to, Seq(chance.span(200))),
                    _ => Place::Room(to),
                };
                self.act(client, Action::PlaceEntered(place));
            }
            12 => {
                let places = [Reader::UpperHalf, Reader::LowerHalf, Reader::AtNewest];
                let reader = chance.pick(&places).copied().unwrap_or(Reader::AtNewest);
                self.act(client, Action::ReaderMoved { room, reader });
            }
            13 | 14 => self.act(client, Action::EdgeReached { room, edge: Edge::Oldest }),
            15 => self.act(client, Action::EdgeReached { room, edge: Edge::Newest }),
            16 => self.act(client, Action::JumpPressed { room }),
            17 => self.act(client, Action::RetryPressed),
            18 => self.act(client, Action::NameTyped(chance.letters(5))),
            19 => self.tries_again(client, &room),
            20..=22 => {
                // An edit begins, and is the next thing that is typed here.
                match self.any_message(client, &room) {
                    Some(seq) if chance.one_in(2) => self.act(client, Action::EditStarted { room: room.clone(), seq }),
                    _ => self.act(client, Action::EditLastPressed { room: room.clone() }),
                }
                if chance.one_in(3) {
                    self.types(client, &room);
                }
            }
            23 => match self.any_message(client, &room) {
                Some(seq) if chance.one_in(2) => {
                    // An answer begins, and mostly is the next thing that is typed here.
                    self.act(client, Action::ReplyStarted { room: room.clone(), seq });
                    if !chance.one_in(3) {
                        self.types(client, &room);
                    }
                }
                _ if chance.one_in(3) => {
                    let at = Millis(crate::server::BEGINNING + chance.span(self.tools.agenda.now()));
                    self.act(client, Action::DatePicked { room, at });
                }
                _ => self.act(client, Action::EscapePressed { room }),
            },
            24..=26 => self.deletes(client, &room),
            27..=29 => self.reacts(client, &room),
            30 => self.tells_room(client, &room),
            _ => self.gives_up(client, &room),
        }
    }

    /// A message in sight.
    fn any_message(&self, client: usize, room: &RoomName) -> Option<Seq> {
        let app = self.clients[client].app.as_ref()?;
        let seqs: Vec<Seq> = app.room(room)?.window().messages().map(|message| message.seq).collect();
        // Mostly one of the newest.
        let from = if self.tools.chance.one_in(4) { 0 } else { seqs.len().saturating_sub(5) };
        self.tools.chance.pick(&seqs[from..]).copied()
    }

    /// The key of the next command.
    fn next_key(&mut self, client: usize) -> Option<ClientKey> {
        let known = &mut self.clients[client];
        known.typed += 1;
        ClientKey::parse(&format!("{client}.{}.{}", known.typed, self.tools.chance.letters(4))).ok()
    }

    /// Somebody does something that is to become an event, and that is written down, if the client takes it.
    fn wants(&mut self, client: usize, room: &RoomName, key: &ClientKey, action: Action) {
        let (before, edits) = (self.clients[client].app.clone(), self.clients[client].edits.clone());
        self.act(client, action);
        let known = &self.clients[client];
        let entry = known.app.as_ref().and_then(|app| app.room(room)?.outbox().get(key).cloned());
        let Some(entry) = entry else { return };
        let command = entry.command.clone();
        let seen = before.as_ref().and_then(|app| app.room(room));
        let meant = seen.and_then(|seen| match &command {
            Command::Post { reply_to, .. } => reply_to.and(seen.replying_to()).map(|message| message.id()),
            Command::Edit { .. } => edits.get(room).cloned(),
            other => seen.window().get(other.target()?).map(|message| message.id()),
        });
        self.ledger.entries().typed.push(Typed {
            client,
            name: (room.clone(), known.person.clone(), key.clone()),
            command,
            meant,
            kept: false,
            excused: false,
            moved: false,
        });
    }

    fn types(&mut self, client: usize, room: &RoomName) {
        let Some(key) = self.next_key(client) else { return };
        let said = format!("says {key} {}.", "x".repeat(self.tools.chance.span(300).try_into().unwrap_or(0)));
        if let Ok(text) = MessageText::parse(&said) {
            self.wants(client, room, &key, Action::MessageTyped { room: room.clone(), key: key.clone(), text });
        }
    }

    fn deletes(&mut self, client: usize, room: &RoomName) {
        if let (Some(seq), Some(key)) = (self.any_message(client, room), self.next_key(client)) {
            self.wants(client, room, &key, Action::DeletePressed { room: room.clone(), key: key.clone(), seq });
        }
    }

    fn reacts(&mut self, client: usize, room: &RoomName) {
        let emoji = self.tools.chance.pick(&["👍", "👎", "🎉"]).and_then(|emoji| Emoji::parse(emoji).ok());
        let (Some(seq), Some(key), Some(emoji)) = (self.any_message(client, room), self.next_key(client), emoji) else {
            return;
        };
        self.wants(client, room, &key, Action::ReactPressed { room: room.clone(), key: key.clone(), seq, emoji });
    }

    fn tells_room(&mut self, client: usize, room: &RoomName) {
        let Some(key) = self.next_key(client) else { return };
        let line = key.to_string();
        let title = RoomTitle::parse(&line).ok().filter(|_| self.tools.chance.one_in(2));
        let topic = RoomTopic::parse(&line).ok().filter(|_| self.tools.chance.one_in(2));
        self.wants(client, room, &key, Action::RoomTold { room: room.clone(), key: key.clone(), title, topic });
    }

    /// Somebody takes back what was refused.
    fn gives_up(&mut self, client: usize, room: &RoomName) {
        let Some(key) = self.any_refused(client, room) else { return };
        for typed in &mut self.ledger.entries().typed {
            typed.excused |= typed.name.2 == key;
        }
        let room = room.clone();
        let action = match self.tools.chance.below(2) {
            0 => Action::DiscardPressed { room, key },
            _ => Action::EditPressed { room, key },
        };
        self.act(client, action);
    }

    fn any_refused(&self, client: usize, room: &RoomName) -> Option<ClientKey> {
        let app = self.clients[client].app.as_ref()?;
        let refused = app.room(room)?.outbox().entries().iter().filter(|entry| entry.is_in_trouble());
        let refused: Vec<ClientKey> = refused.map(|entry| entry.key.clone()).collect();
        self.tools.chance.pick(&refused).cloned()
    }

    /// Somebody tries again what was refused.
    fn tries_again(&mut self, client: usize, room: &RoomName) {
        let Some(key) = self.any_refused(client, room) else { return };
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
            self.tools.agenda.after(again, Self::look_again);
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
