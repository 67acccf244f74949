//! The tables of the SQLite store, and how a data directory of an older version becomes one of this.

use std::{
    path::{Path, PathBuf},
    time::Duration,
};

use rusqlite::{Connection, OptionalExtension, Transaction, config::DbConfig, params};
use shared::Epoch;

#[cfg(test)]
use super::rows::column;
use super::sqlite::{make_key, refold};

mod steps;

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

/// Each step leads from the version that is its index to the next. Steps are never changed once released; so they know
/// tables only as they were then.
const STEPS: &[fn(&Transaction<'_>) -> rusqlite::Result<()>] =
    &[steps::to_1, steps::to_2, steps::to_3, steps::to_4, steps::to_5, steps::to_6];

/// How long a connection waits for another.
pub(super) const BUSY: Duration = Duration::from_secs(5);

/// The database's file in a data directory.
pub(super) fn file(data: &Path) -> PathBuf {
    data.join("warren.sqlite")
}

/// What every connection is set to. `FULL`: a commit is on disk when it returns. `secure_delete`: what is deleted is
/// overwritten. `temp_store`: no part of a change goes to a file elsewhere. `trusted_schema`: a prepared file cannot
/// make us run its functions.
pub(super) fn configure(db: &Connection) -> rusqlite::Result<()> {
    db.busy_timeout(BUSY)?;
    // Otherwise statements that use a partial index, or statistics, are compiled again for each value that they are run
    // with.
    db.set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_QPSG, true)?;
    db.execute_batch(
        "PRAGMA foreign_keys = ON; PRAGMA trusted_schema = OFF; PRAGMA synchronous = FULL;
         PRAGMA secure_delete = ON; PRAGMA temp_store = MEMORY; PRAGMA cache_size = -8192;
         PRAGMA journal_size_limit = 67108864;",
    )?;
    db.set_prepared_statement_cache_capacity(64);
    Ok(())
}

/// The newest format that this version knows.
pub(super) fn known() -> i64 {
    i64::try_from(STEPS.len()).unwrap_or(i64::MAX)
}

/// The format of a database of ours; none where it is empty.
pub(super) fn version(db: &Connection) -> Result<Option<i64>, SchemaError> {
    let application: i64 = db.query_row("PRAGMA application_id", [], |row| row.get(0))?;
    let found: i64 = db.query_row("PRAGMA user_version", [], |row| row.get(0))?;
    let tables: i64 = db.query_row("SELECT count(*) FROM sqlite_schema", [], |row| row.get(0))?;
    if application != APPLICATION_ID && tables > 0 {
        return Err(SchemaError::Foreign);
    }
    let known = known();
    if found > known {
        return Err(SchemaError::Newer { found, known });
    }
    Ok((tables > 0).then_some(found))
}

/// Brings the database to this version's format, and gives its epoch. `copy` is called before an older one is
/// changed, to keep a copy of it.
pub(super) fn migrate(
    db: &mut Connection,
    new_epoch: &str,
    copy: impl FnOnce(&Connection, i64) -> rusqlite::Result<()>,
) -> Result<Epoch, SchemaError> {
    let known = known();
    let found = version(db)?.unwrap_or(0);
    if (1..known).contains(&found) {
        copy(db, found)?;
    }
    db.pragma_update(None, "journal_mode", "WAL")?;
    let change = db.transaction()?;
    for step in STEPS.iter().skip(usize::try_from(found).unwrap_or(0)) {
        step(&change)?;
    }
    if found < known {
        // Views are not carried from format to format: they are folded again from the log.
        refold(&change)?;
    }
    change.pragma_update(None, "application_id", APPLICATION_ID)?;
    change.pragma_update(None, "user_version", known)?;
    change.execute("INSERT OR IGNORE INTO meta VALUES ('epoch', ?1)", params![new_epoch])?;
    make_key(&change)?;
    let epoch: Option<String> =
        change.query_row("SELECT value FROM meta WHERE name = 'epoch'", [], |row| row.get(0)).optional()?;
    change.commit()?;
    epoch.map(Epoch::from).ok_or(SchemaError::Foreign)
}

/// Makes a database of an older format, for tests of what becomes of it.
#[cfg(test)]
pub(super) fn older(db: &mut Connection, epoch: &str, version: usize) -> Result<(), SchemaError> {
    db.pragma_update(None, "journal_mode", "WAL")?;
    let change = db.transaction()?;
    for step in STEPS.iter().take(version) {
        step(&change)?;
    }
    change.pragma_update(None, "application_id", APPLICATION_ID)?;
    change.pragma_update(None, "user_version", column(version as u64))?;
    change.execute("INSERT INTO meta VALUES ('epoch', ?1)", params![epoch])?;
    Ok(change.commit()?)
}
