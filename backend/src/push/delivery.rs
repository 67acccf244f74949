//! Pushes on their way. Each browser is told of one thing at a time, and each time that it is tried it is looked up
//! again what there is to be told: what was read, muted or taken back meanwhile is not, and what came meanwhile is.
//!
//! Nobody is held up by others: a person has a few pushes under way at a time, whatever their push services do.

use std::{
    collections::{BTreeMap, HashMap},
    sync::Arc,
    time::Duration,
};

use shared::{PersonId, RoomName, Seq};
use tokio::{sync::Semaphore, time::sleep};

use super::{Outcome, Sender, forget, is_quiet, notice};
use crate::{
    lock::{Mutex, lock},
    log::{Clock, Log, Push, Reads},
};

/// Pushes that are under way at a time: of all, and of a person.
const UNDER_WAY: usize = 32;
const OF_A_PERSON: usize = 4;
/// Rooms that browsers wait to be told of. Beyond them nobody is told.
const WAITING: usize = 10_000;
/// When a push is tried again that may still come through.
const AGAIN: [Duration; 3] = [Duration::from_secs(5), Duration::from_secs(30), Duration::from_mins(2)];
/// A push service that wants to be left alone for longer is not waited for.
const LONGEST: Duration = Duration::from_mins(10);

/// What a delivery needs.
pub(super) struct Deliveries {
    pub(super) log: Log,
    pub(super) reads: Reads,
    pub(super) clock: Clock,
    pub(super) sender: Arc<Sender>,
    under_way: Semaphore,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    people: HashMap<PersonId, Waiting>,
    rooms: usize,
}

/// What a person's browsers are to be told of.
struct Waiting {
    turns: Arc<Semaphore>,
    /// By endpoint, of which rooms, from which message on. A browser that is here has a task.
    browsers: HashMap<String, BTreeMap<RoomName, Seq>>,
}

impl Deliveries {
    pub(super) fn new(log: Log, reads: Reads, clock: Clock, sender: Arc<Sender>) -> Self {
        Self { log, reads, clock, sender, under_way: Semaphore::new(UNDER_WAY), state: Mutex::default() }
    }

    /// A browser is to be told of a room from `since` on. False where too many wait.
    pub(super) fn add(self: &Arc<Self>, person: &PersonId, endpoint: &str, room: &RoomName, since: Seq) -> bool {
        let mut state = lock(&self.state);
        if state.rooms >= WAITING {
            return false;
        }
        let new = || Waiting { turns: Arc::new(Semaphore::new(OF_A_PERSON)), browsers: HashMap::new() };
        let waiting = state.people.entry(person.clone()).or_insert_with(new);
        let is_idle = !waiting.browsers.contains_key(endpoint);
        let rooms = waiting.browsers.entry(endpoint.to_owned()).or_default();
        let before = rooms.get(room).copied();
        rooms.insert(room.clone(), before.map_or(since, |before| before.min(since)));
        let turns = Arc::clone(&waiting.turns);
        state.rooms += usize::from(before.is_none());
        drop(state);
        if is_idle {
            let browser = Browser { all: Arc::clone(self), person: person.clone(), endpoint: endpoint.to_owned() };
            tokio::spawn(async move { browser.keep_telling(&turns).await });
        }
        true
    }
}

/// A browser that is told.
struct Browser {
    all: Arc<Deliveries>,
    person: PersonId,
    endpoint: String,
}

impl Browser {
    /// Tells of room after room, until there is none left.
    async fn keep_telling(self, turns: &Semaphore) {
        while let Some((room, since)) = self.next() {
            self.tell(&room, since, turns).await;
        }
    }

    /// The next room; where there is none, the browser has no task any more.
    fn next(&self) -> Option<(RoomName, Seq)> {
        let mut state = lock(&self.all.state);
        let waiting = state.people.get_mut(&self.person)?;
        let next = waiting.browsers.get_mut(&self.endpoint).and_then(BTreeMap::pop_first);
        if next.is_some() {
            state.rooms -= 1;
            return next;
        }
        waiting.browsers.remove(&self.endpoint);
        if waiting.browsers.is_empty() {
            state.people.remove(&self.person);
        }
        None
    }

    /// What came for a room meanwhile, which is told along with the rest.
    fn take(&self, room: &RoomName) -> Option<Seq> {
        let mut state = lock(&self.all.state);
        let more = state.people.get_mut(&self.person)?.browsers.get_mut(&self.endpoint)?.remove(room)?;
        state.rooms -= 1;
        Some(more)
    }

    async fn tell(&self, room: &RoomName, since: Seq, turns: &Semaphore) {
        let mut since = since;
        for again in AGAIN.map(Some).into_iter().chain([None]) {
            let sent = {
                let (Ok(_turn), Ok(_place)) = (turns.acquire().await, self.all.under_way.acquire().await) else {
                    return;
                };
                since = self.take(room).map_or(since, |more| more.min(since));
                let Some(push) = self.wanted(room, since).await else { return };
                self.all.sender.send_once(&push.to, &notice(&push)).await.map(|outcome| (outcome, push))
            };
            let wait = match sent {
                Ok((Outcome::Gone, push)) => return forget(&self.all.log, &self.person, &push.to).await,
                Ok((Outcome::Taken | Outcome::Refused, _)) => return,
                Err(wait) => wait.unwrap_or_default(),
            };
            let Some(again) = again.filter(|_| wait <= LONGEST) else { return };
            sleep(again.max(wait)).await;
        }
    }

    /// What the browser is to be told of a room now.
    async fn wanted(&self, room: &RoomName, since: Seq) -> Option<Push> {
        let pushes = self.all.reads.pushes(room.clone(), since, Some(self.person.clone())).await.ok()?;
        let push = pushes.iter().find(|push| push.to.endpoint == self.endpoint)?;
        (!is_quiet(push.quiet, (self.all.clock)())).then(|| push.clone())
    }
}
