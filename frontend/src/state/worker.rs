//! The service worker, as far as the state knows it: whether there is one, and whether a newer version waits.
//!
//! It is asked for when the first link is there, so that it costs the first load nothing. A newer version is offered and
//! never forced.

use super::{App, Effect, Moment, Now};

/// A page that is looked at again asks for a newer version at most so often, in milliseconds.
const CHECK_EVERY_MS: u64 = 60 * 60 * 1_000;

/// What is known of the service worker.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Worker {
    /// Nothing yet.
    #[default]
    Unasked,
    /// It was asked for.
    Asked,
    /// The browser has none for this address: it is neither https nor localhost.
    Insecure,
    /// The browser could not take it.
    Failed,
    /// It is there.
    Present,
    /// It is there, and a newer version waits beside it.
    Newer,
}

/// The service worker, and when a newer version was last asked for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Keeper {
    worker: Worker,
    checked: Now,
}

impl Keeper {
    /// The browser's answer. A newer version may have been seen before it, and a failure may come after it.
    pub(super) fn answered(&mut self, worker: Worker) {
        if matches!(self.worker, Worker::Asked | Worker::Present) {
            self.worker = worker;
        }
    }

    /// The page is looked at again.
    pub(super) fn looked_at(&mut self, at: &Moment, effects: &mut Vec<Effect>) {
        if self.worker == Worker::Present && at.now.since(self.checked) >= CHECK_EVERY_MS {
            self.check(at, effects);
        }
    }

    fn check(&mut self, at: &Moment, effects: &mut Vec<Effect>) {
        self.checked = at.now;
        effects.push(Effect::CheckUpdate);
    }
}

impl App {
    /// Why the client cannot be opened without a network, if so.
    #[must_use]
    pub fn worker_words(&self) -> Option<&'static str> {
        match self.keeper.worker {
            Worker::Insecure => Some("Offline reading is off: this address is not secure (https or localhost)."),
            Worker::Failed => Some("Offline reading is off: this browser did not take what it needs."),
            _ => None,
        }
    }

    /// A newer version of the client is ready to take over.
    #[must_use]
    pub fn update_ready(&self) -> bool {
        self.keeper.worker == Worker::Newer
    }

    pub(super) fn newer_version(&mut self) {
        if self.keeper.worker != Worker::Newer {
            self.keeper.worker = Worker::Newer;
            self.speech.say("A newer version is ready.");
        }
    }

    /// After each action: the first link brings the worker, each further one may be to a newer server.
    pub(super) fn tend_worker(&mut self, at: &Moment, was: &Self, effects: &mut Vec<Effect>) {
        if was.line.is_welcomed() || !self.line.is_welcomed() {
            return;
        }
        match self.keeper.worker {
            Worker::Unasked => {
                self.keeper = Keeper { worker: Worker::Asked, checked: at.now };
                effects.push(Effect::RegisterWorker);
            }
            Worker::Present => self.keeper.check(at, effects),
            _ => {}
        }
    }
}
