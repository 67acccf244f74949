//! Reading records: what people have visited, where they are mentioned, and where they are told by push.

use std::sync::Arc;

use shared::{Mention, Message, Millis, PersonId, RoomName, Seq, Visit};

use super::{Asker, ReadError, Reads};
use crate::log::store::{QuietHours, Subscription};

/// Somebody who is to be told of a room by push, in one of their browsers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Push {
    /// Who.
    pub person: PersonId,
    /// Where.
    pub to: Subscription,
    /// How the room stands with them.
    pub visit: Visit,
    /// The newest message that they want to be told of.
    pub message: Message,
    /// When they are not to be told.
    pub quiet: Option<QuietHours>,
}

/// What is kept of a person's push.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PushRecords {
    /// Their browsers.
    pub to: Vec<Subscription>,
    /// When they are not to be told.
    pub quiet: Option<QuietHours>,
}

impl Reads {
    /// See [`Reader::visited`]. For connections that are served: they wait for one read of this kind at a time.
    ///
    /// # Errors
    /// [`ReadError`] where the store cannot be read.
    pub async fn visited(&self, person: PersonId) -> Result<Arc<[RoomName]>, ReadError> {
        let (reader, of) = (Arc::clone(&self.reader), person.clone());
        let read = move || reader.visited(&of).map(Arc::from);
        self.visited.join(&self.line, Asker::Served, person, read).await
    }

    /// See [`Reader::visits`], and [`Reads::visited`].
    ///
    /// # Errors
    /// [`ReadError`] where the store cannot be read.
    pub async fn visits(&self, person: PersonId, rooms: Vec<RoomName>) -> Result<Arc<[Visit]>, ReadError> {
        let (reader, asked) = (Arc::clone(&self.reader), (person.clone(), rooms.clone()));
        let read = move || reader.visits(&person, &rooms).map(Arc::from);
        self.visits.join(&self.line, Asker::Served, asked, read).await
    }

    /// See [`Reader::mentions`].
    ///
    /// # Errors
    /// As [`Reads::ends`].
    pub async fn mentions(&self, person: PersonId, before: Millis, limit: u32) -> Result<Arc<[Mention]>, ReadError> {
        let (reader, of) = (Arc::clone(&self.reader), person.clone());
        let read = move || reader.mentions(&of, before, limit).map(Arc::from);
        self.mentions.join(&self.line, Asker::New, (person, before, limit), read).await
    }

    /// See [`Reader::pushes`].
    ///
    /// # Errors
    /// As [`Reads::ends`].
    pub async fn pushes(&self, room: RoomName, since: Seq, person: Option<PersonId>) -> Result<Arc<[Push]>, ReadError> {
        let (reader, name, of) = (Arc::clone(&self.reader), room.clone(), person.clone());
        let read = move || reader.pushes(&name, since, of.as_ref()).map(Arc::from);
        self.pushes.join(&self.line, Asker::New, (room, since, person), read).await
    }

    /// See [`Reader::push_records`].
    ///
    /// # Errors
    /// As [`Reads::ends`].
    pub async fn push_records(&self, person: PersonId) -> Result<PushRecords, ReadError> {
        let (reader, of) = (Arc::clone(&self.reader), person.clone());
        let read = move || reader.push_records(&of);
        self.push_records.join(&self.line, Asker::New, person, read).await
    }
}
