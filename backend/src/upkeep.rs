//! What is done to a data directory beside its server: backup, restore, check.
//!
//! Invariant: what is asked for happens whole, or nothing of it is left and the words say why. Only a restore needs the
//! server to be stopped.

use std::{
    fs::File,
    io,
    path::{Path, PathBuf},
    sync::{
        Mutex,
        atomic::{AtomicBool, Ordering},
        mpsc::{self, RecvTimeoutError},
    },
    time::{Duration, Instant},
};

use anyhow::Context as _;
use rusqlite::InterruptHandle;

use crate::{
    lock::lock,
    log::{DatabaseFile, beside},
};

mod backup;
mod check;
mod restore;

pub use backup::backup;
pub use check::{Checked, check};
pub use restore::restore;

/// A piece of upkeep under way: whom it tells what, and how it is called off.
pub struct Job {
    tell: Box<dyn Fn(Words<'_>) + Send + Sync>,
    called_off: AtomicBool,
    interrupters: Mutex<Vec<InterruptHandle>>,
    began: Instant,
}

/// So long between two words of progress.
const PROGRESS: Duration = Duration::from_secs(2);

/// What a piece of upkeep says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Words<'a> {
    /// What was asked for.
    Result(&'a str),
    /// How far it is.
    Progress(&'a str),
}

impl Job {
    /// Begins; what there is to say goes to `tell`.
    #[must_use]
    pub fn begin(tell: impl Fn(Words<'_>) + Send + Sync + 'static) -> Self {
        Self {
            tell: Box::new(tell),
            called_off: AtomicBool::new(false),
            interrupters: Mutex::default(),
            began: Instant::now(),
        }
    }

    /// Calls it off: it ends soon, with an error, and leaves nothing behind.
    pub fn call_off(&self) {
        self.called_off.store(true, Ordering::Release);
        for interrupter in &*lock(&self.interrupters) {
            interrupter.interrupt();
        }
    }

    fn is_called_off(&self) -> bool {
        self.called_off.load(Ordering::Acquire)
    }

    fn go_on(&self) -> anyhow::Result<()> {
        anyhow::ensure!(!self.is_called_off(), "it was called off");
        Ok(())
    }

    /// What it asks this database for ends when it is called off.
    fn uses(&self, database: &DatabaseFile) {
        lock(&self.interrupters).push(database.interrupter());
    }

    fn result(&self, words: &str) {
        (self.tell)(Words::Result(words));
    }

    fn progress(&self, words: &str) {
        (self.tell)(Words::Progress(words));
    }

    /// How long it has taken, in words.
    fn took(&self) -> String {
        format!("{:.1} s", self.began.elapsed().as_secs_f64())
    }
}

/// Copies a database to a file, and says how far it is where that takes long.
fn copy(source: &DatabaseFile, to: &Path, job: &Job) -> anyhow::Result<()> {
    job.uses(source);
    // Called off before there was anything to interrupt.
    job.go_on()?;
    let size = |file: &Path| std::fs::metadata(file).map_or(0, |file| file.len());
    let from = source.path();
    let (done, is_done) = mpsc::channel::<()>();
    std::thread::scope(|threads| {
        threads.spawn(move || {
            while is_done.recv_timeout(PROGRESS) == Err(RecvTimeoutError::Timeout) {
                let [copied, all] = [to, from].map(|file| counted(size(file) / 1_000_000));
                job.progress(&format!("copied {copied} of about {all} MB"));
            }
        });
        let copied = source.copy_to(to);
        drop(done);
        copied
    })?;
    job.go_on()
}

/// A file that is being written beside the one that it is to become. Dropped before that, it is removed.
struct Partial(PathBuf);

impl Partial {
    /// Makes it, empty and for nobody else to read.
    fn beside(file: &Path) -> anyhow::Result<Self> {
        let path = beside(file, &format!(".partial-{}", std::process::id()));
        let mut options = File::options();
        options.write(true).create(true).truncate(true);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        options.open(&path).with_context(|| format!("{} cannot be written", path.display()))?;
        Ok(Self(path))
    }

    fn path(&self) -> &Path {
        &self.0
    }

    /// It takes the place of `file`, and both that and what it holds are on disk.
    fn become_file(self, file: &Path) -> anyhow::Result<()> {
        let renamed = std::fs::rename(&self.0, file).and_then(|()| sync_directory(file));
        renamed.with_context(|| format!("{} cannot be written", file.display()))
    }
}

impl Drop for Partial {
    fn drop(&mut self) {
        // Where it was renamed, there is nothing to remove.
        for suffix in ["", "-wal", "-shm", "-journal"] {
            drop(std::fs::remove_file(beside(&self.0, suffix)));
        }
    }
}

/// A rename is on disk when its directory is.
fn sync_directory(file: &Path) -> io::Result<()> {
    File::open(directory_of(file)).and_then(|directory| directory.sync_all())
}

fn directory_of(file: &Path) -> &Path {
    file.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or(Path::new("."))
}

/// A number as people read it.
fn counted(n: u64) -> String {
    let digits = n.to_string();
    let groups: Vec<&str> =
        digits.as_bytes().rchunks(3).rev().filter_map(|group| std::str::from_utf8(group).ok()).collect();
    groups.join(",")
}

/// So many of a thing.
fn several(n: u64, one: &str, more: &str) -> String {
    format!("{} {}", counted(n), if n == 1 { one } else { more })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_grouped() {
        for (n, words) in
            [(0, "0"), (7, "7"), (999, "999"), (1_000, "1,000"), (48_231, "48,231"), (1_234_567, "1,234,567")]
        {
            assert_eq!(counted(n), words);
        }
        assert_eq!((several(1, "room", "rooms"), several(0, "room", "rooms")), ("1 room".into(), "0 rooms".into()));
    }

    #[test]
    fn a_partial_file_leaves_nothing_or_becomes_the_file() {
        let directory = tempfile::tempdir().unwrap();
        let file = directory.path().join("it");
        let there = || std::fs::read_dir(directory.path()).unwrap().count();
        let partial = Partial::beside(&file).unwrap();
        std::fs::write(beside(partial.path(), "-journal"), "x").unwrap();
        assert_eq!(there(), 2);
        drop(partial);
        assert_eq!(there(), 0);
        Partial::beside(&file).unwrap().become_file(&file).unwrap();
        assert_eq!((there(), file.exists()), (1, true));
    }
}
