//! Token buckets: one for each who took from them lately.
//!
//! A bucket is one number, the moment at which it is full again (the generic cell rate algorithm of ITU-T I.371, as
//! virtual scheduling). So what was taken can be given back, and one that is full says nothing and needs not be kept.

use std::{collections::HashMap, hash::Hash, time::Duration};

use super::Rate;
use crate::lock::{Mutex, lock};

/// Buckets that are full again are let go when there are more than so many.
const BUCKETS: usize = 10_000;

/// The buckets of all who took from them lately.
///
/// Those that are full again are let go when there are twice as many as were left the last time: so looking through all
/// of them costs each who takes as much as a few do, however many take at a time, and there are never more than twice as
/// many as are needed, or [`BUCKETS`].
pub(super) struct Buckets<Key> {
    rate: Rate,
    /// What one costs, and all that a bucket holds, in nanoseconds: divisions that every post would else make anew.
    one: u64,
    all: u64,
    table: Mutex<Table<Key>>,
}

struct Table<Key> {
    /// When each is full again, in nanoseconds.
    full_at: HashMap<Key, u64>,
    /// With more than so many, those that are full are let go.
    most: usize,
    /// How often that was done.
    looked: u32,
}

impl<Key: Hash + Eq + Clone> Buckets<Key> {
    pub(super) fn new(rate: Rate) -> Self {
        let (one, all) = (rate.nanos_of(1), rate.nanos_of(rate.burst()));
        Self { rate, one, all, table: Mutex::new(Table { full_at: HashMap::new(), most: BUCKETS, looked: 0 }) }
    }

    /// Takes so many at the moment `now`; more than fit in a bucket count as those that fit.
    ///
    /// # Errors
    /// How long to wait until there are as many. Nothing was taken.
    pub(super) fn take(&self, key: &Key, number: u32, now: u64) -> Result<(), Duration> {
        let cost = if number == 1 { self.one } else { self.rate.nanos_of(number) };
        let mut table = lock(&self.table);
        let Some(full_at) = table.full_at.get_mut(key) else {
            table.insert(key.clone(), now.saturating_add(cost), now);
            return Ok(());
        };
        let then = now.max(*full_at).saturating_add(cost);
        match (then - now).saturating_sub(self.all) {
            0 => {
                *full_at = then;
                Ok(())
            }
            wait => Err(Duration::from_nanos(wait)),
        }
    }

    /// Gives so many back that were taken.
    pub(super) fn give_back(&self, key: &Key, number: u32) {
        if let Some(full_at) = lock(&self.table).full_at.get_mut(key) {
            *full_at = full_at.saturating_sub(self.rate.nanos_of(number));
        }
    }

    /// How many there are, and how often they were looked through.
    #[cfg(test)]
    pub(super) fn size(&self) -> (usize, u32) {
        let table = lock(&self.table);
        (table.full_at.len(), table.looked)
    }
}

impl<Key: Hash + Eq + Clone> Table<Key> {
    fn insert(&mut self, key: Key, full_at: u64, now: u64) {
        if self.full_at.len() > self.most {
            self.full_at.retain(|_, full_at| *full_at > now);
            self.full_at.shrink_to_fit();
            self.most = (2 * self.full_at.len()).max(BUCKETS);
            self.looked += 1;
        }
        self.full_at.insert(key, full_at);
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const SECOND: u64 = 1_000_000_000;

    #[test]
    fn a_burst_passes_and_then_one_waits() {
        let buckets = Buckets::new(Rate::new(3, 2, 1));
        let take = |now| buckets.take(&"a", 1, now);
        assert_eq!([take(0), take(0), take(0)], [Ok(()); 3]);
        assert_eq!(take(0), Err(Duration::from_millis(500)));
        assert_eq!(take(SECOND / 5), Err(Duration::from_millis(300)), "a refusal costs nothing");
        assert_eq!([take(SECOND / 2), take(SECOND)], [Ok(()); 2]);
        assert_eq!(buckets.take(&"b", 1, SECOND), Ok(()), "another is not held up");
        buckets.give_back(&"a", 1);
        assert_eq!(take(SECOND), Ok(()), "what was given back is there");
    }

    #[test]
    fn more_than_fits_empties_the_bucket() {
        let buckets = Buckets::new(Rate::new(10, 10, 1));
        assert_eq!(buckets.take(&0, 1_000, 0), Ok(()));
        assert_eq!(buckets.take(&0, 1, 0), Err(Duration::from_millis(100)));
        assert_eq!(buckets.take(&0, 1_000, 0), Err(Duration::from_secs(1)), "a wait that ends");
    }

    proptest! {
        /// The bucket that everybody draws: it holds `burst`, and one falls in every so often.
        #[test]
        fn it_is_a_token_bucket(
            burst in 1_u32..20,
            takes in proptest::collection::vec((0_u64..3 * SECOND, 0_u32..5, any::<bool>()), 0..60),
        ) {
            let (buckets, every) = (Buckets::new(Rate::new(burst, 2, 1)), SECOND / 2);
            let (mut now, mut held) = (0, u64::from(burst) * every);
            for (later, number, back) in takes {
                now += later;
                held = (held + later).min(u64::from(burst) * every);
                let cost = u64::from(number.min(burst)) * every;
                let want = if cost <= held { Ok(()) } else { Err(Duration::from_nanos(cost - held)) };
                prop_assert_eq!(buckets.take(&(), number, now), want);
                if want.is_ok() {
                    held -= cost;
                    if back {
                        buckets.give_back(&(), number);
                        held += cost;
                    }
                }
            }
        }
    }

    #[test]
    fn buckets_are_looked_through_seldom_and_let_go_when_they_are_full_again() {
        let buckets = Buckets::new(Rate::new(30, 2, 1));
        let come = |range: std::ops::Range<u32>, now| {
            let before = buckets.size().1;
            for n in range {
                assert_eq!(buckets.take(&n, 1, now), Ok(()));
            }
            buckets.size().1 - before
        };
        assert_eq!(come(0..100_000, 0), 4, "at 10,000, 20,000, 40,000 and 80,000");
        assert_eq!(buckets.size().0, 100_000, "each has taken something and not got it back");
        // A minute later all of them are full.
        assert_eq!(come(100_000..200_000, 60 * SECOND), 1, "at 160,000");
        assert!(buckets.size().0 <= 2 * 100_000);
        come(200_000..300_000, 120 * SECOND);
        come(300_000..400_000, 180 * SECOND);
        assert!(buckets.size().0 <= 2 * 100_000);
    }
}
