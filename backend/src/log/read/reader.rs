//! The seam between reading and where logs and records are kept.

use shared::{Days, Digest, Epoch, Event, Mention, Millis, Page, PersonId, RoomName, RoomTitle, Seq, Snapshot, Visit};

use super::{
    Account, Aged, Ends, EventPlace, Members, OwnEvents, Place, Push, PushRecords, ReadError, RoomStanding, SessionRow,
};
use crate::log::{
    account::{Hash256, Passkey},
    store::Invitation,
};

/// The reading end of a store. Each read sees one moment of it, all of it, and may block.
pub trait Reader: Send + Sync + 'static {
    /// The name of the history that is read here.
    fn epoch(&self) -> &Epoch;

    /// Where a room's log begins and ends, and (of the newest `messages`, where that is not 0) a snapshot valid there.
    ///
    /// # Errors
    /// [`ReadError`] where the store cannot be read.
    fn ends(&self, room: &RoomName, messages: u32) -> Result<(Ends, Snapshot), ReadError>;

    /// The digests of the log up to each of the seqs from `from` on, at most `most`, in order: of those that the log
    /// knows. It knows the one before its first event, and those of all its events.
    ///
    /// # Errors
    /// [`ReadError`] where the store cannot be read.
    fn digests(&self, room: &RoomName, from: Seq, most: u32) -> Result<Vec<(Seq, Digest)>, ReadError>;

    /// The events after `after`, oldest first: at most `most` of them, and about `bytes` bytes of text; at least one
    /// where there is one.
    ///
    /// # Errors
    /// [`ReadError`] where the store cannot be read.
    fn after(&self, room: &RoomName, after: Seq, most: u32, bytes: usize) -> Result<Vec<Event>, ReadError>;

    /// A page of a room's messages, at most `limit` of them.
    ///
    /// # Errors
    /// [`ReadError`] where the store cannot be read.
    fn page(&self, room: &RoomName, place: Place, limit: u32) -> Result<Page, ReadError>;

    /// The sessions whose tokens have these hashes, each where it is kept, in the order of the hashes.
    ///
    /// # Errors
    /// [`ReadError`] where the store cannot be read.
    fn sessions(&self, token_hashes: &[Hash256]) -> Result<Vec<Option<SessionRow>>, ReadError>;

    /// How a room stands to somebody.
    ///
    /// # Errors
    /// [`ReadError`] where the store cannot be read.
    fn standing(&self, _room: &RoomName, _person: &PersonId) -> Result<RoomStanding, ReadError> {
        Ok(RoomStanding::default())
    }

    /// Who is what in a room and what they are called, the owners first; and the invitations that are good.
    ///
    /// # Errors
    /// [`ReadError`] where the store cannot be read.
    fn members(&self, _room: &RoomName, _now: Millis) -> Result<Members, ReadError> {
        Ok(Members::default())
    }

    /// An invitation by the hash of its code, where it was not revoked, and the title of its room.
    ///
    /// # Errors
    /// [`ReadError`] where the store cannot be read.
    fn invitation(&self, _code: &Hash256) -> Result<Option<(Invitation, RoomTitle)>, ReadError> {
        Ok(None)
    }

    /// What is kept of a person's account. Nothing in a store that keeps logs alone.
    ///
    /// # Errors
    /// [`ReadError`] where the store cannot be read.
    fn account(&self, _person: &PersonId) -> Result<Account, ReadError> {
        Ok(Account::default())
    }

    /// The events that a person is the author of, of all rooms, after this place; at most so many, and the place of the last.
    /// A deleted text is not in them. None in a store that keeps logs alone.
    ///
    /// # Errors
    /// [`ReadError`] where the store cannot be read.
    fn written_by(&self, _person: &PersonId, _after: EventPlace, _most: u32) -> Result<OwnEvents, ReadError> {
        Ok(OwnEvents::default())
    }

    /// Who leaves, and whether what they wrote goes with them. Nobody in a store that keeps logs alone.
    ///
    /// # Errors
    /// [`ReadError`] where the store cannot be read.
    fn leaving(&self) -> Result<Vec<(PersonId, bool)>, ReadError> {
        Ok(Vec::new())
    }

    /// The rooms in which somebody is something. None in a store that keeps logs alone.
    ///
    /// # Errors
    /// [`ReadError`] where the store cannot be read.
    fn rooms_of(&self, _person: &PersonId) -> Result<Vec<RoomName>, ReadError> {
        Ok(Vec::new())
    }

    /// The rooms that have what they no longer keep; public ones keep everything for so many `days`. None in a store that
    /// keeps logs alone.
    ///
    /// # Errors
    /// [`ReadError`] where the store cannot be read.
    fn aged(&self, _now: Millis, _days: Option<Days>) -> Result<Vec<Aged>, ReadError> {
        Ok(Vec::new())
    }

    /// Whose passkey it is, and what is known of it. None in a store that keeps logs alone.
    ///
    /// # Errors
    /// [`ReadError`] where the store cannot be read.
    fn passkey(&self, _id: &[u8]) -> Result<Option<(PersonId, Passkey)>, ReadError> {
        Ok(None)
    }

    /// The rooms that a person has visited, in the order of their names. None in a store that keeps logs alone.
    ///
    /// # Errors
    /// [`ReadError`] where the store cannot be read.
    fn visited(&self, _person: &PersonId) -> Result<Vec<RoomName>, ReadError> {
        Ok(Vec::new())
    }

    /// How these rooms stand with a person: of those that they have visited, in this order.
    ///
    /// # Errors
    /// [`ReadError`] where the store cannot be read.
    fn visits(&self, _person: &PersonId, _rooms: &[RoomName]) -> Result<Vec<Visit>, ReadError> {
        Ok(Vec::new())
    }

    /// The newest messages that mention a person and are of others, before a time, the newest first: of rooms that the
    /// person has visited.
    ///
    /// # Errors
    /// [`ReadError`] where the store cannot be read.
    fn mentions(&self, _person: &PersonId, _before: Millis, _limit: u32) -> Result<Vec<Mention>, ReadError> {
        Ok(Vec::new())
    }

    /// Who is to be told of what was said in a room from `since` on: all, or the browsers of one person. None in a store
    /// that keeps logs alone.
    ///
    /// # Errors
    /// [`ReadError`] where the store cannot be read.
    fn pushes(&self, _room: &RoomName, _since: Seq, _person: Option<&PersonId>) -> Result<Vec<Push>, ReadError> {
        Ok(Vec::new())
    }

    /// What is kept of a person's push.
    ///
    /// # Errors
    /// [`ReadError`] where the store cannot be read.
    fn push_records(&self, _person: &PersonId) -> Result<PushRecords, ReadError> {
        Ok(PushRecords::default())
    }

    /// The secret that push services know this server by; none where the store keeps none.
    ///
    /// # Errors
    /// [`ReadError`] where the store cannot be read.
    fn push_secret(&self) -> Result<Option<[u8; 32]>, ReadError> {
        Ok(None)
    }
}
