//! The default store: SQLite in the data directory. This module writes; [`SqliteReader`] reads beside it.
//!
//! WAL with `synchronous = FULL`: a commit costs one sync, and readers never wait for the writer.

use std::{path::Path, time::Duration};

use anyhow::Context;
use rusqlite::{Connection, ErrorCode, OptionalExtension, ffi, params};
use shared::{ClientKey, Epoch, Message, Millis, PersonId, PersonName, Role, RoomName, Seq};

use super::{
    account::Hash256,
    rows::{self, digest, seq},
    schema,
    store::{Batch, Found, Invitation, RoomState, Store, StoreError, VisitRow},
};

mod account;
mod check;
mod file;
mod fold;
mod govern;
mod push;
mod reader;
mod tidy;
mod view;
mod visits;
mod write;

pub use check::{CheckedRoom, Finding};
pub use file::{DatabaseFile, NotGathered, beside, database_in, gather, renew};
pub(super) use push::make_key;
pub use reader::SqliteReader;
pub(super) use view::refold;

use write::Numbers;

/// How long an erasure waits for readers: longer would hold the writer up.
const SCRUB_WAIT: Duration = Duration::from_millis(20);

/// So many rooms' numbers are remembered; beyond that all are forgotten and read again when needed.
const ROOMS_REMEMBERED: usize = 10_000;

/// The writing end of the database.
pub struct SqliteStore {
    db: Connection,
    epoch: Epoch,
    /// The numbers of rooms that were written to.
    rooms: Numbers,
    /// What was erased may still be in the write-ahead log.
    unscrubbed: bool,
}

impl SqliteStore {
    /// Opens the database in the data directory `data`, or makes it, with `new_epoch` as its epoch.
    ///
    /// # Errors
    /// Where the file cannot be opened, is damaged, is another program's or a newer version's: says which, and the
    /// file is not changed.
    pub fn open(data: &Path, new_epoch: &str) -> anyhow::Result<Self> {
        let file = schema::file(data);
        let at = || format!("{} cannot be used", file.display());
        let mut db = Connection::open(&file).with_context(at)?;
        schema::configure(&db).with_context(at)?;
        let keep_copy = |db: &Connection, version: i64| {
            // Moved into place when whole: a start that was cut off leaves nothing in the way of the next.
            let copy = file.with_extension(format!("before-{version}.sqlite"));
            let partial = file.with_extension("copying");
            drop(std::fs::remove_file(&partial));
            db.execute("VACUUM INTO ?1", params![partial.to_string_lossy()])?;
            std::fs::rename(&partial, &copy).map_err(|error| rusqlite::Error::ToSqlConversionFailure(error.into()))
        };
        let epoch = schema::migrate(&mut db, new_epoch, keep_copy).with_context(at)?;
        // An earlier run may have ended between an erasure and its scrub.
        if let Err(error) = tidy::compact(&db) {
            tracing::warn!(%error, "names and texts that were taken out may have left traces in the database's file");
        }
        let mut store = Self { db, epoch, rooms: Numbers::new(), unscrubbed: true };
        store.scrub();
        Ok(store)
    }

    /// From here on until [`Store::commit`] or [`Store::release`] one moment of the database is read. Locks are taken
    /// once then, and not for each command.
    fn hold(&self) -> rusqlite::Result<()> {
        if self.db.is_autocommit() { self.db.prepare_cached("BEGIN")?.execute([]).map(drop) } else { Ok(()) }
    }

    /// The room's number, where the room is there.
    fn number(&self, room: &RoomName) -> rusqlite::Result<Option<i64>> {
        if let Some(id) = self.rooms.get(room) {
            return Ok(Some(*id));
        }
        let mut find = self.db.prepare_cached("SELECT id FROM rooms WHERE name = ?1")?;
        find.query_row([room.as_str()], |row| row.get(0)).optional()
    }

    /// Drops the views and folds them again from the log.
    ///
    /// # Errors
    /// [`StoreError`]; the views are as they were then.
    pub fn refold(&mut self) -> Result<(), StoreError> {
        self.release();
        let change = self.db.transaction().map_err(store_error)?;
        refold(&change).map_err(store_error)?;
        change.commit().map_err(store_error)
    }
}

impl Store for SqliteStore {
    fn epoch(&self) -> &Epoch {
        &self.epoch
    }

    fn room(&mut self, room: &RoomName) -> Result<RoomState, StoreError> {
        const ROOM: &str = "SELECT head, at, digest, title, topic, about, access, days FROM rooms WHERE name = ?1";
        let read = || {
            self.hold()?;
            let mut find = self.db.prepare_cached(ROOM)?;
            let found = find.query_row([room.as_str()], |row| {
                let (head, at) = (seq(row, 0)?, rows::millis(row, 1)?);
                let access = govern::access_of(row.get(6)?);
                let (about, days) = (rows::about(row, 3)?, rows::days(row, 7)?);
                Ok(RoomState { head, at, digest: digest(row, 2)?, about, access, days })
            });
            found.optional()
        };
        read().map(Option::unwrap_or_default).map_err(store_error)
    }

    fn find(&mut self, room: &RoomName, author: &PersonId, key: &ClientKey) -> Result<Option<Found>, StoreError> {
        const FIND: &str = "SELECT seq FROM keys WHERE room = ?1 AND author = ?2 AND key = ?3";
        let read = || {
            self.hold()?;
            let Some(id) = self.number(room)? else { return Ok(None) };
            let mut find = self.db.prepare_cached(FIND)?;
            let found = find.query_row(params![id, author.as_str(), key.as_str()], |row| {
                Ok(match seq(row, 0)? {
                    write::NO_EVENT => Found::Unchanged,
                    seq => Found::Event(seq),
                })
            });
            found.optional()
        };
        read().map_err(store_error)
    }

    fn message(&mut self, room: &RoomName, seq: Seq) -> Result<Option<Message>, StoreError> {
        let read = || {
            self.hold()?;
            self.number(room)?.map_or(Ok(None), |id| view::get(&self.db, id, seq))
        };
        read().map_err(store_error)
    }

    fn visit(&mut self, person: &PersonId, room: &RoomName) -> Result<(Option<VisitRow>, u64), StoreError> {
        let read = || {
            self.hold()?;
            match visits::get(&self.db, person, room)? {
                None => Ok((None, visits::number(&self.db, person)?)),
                found => Ok((found, 0)),
            }
        };
        read().map_err(store_error)
    }

    fn role(&mut self, room: &RoomName, person: &PersonId) -> Result<Option<Role>, StoreError> {
        self.hold().and_then(|()| govern::role(&self.db, room, person)).map_err(store_error)
    }

    fn roles(&mut self, room: &RoomName) -> Result<Vec<(PersonId, Role)>, StoreError> {
        self.hold().and_then(|()| govern::roles(&self.db, room)).map_err(store_error)
    }

    fn members(&mut self, room: &RoomName) -> Result<u64, StoreError> {
        self.hold().and_then(|()| govern::members(&self.db, room)).map_err(store_error)
    }

    fn knows(&mut self, person: &PersonId) -> Result<bool, StoreError> {
        self.hold().and_then(|()| govern::knows(&self.db, person)).map_err(store_error)
    }

    fn invitation(&mut self, code: &Hash256) -> Result<Option<Invitation>, StoreError> {
        self.hold().and_then(|()| govern::invitation(&self.db, code)).map_err(store_error)
    }

    fn invitations(&mut self, room: &RoomName, now: Millis) -> Result<u64, StoreError> {
        let good = self.hold().and_then(|()| govern::invitations(&self.db, room, now)).map_err(store_error)?;
        Ok(good.len() as u64)
    }

    fn claimed(&mut self) -> Result<Vec<(PersonId, PersonName)>, StoreError> {
        account::claimed(&self.db).map_err(store_error)
    }

    fn leaving(&mut self) -> Result<Vec<PersonId>, StoreError> {
        let leaving = tidy::leaving(&self.db).map_err(store_error)?;
        Ok(leaving.into_iter().map(|(person, _)| person).collect())
    }

    fn recovery_code(&mut self, person: &PersonId, code: &Hash256) -> Result<bool, StoreError> {
        self.hold().and_then(|()| account::recovery_code(&self.db, person, code)).map_err(store_error)
    }

    fn ways_but(&mut self, person: &PersonId, passkey: &[u8]) -> Result<u64, StoreError> {
        self.hold().and_then(|()| account::ways_but(&self.db, person, passkey)).map_err(store_error)
    }

    fn commit(&mut self, batch: &Batch) -> Result<(), StoreError> {
        let written = self.hold().and_then(|()| write::batch(&self.db, &self.rooms, batch)).map_err(store_error);
        // Also where it fails: what is on disk then is not known.
        self.unscrubbed |= !(batch.erased.is_empty() && batch.nameless.is_empty() && batch.dropped.is_empty());
        let committed = written.and_then(|new| {
            self.db.prepare_cached("COMMIT").and_then(|mut commit| commit.execute([])).map_err(commit_error)?;
            Ok(new)
        });
        match committed {
            Ok(new) => {
                if self.rooms.len() > ROOMS_REMEMBERED {
                    self.rooms.clear();
                }
                self.rooms.extend(new);
                Ok(())
            }
            Err(error) => {
                self.release();
                Err(error)
            }
        }
    }

    fn release(&mut self) {
        if !self.db.is_autocommit()
            && let Err(error) = self.db.execute_batch("ROLLBACK")
        {
            tracing::warn!(%error, "a transaction that came to nothing could not be ended");
        }
    }

    fn scrub(&mut self) -> bool {
        if self.unscrubbed {
            self.release();
            self.unscrubbed = match truncate_wal(&self.db) {
                Ok(truncated) => !truncated,
                Err(error) => {
                    tracing::warn!(%error, "what was deleted is gone, but may still be in the database's files");
                    true
                }
            };
        }
        !self.unscrubbed
    }

    fn close(&mut self) {
        self.release();
        if let Err(error) = self.db.execute_batch("PRAGMA optimize; PRAGMA wal_checkpoint(TRUNCATE)") {
            tracing::warn!(%error, "the log is complete, but its file could not be tidied");
        }
    }
}

/// Brings everything from the write-ahead log into the database, and empties it. False where readers are in the way.
fn truncate_wal(db: &Connection) -> rusqlite::Result<bool> {
    db.busy_timeout(SCRUB_WAIT)?;
    let busy = db.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |row| row.get::<_, bool>(0));
    db.busy_timeout(schema::BUSY)?;
    busy.map(|busy| !busy)
}

#[expect(clippy::needless_pass_by_value, reason = "so that it can be given to map_err")]
fn store_error(error: rusqlite::Error) -> StoreError {
    match error.sqlite_error_code() {
        Some(ErrorCode::DiskFull) => StoreError::Full,
        _ => StoreError::Failed(error.to_string()),
    }
}

/// An I/O error of the commit itself leaves open what is on disk: a sync that failed once may report success the
/// next time although nothing was written (<https://wiki.postgresql.org/wiki/Fsync_Errors>).
fn commit_error(error: rusqlite::Error) -> StoreError {
    match &error {
        rusqlite::Error::SqliteFailure(ffi::Error { code: ErrorCode::SystemIoFailure, .. }, _) => {
            StoreError::Unsound(error.to_string())
        }
        _ => store_error(error),
    }
}

#[cfg(test)]
mod tests;
