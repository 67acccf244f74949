//! What each frame of the server changes.

use shared::{ClientKey, Event, Person, Refusal, RefusalCode, Reset, RoomHead, RoomName, ServerFrame, Signal};

use super::{
    App, Effect, Here, Moment, Notice, Phase, Reader, Typing,
    follow::{Opened, Taken},
    notice_words,
    room::Mend,
};

/// Where a room cannot be read, it is asked for again after so many milliseconds.
const UNREADABLE_MS: u64 = 30_000;

impl App {
    /// A frame came on the link of now.
    pub(super) fn receive(&mut self, frame: ServerFrame, at: &Moment, effects: &mut Vec<Effect>) {
        match frame {
            ServerFrame::Welcome { you, .. } => self.welcome(you, effects),
            ServerFrame::Opened { room, epoch, first, head, digest, snapshot, reset } => {
                let me = self.my_id();
                // A room that was left meanwhile is none of ours.
                if self.room(&room).is_none_or(|room| room.phase == Phase::Closed) {
                    return;
                }
                // The number of the message that is being edited may be another's now.
                let is_another = reset.is_some_and(|reset| reset != Reset::TooFar);
                let edit_ended = is_another && self.set_edit_aside(&room, effects);
                if snapshot.is_some() {
                    self.speech.loaded_anew(&room);
                }
                let Some(known) = self.room_mut(&room) else { return };
                known.opened(Opened { epoch, first, head, digest, snapshot, reset }, me.as_ref(), at.now);
                if edit_ended {
                    known.notice = Some(Notice::EditEnded);
                    effects.push(Effect::RestoreComposer { room: room.clone() });
                }
                if reset.is_some() {
                    self.say_notice(&room);
                }
                self.mend(&room, at, effects);
            }
            ServerFrame::Event(event) => self.event(&event, at, effects),
            ServerFrame::Settled { room, key, seq } => {
                let Some(room) = self.room_mut(&room) else { return };
                // Beyond the cursor its event is still to come, and the entry stands in for it.
                let cursor = room.cursor.as_ref().map(|cursor| cursor.seq);
                match seq.filter(|seq| cursor.is_some_and(|cursor| *seq > cursor)) {
                    Some(seq) => room.outbox.settle(&key, seq),
                    None => drop(room.outbox.remove(&key)),
                }
            }
            ServerFrame::Refused { room, key, refusal } => self.refused(room, key, &refusal, at, effects),
            ServerFrame::Signal(signal) => self.signal(signal, at),
            ServerFrame::Pong { rooms, .. } => self.pong(&rooms, at, effects),
            ServerFrame::Rooms { rooms } => self.hear_visits(rooms),
            ServerFrame::Unknown => {}
        }
    }

    fn welcome(&mut self, you: Person, effects: &mut Vec<Effect>) {
        if self.naming.wanted.as_ref() == Some(&you.name) {
            self.naming.wanted = None;
        }
        self.me = Some(you);
        self.line.welcomed();
        self.claim_outboxes(effects);
        self.say_name(effects);
    }

    fn event(&mut self, event: &Event, at: &Moment, effects: &mut Vec<Effect>) {
        let me = self.my_id();
        let here = self.place.room() == Some(&event.room);
        let mut is_of_another = false;
        let Some(room) = self.room_mut(&event.room) else { return };
        match room.take(event, me.as_ref()) {
            Taken::Applied(Some(message)) => {
                // Who has said something types no longer, as far as anybody knows.
                if let Some(typing) = room.typing.take() {
                    let others = typing.people.iter().filter(|person| person.id != event.by.id).cloned().collect();
                    let until = typing.until;
                    room.typing = Typing::heard(others, me.as_ref(), at.now).map(|typing| Typing { until, ..typing });
                }
                // What was deleted before it came says nothing to anybody.
                if Some(&event.by.id) != me.as_ref() && !message.is_deleted() {
                    is_of_another = true;
                    if room.reader != Reader::AtNewest || !room.window.at_newest() {
                        room.unseen = room.unseen.saturating_add(1);
                    }
                    if here {
                        let to_me = me.as_ref().is_some_and(|me| message.mentions.contains(me));
                        self.speech.hear(&event.room, &message, to_me, at.now);
                    }
                }
            }
            Taken::Applied(None) => self.speech.changed(event),
            Taken::Dropped => {}
        }
        if is_of_another {
            self.divide_before(&event.room);
        }
        self.mend(&event.room, at, effects);
    }

    /// Does what has to be done so that a room's copy is the log again. Until it is opened, its events are dropped.
    fn mend(&mut self, name: &RoomName, at: &Moment, effects: &mut Vec<Effect>) {
        let Some(room) = self.room_mut(name) else { return };
        match room.mend.take() {
            None => {}
            Some(Mend::ReadAgain) => self.reopen(name, effects),
            Some(Mend::TakeAnew) => {
                let frame = room.open_newest(name);
                self.send(frame, effects);
                self.say_notice(name);
            }
            Some(Mend::Wait) => {
                let message = "What the server sends of this room cannot be read.".into();
                room.phase = Phase::Refused { message, again: Some(at.now.plus(UNREADABLE_MS)) };
            }
        }
    }

    /// A link or a date has led elsewhere than was meant: that is said too.
    pub(super) fn say_new_notice(&mut self, was: &Self) {
        let Some(name) = self.place.room().cloned() else { return };
        let notice = |app: &Self| app.room(&name).and_then(|room| room.notice);
        let is_of_a_link = matches!(
            notice(self),
            Some(Notice::NoSuchMessage | Notice::MessageDeleted | Notice::NothingSince | Notice::NotLoaded)
        );
        if is_of_a_link && notice(self) != notice(was) {
            self.say_notice(&name);
        }
    }

    fn say_notice(&mut self, name: &RoomName) {
        let notice = self.room(name).and_then(|room| room.notice).filter(|_| self.place.room() == Some(name));
        if let Some(notice) = notice {
            self.speech.say(notice_words(notice));
        }
    }

    fn refused(
        &mut self,
        room: Option<String>,
        key: Option<String>,
        refusal: &Refusal,
        at: &Moment,
        effects: &mut Vec<Effect>,
    ) {
        let Some(name) = room else { return self.name_refused(refusal, at) };
        let Ok(name) = RoomName::parse(&name) else { return };
        let Some(room) = self.room_mut(&name) else { return };
        if let Some(key) = key {
            let Ok(key) = ClientKey::parse(&key) else { return };
            if let Some(said) = room.outbox.refuse(&key, refusal, at.now) {
                self.speech.say(&said);
            }
        } else if room.phase == Phase::Opening {
            // A cursor that the server cannot read is no use; without one, it must do.
            if refusal.code == RefusalCode::BadCursor && room.cursor.is_some() {
                let frame = room.open_newest(&name);
                return self.send(frame, effects);
            }
            let again = refusal.retry_after_ms.map(|ms| at.now.plus(ms.min(60_000)));
            room.phase = Phase::Refused { message: refusal.message.as_str().into(), again };
        }
    }

    /// A refusal of no room: of what this client sends, only a name can have earned it.
    fn name_refused(&mut self, refusal: &Refusal, at: &Moment) {
        if self.naming.wanted.is_none() {
            return;
        }
        if let Some(ms) = refusal.retry_after_ms {
            self.naming.again = Some(at.now.plus(ms.min(60_000)));
        } else if refusal.code == RefusalCode::BadName {
            self.naming.wanted = None;
            self.naming.problem = Some(refusal.message.as_str().into());
        }
    }

    fn signal(&mut self, signal: Signal, at: &Moment) {
        let me = self.my_id();
        match signal {
            Signal::Here { room, count, people } => {
                // No `renamed` comes where no room was open: this says as well that the server knows the name. A wish
                // that stood on would undo what another page of the same person chooses later.
                let wanted = &mut self.naming.wanted;
                if people
                    .iter()
                    .flatten()
                    .any(|person| Some(&person.id) == me.as_ref() && Some(&person.name) == wanted.as_ref())
                {
                    *wanted = None;
                }
                if let Some(room) = self.room_mut(&room) {
                    room.here = Some(Here { count, people: people.unwrap_or_default().into() });
                }
            }
            Signal::Typing { room, people } => {
                if let Some(room) = self.room_mut(&room) {
                    room.typing = Typing::heard(people, me.as_ref(), at.now);
                }
            }
            Signal::Renamed { room, person } => {
                if let Some(room) = self.room_mut(&room) {
                    room.renamed(&person);
                }
                // On this page or on another of the same person. A newer wish of this page stands.
                let wanted = &mut self.naming.wanted;
                if let Some(me) = self.me.as_mut().filter(|me| me.id == person.id)
                    && wanted.as_ref().is_none_or(|name| *name == person.name)
                {
                    *me = person;
                    *wanted = None;
                }
            }
            Signal::Unread(visit) => self.hear_visit(visit),
            Signal::Forgotten { room } => self.forgotten(&room),
            Signal::Unknown => {}
        }
    }

    fn pong(&mut self, heads: &[RoomHead], at: &Moment, effects: &mut Vec<Effect>) {
        for RoomHead { room: name, seq, digest } in heads {
            if let Some(room) = self.room_mut(name) {
                room.pong(*seq, *digest);
                self.mend(name, at, effects);
            }
        }
    }
}
