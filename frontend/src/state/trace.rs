//! What the link went through lately, for a report of what went wrong.

use std::rc::Rc;

use shared::Millis;

use super::{App, Link, Moment, words::why_words};

/// Most changes that are remembered.
const MOST: usize = 50;
/// The wall clock and the steady clock may drift apart by so much; more is a machine that slept, in milliseconds.
const LEAP_MS: u64 = 10_000;

/// A change of the link.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Change {
    /// When, on this machine's clock.
    pub(super) at: Millis,
    /// What it is since.
    pub(super) state: &'static str,
    /// Why, where there is a reason.
    pub(super) cause: &'static str,
    /// The close code, where it was closed; else 0.
    pub(super) code: u16,
}

/// The changes, oldest first, and how the clocks stood.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Trace {
    changes: Rc<Vec<Change>>,
    /// The wall clock less the steady one.
    clocks: Option<u64>,
}

impl Trace {
    pub(super) fn changes(&self) -> &[Change] {
        &self.changes
    }

    /// True where the machine has slept since the last time, or its clock was set: the steady clock may have stood
    /// still meanwhile.
    pub(super) fn has_leapt(&mut self, at: &Moment) -> bool {
        let apart = at.wall.0.wrapping_sub(at.now.0);
        let before = *self.clocks.get_or_insert(apart);
        let leapt = apart.abs_diff(before) > LEAP_MS;
        if leapt {
            self.clocks = Some(apart);
        }
        leapt
    }
}

impl App {
    /// After every action: whether the link is another than `was`.
    pub(super) fn watch_link(&mut self, at: &Moment, was: &Self) {
        let (state, cause) = step(self.line.link());
        if (state, cause) == step(was.line.link()) && self.line.generation() == was.line.generation() {
            return;
        }
        let changes = Rc::make_mut(&mut self.trace.changes);
        if changes.len() >= MOST {
            changes.remove(0);
        }
        changes.push(Change { at: at.wall, state, cause, code: self.line.close_code() });
    }
}

fn step(link: &Link) -> (&'static str, &'static str) {
    match link {
        Link::Resting => ("resting", ""),
        Link::Offline { why, .. } => ("offline", why_words(*why)),
        Link::SigningIn { .. } => ("signing in", ""),
        Link::Connecting { .. } => ("connecting", ""),
        Link::Up { welcomed: false, .. } => ("open", ""),
        Link::Up { welcomed: true, .. } => ("welcomed", ""),
        Link::Stopped { .. } => ("stopped", ""),
    }
}
