//! Reading the logs, their views and the records, beside the writer: with a bounded number of readers at a time, and
//! never on a thread that serves sockets. What is read, and from where, is behind [`Reader`].
//!
//! Many ask for the same at the same time: ten thousand clients that were cut at once come back at once. What may be
//! shared, and why:
//!
//! 1. **A read that has not begun** is everybody's who asks for the same: whatever was committed before they asked, it
//!    sees. One that has begun is closed: its moment may lie before a commit that somebody knows of who asks now.
//! 2. **A stretch of events** is good for every cursor inside it, whenever it was read: it is contiguous, has at least
//!    one event after the cursor, and whoever takes it asks on from its end. It is never the word on where a log ends.
//! 3. **The digest at a seq** never changes.
//! 4. **A snapshot** is valid at its head for ever. It is good for whoever gets every event after that head, which is
//!    so where the room's ring knows of a head that is not older, or a read finds the log's end where it was. One that
//!    is older than the ring is given only while no reader is free.
//! 5. **Where a log ends** is known without reading where somebody follows the room and has read it since: from then
//!    on, all that is committed comes to the room's ring before anybody is told of it. Without that, only a read says it
//!    that began after the room was entered: what was committed between an older read and the entering would come
//!    neither by that read nor by the ring. So these calls want a [`Room`], which can be had only by entering it.
//!
//! What a deletion takes back is in nothing that is kept here from the moment on that the deletion is published, and no
//! read that began before that moment is kept ([`Kept`]).

use std::sync::{Arc, atomic::AtomicU64};

use shared::{Digest, Epoch, Mention, Message, Millis, Page, PersonId, RoomName, RoomTitle, Seq, Visit};

use super::{
    account::{Hash256, Passkey},
    room::Room,
    store::Invitation,
};
use crate::lock::lock;

mod flights;
mod kept;
mod line;
mod lookups;
mod reader;
mod records;
mod snapshots;
mod stretch;

use flights::Flights;
pub use kept::Kept;
use line::Line;
pub use line::ReadLimits;
use lookups::Lookups;
pub use reader::Reader;
pub use records::{
    Account, Aged, EventPlace, KnownPasskey, KnownSession, Members, OwnEvents, Push, PushRecords, RoomStanding,
    SessionRow,
};
pub use snapshots::{Drawn, Opening, Sheet};
pub use stretch::Stretch;

/// Events are read in stretches that end at multiples of this, so that cursors which stand near each other want the
/// same. About as many as fill [`STRETCH_BYTES`] in a chat.
const STRETCH: u64 = 128;
/// About the most bytes of a stretch: what a client that does not read holds of the log.
const STRETCH_BYTES: usize = 32 * 1024;
/// Messages of a snapshot.
const SNAPSHOT: u32 = 50;
/// A snapshot that is more events old is never given: the events after it are more to send than a new one.
const OLD: u64 = 128;

/// Why something could not be read. The cause is for the server's log only.
#[derive(Debug, thiserror::Error)]
pub enum ReadError {
    /// The database could not be read.
    #[error("the log could not be read: {0}")]
    Sqlite(#[from] rusqlite::Error),
    /// The reader was cut off, or failed for somebody else who asked for the same: then the cause is in the server's
    /// log already.
    #[error("the reader was cut off")]
    Stopped,
    /// So many reads wait that another would wait too long. Nothing was read.
    #[error("too many reads wait")]
    Busy,
}

/// Where a page of history lies.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Place {
    /// At the end.
    Newest,
    /// Just before a seq.
    Before(Seq),
    /// Just after a seq.
    After(Seq),
    /// Half of it before a seq, the other half from it on.
    Around(Seq),
    /// From the first message of a time on.
    At(Millis),
}

impl Place {
    /// The seqs where a page of these messages begins and ends: beyond them there may be more. An empty page still
    /// says which way.
    #[must_use]
    pub fn edges(self, messages: &[Message], head: Seq) -> (Seq, Seq) {
        let edge = |message: Option<&Message>, otherwise| message.map_or(otherwise, |message| message.seq);
        let (oldest, newest) = match self {
            Self::After(seq) => (seq.next(), seq),
            Self::Before(seq) => (seq, Seq(seq.0.saturating_sub(1))),
            Self::Newest | Self::Around(_) | Self::At(_) => (Seq(u64::MAX), head),
        };
        (edge(messages.first(), oldest), edge(messages.last(), newest))
    }
}

/// Where a room's log begins and ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Ends {
    /// The oldest event that the log still has.
    pub first: Seq,
    /// The newest event.
    pub head: Seq,
    /// The digest of the log up to `head`.
    pub digest: Digest,
}

impl Default for Ends {
    /// Those of the empty log.
    fn default() -> Self {
        Self { first: Seq(1), head: Seq::ZERO, digest: Digest::default() }
    }
}

/// A read that is ready to run.
pub type Read = Box<dyn FnOnce() + Send>;

/// Where reads run. They block, so in the server it is on threads for that; it must return at once.
pub type Threads = Arc<dyn Fn(Read) + Send + Sync>;

/// The reading end of the logs; a cheap handle.
#[derive(Clone)]
pub struct Reads {
    reader: Arc<dyn Reader>,
    line: Line,
    kept: Kept,
    ends: Flights<RoomName, Ends>,
    snapshots: Flights<RoomName, Arc<Opening>>,
    digests: Flights<(RoomName, Seq), Digests>,
    stretches: Flights<(RoomName, Seq), Arc<Stretch>>,
    pages: Flights<(RoomName, Place, u32), Arc<Page>>,
    visited: Flights<PersonId, Arc<[RoomName]>>,
    visits: Flights<(PersonId, Vec<RoomName>), Arc<[Visit]>>,
    mentions: Flights<(PersonId, Millis, u32), Arc<[Mention]>>,
    pushes: Flights<(RoomName, Seq, Option<PersonId>), Arc<[Push]>>,
    push_records: Flights<PersonId, PushRecords>,
    accounts: Flights<PersonId, Account>,
    written: Flights<(PersonId, EventPlace, u32), Arc<OwnEvents>>,
    leaving: Flights<(), Arc<[(PersonId, bool)]>>,
    rooms_of: Flights<PersonId, Arc<[RoomName]>>,
    aged: Flights<Millis, Arc<[Aged]>>,
    standings: Flights<(RoomName, PersonId), RoomStanding>,
    members: Flights<(RoomName, Millis), Members>,
    invitations: Flights<Hash256, Option<(Invitation, RoomTitle)>>,
    passkeys: Flights<Vec<u8>, Option<(PersonId, Passkey)>>,
    lookups: Lookups,
}

/// The digests of a log up to seqs that follow each other.
type Digests = Arc<[(Seq, Digest)]>;

/// Who waits for a read.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Asker {
    /// One that may be told to come back later.
    New,
    /// A connection that is served already: it waits for one read at a time, so there are no more of these than
    /// connections.
    Served,
}

impl Reads {
    /// Reads with `reader`, on the runtime's threads for what blocks. `kept` is that of the rooms whose log it is
    /// (`Rooms::kept`).
    #[must_use]
    pub fn new(reader: impl Reader, kept: Kept, limits: ReadLimits) -> Self {
        // Without a runtime the server is at its end, and nobody waits for an answer.
        let spawn = |read| drop(tokio::runtime::Handle::try_current().map(|runtime| runtime.spawn_blocking(read)));
        Self::on(reader, kept, limits, Arc::new(spawn))
    }

    /// Reads with `reader` on `threads`.
    #[must_use]
    pub fn on(reader: impl Reader, kept: Kept, limits: ReadLimits, threads: Threads) -> Self {
        Self {
            reader: Arc::new(reader),
            line: Line::new(threads, limits),
            kept,
            ends: Flights::default(),
            snapshots: Flights::default(),
            digests: Flights::default(),
            stretches: Flights::default(),
            pages: Flights::default(),
            visited: Flights::default(),
            visits: Flights::default(),
            mentions: Flights::default(),
            pushes: Flights::default(),
            push_records: Flights::default(),
            accounts: Flights::default(),
            written: Flights::default(),
            leaving: Flights::default(),
            rooms_of: Flights::default(),
            aged: Flights::default(),
            standings: Flights::default(),
            members: Flights::default(),
            invitations: Flights::default(),
            passkeys: Flights::default(),
            lookups: Lookups::default(),
        }
    }

    /// How many reads have been begun since the server was started.
    #[must_use]
    pub fn begun(&self) -> &Arc<AtomicU64> {
        self.line.begun()
    }

    /// How many reads run, and how many wait for their turn.
    #[must_use]
    pub fn queue(&self) -> (usize, usize) {
        self.line.queue()
    }

    /// See [`Reader::epoch`].
    #[must_use]
    pub fn epoch(&self) -> &Epoch {
        self.reader.epoch()
    }

    /// Where the log of a room begins and ends that was entered before. `least` is what somebody says that it has: where
    /// the room does not know of so much, the log itself is asked.
    ///
    /// # Errors
    /// [`ReadError`] where the store cannot be read, or too many wait for it.
    pub async fn ends(&self, room: &Room, least: Seq) -> Result<Ends, ReadError> {
        let (head, digest) = room.head();
        if head > Seq::ZERO
            && head >= least
            && let Some(first) = self.kept.first(room.name())
        {
            return Ok(Ends { first, head, digest });
        }
        let (reader, kept, name) = (Arc::clone(&self.reader), self.kept.clone(), room.name().clone());
        let read = move || {
            let begun = kept.begin();
            let (ends, _) = reader.ends(&name, 0)?;
            kept.put_first(begun, &name, ends.first);
            Ok(ends)
        };
        self.ends.join(&self.line, Asker::New, room.name().clone(), read).await
    }

    /// The newest messages of a room that was entered before, and what is valid with them.
    ///
    /// # Errors
    /// As [`Reads::ends`].
    pub async fn snapshot(&self, room: &Room) -> Result<Arc<Opening>, ReadError> {
        let (head, _) = room.head();
        let most = if self.line.is_busy() { OLD } else { 0 };
        let is_good = |opening: &Arc<Opening>| {
            let taken_at = opening.ends().head;
            head > Seq::ZERO && taken_at <= head && head.0 - taken_at.0 <= most
        };
        if let Some(opening) = self.kept.snapshot(room.name()).filter(is_good) {
            return Ok(opening);
        }
        let (reader, kept, name) = (Arc::clone(&self.reader), self.kept.clone(), room.name().clone());
        let read = move || {
            let begun = kept.begin();
            // Where nobody follows the room, its end is looked up: if it is the same, by the same digest, so are the
            // newest messages.
            if head == Seq::ZERO
                && let Some(opening) = kept.snapshot(&name)
                && reader.ends(&name, 0)?.0 == *opening.ends()
            {
                return Ok(opening);
            }
            let (ends, snapshot) = reader.ends(&name, SNAPSHOT)?;
            let opening = Arc::new(Opening::new(ends, snapshot));
            kept.put_first(begun, &name, ends.first);
            kept.put_snapshot(begun, &name, &opening);
            Ok(opening)
        };
        self.snapshots.join(&self.line, Asker::New, room.name().clone(), read).await
    }

    /// The digest of a room's log up to `seq`, where the log, which reaches up to `ends`, still knows it.
    ///
    /// # Errors
    /// As [`Reads::ends`].
    pub async fn digest(&self, room: &RoomName, seq: Seq, ends: &Ends) -> Result<Option<Digest>, ReadError> {
        if seq == ends.head {
            return Ok(Some(ends.digest));
        }
        let find = |digests: &[(Seq, Digest)]| {
            let found = digests.binary_search_by_key(&seq, |(seq, _)| *seq).ok();
            found.map(|place| digests[place].1)
        };
        let from = beginning(seq);
        // One that was kept before the log reached `seq` does not have it.
        if let Some(digest) = self.kept.digests(room, from).and_then(|digests| find(&digests)) {
            return Ok(Some(digest));
        }
        let (reader, kept, name) = (Arc::clone(&self.reader), self.kept.clone(), room.clone());
        let read = move || {
            let begun = kept.begin();
            let digests: Digests = reader.digests(&name, from, u32::try_from(STRETCH).unwrap_or(u32::MAX))?.into();
            kept.put_digests(begun, &name, from, &digests);
            Ok(digests)
        };
        Ok(find(&self.digests.join(&self.line, Asker::New, (room.clone(), from), read).await?))
    }

    /// Events after a cursor that somebody follows: a stretch that has some after it, and may begin before it. It has
    /// none where there is none.
    ///
    /// # Errors
    /// [`ReadError`] where the store cannot be read.
    pub async fn after(&self, room: &RoomName, cursor: Seq) -> Result<Arc<Stretch>, ReadError> {
        if let Some(stretch) = self.kept.stretch(room, cursor) {
            return Ok(stretch);
        }
        // A stretch that was cut short by its bytes may end here: then the next begins here.
        let from = if self.kept.ends_at(room, cursor) { cursor } else { beginning(cursor) };
        let stretch = self.read_stretch(room, from).await?;
        if stretch.last() > cursor || from == cursor {
            return Ok(stretch);
        }
        // It was cut short before the cursor.
        self.read_stretch(room, cursor).await
    }

    /// See [`Reader::page`].
    ///
    /// # Errors
    /// As [`Reads::ends`].
    pub async fn page(&self, room: RoomName, place: Place, limit: u32) -> Result<Arc<Page>, ReadError> {
        let (reader, name) = (Arc::clone(&self.reader), room.clone());
        let read = move || reader.page(&name, place, limit).map(Arc::new);
        self.pages.join(&self.line, Asker::New, (room, place, limit), read).await
    }

    /// The session whose token has this hash, where it is kept.
    ///
    /// # Errors
    /// As [`Reads::ends`].
    pub async fn session(&self, token_hash: Hash256) -> Result<Option<SessionRow>, ReadError> {
        self.lookups.session(&self.line, &self.reader, token_hash).await
    }

    async fn read_stretch(&self, room: &RoomName, from: Seq) -> Result<Arc<Stretch>, ReadError> {
        let (reader, kept, name) = (Arc::clone(&self.reader), self.kept.clone(), room.clone());
        let read = move || {
            let begun = kept.begin();
            let most = u32::try_from(STRETCH - from.0 % STRETCH).unwrap_or(u32::MAX);
            let stretch = Arc::new(Stretch::new(from, reader.after(&name, from, most, STRETCH_BYTES)?));
            kept.put_stretch(begun, &name, &stretch);
            Ok(stretch)
        };
        self.stretches.join(&self.line, Asker::Served, (room.clone(), from), read).await
    }
}

/// Where the stretch begins that follows a cursor.
fn beginning(cursor: Seq) -> Seq {
    Seq(cursor.0 - cursor.0 % STRETCH)
}

#[cfg(test)]
mod tests;
