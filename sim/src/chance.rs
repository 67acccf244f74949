//! Chance: one stream of random numbers for everything in a run, from its seed.

use std::sync::{Arc, Mutex, PoisonError};

use rand_core::{Rng as _, SeedableRng as _};
use rand_pcg::Pcg64Mcg;

/// The run's random numbers. Clones draw from the same stream: what is drawn hangs on the order of all draws, which is
/// the same in each run of a seed.
#[derive(Clone)]
pub struct Chance(Arc<Mutex<Pcg64Mcg>>);

impl Chance {
    /// The stream of a seed.
    #[must_use]
    pub fn of(seed: u64) -> Self {
        Self(Arc::new(Mutex::new(Pcg64Mcg::seed_from_u64(seed))))
    }

    /// Evenly spread over all of `u64`.
    #[must_use]
    pub fn number(&self) -> u64 {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).next_u64()
    }

    /// Evenly spread over all of `u32`.
    #[must_use]
    pub fn small(&self) -> u32 {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).next_u32()
    }

    /// From 0 up to, not including, `end`; 0 where that is 0.
    #[must_use]
    pub fn below(&self, end: u64) -> u64 {
        let scaled = (u128::from(self.number()) * u128::from(end)) >> 64;
        u64::try_from(scaled).unwrap_or(u64::MAX)
    }

    /// From `low` up to and including `high`.
    #[must_use]
    pub fn between(&self, low: u64, high: u64) -> u64 {
        low + self.below(high - low + 1)
    }

    /// True once in `n` times.
    #[must_use]
    pub fn one_in(&self, n: u64) -> bool {
        self.below(n) == 0
    }

    /// A length of time that is mostly short and seldom long: up to `most`, on a logarithmic scale.
    #[must_use]
    pub fn span(&self, most: u64) -> u64 {
        let digits = u64::from(most.max(1).ilog2()) + 1;
        self.below(1 << self.between(1, digits)).min(most)
    }

    /// A place in a list of `len` things; none in an empty one.
    #[must_use]
    pub fn place(&self, len: usize) -> Option<usize> {
        if len == 0 { None } else { usize::try_from(self.below(len as u64)).ok() }
    }

    /// One of them; none where there is none.
    #[must_use]
    pub fn pick<'a, T>(&self, all: &'a [T]) -> Option<&'a T> {
        self.place(all.len()).and_then(|place| all.get(place))
    }

    /// Sixteen random bytes.
    #[must_use]
    pub fn bytes(&self) -> [u8; 16] {
        ((u128::from(self.number()) << 64) | u128::from(self.number())).to_be_bytes()
    }

    /// A random text of letters and digits.
    #[must_use]
    pub fn letters(&self, len: usize) -> String {
        const ALPHABET: &[u8; 32] = b"abcdefghijkmnpqrstuvwxyz23456789";
        (0..len).map(|_| char::from(ALPHABET[(self.small() % 32) as usize])).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_seed_gives_the_same_stream_each_time() {
        let draw = |seed| {
            let chance = Chance::of(seed);
            (0..8).map(|_| chance.clone().below(1_000)).collect::<Vec<_>>()
        };
        assert_eq!(draw(7), draw(7));
        assert_ne!(draw(7), draw(8));
    }

    #[test]
    fn draws_stay_in_their_bounds() {
        let chance = Chance::of(1);
        for _ in 0..10_000 {
            assert!(chance.below(3) < 3);
            assert!((5..=9).contains(&chance.between(5, 9)));
            assert!(chance.span(1_000) <= 1_000);
        }
        assert_eq!((chance.below(0), chance.place(0)), (0, None));
    }
}
