//! Reading records: what people have visited, where they are mentioned, and where they are told by push.

use std::sync::Arc;

use shared::{
    Access, Days, Event, Mention, Message, Millis, Person, PersonId, PersonName, Role, RoomName, RoomTitle, Seq, Visit,
};

use super::{Asker, ReadError, Reads};
use crate::log::{
    account::{Hash256, Passkey},
    store::{Invitation, QuietHours, Subscription},
};

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

/// A session as the records keep it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SessionRow {
    /// Whose it is.
    pub person: Person,
    /// It has ended: its token is good no longer.
    pub ended: bool,
    /// When it was last used, to the hour.
    pub seen: Millis,
}

/// What is kept of a person's account.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Account {
    /// What they are called, where they are kept at all.
    pub name: Option<PersonName>,
    /// The hash of their password, in the PHC string format.
    pub password: Option<String>,
    /// Their passkeys, the oldest first.
    pub passkeys: Vec<KnownPasskey>,
    /// How many recovery codes are good.
    pub codes: u32,
    /// Their sessions, the one that was used last first.
    pub sessions: Vec<KnownSession>,
}

/// How a room stands to somebody.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct RoomStanding {
    /// To whom it is open.
    pub access: Access,
    /// Its newest event.
    pub head: Seq,
    /// What they are in it; none is a guest.
    pub role: Option<Role>,
    /// For so many days it keeps what is said in it, as its owners have said; none is for ever.
    pub days: Option<Days>,
}

/// Who is what in a room.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Members {
    /// Each with their role.
    pub people: Vec<(Person, Role)>,
    /// The invitations that are good.
    pub invitations: Vec<Invitation>,
}

/// A place among all events of all rooms; the first is before all of them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct EventPlace {
    /// The room, as the store numbers them.
    pub room: i64,
    /// Its event.
    pub seq: Seq,
}

/// Events that somebody is the author of.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct OwnEvents {
    /// By room, in the order of each.
    pub events: Vec<Event>,
    /// Where to go on; none where these were the last.
    pub next: Option<EventPlace>,
}

/// A room that has what it no longer keeps.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Aged {
    /// Which.
    pub room: RoomName,
    /// The oldest event that there still is, before the log's beginning or at it.
    pub oldest: Seq,
    /// Where its log is to begin, where that is another place than now.
    pub before: Option<Seq>,
}

/// A passkey of a person.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KnownPasskey {
    /// The passkey.
    pub passkey: Passkey,
    /// Since when they have it.
    pub since: Millis,
    /// When it was last used.
    pub used: Millis,
}

/// A session of a person that has not ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KnownSession {
    /// The hash of its token.
    pub hash: Hash256,
    /// On what.
    pub device: String,
    /// Since when.
    pub since: Millis,
    /// When it was last used, to the hour.
    pub seen: Millis,
}

impl Reads {
    /// See [`Reader::account`]. Each that is asked for is read by itself: what was changed before is seen.
    ///
    /// # Errors
    /// As [`Reads::ends`].
    pub async fn account(&self, person: PersonId) -> Result<Account, ReadError> {
        let (reader, of) = (Arc::clone(&self.reader), person.clone());
        let read = move || reader.account(&of);
        self.accounts.join(&self.line, Asker::New, person, read).await
    }

    /// See [`Reader::written_by`].
    ///
    /// # Errors
    /// As [`Reads::ends`].
    pub async fn written_by(
        &self,
        person: PersonId,
        after: EventPlace,
        most: u32,
    ) -> Result<Arc<OwnEvents>, ReadError> {
        let (reader, of) = (Arc::clone(&self.reader), person.clone());
        let read = move || reader.written_by(&of, after, most).map(Arc::new);
        self.written.join(&self.line, Asker::New, (person, after, most), read).await
    }

    /// See [`Reader::leaving`].
    ///
    /// # Errors
    /// As [`Reads::ends`].
    pub async fn leaving(&self) -> Result<Arc<[(PersonId, bool)]>, ReadError> {
        let reader = Arc::clone(&self.reader);
        self.leaving.join(&self.line, Asker::New, (), move || reader.leaving().map(Arc::from)).await
    }

    /// See [`Reader::rooms_of`].
    ///
    /// # Errors
    /// As [`Reads::ends`].
    pub async fn rooms_of(&self, person: PersonId) -> Result<Arc<[RoomName]>, ReadError> {
        let (reader, of) = (Arc::clone(&self.reader), person.clone());
        self.rooms_of.join(&self.line, Asker::New, person, move || reader.rooms_of(&of).map(Arc::from)).await
    }

    /// See [`Reader::aged`].
    ///
    /// # Errors
    /// As [`Reads::ends`].
    pub async fn aged(&self, now: Millis, days: Option<Days>) -> Result<Arc<[Aged]>, ReadError> {
        let reader = Arc::clone(&self.reader);
        self.aged.join(&self.line, Asker::New, now, move || reader.aged(now, days).map(Arc::from)).await
    }

    /// See [`Reader::standing`].
    ///
    /// # Errors
    /// As [`Reads::ends`].
    pub async fn standing(&self, room: RoomName, person: PersonId) -> Result<RoomStanding, ReadError> {
        let (reader, of) = (Arc::clone(&self.reader), (room.clone(), person.clone()));
        let read = move || reader.standing(&of.0, &of.1);
        self.standings.join(&self.line, Asker::New, (room, person), read).await
    }

    /// See [`Reader::members`].
    ///
    /// # Errors
    /// As [`Reads::ends`].
    pub async fn members(&self, room: RoomName, now: Millis) -> Result<Members, ReadError> {
        let (reader, of) = (Arc::clone(&self.reader), room.clone());
        let read = move || reader.members(&of, now);
        self.members.join(&self.line, Asker::New, (room, now), read).await
    }

    /// See [`Reader::invitation`].
    ///
    /// # Errors
    /// As [`Reads::ends`].
    pub async fn invitation(&self, code: Hash256) -> Result<Option<(Invitation, RoomTitle)>, ReadError> {
        let reader = Arc::clone(&self.reader);
        let read = move || reader.invitation(&code);
        self.invitations.join(&self.line, Asker::New, code, read).await
    }

    /// See [`Reader::passkey`].
    ///
    /// # Errors
    /// As [`Reads::ends`].
    pub async fn passkey(&self, id: Vec<u8>) -> Result<Option<(PersonId, Passkey)>, ReadError> {
        let (reader, of) = (Arc::clone(&self.reader), id.clone());
        let read = move || reader.passkey(&of);
        self.passkeys.join(&self.line, Asker::New, id, read).await
    }

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
