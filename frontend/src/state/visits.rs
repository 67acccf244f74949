//! The rooms that the person has visited, and what they have read of each: the server's word, and over it what was read
//! here and is not said back yet.
//!
//! A read position is a cursor like any other. It goes forward by being looked at: a message in sight, of the room where
//! the person is, in a page that is visible, by a person who was active lately ([`Action::Attended`]). It goes back only
//! by hand; then looking does not move it again until the room is entered anew. What was read without a link is said
//! when there is one, in another life of the page too.
//!
//! [`Action::Attended`]: super::Action::Attended

use std::rc::Rc;

use shared::{ClientFrame, Level, Millis, RoomName, RoomTitle, Seq, Visit};

use super::{App, Effect, Moment, Now, Phase, Reader};

/// Positions are said to the server at most once in so many milliseconds.
const TELL_EVERY_MS: u64 = 1_000;

/// A room of the person's list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Known {
    /// How it stands.
    pub visit: Visit,
    /// The position was moved here, and the server has not said it back.
    pub ours: bool,
    /// The connection on which that was said.
    told: Option<u32>,
}

impl Known {
    /// What was kept of it.
    #[must_use]
    pub fn kept(visit: Visit, ours: bool) -> Self {
        Self { visit, ours, told: None }
    }

    /// The server says how it stands. What was moved here stands until it says that back.
    fn hear(&mut self, said: Visit) {
        let is_said_back = match self.told {
            Some(_) if self.visit.marked => said.marked || said.read > self.visit.read,
            Some(_) => said.read >= self.visit.read,
            None => !self.visit.marked && said.read >= self.visit.read,
        };
        if !self.ours || is_said_back {
            *self = Self::kept(said, false);
        } else {
            let (read, marked) = (self.visit.read, self.visit.marked);
            self.visit = said;
            self.read(read, marked);
        }
    }

    fn read(&mut self, read: Seq, marked: bool) {
        self.visit.read = read;
        self.visit.marked = marked;
        if read >= self.visit.newest {
            self.visit.unread = 0;
            self.visit.mentions = 0;
        }
    }
}

/// All of them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Visits {
    all: Rc<Vec<Known>>,
    /// The person was active lately, and the page is visible.
    attended: bool,
    /// The newest message in sight, where the person is.
    seen: Seq,
    /// Looking moves nothing there: the position was set back by hand.
    held: bool,
    /// What is new there has been marked off.
    divided: bool,
    told_at: Option<Now>,
}

impl Visits {
    pub(super) fn new(kept: Vec<Known>) -> Self {
        Self { all: Rc::new(kept), ..Self::default() }
    }

    fn get(&self, room: &RoomName) -> Option<&Known> {
        self.all.iter().find(|known| known.visit.room == *room)
    }

    /// The room's entry, made where there is none.
    fn entry(&mut self, room: &RoomName) -> &mut Known {
        let all = Rc::make_mut(&mut self.all);
        let place = all.iter().position(|known| known.visit.room == *room).unwrap_or_else(|| {
            let visit = Visit {
                room: room.clone(),
                title: RoomTitle::default(),
                newest: Seq::ZERO,
                at: Millis(0),
                read: Seq::ZERO,
                marked: false,
                unread: 0,
                mentions: 0,
                level: Level::default(),
            };
            all.push(Known::kept(visit, false));
            all.len() - 1
        });
        &mut all[place]
    }
}

/// After which message there is something new, where there is. What nobody has read anything of is not new.
fn new_after(visit: &Visit) -> Option<Seq> {
    (visit.unread > 0 && visit.read > Seq::ZERO).then_some(visit.read)
}

impl App {
    /// The rooms that the person has visited, in no order.
    #[must_use]
    pub fn visits(&self) -> &Rc<Vec<Known>> {
        &self.visits.all
    }

    /// How many messages want the person's attention, in all rooms.
    #[must_use]
    pub fn wanted(&self) -> u32 {
        self.visits.all.iter().map(|known| known.visit.wanted()).sum()
    }

    /// The server has said how all rooms stand.
    pub(super) fn hear_visits(&mut self, said: Vec<Visit>) {
        Rc::make_mut(&mut self.visits.all)
            .retain(|known| known.ours || said.iter().any(|visit| visit.room == known.visit.room));
        for visit in said {
            self.hear_visit(visit);
        }
    }

    /// The server has said how a room stands.
    pub(super) fn hear_visit(&mut self, said: Visit) {
        let is_here = self.place.room() == Some(&said.room);
        let room = said.room.clone();
        let known = self.visits.entry(&room);
        let (before, has_moved, news) = (known.visit.read, known.ours, new_after(&said));
        known.hear(said);
        let (read, marked) = (known.visit.read, known.visit.marked);
        if is_here && marked && read < before {
            self.hold(&room, read);
        }
        // What was kept may be older than what was read elsewhere; but what was read here since is new all the same.
        if is_here && !std::mem::replace(&mut self.visits.divided, true) {
            self.in_room(&room, |room| room.divider = room.divider.filter(|_| has_moved).or(news));
        }
    }

    /// The person's list has a room no longer. Looking at it does not bring it back.
    pub(super) fn forgotten(&mut self, room: &RoomName) {
        Rc::make_mut(&mut self.visits.all).retain(|known| known.visit.room != *room);
        if self.place.room() == Some(room) {
            self.visits.held = true;
        }
    }

    /// The person has come to the room where they are now.
    pub(super) fn entered(&mut self) {
        (self.visits.seen, self.visits.held, self.visits.divided) = (Seq::ZERO, false, false);
        if let Some(here) = self.place.room().cloned() {
            let news = self.visits.get(&here).and_then(|known| new_after(&known.visit));
            self.in_room(&here, |room| room.divider = news);
        }
    }

    /// A message of somebody else came to a room: where nobody looks, it is the first of the new ones.
    pub(super) fn divide_before(&mut self, name: &RoomName) {
        let read = self.visits.get(name).map_or(Seq::ZERO, |known| known.visit.read);
        let looks = self.visits.attended && self.place.room() == Some(name);
        self.in_room(name, |room| {
            let follows = room.reader == Reader::AtNewest && room.window.at_newest();
            if !(looks && follows) && read > Seq::ZERO && room.divider.is_none_or(|divider| divider < read) {
                room.divider = Some(read);
            }
        });
    }

    /// Whether the person was active lately, and sees the page.
    pub(super) fn attended(&mut self, attended: bool) {
        self.visits.attended = attended;
    }

    /// So far down the log where the person is can be seen.
    pub(super) fn seen(&mut self, room: &RoomName, seq: Seq) {
        if self.place.room() == Some(room) {
            self.visits.seen = seq;
        }
    }

    /// A room that is not looked at is taken for read.
    pub(super) fn mark_read(&mut self, room: &RoomName) {
        let newest = self.visits.entry(room).visit.newest;
        self.move_to(room, newest, false);
    }

    /// What comes after `read` is unread again.
    pub(super) fn mark_unread(&mut self, room: &RoomName, read: Seq) {
        self.move_to(room, read, true);
        if self.place.room() == Some(room) {
            self.hold(room, read);
        }
    }

    fn hold(&mut self, room: &RoomName, read: Seq) {
        self.visits.held = true;
        self.in_room(room, |room| room.divider = Some(read));
    }

    fn move_to(&mut self, room: &RoomName, read: Seq, back: bool) {
        let known = self.visits.entry(room);
        known.read(read, back);
        (known.ours, known.told) = (true, None);
    }

    /// What is looked at is read. A room is visited when it has been looked at, also where there is nothing in it.
    pub(super) fn read_on(&mut self) {
        let Some(here) = self.place.room().filter(|_| self.visits.attended && !self.visits.held) else { return };
        let is_further = match self.visits.get(here) {
            Some(known) => self.visits.seen > known.visit.read,
            None => self.room(here).is_some_and(|room| {
                room.phase == Phase::Open && (self.visits.seen > Seq::ZERO || room.window.is_empty())
            }),
        };
        if is_further {
            let (here, seen) = (here.clone(), self.visits.seen);
            self.move_to(&here, seen, false);
        }
    }

    /// Says what was read to the server, not too often.
    pub(super) fn tell_visits(&mut self, at: &Moment, effects: &mut Vec<Effect>) {
        if self.visits_deadline().is_none_or(|due| due > at.now) {
            return;
        }
        let generation = self.line.generation();
        for known in Rc::make_mut(&mut self.visits.all) {
            if known.ours && known.told != Some(generation) {
                known.told = Some(generation);
                let Visit { room, read, marked, .. } = &known.visit;
                let frame = ClientFrame::Read { room: room.clone(), seq: *read, back: *marked };
                effects.push(Effect::Send { generation, frame });
            }
        }
        self.visits.told_at = Some(at.now);
    }

    /// When there is something to be said to the server; none where there is nothing, or nobody to say it to.
    pub(super) fn visits_deadline(&self) -> Option<Now> {
        let generation = self.line.generation();
        let is_untold = |known: &Known| known.ours && known.told != Some(generation);
        if !self.line.is_welcomed() || !self.visits.all.iter().any(is_untold) {
            return None;
        }
        Some(self.visits.told_at.map_or(Now(0), |told| told.plus(TELL_EVERY_MS)))
    }

    /// Shows what has changed of the list since `was`; all of it, where a room is gone.
    pub(super) fn show_visits(&self, was: &Self, effects: &mut Vec<Effect>) {
        let (before, now) = (&was.visits.all, &self.visits.all);
        if Rc::ptr_eq(before, now) {
            return;
        }
        let all = now.len() < before.len() || before.iter().zip(now.iter()).any(|(a, b)| a.visit.room != b.visit.room);
        let changed = |(place, known): &(usize, &Known)| all || before.get(*place) != Some(known);
        let visits: Vec<Known> = now.iter().enumerate().filter(changed).map(|(_, known)| known.clone()).collect();
        if all || !visits.is_empty() {
            effects.push(Effect::ShowVisits { visits, all });
        }
    }
}
