//! Databases as files: read by whoever has no server, copied whole, and made the beginning of a new history.

use std::{
    fs::File,
    io,
    ops::ControlFlow,
    path::{Path, PathBuf},
};

use anyhow::{Context as _, bail};
use rusqlite::{Connection, ErrorCode, InterruptHandle, OpenFlags, params};

use super::check::{Finding, check};
use crate::log::schema::{self, SchemaError};

/// A database that is only read, also while a server writes to it.
pub struct DatabaseFile {
    db: Connection,
    file: PathBuf,
    is_current: bool,
}

/// The database's file in a data directory.
#[must_use]
pub fn database_in(data: &Path) -> PathBuf {
    schema::file(data)
}

impl DatabaseFile {
    /// Opens a database that a server may be writing to, now or soon.
    ///
    /// # Errors
    /// Says in words why it cannot be read: it is not there, damaged, another program's, or a newer version's.
    pub fn of_a_server(file: &Path) -> anyhow::Result<Self> {
        Self::open(file, |file| Connection::open_with_flags(file, READ))
    }

    /// Opens a database that lies still, such as a backup. No file is made beside it.
    ///
    /// # Errors
    /// As [`DatabaseFile::of_a_server`].
    pub fn lying_still(file: &Path) -> anyhow::Result<Self> {
        Self::open(file, connect_still)
    }

    fn open(file: &Path, connect: fn(&Path) -> rusqlite::Result<Connection>) -> anyhow::Result<Self> {
        let shown = file.display();
        match std::fs::metadata(file) {
            Ok(found) if found.is_dir() => bail!("{shown} is a directory"),
            Ok(found) if found.len() == 0 => bail!("{shown} is empty"),
            Ok(_) => {}
            Err(error) if error.kind() == io::ErrorKind::NotFound => bail!("there is no database {shown}"),
            Err(error) => return Err(error).with_context(|| format!("{shown} cannot be read")),
        }
        let cannot = || format!("{shown} cannot be used");
        let db = connect(file).with_context(cannot)?;
        schema::configure(&db).with_context(cannot)?;
        let version = schema::version(&db).with_context(cannot)?.ok_or(SchemaError::Foreign).with_context(cannot)?;
        Ok(Self { db, file: file.to_owned(), is_current: version == schema::known() })
    }

    /// It has this version's format; an older one has no digests that could be checked.
    #[must_use]
    pub fn is_current(&self) -> bool {
        self.is_current
    }

    /// Where it is.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.file
    }

    /// How to end what it is asked for from another thread.
    #[must_use]
    pub fn interrupter(&self) -> InterruptHandle {
        self.db.get_interrupt_handle()
    }

    /// Writes one moment of it to another file, which may be there only if it is empty. It is on disk then.
    ///
    /// # Errors
    /// Where either file fails; what was written of the other is left.
    pub fn copy_to(&self, to: &Path) -> anyhow::Result<()> {
        let cannot = || format!("{} cannot be copied to {}", self.file.display(), to.display());
        let path = to.to_str().context("its path is not UTF-8").with_context(cannot)?;
        self.db.execute("VACUUM INTO ?1", params![path]).map_err(in_words).with_context(cannot)?;
        File::open(to).and_then(|copy| copy.sync_all()).with_context(cannot)
    }

    /// Checks everything in it, and tells what it finds. It ends early where `tell` says so.
    ///
    /// # Errors
    /// Where it cannot be read at all, or was interrupted.
    pub fn check(&self, tell: &mut dyn FnMut(Finding) -> ControlFlow<()>) -> anyhow::Result<()> {
        check(&self.db, tell).map_err(in_words).with_context(|| format!("{} cannot be checked", self.file.display()))
    }
}

const READ: OpenFlags = OpenFlags::SQLITE_OPEN_READ_ONLY.union(OpenFlags::SQLITE_OPEN_NO_MUTEX);

fn connect_still(file: &Path) -> rusqlite::Result<Connection> {
    if std::fs::metadata(beside(file, "-wal")).is_ok_and(|wal| wal.len() > 0) {
        // A copy of a data directory: a part of it is still in the write-ahead log.
        return Connection::open_with_flags(file, READ);
    }
    // Read as what does not change, it needs no files beside it, which would be left there.
    let path: String = file.to_string_lossy().chars().map(escaped).collect();
    Connection::open_with_flags(format!("file:{path}?immutable=1"), READ | OpenFlags::SQLITE_OPEN_URI)
}

/// What SQLite says of these has a number, and is said twice.
fn in_words(error: rusqlite::Error) -> anyhow::Error {
    match error.sqlite_error_code() {
        Some(ErrorCode::DiskFull) => anyhow::anyhow!("the disk is full"),
        Some(ErrorCode::OperationInterrupted) => anyhow::anyhow!("it was called off"),
        _ => error.into(),
    }
}

/// A character of a path in a URI file name (<https://www.sqlite.org/uri.html>).
fn escaped(c: char) -> String {
    match c {
        '%' => "%25".to_owned(),
        '?' => "%3f".to_owned(),
        '#' => "%23".to_owned(),
        c => c.to_string(),
    }
}

/// The file that SQLite keeps beside a database: `-wal` or `-shm`.
#[must_use]
pub fn beside(file: &Path, suffix: &str) -> PathBuf {
    let mut path = file.as_os_str().to_owned();
    path.push(suffix);
    path.into()
}

/// Brings a database, which nobody has open, to this version's format and makes it the beginning of a new history. It
/// is whole in its file then, and on disk.
///
/// # Errors
/// Where it cannot be written, or is none of ours.
pub fn renew(file: &Path, epoch: &str) -> anyhow::Result<()> {
    let cannot = || format!("{} cannot be prepared", file.display());
    let mut db = Connection::open(file).with_context(cannot)?;
    schema::configure(&db).with_context(cannot)?;
    schema::migrate(&mut db, epoch, |_, _| Ok(())).with_context(cannot)?;
    db.execute("UPDATE meta SET value = ?1 WHERE name = 'epoch'", [epoch]).with_context(cannot)?;
    close_whole(db, file).with_context(cannot)?;
    File::open(file).and_then(|file| file.sync_all()).with_context(cannot)
}

/// Makes a database, which no server has open, whole in its one file.
///
/// # Errors
/// [`NotGathered`]; it is as it was.
pub fn gather(file: &Path) -> Result<(), NotGathered> {
    let db = Connection::open_with_flags(file, OpenFlags::SQLITE_OPEN_READ_WRITE)?;
    schema::version(&db)?;
    close_whole(db, file)
}

/// Why a database could not be made whole in its one file.
#[derive(Debug, thiserror::Error)]
pub enum NotGathered {
    /// Somebody reads it.
    #[error("somebody reads it at the moment; try again when they are done")]
    Busy,
    /// It is damaged, or none of ours.
    #[error("{0}")]
    Damaged(String),
}

impl From<rusqlite::Error> for NotGathered {
    fn from(error: rusqlite::Error) -> Self {
        match error.sqlite_error_code() {
            Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked) => Self::Busy,
            _ => Self::Damaged(error.to_string()),
        }
    }
}

impl From<SchemaError> for NotGathered {
    fn from(error: SchemaError) -> Self {
        match error {
            SchemaError::Sqlite(error) => error.into(),
            error => Self::Damaged(error.to_string()),
        }
    }
}

fn close_whole(db: Connection, file: &Path) -> Result<(), NotGathered> {
    db.busy_timeout(schema::BUSY)?;
    let busy: bool = db.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |row| row.get(0))?;
    db.close().map_err(|(_, error)| error)?;
    if busy || std::fs::metadata(beside(file, "-wal")).is_ok_and(|wal| wal.len() > 0) {
        return Err(NotGathered::Busy);
    }
    Ok(())
}
