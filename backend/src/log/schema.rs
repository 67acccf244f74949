//! The tables of the SQLite store, and how a data directory of an older version becomes one of this.

use std::path::{Path, PathBuf};

use rusqlite::{Connection, OptionalExtension, params};
use shared::Epoch;

/// Why a database cannot be used.
#[derive(Debug, thiserror::Error)]
pub(super) enum SchemaError {
    #[error("it was written by a newer version of Warren (its format is {found}, this version knows up to {known})")]
    Newer { found: i64, known: i64 },
    #[error("it is a database of another program")]
    Foreign,
    #[error(transparent)]
    Sqlite(#[from] rusqlite::Error),
}

/// Marks a file as Warren's (`PRAGMA application_id`): "Wrrn".
const APPLICATION_ID: i64 = 0x5772_726e;

/// Each step leads from the version that is its index to the next. Steps are never changed once released.
const STEPS: &[&str] = &[
    // 0 → 1. A log: events. Views, folds of it that can be dropped and made again: messages. Records: people and
    // sessions. Keys outlive the events that bore them, so they stand apart.
    "CREATE TABLE meta (name TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT, WITHOUT ROWID;
     CREATE TABLE rooms (
         id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE,
         first INTEGER NOT NULL, head INTEGER NOT NULL, at INTEGER NOT NULL
     ) STRICT;
     CREATE TABLE events (
         room INTEGER NOT NULL REFERENCES rooms, seq INTEGER NOT NULL, at INTEGER NOT NULL,
         author TEXT NOT NULL, name TEXT NOT NULL, plain INTEGER NOT NULL, key TEXT NOT NULL,
         kind TEXT NOT NULL, target INTEGER, text TEXT, more TEXT,
         PRIMARY KEY (room, seq)
     ) STRICT, WITHOUT ROWID;
     CREATE TABLE keys (
         room INTEGER NOT NULL REFERENCES rooms, author TEXT NOT NULL, key TEXT NOT NULL, seq INTEGER NOT NULL,
         PRIMARY KEY (room, author, key)
     ) STRICT, WITHOUT ROWID;
     CREATE TABLE messages (
         room INTEGER NOT NULL REFERENCES rooms, seq INTEGER NOT NULL, at INTEGER NOT NULL,
         author TEXT NOT NULL, name TEXT NOT NULL, plain INTEGER NOT NULL, key TEXT NOT NULL,
         text TEXT NOT NULL, more TEXT, rev INTEGER NOT NULL,
         PRIMARY KEY (room, seq)
     ) STRICT, WITHOUT ROWID;
     CREATE INDEX messages_by_time ON messages (room, at, seq);
     CREATE TABLE people (id TEXT PRIMARY KEY, name TEXT NOT NULL, since INTEGER NOT NULL) STRICT, WITHOUT ROWID;
     CREATE TABLE sessions (
         token_hash BLOB PRIMARY KEY, person TEXT NOT NULL REFERENCES people, since INTEGER NOT NULL
     ) STRICT, WITHOUT ROWID;",
];

/// The database's file in a data directory.
pub(super) fn file(data: &Path) -> PathBuf {
    data.join("warren.sqlite")
}

/// What every connection is set to. `FULL`: a commit is on disk when it returns. `secure_delete`: what is deleted is
/// overwritten. `trusted_schema`: a prepared file cannot make us run its functions.
pub(super) fn configure(db: &Connection) -> rusqlite::Result<()> {
    db.busy_timeout(std::time::Duration::from_secs(5))?;
    db.execute_batch(
        "PRAGMA foreign_keys = ON; PRAGMA trusted_schema = OFF; PRAGMA synchronous = FULL;
         PRAGMA secure_delete = ON; PRAGMA cache_size = -8192;
         PRAGMA journal_size_limit = 67108864;",
    )?;
    db.set_prepared_statement_cache_capacity(64);
    Ok(())
}

/// Brings the database to this version's format, and gives its epoch. `copy` is called before an older one is
/// changed, to keep a copy of it.
pub(super) fn migrate(
    db: &mut Connection,
    new_epoch: &str,
    copy: impl FnOnce(&Connection, i64) -> rusqlite::Result<()>,
) -> Result<Epoch, SchemaError> {
    let known = i64::try_from(STEPS.len()).unwrap_or(i64::MAX);
    let application: i64 = db.query_row("PRAGMA application_id", [], |row| row.get(0))?;
    let found: i64 = db.query_row("PRAGMA user_version", [], |row| row.get(0))?;
    let tables: i64 = db.query_row("SELECT count(*) FROM sqlite_schema", [], |row| row.get(0))?;
    if application != APPLICATION_ID && tables > 0 {
        return Err(SchemaError::Foreign);
    }
    if found > known {
        return Err(SchemaError::Newer { found, known });
    }
    if (1..known).contains(&found) {
        copy(db, found)?;
    }
    db.pragma_update(None, "journal_mode", "WAL")?;
    let change = db.transaction()?;
    for step in STEPS.iter().skip(usize::try_from(found).unwrap_or(0)) {
        change.execute_batch(step)?;
    }
    change.pragma_update(None, "application_id", APPLICATION_ID)?;
    change.pragma_update(None, "user_version", known)?;
    change.execute("INSERT OR IGNORE INTO meta VALUES ('epoch', ?1)", params![new_epoch])?;
    let epoch: Option<String> =
        change.query_row("SELECT value FROM meta WHERE name = 'epoch'", [], |row| row.get(0)).optional()?;
    change.commit()?;
    epoch.map(Epoch::from).ok_or(SchemaError::Foreign)
}
