//! All that the client knows. It is cheap to clone, and bounded: what is large is shared by pointer, and only a few
//! rooms are followed at a time.

use std::rc::Rc;

use shared::{Person, PersonId, PersonName, RoomName};

use super::{
    Effect, Known, Line, Link, Moment, Now, Phase, Place, Room, Speech, Storage, keeping::Keeping, link_words,
    storage_words, trace::Trace, visits::Visits, worker::Keeper,
};

/// Rooms that are followed at a time.
const FOLLOWED: usize = 8;
/// How long trouble lasts before the person is bothered with it, in milliseconds.
const BEAR_MS: u64 = 3_000;

/// Whether the link is in trouble, and the person should see it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Trouble {
    /// None.
    Quiet,
    /// Since a moment ago.
    Brief {
        /// Since when.
        since: Now,
    },
    /// For long enough.
    Shown,
}

/// What the person wants to be called.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Naming {
    /// The name chosen on this page. It is said again after a lost link, until the server knows it.
    pub(super) wanted: Option<PersonName>,
    /// What is wrong with the one that was typed.
    pub(super) problem: Option<Rc<str>>,
    /// When to say it again, after a refusal that passes.
    pub(super) again: Option<Now>,
}

/// The state of the client.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct App {
    pub(super) line: Line,
    pub(super) me: Option<Person>,
    pub(super) naming: Naming,
    pub(super) place: Place,
    /// The few that are followed.
    pub(super) rooms: Vec<(RoomName, Rc<Room>)>,
    pub(super) visits: Visits,
    pub(super) speech: Speech,
    pub(super) trouble: Trouble,
    pub(super) countdown: u64,
    pub(super) keeping: Keeping,
    pub(super) trace: Trace,
    pub(super) keeper: Keeper,
    pub(super) few: usize,
}

impl App {
    /// The client as the page comes up, with what was kept of the rooms that the person has visited.
    #[must_use]
    pub fn new(place: Place, visits: Vec<Known>) -> Self {
        let rooms = place.room().map(|room| (room.clone(), Rc::new(Room::new(Now::default())))).into_iter().collect();
        Self {
            line: Line::default(),
            me: None,
            naming: Naming::default(),
            place,
            rooms,
            visits: Visits::new(visits),
            speech: Speech::default(),
            trouble: Trouble::Quiet,
            countdown: 0,
            keeping: Keeping::default(),
            trace: Trace::default(),
            keeper: Keeper::default(),
            few: 0,
        }
    }

    /// The link.
    #[must_use]
    pub fn line(&self) -> &Line {
        &self.line
    }

    /// Who the server takes us for.
    #[must_use]
    pub fn me(&self) -> Option<&Person> {
        self.me.as_ref()
    }

    /// What is wrong with the name that was typed.
    #[must_use]
    pub fn name_problem(&self) -> Option<&Rc<str>> {
        self.naming.problem.as_ref()
    }

    /// Something is known of the room where the person is, or it is known that nothing is kept of it. Until then, what the
    /// page may show of it already is more.
    #[must_use]
    pub fn is_worth_drawing(&self) -> bool {
        !self.keeping.is_loading() || self.current().is_some_and(|(_, room)| !room.window().is_empty())
    }

    /// No more of the newest rows than these are to be drawn for now, because the page has been drawn already: those in
    /// sight. With the rest, a slow phone would be held up for longer. 0 where all are.
    #[must_use]
    pub fn few(&self) -> usize {
        self.few
    }

    /// Where the person is.
    #[must_use]
    pub fn place(&self) -> &Place {
        &self.place
    }

    /// The room where the person is.
    #[must_use]
    pub fn current(&self) -> Option<(&RoomName, &Rc<Room>)> {
        let here = self.place.room()?;
        self.rooms.iter().find(|(name, _)| name == here).map(|(name, room)| (name, room))
    }

    /// A room that is followed.
    #[must_use]
    pub fn room(&self, name: &RoomName) -> Option<&Rc<Room>> {
        self.rooms.iter().find(|(known, _)| known == name).map(|(_, room)| room)
    }

    /// Something that was typed is neither in any log yet nor kept by the browser: it would be gone with the page.
    #[must_use]
    pub fn has_unsent(&self) -> bool {
        self.rooms.iter().any(|(_, room)| room.outbox.entries().iter().any(|entry| !entry.kept))
    }

    /// Whether what the client has outlives the page.
    #[must_use]
    pub fn storage(&self) -> Storage {
        self.keeping.storage
    }

    /// What is said aloud.
    #[must_use]
    pub fn speech(&self) -> &Speech {
        &self.speech
    }

    /// Whether the link is in trouble.
    #[must_use]
    pub fn trouble(&self) -> Trouble {
        self.trouble
    }

    /// Whole seconds until the next try, while that is shown.
    #[must_use]
    pub fn countdown(&self) -> u64 {
        self.countdown
    }

    /// When [`super::Action::DeadlinePassed`] is due; none where nothing is waited for.
    #[must_use]
    pub fn deadline(&self) -> Option<Now> {
        let trouble = match (self.trouble, self.line.link()) {
            (Trouble::Brief { since }, _) => Some(since.plus(BEAR_MS)),
            // The countdown goes down at each whole second before the next try.
            (Trouble::Shown, Link::Offline { next_try, .. }) if self.countdown > 1 => {
                Some(Now(next_try.0.saturating_sub((self.countdown - 1) * 1000)))
            }
            _ => None,
        };
        let rooms = self.rooms.iter().flat_map(|(_, room)| {
            let again = match room.phase {
                Phase::Refused { again, .. } => again,
                _ => None,
            };
            [again, room.typing.as_ref().map(|typing| typing.until), room.outbox.deadline()]
        });
        let own = [
            trouble,
            self.line.deadline(),
            self.speech.deadline(),
            self.naming.again,
            self.keeping_deadline(),
            self.proof_deadline(),
            self.visits_deadline(),
        ];
        own.into_iter().chain(rooms).flatten().min()
    }

    /// Why what was typed where the person is does not go out, though there is a link.
    pub(super) fn held(&self) -> Option<&Rc<str>> {
        self.current().filter(|(_, room)| room.phase == Phase::Open).and_then(|(_, room)| room.outbox.held())
    }

    pub(super) fn my_id(&self) -> Option<PersonId> {
        self.me.as_ref().map(|me| me.id.clone())
    }

    pub(super) fn room_mut(&mut self, name: &RoomName) -> Option<&mut Room> {
        self.rooms.iter_mut().find(|(known, _)| known == name).map(|(_, room)| Rc::make_mut(room))
    }

    pub(super) fn send(&self, frame: shared::ClientFrame, effects: &mut Vec<Effect>) {
        effects.push(Effect::Send { generation: self.line.generation(), frame });
    }

    /// Follows the room where the person is, and not too many others.
    pub(super) fn follow(&mut self, at: &Moment) {
        let Some(name) = self.place.room().cloned() else { return };
        if let Some(room) = self.room_mut(&name) {
            room.used = at.now;
        } else {
            self.follow_also(name, at.now);
        }
    }

    /// Follows a room that is not followed yet, from what is kept of it.
    pub(super) fn follow_also(&mut self, name: RoomName, used: Now) {
        let mut room = Room::new(used);
        if let Some(kept) = self.keeping.take_from_shelf(&name) {
            room.adopt(kept);
        }
        self.rooms.push((name, Rc::new(room)));
    }

    /// Lets go of the rooms that were not used for longest, where they are more than need be.
    pub(super) fn let_go(&mut self, effects: &mut Vec<Effect>) {
        while self.rooms.len() > FOLLOWED {
            let here = self.place.room();
            // What is to be removed from the database is known by the room's outbox alone.
            let off = matches!(self.storage(), Storage::Off(_));
            let is_idle = |(name, room): &(RoomName, Rc<Room>)| {
                let is_busy = room.editing.is_some() || room.replying.is_some() || !room.outbox.is_empty();
                Some(name) != here && !is_busy && (off || !room.outbox.has_changed())
            };
            let idle = self.rooms.iter().enumerate().filter(|(_, one)| is_idle(one));
            let Some((oldest, _)) = idle.min_by_key(|(_, (_, room))| room.used) else { break };
            let (name, room) = self.rooms.remove(oldest);
            self.keeping.shelve(&name, &room);
            if self.line.is_welcomed() && room.phase != Phase::Closed {
                self.send(shared::ClientFrame::Leave { room: name }, effects);
            }
        }
    }

    /// Whether there is trouble, and since when. `was` is what all was before this action.
    pub(super) fn watch_trouble(&mut self, at: &Moment, was: &Self) {
        if let (None, Some(words)) = (storage_words(was.storage()), storage_words(self.storage())) {
            self.speech.say(words);
        }
        let room_is_open = self.current().is_none_or(|(_, room)| room.phase == Phase::Open);
        let resting = matches!(self.line.link(), Link::Resting);
        let fine = resting || self.line.is_welcomed() && room_is_open && self.held().is_none();
        let before = self.trouble;
        self.trouble = match before {
            _ if fine => Trouble::Quiet,
            Trouble::Quiet => Trouble::Brief { since: at.now },
            Trouble::Brief { since } if at.now.since(since) >= BEAR_MS => Trouble::Shown,
            same => same,
        };
        match (before, self.trouble) {
            (Trouble::Shown, Trouble::Quiet) => {
                let well = if was.held().is_some() { "Messages can be sent again." } else { "Connected again." };
                let more = if self.speech.number() == was.speech.number() { "" } else { self.speech.sentence() };
                let both = if more.is_empty() { well.to_owned() } else { [well, " ", more].concat() };
                self.speech.say_more(&both);
            }
            (Trouble::Brief { .. }, Trouble::Shown) => self.speech.say(&link_words(self).words),
            _ => {}
        }
        self.countdown = match (self.trouble, self.line.link()) {
            (Trouble::Shown, Link::Offline { next_try, .. }) => next_try.since(at.now).div_ceil(1000),
            _ => 0,
        };
    }
}
