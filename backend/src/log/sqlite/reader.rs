//! The SQLite database's reading end: every read is one transaction, so it sees one moment of the database, all of it.

use std::path::{Path, PathBuf};

use rusqlite::{Connection, OpenFlags, OptionalExtension, Row, params};
use shared::{
    About, Days, Digest, Epoch, Event, Mention, Message, Millis, Page, PersonId, RoomName, RoomTitle, Seq, Snapshot,
    Visit,
};

use super::{account, govern, push, tidy, visits};
use crate::{
    lock::{Mutex, lock},
    log::{
        account::{Hash256, Passkey},
        read::{
            Account, Aged, Ends, EventPlace, Members, OwnEvents, Place, Push, PushRecords, ReadError, Reader,
            RoomStanding, SessionRow,
        },
        rows::{self, EVENT, EVENTS, MESSAGE, MESSAGES, column, digest, millis, seq},
        schema,
        store::Invitation,
        weight,
    },
};

/// About the most bytes of texts and reactions in a snapshot: it waits in memory for its client.
const SNAPSHOT_BYTES: usize = 128 * 1024;

/// What each reader keeps of the database between commits, KiB.
const READER_CACHE_KIB: i64 = 1_024;

/// Reads the database beside the writer. It keeps as many connections as there were readers at a time.
pub struct SqliteReader {
    file: PathBuf,
    epoch: Epoch,
    idle: Mutex<Vec<Connection>>,
}

impl SqliteReader {
    /// Reads the database in the data directory `data`, whose history is `epoch`.
    #[must_use]
    pub fn new(data: &Path, epoch: Epoch) -> Self {
        Self { file: schema::file(data), epoch, idle: Mutex::default() }
    }

    fn read<T>(&self, read: impl FnOnce(&Connection) -> rusqlite::Result<T>) -> Result<T, ReadError> {
        let idle = lock(&self.idle).pop();
        let mut db = match idle {
            Some(db) => db,
            None => self.connect()?,
        };
        let moment = db.transaction()?;
        let result = read(&moment)?;
        drop(moment);
        lock(&self.idle).push(db);
        Ok(result)
    }

    fn connect(&self) -> rusqlite::Result<Connection> {
        let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        let db = Connection::open_with_flags(&self.file, flags)?;
        schema::configure(&db)?;
        // In a write-ahead log a reader's cache is emptied by every commit of somebody else: a large one is of no use.
        db.pragma_update(None, "cache_size", -READER_CACHE_KIB)?;
        Ok(db)
    }
}

impl Reader for SqliteReader {
    fn epoch(&self) -> &Epoch {
        &self.epoch
    }

    fn ends(&self, room: &RoomName, messages: u32) -> Result<(Ends, Snapshot), ReadError> {
        self.read(|db| {
            let Some(Room { id, ends, about, .. }) = find_room(db, room)? else {
                return Ok((Ends::default(), Snapshot::default()));
            };
            let newest = if messages == 0 { Vec::new() } else { before(db, id, Seq(u64::MAX), messages)? };
            let newest = at_most(newest, SNAPSHOT_BYTES);
            let more_before = newest.first().map_or(Ok(false), |first| any_before(db, id, first.seq))?;
            Ok((ends, Snapshot { about, messages: newest, more_before }))
        })
    }

    fn digests(&self, room: &RoomName, from: Seq, most: u32) -> Result<Vec<(Seq, Digest)>, ReadError> {
        self.read(|db| {
            let Some(Room { id, base, ends, .. }) = find_room(db, room)? else {
                return Ok(if from == Seq::ZERO { vec![(Seq::ZERO, Digest::default())] } else { Vec::new() });
            };
            let before_first = Seq(ends.first.0.saturating_sub(1));
            let to = Seq(from.0.saturating_add(u64::from(most)));
            let mut digests: Vec<_> =
                (from..to).contains(&before_first).then_some((before_first, base)).into_iter().collect();
            digests.extend(digests_of(db, id, from, to)?);
            Ok(digests)
        })
    }

    fn after(&self, room: &RoomName, after: Seq, most: u32, bytes: usize) -> Result<Vec<Event>, ReadError> {
        self.read(|db| match find_room(db, room)? {
            Some(Room { id, .. }) => events_after(db, id, room, after, most, bytes),
            None => Ok(Vec::new()),
        })
    }

    fn page(&self, room: &RoomName, place: Place, limit: u32) -> Result<Page, ReadError> {
        self.read(|db| {
            let (id, ends) = find_room(db, room)?.map_or((0, Ends::default()), |room| (room.id, room.ends));
            let messages = match place {
                Place::Newest => before(db, id, Seq(u64::MAX), limit)?,
                Place::Before(seq) => before(db, id, seq, limit)?,
                Place::After(seq) => after(db, id, seq, limit)?,
                Place::Around(seq) => {
                    let mut messages = before(db, id, seq, limit / 2)?;
                    messages.extend(after(db, id, Seq(seq.0.saturating_sub(1)), limit - limit / 2)?);
                    messages
                }
                Place::At(time) => from_time(db, id, time, limit)?,
            };
            let (oldest, newest) = place.edges(&messages, ends.head);
            Ok(Page {
                more_before: any_before(db, id, oldest)?,
                more_after: any_after(db, id, newest)?,
                room: room.clone(),
                epoch: self.epoch.clone(),
                first: ends.first,
                head: ends.head,
                digest: ends.digest,
                messages,
            })
        })
    }

    fn sessions(&self, token_hashes: &[Hash256]) -> Result<Vec<Option<SessionRow>>, ReadError> {
        self.read(|db| account::sessions(db, token_hashes))
    }

    fn standing(&self, room: &RoomName, person: &PersonId) -> Result<RoomStanding, ReadError> {
        self.read(|db| govern::standing(db, room, person))
    }

    fn members(&self, room: &RoomName, now: Millis) -> Result<Members, ReadError> {
        self.read(|db| govern::all(db, room, now))
    }

    fn invitation(&self, code: &Hash256) -> Result<Option<(Invitation, RoomTitle)>, ReadError> {
        self.read(|db| govern::invitation_and_title(db, code))
    }

    fn account(&self, person: &PersonId) -> Result<Account, ReadError> {
        self.read(|db| account::account(db, person))
    }

    fn written_by(&self, person: &PersonId, after: EventPlace, most: u32) -> Result<OwnEvents, ReadError> {
        self.read(|db| account::written_by(db, person, after, most))
    }

    fn leaving(&self) -> Result<Vec<(PersonId, bool)>, ReadError> {
        self.read(tidy::leaving)
    }

    fn rooms_of(&self, person: &PersonId) -> Result<Vec<RoomName>, ReadError> {
        self.read(|db| tidy::rooms_of(db, person))
    }

    fn aged(&self, now: Millis, days: Option<Days>) -> Result<Vec<Aged>, ReadError> {
        self.read(|db| tidy::aged(db, now, days))
    }

    fn passkey(&self, id: &[u8]) -> Result<Option<(PersonId, Passkey)>, ReadError> {
        self.read(|db| account::passkey(db, id))
    }

    fn visited(&self, person: &PersonId) -> Result<Vec<RoomName>, ReadError> {
        self.read(|db| visits::names(db, person))
    }

    fn visits(&self, person: &PersonId, rooms: &[RoomName]) -> Result<Vec<Visit>, ReadError> {
        self.read(|db| visits::counted(db, person, rooms))
    }

    fn mentions(&self, person: &PersonId, before: Millis, limit: u32) -> Result<Vec<Mention>, ReadError> {
        self.read(|db| visits::mentioning(db, person, before, limit))
    }

    fn pushes(&self, room: &RoomName, since: Seq, person: Option<&PersonId>) -> Result<Vec<Push>, ReadError> {
        self.read(|db| push::pushes(db, room, since, person))
    }

    fn push_records(&self, person: &PersonId) -> Result<PushRecords, ReadError> {
        self.read(|db| push::records(db, person))
    }

    fn push_secret(&self) -> Result<Option<[u8; 32]>, ReadError> {
        self.read(push::secret)
    }
}

struct Room {
    id: i64,
    /// The digest of what came before the first event that is still there.
    base: Digest,
    ends: Ends,
    about: About,
}

fn find_room(db: &Connection, room: &RoomName) -> rusqlite::Result<Option<Room>> {
    const ROOM: &str = "SELECT id, base, first, head, digest, title, topic, about FROM rooms WHERE name = ?1";
    let find = |row: &Row<'_>| {
        let ends = Ends { first: seq(row, 2)?, head: seq(row, 3)?, digest: digest(row, 4)? };
        Ok(Room { id: row.get(0)?, base: digest(row, 1)?, ends, about: rows::about(row, 5)? })
    };
    db.prepare_cached(ROOM)?.query_row([room.as_str()], find).optional()
}

/// The digests up to each of the events from `from` on, and before `to`.
fn digests_of(db: &Connection, room: i64, from: Seq, to: Seq) -> rusqlite::Result<Vec<(Seq, Digest)>> {
    const DIGESTS: &str = "SELECT seq, digest FROM events WHERE room = ?1 AND seq >= ?2 AND seq < ?3 ORDER BY seq";
    let mut find = db.prepare_cached(DIGESTS)?;
    find.query_map(params![room, column(from.0), column(to.0)], |row| Ok((seq(row, 0)?, digest(row, 1)?)))?.collect()
}

pub(super) fn events_after(
    db: &Connection,
    room: i64,
    name: &RoomName,
    after: Seq,
    most: u32,
    bytes: usize,
) -> rusqlite::Result<Vec<Event>> {
    let mut find = db.prepare_cached(&format!(
        "SELECT {EVENT} FROM {EVENTS} WHERE e.room = ?1 AND e.seq > ?2
         AND e.seq >= (SELECT first FROM rooms WHERE id = ?1) ORDER BY e.seq LIMIT ?3"
    ))?;
    let mut rows = find.query(params![room, column(after.0), most])?;
    let (mut events, mut left) = (Vec::new(), bytes);
    while let Some(row) = rows.next()? {
        let (event, size) = rows::event(row, name)?;
        events.push(event);
        left = left.saturating_sub(size);
        if left == 0 {
            break;
        }
    }
    Ok(events)
}

fn before(db: &Connection, room: i64, before: Seq, limit: u32) -> rusqlite::Result<Vec<Message>> {
    let mut find = db.prepare_cached(&format!(
        "SELECT {MESSAGE} FROM {MESSAGES} WHERE m.room = ?1 AND m.seq < ?2 ORDER BY m.seq DESC LIMIT ?3"
    ))?;
    let mut messages: Vec<_> =
        find.query_map(params![room, column(before.0), limit], rows::message)?.collect::<Result<_, _>>()?;
    messages.reverse();
    Ok(messages)
}

/// The newest of these messages, as many as have `bytes` bytes of text together; at least one.
fn at_most(mut messages: Vec<Message>, bytes: usize) -> Vec<Message> {
    let mut left = bytes;
    let fits = |message: &&Message| {
        let fits = left > 0;
        left = left.saturating_sub(weight::of_message(message));
        fits
    };
    let kept = messages.iter().rev().take_while(fits).count();
    messages.drain(..messages.len() - kept);
    messages
}

fn after(db: &Connection, room: i64, after: Seq, limit: u32) -> rusqlite::Result<Vec<Message>> {
    let mut find = db.prepare_cached(&format!(
        "SELECT {MESSAGE} FROM {MESSAGES} WHERE m.room = ?1 AND m.seq > ?2 ORDER BY m.seq LIMIT ?3"
    ))?;
    find.query_map(params![room, column(after.0), limit], rows::message)?.collect()
}

/// In a room, times are in the order of the seqs: the first message of a time or later is found by halving.
fn from_time(db: &Connection, room: i64, time: Millis, limit: u32) -> rusqlite::Result<Vec<Message>> {
    const NEWEST: &str = "SELECT coalesce(max(seq), 0) FROM messages WHERE room = ?1";
    const FROM: &str = "SELECT seq, at FROM messages WHERE room = ?1 AND seq >= ?2 ORDER BY seq LIMIT 1";
    let newest: i64 = db.prepare_cached(NEWEST)?.query_row([room], |row| row.get(0))?;
    let mut find = db.prepare_cached(FROM)?;
    // Every message before `low` is too early, and none from `high` on is.
    let (mut low, mut high) = (1, newest + 1);
    while low < high {
        let middle = low + (high - low) / 2;
        let found = find.query_row([room, middle], |row| Ok((row.get::<_, i64>(0)?, millis(row, 1)?))).optional()?;
        match found {
            Some((seq, at)) if at < time => low = seq + 1,
            _ => high = middle,
        }
    }
    after(db, room, Seq((low - 1).cast_unsigned()), limit)
}

fn any_before(db: &Connection, room: i64, seq: Seq) -> rusqlite::Result<bool> {
    db.prepare_cached("SELECT EXISTS (SELECT 1 FROM messages WHERE room = ?1 AND seq < ?2)")?
        .query_row(params![room, column(seq.0)], |row| row.get(0))
}

fn any_after(db: &Connection, room: i64, seq: Seq) -> rusqlite::Result<bool> {
    db.prepare_cached("SELECT EXISTS (SELECT 1 FROM messages WHERE room = ?1 AND seq > ?2)")?
        .query_row(params![room, column(seq.0)], |row| row.get(0))
}
