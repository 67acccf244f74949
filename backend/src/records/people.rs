//! People who are connected: one value per person, shared by all their connections, so that a name changes at once
//! for all of them.
//!
//! Those who came lately are remembered, also when they are gone, so that ten thousand who come back are not looked up
//! again. No session can be revoked yet: where one can, it has to be forgotten here too.

use std::{
    collections::{HashMap, VecDeque},
    sync::{
        Arc, Mutex, MutexGuard, Weak,
        atomic::{AtomicBool, Ordering},
    },
};

use shared::{Author, Person, PersonId, PersonName};

use super::Token;
use crate::{
    lock::lock,
    log::{ReadError, Reads, Remember},
};

/// So many sessions are remembered: what a large server has connected. About 300 bytes each, 5 MB in all.
const LATELY: usize = 16_384;

/// Somebody who is connected.
pub struct Someone {
    id: PersonId,
    plain: bool,
    name: Mutex<PersonName>,
    session: Option<[u8; 32]>,
    kept: Arc<AtomicBool>,
}

impl Someone {
    /// The author that a plain connection is: nobody before, nobody after.
    #[must_use]
    pub fn plain(id: PersonId) -> Arc<Self> {
        let name = Mutex::new(PersonName::anonymous());
        Arc::new(Self { id, plain: true, name, session: None, kept: Arc::default() })
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
        let session = self.session.filter(|_| !self.kept.load(Ordering::Acquire))?;
        Some(Remember { session, kept: Arc::clone(&self.kept) })
    }
}

/// Finds people by their tokens; a cheap handle.
#[derive(Clone)]
pub struct People {
    reads: Reads,
    known: Arc<Mutex<Known>>,
}

#[derive(Default)]
struct Known {
    connected: HashMap<PersonId, Weak<Someone>>,
    /// Who came lately, by their sessions, and those in the order in which they were looked up.
    lately: HashMap<[u8; 32], Arc<Someone>>,
    order: VecDeque<[u8; 32]>,
}

impl Known {
    /// The one value of a person.
    fn someone(&mut self, session: [u8; 32], person: Person, kept: bool) -> Arc<Someone> {
        if let Some(someone) = self.connected.get(&person.id).and_then(Weak::upgrade) {
            return someone;
        }
        if self.connected.len() >= 64 && self.connected.len() == self.connected.capacity() {
            self.connected.retain(|_, someone| someone.strong_count() > 0);
        }
        let someone = Arc::new(Someone {
            id: person.id.clone(),
            plain: false,
            name: Mutex::new(person.name),
            session: Some(session),
            kept: Arc::new(AtomicBool::new(kept)),
        });
        self.connected.insert(person.id, Arc::downgrade(&someone));
        someone
    }

    fn remember(&mut self, session: [u8; 32], someone: &Arc<Someone>) {
        if self.lately.insert(session, Arc::clone(someone)).is_none() {
            self.order.push_back(session);
        }
        while self.order.len() > LATELY
            && let Some(oldest) = self.order.pop_front()
        {
            self.lately.remove(&oldest);
        }
    }
}

impl People {
    /// People whose records `reads` reads.
    #[must_use]
    pub fn new(reads: Reads) -> Self {
        Self { reads, known: Arc::default() }
    }

    /// The person that holds a token. Nothing is stored by asking.
    ///
    /// # Errors
    /// [`ReadError`] where the records cannot be read, or too many wait for them.
    pub async fn holder(&self, token: &Token) -> Result<Arc<Someone>, ReadError> {
        let session = token.hash();
        if let Some(someone) = self.lock().lately.get(&session) {
            return Ok(Arc::clone(someone));
        }
        let stored = self.reads.person_of(session).await?;
        let kept = stored.is_some();
        let person = stored.unwrap_or_else(|| Person { id: token.person(), name: PersonName::anonymous() });
        let mut known = self.lock();
        let someone = known.someone(session, person, kept);
        known.remember(session, &someone);
        Ok(someone)
    }

    fn lock(&self) -> MutexGuard<'_, Known> {
        lock(&self.known)
    }
}

#[cfg(test)]
mod tests;
