//! People who are connected: one value per person, shared by all their connections, so that a name changes at once
//! for all of them.

use std::{
    collections::HashMap,
    sync::{
        Arc, Mutex, PoisonError, Weak,
        atomic::{AtomicBool, Ordering},
    },
};

use shared::{Author, Person, PersonId, PersonName};

use super::Token;
use crate::log::{ReadError, Reads, Remember};

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
        Person { id: self.id.clone(), name: self.name.lock().unwrap_or_else(PoisonError::into_inner).clone() }
    }

    /// As the author of an event.
    #[must_use]
    pub fn author(&self) -> Author {
        let Person { id, name } = self.person();
        Author { id, name, plain: self.plain }
    }

    /// Is called so from now on. Says whether that is a change.
    pub fn rename(&self, name: PersonName) -> bool {
        let mut kept = self.name.lock().unwrap_or_else(PoisonError::into_inner);
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
    connected: Arc<Mutex<HashMap<PersonId, Weak<Someone>>>>,
}

impl People {
    /// People whose records `reads` reads.
    #[must_use]
    pub fn new(reads: Reads) -> Self {
        Self { reads, connected: Arc::default() }
    }

    /// The person that holds a token. Nothing is stored by asking.
    ///
    /// # Errors
    /// [`ReadError`] where the records cannot be read.
    pub async fn holder(&self, token: &Token) -> Result<Arc<Someone>, ReadError> {
        let session = token.hash();
        let stored = self.reads.person_of(session).await?;
        let kept = stored.is_some();
        let person = stored.unwrap_or_else(|| Person { id: token.person(), name: PersonName::anonymous() });
        let mut connected = self.connected.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(someone) = connected.get(&person.id).and_then(Weak::upgrade) {
            return Ok(someone);
        }
        if connected.len() >= 64 && connected.len() == connected.capacity() {
            connected.retain(|_, someone| someone.strong_count() > 0);
        }
        let someone = Arc::new(Someone {
            id: person.id.clone(),
            plain: false,
            name: Mutex::new(person.name),
            session: Some(session),
            kept: Arc::new(AtomicBool::new(kept)),
        });
        connected.insert(person.id, Arc::downgrade(&someone));
        Ok(someone)
    }
}
