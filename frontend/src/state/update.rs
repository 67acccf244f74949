//! The fold itself: what each action changes, and what follows from it for the whole.

use std::rc::Rc;

use shared::{ClientFrame, PersonName, RoomName, Seq};

use super::{Action, App, Effect, Moment, Phase, Place, Reader};

/// Most rooms that are open at a time; fewer than the server allows, for those that are being left.
const OPEN_ROOMS: usize = 40;
/// While a person types, the server hears of it every so many milliseconds.
const TYPING_EVERY_MS: u64 = 3_000;

/// What `app` is after `action`, and what is to be done. The same `Rc` where nothing changed.
#[must_use]
pub fn update(app: &Rc<App>, at: &Moment, action: Action) -> (Rc<App>, Vec<Effect>) {
    let mut next = App::clone(app);
    let mut effects = Vec::new();
    let leaving = matches!(action, Action::PagePutAway);
    next.act(action, at, &mut effects);
    if next.trace.has_leapt(at) && !leaving {
        next.line.doubt(at, &mut effects);
    }
    next.let_go(&mut effects);
    next.open_rooms(&mut effects);
    next.go_on_seeking(&mut effects);
    next.send_outboxes(at, &mut effects);
    next.read_on();
    next.tell_visits(at, &mut effects);
    next.show_visits(app, &mut effects);
    next.tend_worker(at, app, &mut effects);
    next.tidy();
    next.keep(at, leaving, &mut effects);
    next.say_new_notice(app);
    next.watch_link(at, app);
    next.watch_trouble(at, app);
    (if next == **app { Rc::clone(app) } else { Rc::new(next) }, effects)
}

impl App {
    fn act(&mut self, action: Action, at: &Moment, effects: &mut Vec<Effect>) {
        match action {
            Action::Painted(frame) => self.painted(*frame),
            Action::Started => {
                self.keeping.started(at.now);
                self.follow(at);
                self.entered();
                self.bring_log(effects);
                self.line.probe(at, effects);
            }
            Action::DeadlinePassed => self.wake(at, effects),
            Action::SocketOpened { generation } => self.line.opened(generation, at),
            Action::FramesReceived { generation, frames } => {
                for frame in frames {
                    // Each is asked anew: a frame may end the connection.
                    if self.line.heard(generation, at) {
                        self.receive(frame, at, effects);
                    }
                }
            }
            Action::SocketClosed { generation, code, reason } => {
                if self.line.closed(generation, code, &reason, at, effects) {
                    self.link_lost();
                }
            }
            Action::SessionAnswered { generation, granted } => self.line.session(generation, granted, at, effects),
            Action::Probed => {
                self.line.probe(at, effects);
                self.keeper.looked_at(at, effects);
            }
            Action::RetryPressed => {
                if let Some(room) = self.place.room().cloned() {
                    self.in_room(&room, super::Room::try_again);
                }
                self.line.retry(at, effects);
            }
            Action::PagePutAway => {
                self.line.rest(effects);
                self.link_lost();
            }
            Action::PlaceEntered(place) => self.enter(place, at, effects),
            Action::NameTyped(raw) => self.name_typed(&raw, effects),
            Action::Loaded(loaded) => self.loaded(*loaded, effects),
            Action::Kept { number } => self.kept(number, effects),
            Action::StorageFailed(trouble) => self.storage_failed(trouble, at),
            Action::OutboxShared { entries } => self.merge_stored(entries, effects),
            Action::MessageTyped { room, key, text } => self.typed(&room, key, text, at, effects),
            Action::EditStarted { room, seq } => self.edit_started(room, seq, effects),
            Action::EditLastPressed { room } => self.edit_last(room, effects),
            Action::EditCancelled { room } => self.edit_cancelled(room, effects),
            Action::ReplyStarted { room, seq } => self.reply_started(&room, seq, effects),
            Action::ReplyCancelled { room } => self.in_room(&room, |room| room.replying = None),
            Action::EscapePressed { room } => self.escape(room, effects),
            Action::DeletePressed { room, key, seq } => self.delete(room, key, seq, at, effects),
            Action::ReactPressed { room, key, seq, emoji } => self.react(&room, key, seq, emoji, at),
            Action::RoomTold { room, key, title, topic } => self.tell_room(&room, key, title, topic, at),
            Action::TryAgainPressed { room, key } => {
                let me = self.my_id();
                self.in_room(&room, |room| {
                    room.outbox.requeue(&key, me, at.wall);
                    room.try_again();
                });
            }
            Action::EditPressed { room, key } => self.edit_again(room, &key, effects),
            Action::DiscardPressed { room, key } => self.in_room(&room, |room| {
                room.outbox.take_refused(&key);
            }),
            Action::ComposerTouched { room } => self.composer_touched(&room, at, effects),
            Action::ReaderMoved { room, reader } => self.in_room(&room, |room| {
                room.reader = reader;
                if reader == Reader::AtNewest && room.window.at_newest() {
                    room.unseen = 0;
                }
            }),
            Action::Attended(attended) => self.attended(attended),
            Action::Seen { room, seq } => self.seen(&room, seq),
            Action::ReadMarked { room } => self.mark_read(&room),
            Action::UnreadMarked { room, seq } => self.mark_unread(&room, Seq(seq.0.saturating_sub(1))),
            Action::LevelChosen { room, level } => {
                self.send_where_linked(ClientFrame::SetLevel { room, level }, effects);
            }
            Action::ForgetPressed { room } => self.send_where_linked(ClientFrame::Forget { room }, effects),
            Action::FewDrawn(rows) => self.few = rows,
            // What is not drawn yet is nearer than what is not here yet.
            Action::EdgeReached { .. } if self.few > 0 => {}
            Action::EdgeReached { room, edge } => {
                if let Some(ask) = self.room_mut(&room).and_then(|room| room.ask(edge)) {
                    effects.push(Effect::FetchPage { room, ask });
                }
            }
            Action::PageReceived { room, ask, page } => {
                let me = self.my_id();
                if self.room_mut(&room).is_some_and(|room| room.page(ask, page, me.as_ref())) {
                    effects.push(Effect::FetchPage { room, ask });
                }
            }
            Action::JumpPressed { room } => self.jump(&room, effects),
            Action::DatePicked { room, at } => self.date_picked(&room, at, effects),
            Action::NoticeDismissed { room } => self.in_room(&room, |room| room.notice = None),
            Action::WorkerAnswered(worker) => self.keeper.answered(worker),
            Action::UpdateReady => self.newer_version(),
            Action::UpdateAccepted => effects.push(Effect::TakeUpdate),
        }
    }

    /// Without a link the page does not offer it.
    fn send_where_linked(&self, frame: ClientFrame, effects: &mut Vec<Effect>) {
        if self.line.is_welcomed() {
            self.send(frame, effects);
        }
    }

    pub(super) fn in_room(&mut self, name: &RoomName, change: impl FnOnce(&mut super::Room)) {
        if let Some(room) = self.room_mut(name) {
            change(room);
        }
    }

    /// Deadlines that have passed.
    fn wake(&mut self, at: &Moment, effects: &mut Vec<Effect>) {
        let generation = self.line.generation();
        self.line.wake(at, effects);
        if self.line.generation() != generation {
            self.link_lost();
        }
        if self.proof_deadline().is_some_and(|due| due <= at.now) {
            self.line.check(at, effects);
        }
        self.wake_keeping(at);
        self.speech.wake(at.now);
        if self.naming.again.is_some_and(|again| again <= at.now) {
            self.naming.again = None;
            self.say_name(effects);
        }
        for (_, room) in &mut self.rooms {
            if room.outbox.deadline().is_some() {
                Rc::make_mut(room).outbox.wake(at.now);
            }
            if room.typing.as_ref().is_some_and(|typing| typing.until <= at.now) {
                Rc::make_mut(room).typing = None;
            }
            if matches!(room.phase, Phase::Refused { again: Some(again), .. } if again <= at.now) {
                Rc::make_mut(room).phase = Phase::Closed;
            }
        }
    }

    pub(super) fn link_lost(&mut self) {
        for (_, room) in &mut self.rooms {
            Rc::make_mut(room).link_lost();
        }
        self.naming.again = None;
    }

    fn enter(&mut self, place: Place, at: &Moment, effects: &mut Vec<Effect>) {
        // A message may be gone to again.
        if place == self.place && !matches!(place, Place::At(..)) {
            return;
        }
        if place.room() != self.place.room() {
            // Nobody reads there any more; coming back begins at the newest.
            if let Some(left) = self.place.room().cloned() {
                self.in_room(&left, |room| {
                    room.stop_seeking();
                    room.reader = Reader::AtNewest;
                });
            }
            self.speech.hush();
        }
        let is_other = place.room() != self.place.room();
        self.place = place;
        self.follow(at);
        if is_other {
            self.entered();
        }
        self.bring_log(effects);
    }

    fn name_typed(&mut self, raw: &str, effects: &mut Vec<Effect>) {
        match PersonName::parse(raw) {
            Err(why) => self.naming.problem = Some(["Not taken: ", &why.to_string()].concat().into()),
            Ok(name) => {
                self.naming.problem = None;
                if self.me.as_ref().is_none_or(|me| me.name != name) || self.naming.wanted.is_some() {
                    self.naming.wanted = Some(name);
                    self.say_name(effects);
                }
            }
        }
    }

    /// Says the wanted name. It is shown at once, and said again on the next link should it be lost on the way.
    pub(super) fn say_name(&mut self, effects: &mut Vec<Effect>) {
        if let (Some(name), Some(me)) = (self.naming.wanted.clone(), &mut self.me) {
            me.name = name.clone();
            if self.line.is_welcomed() {
                self.send(ClientFrame::Rename { name }, effects);
            }
        }
    }

    fn composer_touched(&mut self, name: &RoomName, at: &Moment, effects: &mut Vec<Effect>) {
        if !self.line.is_welcomed() {
            return;
        }
        let Some(room) = self.room_mut(name) else { return };
        let due = room.typing_told.is_none_or(|told| at.now.since(told) >= TYPING_EVERY_MS);
        if due && room.phase == Phase::Open {
            room.typing_told = Some(at.now);
            self.send(ClientFrame::Typing { room: name.clone() }, effects);
        }
    }

    /// To the newest messages.
    pub(super) fn jump(&mut self, name: &RoomName, effects: &mut Vec<Effect>) {
        self.leave_permalink(name, effects);
        self.in_room(name, super::Room::read_newest);
    }

    /// Opens a room again, from its cursor.
    pub(super) fn reopen(&mut self, name: &RoomName, effects: &mut Vec<Effect>) {
        if let Some(frame) = self.room_mut(name).map(|room| room.open(name)) {
            self.send(frame, effects);
        }
    }

    /// Opens what is not open, the room where the person is first; not before the stored cursors are known, and not
    /// more than a connection may have.
    fn open_rooms(&mut self, effects: &mut Vec<Effect>) {
        if !self.line.is_welcomed() || self.keeping.is_loading() {
            return;
        }
        let is_followed = |room: &super::Room| !matches!(room.phase, Phase::Closed | Phase::Refused { .. });
        let mut open = self.rooms.iter().filter(|(_, room)| is_followed(room)).count();
        if self.rooms.iter().all(|(_, room)| room.phase != Phase::Closed) {
            return;
        }
        let followed = self.rooms.iter().map(|(name, _)| name);
        let rooms: Vec<RoomName> = self.place.room().into_iter().chain(followed).cloned().collect();
        for name in rooms {
            if open < OPEN_ROOMS && self.room(&name).is_some_and(|room| room.phase == Phase::Closed) {
                self.reopen(&name, effects);
                open += 1;
            }
        }
    }

    /// Sends what is due in each outbox, once its room has settled what the log knows already.
    fn send_outboxes(&mut self, at: &Moment, effects: &mut Vec<Effect>) {
        if !self.line.is_welcomed() {
            return;
        }
        let generation = self.line.generation();
        let must_be_kept = !matches!(self.storage(), super::Storage::Off(_));
        for (name, room) in &mut self.rooms {
            if let Some(why) = room.refused_for_good().filter(|_| room.outbox.is_waiting()) {
                Rc::make_mut(room).outbox.room_refused(&why);
            }
            if room.phase != Phase::Open || room.outbox.is_empty() {
                continue;
            }
            if let Some(entry) = Rc::make_mut(room).outbox.take_due(at.now, must_be_kept) {
                if let (shared::Command::Post { text, .. }, false) = (&entry.command, entry.kept) {
                    effects.push(Effect::DropDraft { room: name.clone(), text: text.clone() });
                }
                effects.push(Effect::SendCommand { generation, room: name.clone(), entry });
            }
        }
    }

    /// When the server is to be asked for its digests: while something here is not verified.
    pub(super) fn proof_deadline(&self) -> Option<super::Now> {
        let unverified = |room: &super::Room| room.sync().is_some_and(|sync| sync.verified != Some(sync.to));
        self.line.next_check().filter(|_| self.rooms.iter().any(|(_, room)| unverified(room)))
    }

    fn tidy(&mut self) {
        for (_, room) in self.rooms.iter_mut().filter(|(_, room)| room.is_untidy()) {
            Rc::make_mut(room).tidy();
        }
    }
}
