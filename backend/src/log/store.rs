//! The seam between the log's rules and where it is kept: load a room's end, look up a key and a message, commit a
//! batch, finish erasing.

use std::{collections::BTreeMap, sync::Arc};

use shared::{
    About, Access, ClientKey, Days, Digest, Epoch, Event, Level, Message, Millis, PersonId, PersonName, Role, RoomName,
    Seq,
};

use super::account::{AccountChange, Hash256};

/// An event as the log holds it: with the digest of the log up to it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// The event.
    pub event: Event,
    /// The digest of the room's log, this event included.
    pub digest: Digest,
}

/// Where a room's log ends, and what the room is called and about there.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RoomState {
    /// The newest event.
    pub head: Seq,
    /// Its time.
    pub at: Millis,
    /// The digest up to it.
    pub digest: Digest,
    /// What the room is called and about.
    pub about: About,
    /// To whom it is open.
    pub access: Access,
    /// For so many days it keeps what is said in it, as its owners have said; none is for ever.
    pub days: Option<Days>,
}

/// Everything that one commit makes durable, or nothing of it.
#[derive(Clone, Debug, Default)]
pub struct Batch {
    /// The events, per room in order. What is deleted in this very batch has no words here any more.
    pub events: Vec<Entry>,
    /// Commands that changed nothing: their keys are known from now on, and are no event's.
    pub unchanged: Vec<(RoomName, PersonId, ClientKey)>,
    /// The rooms of all these, as they are then.
    pub rooms: BTreeMap<RoomName, RoomState>,
    /// The messages that the events make or change, as they are then.
    pub messages: BTreeMap<(RoomName, Seq), Message>,
    /// The messages that are deleted: what they and their edits said is to be erased from the log.
    pub erased: Vec<(RoomName, Seq)>,
    /// People to be remembered, with the hashes of their sessions.
    pub people: Vec<PersonRow>,
    /// What people have read of rooms, as it is then; none where a room is visited no longer.
    pub visits: BTreeMap<(PersonId, RoomName), Option<VisitRow>>,
    /// What changes of where and when people are told by push, in order, and when.
    pub pushes: Vec<(PersonId, PushChange, Millis)>,
    /// What people are in rooms, as it is then; none is a guest.
    pub roles: BTreeMap<(RoomName, PersonId), Option<Role>>,
    /// What changes of invitations, in order.
    pub invitations: Vec<InvitationChange>,
    /// What changes of people's accounts, in order, and when.
    pub accounts: Vec<(PersonId, AccountChange, Millis)>,
    /// Events whose authors have no name any longer.
    pub nameless: Vec<Nameless>,
    /// The rooms that drop what is before a seq, where one is said: their logs begin there, or with the newest event. Of the
    /// events before that, the oldest [`DROPPED_AT_ONCE`] are deleted.
    pub dropped: Vec<(RoomName, Option<Seq>)>,
}

/// Most dropped events that are deleted in one commit: others wait for it.
pub const DROPPED_AT_ONCE: u64 = 2_000;

/// Events whose author is forgotten: the name goes from them, and from the messages that they made or reacted to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Nameless {
    /// The room.
    pub room: RoomName,
    /// Who wrote them. One that is somebody else's stays as it is.
    pub author: PersonId,
    /// Which.
    pub seqs: Vec<Seq>,
}

/// Whoever has the code of this may come into a room, as a member.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Invitation {
    /// The hash of the code.
    pub code: Hash256,
    /// Where to.
    pub room: RoomName,
    /// Who has invited.
    pub by: PersonId,
    /// Until when it is good.
    pub until: Millis,
    /// How many may still come by it.
    pub uses: u32,
}

/// What changes of invitations.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum InvitationChange {
    /// It is made.
    Make(Invitation),
    /// It is good no longer.
    Revoke {
        /// Where to.
        room: RoomName,
        /// The hash of its code.
        code: Hash256,
    },
    /// Somebody has come by it.
    Use {
        /// The hash of its code.
        code: Hash256,
    },
}

impl InvitationChange {
    pub(super) fn uses(&self, of: &Hash256) -> bool {
        matches!(self, Self::Use { code } if code == of)
    }

    pub(super) fn revokes(&self, of: &Hash256) -> bool {
        matches!(self, Self::Revoke { code, .. } if code == of)
    }
}

/// Where a browser is told by push (<https://www.w3.org/TR/push-api/>): the address that its push service gave it, and
/// the keys that only it has the other half of (RFC 8291).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Subscription {
    /// The address.
    pub endpoint: String,
    /// Its public key: 65 bytes, a point of P-256.
    pub p256dh: Vec<u8>,
    /// Its authentication secret: 16 bytes.
    pub auth: [u8; 16],
}

/// When a person is not to be told by push, each day.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub struct QuietHours {
    /// The minute of their day when it begins.
    pub begins: u16,
    /// The minute when it ends; earlier where that is on the next day.
    pub ends: u16,
    /// Minutes that their clock is ahead of UTC. Their page says it anew whenever its settings come up, so that it
    /// changes with the seasons.
    pub ahead: i16,
}

/// What changes of push.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PushChange {
    /// A browser of theirs is to be told. One that was somebody else's is theirs now.
    Subscribe(Subscription),
    /// It is to be told no longer.
    Unsubscribe {
        /// Its address.
        endpoint: String,
    },
    /// When they are not to be told; none: at any time they may be.
    Quiet(Option<QuietHours>),
}

/// A visit as the records keep it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct VisitRow {
    /// The newest message that the person has read.
    pub read: Seq,
    /// It was set back by hand, and not moved on since.
    pub marked: bool,
    /// What of the room the person wants to be told of.
    pub level: Level,
}

/// A person as the records keep them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PersonRow {
    /// Who.
    pub id: PersonId,
    /// What they are called.
    pub name: PersonName,
    /// The name replaces what was kept. Otherwise it stands only where nobody is kept yet.
    pub renamed: bool,
    /// SHA-256 of their session's token, and the device that it is on.
    pub session: Option<(Hash256, Arc<str>)>,
    /// When.
    pub at: Millis,
}

/// What became of a command of some name, as the store knows it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Found {
    /// This event.
    Event(Seq),
    /// It changed nothing.
    Unchanged,
}

/// Why something could not be stored or read. The cause is for the server's log only.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// There is no room left; earlier data is safe, and a later try may succeed.
    #[error("the disk is full")]
    Full,
    /// It is not known what of the last commit is on disk: nothing may be accepted until a restart has read it.
    #[error("the disk failed: {0}")]
    Unsound(String),
    /// Anything else; what was asked for did not happen.
    #[error("{0}")]
    Failed(String),
}

/// Where logs and records are kept. One thread uses it, and nothing else writes.
pub trait Store: Send + 'static {
    /// The name of the history kept here.
    fn epoch(&self) -> &Epoch;

    /// Where a room's log ends; the default where there is no such room yet.
    ///
    /// # Errors
    /// [`StoreError`] where it cannot be read.
    fn room(&mut self, room: &RoomName) -> Result<RoomState, StoreError>;

    /// What a command of this name became, where there was one.
    ///
    /// # Errors
    /// [`StoreError`] where it cannot be read.
    fn find(&mut self, room: &RoomName, author: &PersonId, key: &ClientKey) -> Result<Option<Found>, StoreError>;

    /// The message that the event `seq` posted, as it is now; none where that posted nothing.
    ///
    /// # Errors
    /// [`StoreError`] where it cannot be read.
    fn message(&mut self, room: &RoomName, seq: Seq) -> Result<Option<Message>, StoreError>;

    /// A person's visit of a room; and where there is none, how many rooms they have visited. A store that keeps logs
    /// alone has none.
    ///
    /// # Errors
    /// [`StoreError`] where it cannot be read.
    fn visit(&mut self, _person: &PersonId, _room: &RoomName) -> Result<(Option<VisitRow>, u64), StoreError> {
        Ok((None, 0))
    }

    /// What somebody is in a room; none is a guest. A store that keeps logs alone has none.
    ///
    /// # Errors
    /// [`StoreError`] where it cannot be read.
    fn role(&mut self, _room: &RoomName, _person: &PersonId) -> Result<Option<Role>, StoreError> {
        Ok(None)
    }

    /// Who is what in a room, the owners first.
    ///
    /// # Errors
    /// [`StoreError`] where it cannot be read.
    fn roles(&mut self, _room: &RoomName) -> Result<Vec<(PersonId, Role)>, StoreError> {
        Ok(Vec::new())
    }

    /// How many people are something in a room.
    ///
    /// # Errors
    /// [`StoreError`] where they cannot be read.
    fn members(&mut self, _room: &RoomName) -> Result<u64, StoreError> {
        Ok(0)
    }

    /// Whether somebody is kept in the records.
    ///
    /// # Errors
    /// [`StoreError`] where they cannot be read.
    fn knows(&mut self, _person: &PersonId) -> Result<bool, StoreError> {
        Ok(false)
    }

    /// An invitation by the hash of its code, where it was not revoked.
    ///
    /// # Errors
    /// [`StoreError`] where it cannot be read.
    fn invitation(&mut self, _code: &Hash256) -> Result<Option<Invitation>, StoreError> {
        Ok(None)
    }

    /// How many invitations to a room are good.
    ///
    /// # Errors
    /// [`StoreError`] where they cannot be read.
    fn invitations(&mut self, _room: &RoomName, _now: Millis) -> Result<u64, StoreError> {
        Ok(0)
    }

    /// The names that people have claimed. A store that keeps logs alone has none.
    ///
    /// # Errors
    /// [`StoreError`] where they cannot be read.
    fn claimed(&mut self) -> Result<Vec<(PersonId, PersonName)>, StoreError> {
        Ok(Vec::new())
    }

    /// Who leaves, and is not forgotten everywhere yet. Nobody in a store that keeps logs alone.
    ///
    /// # Errors
    /// [`StoreError`] where they cannot be read.
    fn leaving(&mut self) -> Result<Vec<PersonId>, StoreError> {
        Ok(Vec::new())
    }

    /// Whether a recovery code of a person is good. A store that keeps logs alone has none.
    ///
    /// # Errors
    /// [`StoreError`] where it cannot be read.
    fn recovery_code(&mut self, _person: &PersonId, _code: &Hash256) -> Result<bool, StoreError> {
        Ok(false)
    }

    /// How many ways to sign in a person has beside a passkey. A store that keeps logs alone has none.
    ///
    /// # Errors
    /// [`StoreError`] where they cannot be read.
    fn ways_but(&mut self, _person: &PersonId, _passkey: &[u8]) -> Result<u64, StoreError> {
        Ok(0)
    }

    /// Makes all of the batch durable, views and erasures included, or nothing of it. When this returns `Ok`, the batch
    /// survives the process being killed and the power being cut.
    ///
    /// # Errors
    /// [`StoreError`]; nothing was appended then, except that after [`StoreError::Unsound`] nobody knows.
    fn commit(&mut self, batch: &Batch) -> Result<(), StoreError>;

    /// Called instead of [`Store::commit`] where a batch comes to nothing. A store may read everything between two
    /// commits from one moment, and lets go of it here. It need not be called for what follows to be right.
    fn release(&mut self) {}

    /// Finishes what erasures leave to be done: afterwards what was erased is in no file. False where that is not
    /// possible yet (somebody still reads a moment before it), and is to be tried again. Cheap where nothing waits.
    fn scrub(&mut self) -> bool {
        true
    }

    /// Called once, when nothing more will be committed.
    fn close(&mut self) {}
}
