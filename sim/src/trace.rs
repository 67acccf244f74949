//! The trace of a run: what happened, line by line. A run is traced only when it is asked for, which costs nothing to
//! know afterwards: the same seed is the same run.

use std::{
    cell::{Cell, RefCell},
    fmt,
    rc::Rc,
};

/// How much of a run is written down.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tracing {
    /// Nothing.
    Off,
    /// So many lines up to the first failure.
    UpToFailure(usize),
    /// Everything.
    All,
}

/// Writes down what happens; a cheap handle.
#[derive(Clone)]
pub struct Trace {
    how: Tracing,
    lines: Rc<RefCell<Vec<String>>>,
    /// Nothing more is written.
    full: Rc<Cell<bool>>,
}

impl Trace {
    /// An empty one.
    #[must_use]
    pub fn new(how: Tracing) -> Self {
        Self { how, lines: Rc::default(), full: Rc::default() }
    }

    /// Writes a line, at a moment in milliseconds.
    pub fn line(&self, now: u64, what: fmt::Arguments<'_>) {
        if self.how == Tracing::Off || self.full.get() {
            return;
        }
        let mut lines = self.lines.borrow_mut();
        lines.push(format!("{:>6}.{:03} {what}", now / 1_000, now % 1_000));
        if let Tracing::UpToFailure(most) = self.how
            && lines.len() > 2 * most
        {
            let old = lines.len() - most;
            lines.drain(..old);
        }
    }

    /// Something has failed.
    pub fn failed(&self) {
        self.full.set(self.how != Tracing::All);
    }

    /// The lines, oldest first.
    #[must_use]
    pub fn lines(&self) -> Vec<String> {
        let lines = self.lines.borrow();
        let most = match self.how {
            Tracing::UpToFailure(most) => most,
            Tracing::Off | Tracing::All => usize::MAX,
        };
        lines[lines.len().saturating_sub(most)..].to_vec()
    }
}
