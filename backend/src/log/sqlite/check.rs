//! Checking a database: its file, each room's log by its digests, keys and views, and that what was deleted is gone.
//!
//! It reads row by row and holds none, however long a log is. What cannot be read is a fault like any other, and the
//! check goes on behind it.

use std::ops::ControlFlow;

use rusqlite::{Connection, ErrorCode, Row, params};
use shared::{Digest, Hash, Message, Millis, RoomName, Seq};

use super::{fold::RoomFold, view};
use crate::log::rows::{self, EVENT, EVENTS, column, digest, millis, parsed, seq};

/// What a check has to say.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Finding {
    /// So many steps are done, of so many.
    Progress(u64, u64),
    /// Something is wrong.
    Fault(String),
    /// A room is through.
    Room(CheckedRoom),
}

/// A room that was checked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CheckedRoom {
    /// Its name.
    pub name: String,
    /// The oldest event that the log still has.
    pub first: Seq,
    /// The newest event.
    pub head: Seq,
    /// The digest up to it.
    pub digest: Digest,
    /// So many faults were found in it.
    pub faults: u64,
}

/// Most faults of one kind that are named in a room.
const NAMED: u32 = 20;
/// So many steps lie between two words of progress.
const STEPS: u64 = 1_000;

/// Checks everything, in one moment of the database. It ends early where `tell` says so.
///
/// # Errors
/// Where the database cannot be read at all, or reading was interrupted.
pub(super) fn check(db: &Connection, tell: &mut dyn FnMut(Finding) -> ControlFlow<()>) -> rusqlite::Result<()> {
    // Each event is looked at in the log, and again for the view.
    const COUNT: &str = "SELECT CAST(total(head - first + 1) AS INTEGER) FROM rooms";
    let moment = db.unchecked_transaction()?;
    let events: i64 = moment.query_row(COUNT, [], |row| row.get(0))?;
    let steps = 2 * u64::try_from(events).unwrap_or(0);
    let mut check = Check { db: &moment, tell, faults: 0, done: 0, steps, stopped: false };
    check.file()?;
    let mut all = moment.prepare("SELECT id, name, first, head, at, digest, base FROM rooms ORDER BY name")?;
    let mut rooms = all.query([])?;
    while let Some(row) = rooms.next()? {
        let raw: String = row.get(1)?;
        let before = check.faults;
        match Room::of(row) {
            Ok(room) => {
                let read = check.room(&room);
                check.or_fault(&raw, read)?;
                let Room { first, head, digest, .. } = room;
                let faults = check.faults - before;
                check.tell(Finding::Room(CheckedRoom { name: raw, first, head, digest, faults }));
            }
            Err(error) => check.fault(format!("{raw}: {error}")),
        }
        if check.stopped {
            return Ok(());
        }
    }
    let read = check.words();
    check.or_fault("the words", read).map(drop)
}

struct Room {
    id: i64,
    name: RoomName,
    first: Seq,
    head: Seq,
    at: Millis,
    digest: Digest,
    base: Digest,
}

impl Room {
    fn of(row: &Row<'_>) -> rusqlite::Result<Self> {
        Ok(Self {
            id: row.get(0)?,
            name: parsed(row, 1, RoomName::parse)?,
            first: seq(row, 2)?,
            head: seq(row, 3)?,
            at: millis(row, 4)?,
            digest: digest(row, 5)?,
            base: digest(row, 6)?,
        })
    }
}

struct Check<'a> {
    db: &'a Connection,
    tell: &'a mut dyn FnMut(Finding) -> ControlFlow<()>,
    faults: u64,
    done: u64,
    steps: u64,
    stopped: bool,
}

impl Check<'_> {
    fn tell(&mut self, finding: Finding) {
        self.stopped |= (self.tell)(finding).is_break();
    }

    fn fault(&mut self, what: String) {
        self.faults += 1;
        self.tell(Finding::Fault(what));
    }

    fn step(&mut self) {
        self.done += 1;
        if self.done.is_multiple_of(STEPS) {
            self.tell(Finding::Progress(self.done, self.steps.max(self.done)));
        }
    }

    /// What cannot be read is a fault; only an interruption ends the check.
    fn or_fault<T>(&mut self, what: &str, read: rusqlite::Result<T>) -> rusqlite::Result<Option<T>> {
        match read {
            Ok(read) => Ok(Some(read)),
            Err(error) if error.sqlite_error_code() == Some(ErrorCode::OperationInterrupted) => Err(error),
            Err(error) => {
                self.fault(format!("{what}: it cannot be read: {error}"));
                Ok(None)
            }
        }
    }

    /// The file as SQLite sees it.
    fn file(&mut self) -> rusqlite::Result<()> {
        let mut integrity = self.db.prepare("PRAGMA integrity_check")?;
        let mut found = integrity.query([])?;
        while let Some(row) = found.next()? {
            let words: String = row.get(0)?;
            if words != "ok" {
                self.fault(format!("the file: {words}"));
            }
        }
        let mut references = self.db.prepare("SELECT \"table\", count(*) FROM pragma_foreign_key_check GROUP BY 1")?;
        let mut found = references.query([])?;
        while let Some(row) = found.next()? {
            let (table, rows): (String, i64) = (row.get(0)?, row.get(1)?);
            self.fault(format!("the table {table}: {rows} of its rows point to nothing"));
        }
        let epochs: i64 = self.db.query_row("SELECT count(*) FROM meta WHERE name = 'epoch'", [], |row| row.get(0))?;
        if epochs == 0 {
            self.fault("the database has no epoch".to_owned());
        }
        Ok(())
    }

    fn room(&mut self, room: &Room) -> rusqlite::Result<()> {
        self.log(room)?;
        self.each(room, KEYLESS, "its key is not kept")?;
        self.each(room, STRAY_KEYS, "a key is kept that is not its event's")?;
        self.each(room, NOT_ERASED, "it was deleted, and what it said is still there")?;
        self.each(room, LOST, "what it said is missing, and nobody has deleted it")?;
        self.each(room, NO_POST, "there is a message that nothing has posted")?;
        self.messages(room)?;
        self.each(room, STRAY_MENTION, "a mention is kept that is not in it")?;
        self.each(room, LOST_MENTION, "whom it mentions is not kept")?;
        let (folded, viewed) = (RoomFold::of(self.db, room.id, &room.name)?, RoomFold::viewed(self.db, room.id)?);
        if folded.about != viewed.about {
            self.fault(format!("{}: its title or topic is not what its events say", room.name));
        }
        if (folded.access, &folded.roles) != (viewed.access, &viewed.roles) {
            self.fault(format!("{}: who may do what there is not what its events say", room.name));
        }
        if folded.days != viewed.days {
            self.fault(format!("{}: how long it keeps what is said is not what its events say", room.name));
        }
        // What is older than the log has no message, nor has anybody a word of it.
        self.each(room, TOO_OLD, "it is older than the log, and still there")?;
        Ok(())
    }

    /// The log itself: no gap, no time that goes back, and every digest.
    fn log(&mut self, room: &Room) -> rusqlite::Result<()> {
        let name = &room.name;
        let mut all = self.db.prepare_cached(&format!(
            "SELECT {EVENT}, e.digest, e.words FROM {EVENTS} WHERE e.room = ?1 AND e.seq >= ?2 ORDER BY e.seq"
        ))?;
        let mut rows = all.query(params![room.id, column(room.first.0)])?;
        let (mut next, mut at, mut digest) = (room.first, Millis(0), room.base);
        while let Some(row) = rows.next()?
            && !self.stopped
        {
            self.step();
            let seq = seq(row, 0)?;
            if seq > next {
                self.fault(format!("{name}: #{next} to #{} are missing", seq.0 - 1));
            }
            next = seq.next();
            let kept = rows::digest(row, 13)?;
            let read = rows::event(row, name);
            if let Some((event, _)) = self.or_fault(&format!("{name} #{seq}"), read)? {
                if event.at < at {
                    self.fault(format!("{name} #{seq}: its time is before that of the event before it"));
                }
                at = event.at.max(at);
                let words: Option<i64> = row.get(14)?;
                if words.is_some() && row.get::<_, Option<Vec<u8>>>(10)?.is_none() {
                    self.fault(format!("{name} #{seq}: its words are missing"));
                }
                if event.body.hash() != Hash(row.get(9)?) {
                    self.fault(format!("{name} #{seq}: what it says is not what it said, by its hash"));
                }
                if digest.after(&event) != kept {
                    self.fault(format!("{name} #{seq}: its digest is not that of the log up to it"));
                }
            }
            // Where one is wrong, the next are judged by themselves.
            digest = kept;
        }
        if !self.stopped && (next != room.head.next() || at != room.at || digest != room.digest) {
            let last = next.0.saturating_sub(1);
            self.fault(format!(
                "{name}: the room says that it ends with #{}, and its log ends with #{last}, or its time \
                                or digest there is another",
                room.head
            ));
        }
        Ok(())
    }

    /// One fault for each seq that a query finds.
    fn each(&mut self, room: &Room, query: &str, what: &str) -> rusqlite::Result<()> {
        let mut find = self.db.prepare_cached(&format!("{query} LIMIT {NAMED}"))?;
        let mut found = find.query(params![room.id, column(room.first.0)])?;
        while let Some(row) = found.next()? {
            self.fault(format!("{} #{}: {what}", room.name, seq(row, 0)?));
        }
        Ok(())
    }

    /// The view is the fold of the log.
    fn messages(&mut self, room: &Room) -> rusqlite::Result<()> {
        let mut all =
            self.db.prepare_cached("SELECT seq, kind FROM events WHERE room = ?1 AND seq >= ?2 ORDER BY seq")?;
        let mut rows = all.query(params![room.id, column(room.first.0)])?;
        while let Some(row) = rows.next()?
            && !self.stopped
        {
            self.step();
            if row.get_ref(1)?.as_str()? != "posted" {
                continue;
            }
            let seq = seq(row, 0)?;
            let what = format!("{} #{seq}", room.name);
            let folded = view::folded(self.db, room.id, &room.name, seq).map(|folded| folded.map(|folded| folded.0));
            let folded = self.or_fault(&what, folded)?;
            let kept: rusqlite::Result<Option<Message>> = view::get(self.db, room.id, seq);
            let kept = self.or_fault(&what, kept)?;
            if let (Some(folded), Some(kept)) = (folded, kept)
                && folded != kept
            {
                self.fault(format!("{what}: the message is not what its events say"));
            }
        }
        Ok(())
    }

    /// Every kept word is an event's.
    fn words(&mut self) -> rusqlite::Result<()> {
        const KEPT: &str = "SELECT count(*), total(id) FROM words WHERE salt <> zeroblob(16)";
        const USED: &str = "SELECT count(words), total(words) FROM events";
        let count = |query: &str| {
            self.db.query_row(query, [], |row| Ok((row.get::<_, i64>(0)?, row.get::<_, f64>(1)?.to_bits())))
        };
        let (kept, used) = (count(KEPT)?, count(USED)?);
        if kept != used {
            self.fault(format!("{} texts are kept, and the events have {}, or others", kept.0, used.0));
        }
        Ok(())
    }
}

const KEYLESS: &str = "SELECT e.seq FROM events e WHERE e.room = ?1 AND e.seq >= ?2 AND NOT EXISTS
    (SELECT 1 FROM keys k WHERE k.room = e.room AND k.author = e.author AND k.key = e.key AND k.seq = e.seq)";
const STRAY_KEYS: &str = "SELECT k.seq FROM keys k WHERE k.room = ?1 AND k.seq >= max(?2, 1) AND NOT EXISTS
    (SELECT 1 FROM events e WHERE e.room = k.room AND e.seq = k.seq AND e.author = k.author AND e.key = k.key)";
const NOT_ERASED: &str = "SELECT e.seq FROM events e WHERE e.room = ?1 AND e.seq >= ?2
    AND (e.words IS NOT NULL OR e.kind = 'posted' AND e.more IS NOT NULL) AND EXISTS
    (SELECT 1 FROM events d WHERE d.room = e.room AND d.target = coalesce(e.target, e.seq) AND d.kind = 'deleted')";
const LOST: &str = "SELECT e.seq FROM events e WHERE e.room = ?1 AND e.seq >= ?2 AND e.kind IN ('posted', 'edited')
    AND e.words IS NULL AND coalesce(e.target, e.seq) >= ?2 AND NOT EXISTS
    (SELECT 1 FROM events d WHERE d.room = e.room AND d.target = coalesce(e.target, e.seq) AND d.kind = 'deleted')";
const TOO_OLD: &str = "SELECT m.seq FROM messages m WHERE m.room = ?1 AND m.seq < ?2
    UNION SELECT n.seq FROM mentions n WHERE n.room = ?1 AND n.seq < ?2
    UNION SELECT e.seq FROM events e WHERE e.room = ?1 AND e.words IS NOT NULL
    AND e.target < (SELECT min(seq) FROM events WHERE room = ?1)";
const NO_POST: &str = "SELECT m.seq FROM messages m WHERE m.room = ?1 AND m.seq >= ?2 AND NOT EXISTS
    (SELECT 1 FROM events e WHERE e.room = m.room AND e.seq = m.seq AND e.kind = 'posted')";
const STRAY_MENTION: &str = "SELECT n.seq FROM mentions n LEFT JOIN messages m USING (room, seq)
    LEFT JOIN words w ON w.id = m.words WHERE n.room = ?1 AND n.seq >= ?2
    AND NOT EXISTS (SELECT 1 FROM json_each(w.mentions) j WHERE j.value = n.person)";
const LOST_MENTION: &str = "SELECT m.seq FROM messages m JOIN words w ON w.id = m.words JOIN json_each(w.mentions) j
    WHERE m.room = ?1 AND m.seq >= ?2
    AND NOT EXISTS (SELECT 1 FROM mentions n WHERE n.room = m.room AND n.seq = m.seq AND n.person = j.value)";
