//! People who are connected: one value per person, shared by all their connections, so that a name changes at once
//! for all of them.
//!
//! Those who came lately are remembered, also when they are gone, so that ten thousand who come back are not looked up
//! again. A session that ends is forgotten here at once, and whoever is connected by it is told.

use std::{
    collections::{HashMap, HashSet, VecDeque},
    hash::Hash,
    sync::{
        Arc, Mutex, MutexGuard, Weak,
        atomic::{AtomicBool, AtomicU64, Ordering},
    },
};

use shared::{Author, Millis, Person, PersonId, PersonName};
use tokio_util::sync::CancellationToken;

use super::{Token, device::device};
use crate::{
    lock::lock,
    log::{AccountChange, Accounting, Clock, Hash256, Names, ReadError, Reads, Remember, look_alike},
};

/// So many sessions are remembered: what a large server has connected. About 300 bytes each, 5 MB in all.
const LATELY: usize = 16_384;
/// So many sessions that have ended are remembered: of those that ended while they were being looked up.
const ENDED: usize = 65_536;
/// A session that was not used for so long has ended: as long as browsers keep a cookie at most, 400 days.
const LASTS_MS: u64 = 400 * 24 * 3_600 * 1_000;
/// How exactly it is kept when a session was used.
const NOTED_MS: u64 = 3_600 * 1_000;

/// Somebody who is connected.
pub struct Someone {
    id: PersonId,
    plain: bool,
    name: Mutex<PersonName>,
    /// The session that they came with while nothing was kept of them, and the device that it is on.
    first: Option<(Hash256, Arc<str>)>,
    kept: Arc<AtomicBool>,
}

impl Someone {
    /// The author that a plain connection is: nobody before, nobody after.
    #[must_use]
    pub fn plain(id: PersonId) -> Arc<Self> {
        let name = Mutex::new(PersonName::anonymous());
        Arc::new(Self { id, plain: true, name, first: None, kept: Arc::default() })
    }

    /// Who it is.
    #[must_use]
    pub fn id(&self) -> &PersonId {
        &self.id
    }

    /// As others see them now.
    #[must_use]
    pub fn person(&self) -> Person {
        Person { id: self.id.clone(), name: lock(&self.name).clone() }
    }

    /// As the author of an event.
    #[must_use]
    pub fn author(&self) -> Author {
        let Person { id, name } = self.person();
        Author { id, name, plain: self.plain }
    }

    /// Is called so from now on. Says whether that is a change.
    pub fn rename(&self, name: PersonName) -> bool {
        let mut kept = lock(&self.name);
        let changed = *kept != name;
        *kept = name;
        changed
    }

    /// What is to be stored of them, where it is not yet.
    #[must_use]
    pub fn remember(&self) -> Option<Remember> {
        let (session, device) = self.first.as_ref().filter(|_| !self.kept.load(Ordering::Acquire))?;
        Some(Remember { session: *session, device: Arc::clone(device), kept: Arc::clone(&self.kept) })
    }

    /// A change of their account.
    #[must_use]
    pub fn account(&self, changes: Vec<AccountChange>) -> Accounting {
        Accounting { person: self.id.clone(), name: self.person().name, changes, remember: self.remember() }
    }
}

/// A session that somebody is connected by, or was lately.
pub struct Session {
    hash: Hash256,
    someone: Arc<Someone>,
    ended: CancellationToken,
    noted: AtomicU64,
}

impl Session {
    /// The hash of its token.
    #[must_use]
    pub fn hash(&self) -> Hash256 {
        self.hash
    }

    /// Whose it is.
    #[must_use]
    pub fn someone(&self) -> &Arc<Someone> {
        &self.someone
    }

    /// Cancelled when it ends.
    #[must_use]
    pub fn ended(&self) -> &CancellationToken {
        &self.ended
    }

    /// It is used now. Says whether that is to be written down: once an hour, and only where it is kept.
    #[must_use]
    pub fn note(&self, now: Millis) -> bool {
        let before = self.noted.load(Ordering::Relaxed);
        let is_due = self.someone.remember().is_none() && now.0 >= before.saturating_add(NOTED_MS);
        is_due && self.noted.compare_exchange(before, now.0, Ordering::Relaxed, Ordering::Relaxed).is_ok()
    }
}

/// Why a token has no holder.
#[derive(Debug, thiserror::Error)]
pub enum NoHolder {
    /// The session has ended.
    #[error("the session has ended")]
    Ended,
    /// The records cannot be read, or too many wait for them.
    #[error(transparent)]
    Read(#[from] ReadError),
}

/// Finds people by their tokens; a cheap handle.
#[derive(Clone)]
pub struct People {
    reads: Reads,
    names: Names,
    clock: Clock,
    known: Arc<Mutex<Known>>,
}

#[derive(Default)]
struct Known {
    connected: HashMap<PersonId, Weak<Someone>>,
    sessions: HashMap<Hash256, Weak<Session>>,
    /// Who came lately, by their sessions, and those in the order in which they were looked up.
    lately: HashMap<Hash256, Arc<Session>>,
    order: VecDeque<Hash256>,
    ended: HashSet<Hash256>,
    ended_order: VecDeque<Hash256>,
}

impl Known {
    /// The one value of a session.
    fn session(&mut self, hash: Hash256, person: Person, kept: Option<Millis>, device: Arc<str>) -> Arc<Session> {
        if let Some(session) = self.sessions.get(&hash).and_then(Weak::upgrade) {
            return session;
        }
        let someone = self.someone(hash, person, kept.is_some(), device);
        let noted = AtomicU64::new(kept.unwrap_or_default().0);
        let session = Arc::new(Session { hash, someone, ended: CancellationToken::new(), noted });
        let_go(&mut self.sessions);
        self.sessions.insert(hash, Arc::downgrade(&session));
        session
    }

    /// The one value of a person.
    fn someone(&mut self, session: Hash256, person: Person, kept: bool, device: Arc<str>) -> Arc<Someone> {
        if let Some(someone) = self.connected.get(&person.id).and_then(Weak::upgrade) {
            return someone;
        }
        let_go(&mut self.connected);
        let someone = Arc::new(Someone {
            id: person.id.clone(),
            plain: false,
            name: Mutex::new(person.name),
            first: Some((session, device)),
            kept: Arc::new(AtomicBool::new(kept)),
        });
        self.connected.insert(person.id, Arc::downgrade(&someone));
        someone
    }

    fn remember(&mut self, session: &Arc<Session>) {
        if self.lately.insert(session.hash, Arc::clone(session)).is_none() {
            self.order.push_back(session.hash);
        }
        while self.order.len() > LATELY
            && let Some(oldest) = self.order.pop_front()
        {
            self.lately.remove(&oldest);
        }
    }

    fn end(&mut self, hash: Hash256) {
        // It stays in the order; once it is the oldest, there is nothing left to be removed.
        self.lately.remove(&hash);
        if let Some(session) = self.sessions.remove(&hash).and_then(|session| session.upgrade()) {
            session.ended.cancel();
        }
        if self.ended.insert(hash) {
            self.ended_order.push_back(hash);
        }
        while self.ended_order.len() > ENDED
            && let Some(oldest) = self.ended_order.pop_front()
        {
            self.ended.remove(&oldest);
        }
    }
}

/// Before another comes in: lets those go that nobody holds any more, when there is no place left.
fn let_go<Key: Hash + Eq, Value>(known: &mut HashMap<Key, Weak<Value>>) {
    if known.len() >= 64 && known.len() == known.capacity() {
        known.retain(|_, value| value.strong_count() > 0);
    }
}

impl People {
    /// People whose records `reads` reads, and who may bear names as `names` says.
    #[must_use]
    pub fn new(reads: Reads, names: Names, clock: Clock) -> Self {
        Self { reads, names, clock, known: Arc::default() }
    }

    /// The session of a token, which somebody shows whose browser says of itself that it is `agent` (the header
    /// `User-Agent`). Nothing is stored by asking.
    ///
    /// # Errors
    /// [`NoHolder`] where the session has ended, or cannot be looked up.
    pub async fn holder(&self, token: &Token, agent: Option<&str>) -> Result<Arc<Session>, NoHolder> {
        let hash = token.hash();
        if let Some(session) = self.lock().lately.get(&hash) {
            return Ok(Arc::clone(session));
        }
        let stored = self.reads.session(hash).await?;
        if stored.as_ref().is_some_and(|stored| stored.ended || self.is_too_old(stored.seen)) {
            return Err(NoHolder::Ended);
        }
        let (mut person, seen) = match stored {
            Some(stored) => (stored.person, Some(stored.seen)),
            None => (Person { id: token.person(), name: PersonName::anonymous() }, None),
        };
        // Somebody else has claimed it since.
        if !self.names.may_bear(&person.name, &person.id) {
            person.name = PersonName::anonymous();
        }
        let mut known = self.lock();
        // It may have ended while it was looked up.
        if known.ended.contains(&hash) {
            return Err(NoHolder::Ended);
        }
        let session = known.session(hash, person, seen, device(agent).into());
        known.remember(&session);
        Ok(session)
    }

    /// These sessions have ended: whoever is connected by them is told.
    pub fn end(&self, sessions: impl IntoIterator<Item = Hash256>) {
        let mut known = self.lock();
        sessions.into_iter().for_each(|hash| known.end(hash));
    }

    /// Somebody leaves: all their sessions have ended.
    pub fn leave(&self, person: &PersonId) {
        let mut known = self.lock();
        let sessions = known.sessions.values().filter_map(Weak::upgrade);
        let theirs: Vec<_> =
            sessions.filter(|session| session.someone.id == *person).map(|session| session.hash).collect();
        for hash in theirs {
            known.end(hash);
        }
    }

    /// `owner` has claimed a name: whoever else is connected under it, or what looks like it, is Anonymous. Gives them,
    /// as they are called now.
    pub fn give_up(&self, name: &PersonName, owner: &PersonId) -> Vec<Person> {
        let others: Vec<_> = self.lock().connected.values().filter_map(Weak::upgrade).collect();
        let others = others.into_iter().filter(|someone| someone.id != *owner);
        let renamed = others.filter(|someone| look_alike(&someone.person().name, name));
        renamed.filter(|someone| someone.rename(PersonName::anonymous())).map(|someone| someone.person()).collect()
    }

    /// The value of a person, where they are connected.
    #[must_use]
    pub fn connected(&self, person: &PersonId) -> Option<Arc<Someone>> {
        self.lock().connected.get(person).and_then(Weak::upgrade)
    }

    fn is_too_old(&self, seen: Millis) -> bool {
        seen.0 > 0 && (self.clock)().0 > seen.0.saturating_add(LASTS_MS)
    }

    /// How many sessions are remembered.
    #[must_use]
    pub fn known(&self) -> usize {
        self.lock().lately.len()
    }

    fn lock(&self) -> MutexGuard<'_, Known> {
        lock(&self.known)
    }
}

#[cfg(test)]
mod tests;
