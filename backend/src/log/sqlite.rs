//! The default store: SQLite in the data directory. This module writes; [`SqliteReader`] reads beside it.
//!
//! WAL with `synchronous = FULL`: a commit costs one sync, and readers never wait for the writer.

use std::{collections::HashMap, path::Path};

use anyhow::Context;
use rusqlite::{Connection, ErrorCode, OptionalExtension, Transaction, ffi, params};
use shared::{ClientKey, Epoch, Event, EventBody, Message, PersonId, RoomName, Seq};

use super::{
    rows::{self, column, more_column},
    schema,
    store::{Batch, PersonRow, RoomState, Store, StoreError},
};

mod reader;

pub use reader::SqliteReader;

/// The writing end of the database.
pub struct SqliteStore {
    db: Connection,
    epoch: Epoch,
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
        Ok(Self { db, epoch })
    }

    /// Drops the views and folds them again from the log.
    ///
    /// # Errors
    /// [`StoreError`]; the views are as they were then.
    pub fn refold(&mut self) -> Result<(), StoreError> {
        let change = self.db.transaction().map_err(store_error)?;
        let refold = |change: &Transaction<'_>| -> rusqlite::Result<()> {
            change.execute("DELETE FROM messages", [])?;
            let mut names = change.prepare("SELECT id, name FROM rooms")?;
            let rooms: Vec<(i64, String)> =
                names.query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?.collect::<Result<_, _>>()?;
            for (id, name) in rooms {
                let Ok(name) = RoomName::parse(&name) else { continue };
                let mut from = Seq::ZERO;
                loop {
                    let events = reader::events_after(change, id, &name, from, 1_000, usize::MAX)?;
                    let Some(last) = events.last() else { break };
                    from = last.seq;
                    for event in &events {
                        fold(change, id, event)?;
                    }
                }
            }
            Ok(())
        };
        refold(&change).map_err(store_error)?;
        change.commit().map_err(store_error)
    }
}

impl Store for SqliteStore {
    fn epoch(&self) -> &Epoch {
        &self.epoch
    }

    fn room(&mut self, room: &RoomName) -> Result<RoomState, StoreError> {
        let mut find = self.db.prepare_cached("SELECT head, at FROM rooms WHERE name = ?1").map_err(store_error)?;
        let found = find.query_row([room.as_str()], |row| {
            Ok(RoomState { head: Seq(row.get::<_, i64>(0)?.cast_unsigned()), at: rows::millis(row, 1)? })
        });
        found.optional().map(Option::unwrap_or_default).map_err(store_error)
    }

    fn find(&mut self, room: &RoomName, author: &PersonId, key: &ClientKey) -> Result<Option<Seq>, StoreError> {
        const FIND: &str = "SELECT seq FROM keys WHERE room = (SELECT id FROM rooms WHERE name = ?1)
                            AND author = ?2 AND key = ?3";
        let mut find = self.db.prepare_cached(FIND).map_err(store_error)?;
        find.query_row(params![room.as_str(), author.as_str(), key.as_str()], |row| rows::seq(row, 0))
            .optional()
            .map_err(store_error)
    }

    fn commit(&mut self, batch: &Batch) -> Result<(), StoreError> {
        // A transaction that is dropped is rolled back.
        let change = self.db.transaction().map_err(store_error)?;
        write(&change, batch).map_err(store_error)?;
        change.commit().map_err(commit_error)
    }

    fn close(&mut self) {
        if let Err(error) = self.db.execute_batch("PRAGMA optimize; PRAGMA wal_checkpoint(TRUNCATE)") {
            tracing::warn!(%error, "the log is complete, but its file could not be tidied");
        }
    }
}

fn write(change: &Transaction<'_>, batch: &Batch) -> rusqlite::Result<()> {
    const PERSON: &str = "INSERT INTO people VALUES (?1, ?2, ?3) ON CONFLICT DO UPDATE SET name = ?2 WHERE ?4";
    const ROOM: &str = "INSERT INTO rooms (name, first, head, at) VALUES (?1, 1, ?2, ?3)
                        ON CONFLICT DO UPDATE SET head = ?2, at = ?3 RETURNING id";
    for PersonRow { id, name, renamed, session, at } in &batch.people {
        change.prepare_cached(PERSON)?.execute(params![id.as_str(), name.as_str(), column(at.0), renamed])?;
        if let Some(hash) = session {
            change.prepare_cached("INSERT OR IGNORE INTO sessions VALUES (?1, ?2, ?3)")?.execute(params![
                hash.as_slice(),
                id.as_str(),
                column(at.0)
            ])?;
        }
    }
    let mut ends: HashMap<&RoomName, &Event> = HashMap::new();
    for event in &batch.events {
        ends.insert(&event.room, event);
    }
    let mut room_ids = HashMap::new();
    for (room, end) in ends {
        let id = change
            .prepare_cached(ROOM)?
            .query_row(params![room.as_str(), column(end.seq.0), column(end.at.0)], |row| row.get::<_, i64>(0))?;
        room_ids.insert(room, id);
    }
    for event in &batch.events {
        let id = room_ids.get(&event.room).copied().unwrap_or_default();
        insert(change, id, event)?;
        fold(change, id, event)?;
    }
    Ok(())
}

fn insert(change: &Transaction<'_>, room: i64, event: &Event) -> rusqlite::Result<()> {
    const EVENT: &str = "INSERT INTO events (room, seq, at, author, name, plain, key, kind, text, more)
                         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)";
    let (kind, text, more) = match &event.body {
        EventBody::Posted { text, reply_to, mentions } => {
            ("posted", Some(text.as_str()), more_column(*reply_to, mentions.clone()))
        }
        EventBody::Unknown => ("unknown", None, None),
    };
    let Event { seq, at, by, key, .. } = event;
    change.prepare_cached(EVENT)?.execute(params![
        room,
        column(seq.0),
        column(at.0),
        by.id.as_str(),
        by.name.as_str(),
        by.plain,
        key.as_str(),
        kind,
        text,
        more
    ])?;
    change.prepare_cached("INSERT INTO keys VALUES (?1, ?2, ?3, ?4)")?.execute(params![
        room,
        by.id.as_str(),
        key.as_str(),
        column(seq.0)
    ])?;
    Ok(())
}

/// The view's fold: what an event does to the messages.
fn fold(change: &Transaction<'_>, room: i64, event: &Event) -> rusqlite::Result<()> {
    const MESSAGE: &str = "INSERT INTO messages (room, seq, at, author, name, plain, key, text, more, rev)
                           VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)";
    let Some(Message { seq, at, by, key, text, reply_to, mentions, rev }) = Message::posted(event) else {
        return Ok(());
    };
    change
        .prepare_cached(MESSAGE)?
        .execute(params![
            room,
            column(seq.0),
            column(at.0),
            by.id.as_str(),
            by.name.as_str(),
            by.plain,
            key.as_str(),
            text.as_str(),
            more_column(reply_to, mentions),
            column(rev.0)
        ])
        .map(drop)
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
