//! How the writer is, for whoever asks on another thread: whether it can write, and how much it has written.

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

use crate::log::append::{Appended, NotAppended};

/// Whether messages are taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LogHealth {
    /// They are.
    Good,
    /// The last commit failed; the next may succeed.
    Failing,
    /// They are not until the server is restarted.
    Unsound,
}

#[derive(Default)]
pub(super) struct Health {
    failing: AtomicBool,
    unsound: AtomicBool,
    events: AtomicU64,
    commits: AtomicU64,
}

/// How much has been written since the start.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Written {
    /// Events.
    pub events: u64,
    /// Commits.
    pub commits: u64,
}

impl Health {
    pub(super) fn now(&self) -> LogHealth {
        if self.unsound.load(Ordering::Relaxed) {
            LogHealth::Unsound
        } else if self.failing.load(Ordering::Relaxed) {
            LogHealth::Failing
        } else {
            LogHealth::Good
        }
    }

    pub(super) fn written(&self) -> Written {
        let Self { events, commits, .. } = self;
        Written { events: events.load(Ordering::Relaxed), commits: commits.load(Ordering::Relaxed) }
    }

    /// A batch of commands was answered so, and has become so many events.
    pub(super) fn note(&self, answers: &[Result<Appended, NotAppended>], events: usize, unsound: bool) {
        // A retry that is known already says nothing about the disk, nor does a command that is wrong.
        let of_the_disk = |answer: &&_| {
            !matches!(answer, Ok(Appended::Known(_) | Appended::Unchanged) | Err(NotAppended::Refused(_)))
        };
        let mut tried = answers.iter().filter(of_the_disk).peekable();
        if tried.peek().is_some() {
            self.failing.store(tried.any(Result::is_err), Ordering::Relaxed);
        }
        self.unsound.store(unsound, Ordering::Relaxed);
        self.events.fetch_add(events as u64, Ordering::Relaxed);
        self.commits.fetch_add(u64::from(answers.iter().any(Result::is_ok)), Ordering::Relaxed);
    }
}
