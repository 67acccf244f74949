//! Time and chance as they come in from outside. All else in `state` only compares and adds them.

use shared::Millis;

/// A point on the client's own steady clock, in milliseconds. For waiting; it means nothing to anybody else.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Now(pub u64);

impl Now {
    /// So many milliseconds later.
    #[must_use]
    pub fn plus(self, ms: u64) -> Self {
        Self(self.0.saturating_add(ms))
    }

    /// How many milliseconds lie between an earlier point and this one; 0 where it is not earlier.
    #[must_use]
    pub fn since(self, earlier: Self) -> u64 {
        self.0.saturating_sub(earlier.0)
    }
}

/// When an action happened, and a fresh random number for whatever it needs one for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Moment {
    /// For waiting.
    pub now: Now,
    /// For people to read.
    pub wall: Millis,
    /// Evenly spread over all of `u32`.
    pub chance: u32,
}

impl Moment {
    /// A random number of milliseconds from 0 up to, not including, `below`.
    #[must_use]
    pub fn random_ms(&self, below: u64) -> u64 {
        below.saturating_mul(u64::from(self.chance)) >> 32
    }
}
