//! A client: the real state, in a browser that is played. It has a steady clock and one for people, a link at most, a
//! store that outlives it, and now and then it is asleep or gone.

use std::{collections::BTreeMap, rc::Rc};

use frontend::state::{Action, App, Ask, Effect, Known, Moment, Now, Place, update};
use shared::{ClientKey, Command, MessageId, Millis, Page, PersonId, RoomName, Seq, ServerFrame};

use crate::{
    disk::Image,
    link::{Down, Link, Said},
    machine::Machine,
    sabotage::Sabotage,
    server::{BEGINNING, page_of},
    watch::Watch,
    world::World,
};

/// Most messages of a page.
const PAINTED: usize = 30;

/// A browser's tab.
pub struct Client {
    /// Who sits before it.
    pub person: PersonId,
    /// The cookie.
    pub token: String,
    /// The state; none while the page is closed.
    pub app: Option<Rc<App>>,
    /// The rooms that the person has visited, as the browser keeps them.
    pub visits: Vec<Known>,
    /// The newest link.
    pub link: Option<u32>,
    /// How often the page was loaded.
    pub loads: u32,
    /// Nothing happens here before this time.
    pub asleep_until: u64,
    /// Its machine, which other tabs may share.
    pub machine: Machine,
    /// What has happened while it was asleep, in order.
    missed: Vec<Action>,
    /// How far its steady clock has leapt.
    pub leapt: u64,
    /// What it is to be woken for.
    waking: Option<Now>,
    /// Things typed, for their names.
    pub typed: u32,
    /// The messages that are being edited, as they stood on the screen when that was begun.
    pub edits: BTreeMap<RoomName, MessageId>,
}

impl Client {
    /// A browser without a page.
    #[must_use]
    pub fn new(person: PersonId, token: String, machine: Machine) -> Self {
        Self {
            person,
            token,
            app: None,
            visits: Vec::new(),
            link: None,
            loads: 0,
            asleep_until: 0,
            missed: Vec::new(),
            machine,
            leapt: 0,
            waking: None,
            typed: 0,
            edits: BTreeMap::new(),
        }
    }

    /// Writes down which edits have begun since `before`.
    fn look_for_edits(&mut self, before: Option<&App>, rooms: &[RoomName]) {
        let app = self.app.as_ref();
        for (name, room) in rooms.iter().filter_map(|name| Some((name, app?.room(name)?))) {
            let editing = room.editing();
            if editing == before.and_then(|app| app.room(name)?.editing()) {
                continue;
            }
            match editing.and_then(|seq| room.window().get(seq)) {
                Some(message) => drop(self.edits.insert(name.clone(), message.id())),
                None => drop(self.edits.remove(name)),
            }
        }
    }
}

impl World {
    /// The page is loaded.
    pub fn load(&mut self, client: usize) {
        let place = Place::Room(self.any_room());
        let known = &mut self.clients[client];
        if known.app.is_some() {
            return;
        }
        known.loads += 1;
        known.waking = None;
        known.missed.clear();
        known.app = Some(Rc::new(App::new(place.clone(), known.visits.clone())));
        if let (Some(room), true) = (place.room(), self.server.is_some() && self.tools.chance.one_in(2)) {
            let page = self.disk.look(|image| page(image, room));
            self.act(client, Action::Painted(Box::new(page)));
        }
        self.act(client, Action::Started);
        self.read_database(client);
    }

    /// The page is gone, from one moment to the next.
    pub fn unload(&mut self, client: usize) {
        let known = &mut self.clients[client];
        if known.app.take().is_none() {
            return;
        }
        self.tools.note(|| format!("client {client} is gone"));
        let link = self.clients[client].link.take();
        if let Some(link) = link.and_then(|link| self.links.get(&link)) {
            link.close(false);
        }
        let machine = &self.clients[client].machine;
        for typed in self.ledger.entries().typed.iter_mut().filter(|typed| typed.client == client) {
            // What was not stored in time is still in its composer, or was never promised to be kept.
            let (room, _, key) = &typed.name;
            typed.excused |=
                !typed.kept && !machine.look(|database| database.entries.contains_key(&(room.clone(), key.clone())));
        }
    }

    /// Something happens at a client. While it sleeps, that waits.
    pub fn act(&mut self, client: usize, action: Action) {
        let now = self.tools.agenda.now();
        let known = &mut self.clients[client];
        if known.app.is_none() {
            return;
        }
        if now < known.asleep_until {
            let wait = known.asleep_until - now;
            known.missed.push(action);
            return self.tools.agenda.after(wait, move |world| world.catch_up(client));
        }
        self.catch_up(client);
        self.fold(client, action);
    }

    /// What a client has missed in its sleep happens now, if it is awake.
    fn catch_up(&mut self, client: usize) {
        if self.is_awake(client) {
            for action in std::mem::take(&mut self.clients[client].missed) {
                self.fold(client, action);
            }
        }
    }

    fn fold(&mut self, client: usize, action: Action) {
        let now = self.tools.agenda.now();
        let known = &self.clients[client];
        let Some(app) = &known.app else { return };
        let at = Moment {
            now: Now(now + known.leapt),
            wall: Millis((BEGINNING + now).saturating_add_signed(known.machine.wall_error())),
            chance: self.tools.chance.small(),
        };
        self.tools.note(|| format!("client {client}: {action:?}"));
        let (next, effects) = update(app, &at, action);
        let before = self.clients[client].app.replace(next);
        self.clients[client].look_for_edits(before.as_deref(), &self.rooms);
        for effect in effects {
            self.carry_out(client, effect);
        }
        self.wake_in_time(client);
    }

    /// Lets the state be woken when it wants to be.
    fn wake_in_time(&mut self, client: usize) {
        let now = self.tools.agenda.now();
        let known = &mut self.clients[client];
        let Some(deadline) = known.app.as_ref().and_then(|app| app.deadline()) else {
            known.waking = None;
            return;
        };
        if known.waking == Some(deadline) {
            return;
        }
        known.waking = Some(deadline);
        let loads = known.loads;
        // One more millisecond, as the browser's part does it.
        let wait = deadline.since(Now(now + known.leapt)) + 1;
        self.tools.agenda.after(wait, move |world| {
            let known = &mut world.clients[client];
            if known.waking == Some(deadline) && known.loads == loads {
                known.waking = None;
                world.act(client, Action::DeadlinePassed);
            }
        });
    }

    fn carry_out(&mut self, client: usize, effect: Effect) {
        match effect.with_frame() {
            Effect::Connect { generation } => self.connect(client, generation),
            Effect::Close { generation } => {
                if let Some(link) = self.link_of(client, generation) {
                    link.close(true);
                }
            }
            Effect::SendCommand { .. } => unreachable!("it is a frame by now"),
            Effect::Send { generation, frame } => {
                self.tools.note(|| format!("    client {client} sends {frame:?}"));
                if let Some(link) = self.link_of(client, generation) {
                    link.send(frame);
                }
            }
            Effect::AskSession { generation } => {
                let wait = self.tools.chance.span(1_000);
                self.tools.agenda.after(wait, move |world| {
                    world.act(client, Action::SessionAnswered { generation, granted: true });
                });
            }
            Effect::FetchPage { room, ask } => {
                let wait = self.tools.chance.span(500);
                self.tools.agenda.after(wait, move |world| world.fetch(client, room, ask));
            }
            // What stands in the composer is the person's, who does nothing with it here; and there is one version only.
            Effect::ShowAddress(_)
            | Effect::FillComposer { .. }
            | Effect::FillDraft { .. }
            | Effect::SetEditAside { .. }
            | Effect::EditInComposer { .. }
            | Effect::RestoreComposer { .. }
            | Effect::DropDraft { .. }
            | Effect::RegisterWorker
            | Effect::CheckUpdate
            | Effect::TakeUpdate => {}
            Effect::Load => self.read_database(client),
            Effect::Keep(keep) => self.keep(client, keep),
            Effect::ShowVisits { visits, all } => {
                let kept = &mut self.clients[client].visits;
                if all {
                    kept.clear();
                }
                for Known { visit, ours, .. } in visits {
                    kept.retain(|known| known.visit.room != visit.room);
                    kept.push(Known::kept(visit, ours));
                }
            }
        }
    }

    /// Asks the server for a page of history.
    fn fetch(&self, client: usize, room: RoomName, ask: Ask) {
        let (agenda, wait) = (self.tools.agenda.clone(), self.tools.chance.span(500));
        let loads = self.clients[client].loads;
        let asked = room.clone();
        let answer = move |page| {
            agenda.after(wait, move |world: &mut Self| {
                if world.clients[client].loads == loads {
                    world.act(client, Action::PageReceived { room, ask, page });
                }
            });
        };
        match &self.server {
            Some(server) if !self.tools.chance.one_in(20) => {
                // A crash of the server drops the answer, and a browser is told so.
                let (page, answer) = (page_of(server.routes.clone(), asked, ask), Unanswered(Some(answer)));
                server.tasks.spawn_local(async move { answer.give(page.await) });
            }
            _ => answer(None),
        }
    }

    /// For a saboteur: what was refused for a while is typed anew, behind all that waits.
    fn overtake(&self, client: usize, said: &[Said]) {
        for said in said {
            let Said::Frame(frame) = said else { continue };
            let ServerFrame::Refused { room: Some(room), key: Some(key), refusal } = &**frame else { continue };
            let (Ok(room), Ok(key)) = (RoomName::parse(room), ClientKey::parse(key)) else { continue };
            if refusal.retry_after_ms.is_none() {
                continue;
            }
            self.tools.agenda.after(1, move |world| {
                let app = world.clients[client].app.clone();
                let entry = app.as_ref().and_then(|app| app.room(&room)?.outbox().get(&key).cloned());
                if let Some(Command::Post { text, .. }) = entry.map(|entry| entry.command.clone()) {
                    world.act(client, Action::DiscardPressed { room: room.clone(), key: key.clone() });
                    world.act(client, Action::MessageTyped { room, key, text });
                }
            });
        }
    }

    fn connect(&mut self, client: usize, generation: u32) {
        let id = self.next_link;
        self.next_link += 1;
        let known = &mut self.clients[client];
        // The browser's part has one socket at most; another takes its place.
        let before = known.link.replace(id);
        let watch = Watch::new(&self.disk, &self.ledger, known.person.clone());
        if let Some(before) = before.and_then(|before| self.links.get(&before)) {
            before.close(true);
        }
        self.links.retain(|_, link| link.is_alive());
        self.links.insert(id, Link::new(&self.tools, id, client, generation, watch));
    }

    fn link_of(&self, client: usize, generation: u32) -> Option<Rc<Link>> {
        let link = self.links.get(&self.clients[client].link?)?;
        (link.generation == generation && link.with(|inner| inner.client_listens)).then(|| Rc::clone(link))
    }

    /// Something may have arrived at a client.
    pub fn arrived_down(&mut self, link: u32) {
        let Some(link) = self.links.get(&link).cloned() else { return };
        let asleep = self.clients[link.client].asleep_until;
        let now = self.tools.agenda.now();
        if now < asleep {
            let id = link.id;
            self.tools.agenda.after(asleep - now, move |world| world.arrived_down(id));
            return;
        }
        while let Some(what) = link.with(|inner| inner.down.take(now)) {
            link.taken();
            if link.with(|inner| inner.client_listens) {
                self.heard(&link, what);
            }
        }
    }

    fn heard(&mut self, link: &Link, what: Down) {
        let (client, generation) = (link.client, link.generation);
        match what {
            Down::Accepted => self.act(client, Action::SocketOpened { generation }),
            Down::Said(said) => {
                if self.tools.sabotage == Some(Sabotage::Overtake) {
                    self.overtake(client, &said);
                }
                let mut frames = Vec::new();
                for said in said {
                    match said {
                        Said::Frame(frame) => frames.push(*frame),
                        Said::Ping(payload) => link.pong(&payload),
                        Said::Close(code, reason) => {
                            link.close(true);
                            let heard = std::mem::take(&mut frames);
                            self.act(client, Action::FramesReceived { generation, frames: heard });
                            self.act(client, Action::SocketClosed { generation, code, reason });
                        }
                    }
                }
                if !frames.is_empty() {
                    self.act(client, Action::FramesReceived { generation, frames });
                }
            }
            Down::Over => {
                link.close(false);
                self.act(client, Action::SocketClosed { generation, code: 1006, reason: String::new() });
            }
        }
    }
}

/// An answer to a request for a page; none where this is dropped without.
struct Unanswered<F: FnOnce(Option<Page>)>(Option<F>);

impl<F: FnOnce(Option<Page>)> Unanswered<F> {
    fn give(mut self, page: Option<Page>) {
        if let Some(answer) = self.0.take() {
            answer(page);
        }
    }
}

impl<F: FnOnce(Option<Page>)> Drop for Unanswered<F> {
    fn drop(&mut self) {
        if let Some(answer) = self.0.take() {
            answer(None);
        }
    }
}

/// What the server writes into a room's page.
fn page(image: &Image, name: &RoomName) -> ServerFrame {
    let room = image.room(name);
    ServerFrame::Opened {
        room: name.clone(),
        epoch: image.epoch.clone(),
        first: Seq(1),
        head: room.head(),
        digest: room.state.digest,
        snapshot: Some(room.snapshot(PAINTED)),
        reset: None,
    }
}
