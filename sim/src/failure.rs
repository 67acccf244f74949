//! What can be wrong with a run.

use std::{cell::RefCell, fmt, rc::Rc};

/// What a failure means for the people.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Harm {
    /// Something that was said, or acknowledged, is not there; or it never comes.
    Lost,
    /// Something is there twice.
    Doubled,
    /// Two that should have the same do not, or have it in another order.
    Divergent,
}

/// A promise that was not kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Failure {
    /// The promise, in a few words; see `docs/simulator.md`.
    pub check: &'static str,
    /// What it means.
    pub harm: Harm,
    /// What was seen.
    pub seen: String,
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?}: {}: {}", self.harm, self.check, self.seen)
    }
}

/// Most failures of a run that are kept: what comes after the first few is mostly their echo.
const MOST: usize = 20;

/// The failures of a run; a cheap handle.
#[derive(Clone, Default)]
pub struct Failures(Rc<RefCell<Vec<Failure>>>);

impl Failures {
    /// Notes one.
    pub fn add(&self, check: &'static str, harm: Harm, seen: impl fmt::Display) {
        let mut all = self.0.borrow_mut();
        if all.len() < MOST {
            all.push(Failure { check, harm, seen: seen.to_string() });
        }
    }

    /// There are some.
    #[must_use]
    pub fn any(&self) -> bool {
        !self.0.borrow().is_empty()
    }

    /// All of them.
    #[must_use]
    pub fn all(&self) -> Vec<Failure> {
        self.0.borrow().clone()
    }
}
