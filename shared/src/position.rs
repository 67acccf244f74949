//! Positions in a log, and the one rule for them.

use std::{fmt, sync::Arc};

use serde::{Deserialize, Serialize};

use crate::Digest;

/// An event's number in its room's log. The first event is 1; 0 stands before it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Seq(pub u64);

/// What a cursor makes of an event that is offered to it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Offer {
    /// The next one: apply it, and the cursor stands on it.
    Apply,
    /// Known already: drop it.
    Duplicate,
    /// Something is missing between: read the log from the cursor.
    Gap,
}

impl Seq {
    /// Before the first event.
    pub const ZERO: Self = Self(0);

    /// The one rule for positions: what a cursor that stands here makes of the event `seq`.
    #[must_use]
    pub fn offer(self, seq: Self) -> Offer {
        match seq.0 {
            n if n <= self.0 => Offer::Duplicate,
            n if n == self.0 + 1 => Offer::Apply,
            _ => Offer::Gap,
        }
    }

    /// The event after this one.
    #[must_use]
    pub fn next(self) -> Self {
        Self(self.0.saturating_add(1))
    }
}

impl fmt::Display for Seq {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// The name of one history of the logs. Positions of different epochs cannot be compared.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(from = "String", into = "String")]
pub struct Epoch(Arc<str>);

impl Epoch {
    /// The epoch as text. It means nothing; it is only compared.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl From<String> for Epoch {
    fn from(name: String) -> Self {
        Self(name.into())
    }
}

impl From<Epoch> for String {
    fn from(epoch: Epoch) -> Self {
        epoch.0.as_ref().to_owned()
    }
}

/// A position in a room's log: everything up to `seq` is known.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Cursor {
    /// The history that `seq` counts in.
    pub epoch: Epoch,
    /// The newest event known.
    pub seq: Seq,
    /// The digest of the log up to `seq`, where the client keeps one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub digest: Option<Digest>,
}

/// A point in time on the server's clock: milliseconds since 1970-01-01 UTC. For people to read: nothing is ordered
/// by it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Millis(pub u64);

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn only_the_next_event_is_applied() {
        let check = |cursor, seq, want| assert_eq!(Seq(cursor).offer(Seq(seq)), want, "{seq} offered to {cursor}");
        check(0, 0, Offer::Duplicate);
        check(0, 1, Offer::Apply);
        check(0, 2, Offer::Gap);
        check(7, 7, Offer::Duplicate);
        check(7, 8, Offer::Apply);
        check(7, 9, Offer::Gap);
        check(u64::MAX, u64::MAX, Offer::Duplicate);
        check(u64::MAX - 1, u64::MAX, Offer::Apply);
    }

    proptest! {
        /// Whatever is duplicated, reordered or lost on the way: with every gap filled from the log, what was
        /// applied is the log.
        #[test]
        fn any_delivery_with_refill_equals_the_log(head in 0u64..60, deliveries in prop::collection::vec(0u64..70, 0..200)) {
            let mut applied = Vec::new();
            let mut cursor = Seq::ZERO;
            let mut apply = |cursor: &mut Seq, seq: Seq| { applied.push(seq.0); *cursor = seq; };
            for seq in deliveries.into_iter().filter(|&n| n >= 1 && n <= head).map(Seq) {
                match cursor.offer(seq) {
                    Offer::Apply => apply(&mut cursor, seq),
                    Offer::Duplicate => {}
                    Offer::Gap => while cursor < seq { let next = cursor.next(); apply(&mut cursor, next); },
                }
            }
            while cursor < Seq(head) { let next = cursor.next(); apply(&mut cursor, next); }
            prop_assert_eq!(applied, (1..=head).collect::<Vec<_>>());
        }
    }
}
