//! Bringing a room's log to a message or to a time: by a permalink, by a quote, by a date.
//!
//! Invariants: what is in the window is gone to without asking anybody. What is not is asked for once the room is open,
//! so that the page is one of the log that the cursor counts in; and the window becomes that page, with the newest
//! messages held beside it. Whatever the number was, the person ends up at a message, or learns why not.

use std::rc::Rc;

use shared::{Millis, RoomName, Seq};

use super::{App, Ask, Effect, Notice, Paging, Phase, Place, Reader, Room};

/// The message that the log was brought to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Target {
    /// Which.
    pub seq: Seq,
    /// Counts how often the log was brought anywhere: the same message may be gone to again.
    pub number: u32,
}

impl Room {
    /// The message that a permalink, a quote or a date has led to: it is to be scrolled to and shown, once for each.
    #[must_use]
    pub fn target(&self) -> Option<Target> {
        self.target
    }

    /// The log is to be brought there.
    pub(super) fn seek(&mut self, ask: Ask) {
        if self.paging == Paging::Asked(ask) {
            return;
        }
        self.stop_seeking();
        self.paging = Paging::Idle;
        self.sought = Some(ask);
    }

    /// The log is to be brought nowhere any more.
    pub(super) fn stop_seeking(&mut self) {
        self.sought = None;
        self.target = None;
        if matches!(self.paging, Paging::Asked(ask) if ask.seeks()) {
            self.paging = Paging::Idle;
        }
    }

    /// Goes to what is sought, where it is in the window; else the page to ask for, as soon as it can be asked for.
    pub(super) fn go_on_seeking(&mut self) -> Option<Ask> {
        let ask = self.sought?;
        if let Ask::Around(seq) = ask
            && self.window_covers(seq)
        {
            self.sought = None;
            self.reach(seq);
            return None;
        }
        if self.phase != Phase::Open {
            return None;
        }
        self.sought = None;
        self.paging = Paging::Asked(ask);
        self.asked_again = false;
        Some(ask)
    }

    /// If the log has a message of this number, it is in the window.
    fn window_covers(&self, seq: Seq) -> bool {
        let (oldest, newest) = (self.window.oldest(), self.window.newest());
        let from = oldest.is_some_and(|oldest| oldest <= seq) || !self.window.more_before();
        // Until the room is open, what is newer may be on its way.
        let to = newest.is_some_and(|newest| newest >= seq) || self.window.at_newest() && self.phase == Phase::Open;
        self.cursor.is_some() && from && to
    }

    /// Goes to the message of this number in the window, or to the one that is nearest.
    pub(super) fn reach(&mut self, seq: Seq) {
        let after = self.window.messages().find(|message| message.seq >= seq);
        let nearest = after.or_else(|| self.window.messages().next_back());
        self.notice = match nearest {
            Some(message) if message.seq != seq => Some(Notice::NoSuchMessage),
            Some(message) if message.is_deleted() => Some(Notice::MessageDeleted),
            Some(_) => self.notice,
            None => Some(Notice::NoSuchMessage),
        };
        if let Some(seq) = nearest.map(|message| message.seq) {
            self.arrive(seq);
        }
    }

    /// Goes to a message of the window.
    pub(super) fn arrive(&mut self, seq: Seq) {
        self.arrivals = self.arrivals.wrapping_add(1);
        self.target = Some(Target { seq, number: self.arrivals });
        // Else the log would be kept at the newest message.
        self.reader = Reader::LowerHalf;
    }
}

impl App {
    /// The person is at a place: its room's log is brought there.
    pub(super) fn bring_log(&mut self, effects: &mut Vec<Effect>) {
        match self.place.clone() {
            Place::Room(room) => self.jump(&room, effects),
            Place::At(room, Seq::ZERO) => {
                self.jump(&room, effects);
                self.in_room(&room, |room| room.notice = Some(Notice::NoSuchMessage));
            }
            Place::At(room, seq) => self.in_room(&room, |room| room.seek(Ask::Around(seq))),
            Place::Nowhere => {}
        }
    }

    /// A day was picked: to the first message from this time on.
    pub(super) fn date_picked(&mut self, name: &RoomName, at: Millis, effects: &mut Vec<Effect>) {
        self.leave_permalink(name, effects);
        self.in_room(name, |room| room.seek(Ask::At(at)));
    }

    /// The log is elsewhere now, and the address is to be the room's.
    pub(super) fn leave_permalink(&mut self, name: &RoomName, effects: &mut Vec<Effect>) {
        if matches!(&self.place, Place::At(room, _) if room == name) {
            self.place = Place::Room(name.clone());
            effects.push(Effect::ShowAddress(self.place.clone()));
        }
    }

    /// Each room goes on towards what is sought in it.
    pub(super) fn go_on_seeking(&mut self, effects: &mut Vec<Effect>) {
        for (name, room) in &mut self.rooms {
            if room.sought.is_some()
                && let Some(ask) = Rc::make_mut(room).go_on_seeking()
            {
                effects.push(Effect::FetchPage { room: name.clone(), ask });
            }
        }
    }
}
