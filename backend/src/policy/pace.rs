//! How fast one may post: a token bucket per person, and one per address (an IPv6 /64 counts as one).

use std::{
    hash::Hash,
    net::{IpAddr, Ipv6Addr},
    num::NonZeroU32,
    sync::atomic::{AtomicUsize, Ordering},
    time::Duration,
};

use governor::{
    NotUntil, Quota, RateLimiter, clock::Clock, middleware::NoOpMiddleware, state::keyed::HashMapStateStore,
};
use shared::PersonId;
use tokio::time::Instant;

/// The limits: a burst, then one per period.
const PERSON: (u32, Duration) = (30, Duration::from_millis(500));
const ADDRESS: (u32, Duration) = (300, Duration::from_millis(50));
/// Buckets that are full again are let go when there are more than so many.
const BUCKETS: usize = 10_000;

/// How fast one may post. None of it where limits are turned off.
pub struct Pace {
    buckets: Option<(Buckets<PersonId>, Buckets<IpAddr>)>,
}

/// The buckets of all who took from them lately.
///
/// Those that are full again say nothing. They are let go when there are twice as many as were left the last time: so
/// looking through all of them costs each post as much as a few posts, however many people post at a time, and there
/// are never more than twice as many as are needed, or [`BUCKETS`].
struct Buckets<Key: Hash + Eq + Clone> {
    limiter: RateLimiter<Key, HashMapStateStore<Key>, RuntimeClock, NoOpMiddleware<Duration>>,
    most: AtomicUsize,
}

impl<Key: Hash + Eq + Clone> Buckets<Key> {
    fn new(quota: Quota, clock: RuntimeClock) -> Self {
        Self { limiter: RateLimiter::hashmap_with_clock(quota, clock), most: AtomicUsize::new(BUCKETS) }
    }

    fn take(&self, key: &Key) -> Result<(), Duration> {
        self.let_go();
        let wait = |until: NotUntil<Duration>| until.wait_time_from(self.limiter.clock().now());
        self.limiter.check_key(key).map_err(wait)
    }

    fn let_go(&self) {
        let most = self.most.load(Ordering::Relaxed);
        // One at a time; the others find that there may be any number meanwhile.
        let is_mine = || self.most.compare_exchange(most, usize::MAX, Ordering::Relaxed, Ordering::Relaxed).is_ok();
        if self.limiter.len() > most && is_mine() {
            self.limiter.retain_recent();
            self.limiter.shrink_to_fit();
            self.most.store((2 * self.limiter.len()).max(BUCKETS), Ordering::Relaxed);
        }
    }
}

/// The runtime's clock, so that a runtime whose time stands still has limits that stand still too.
#[derive(Clone)]
struct RuntimeClock(Instant);

impl Clock for RuntimeClock {
    type Instant = Duration;

    fn now(&self) -> Duration {
        self.0.elapsed()
    }
}

impl Pace {
    /// The usual limits, or none.
    #[must_use]
    pub fn new(limited: bool) -> Self {
        let quota = |(burst, period): (u32, Duration)| {
            let burst = NonZeroU32::new(burst).unwrap_or(NonZeroU32::MIN);
            Quota::with_period(period).map(|quota| quota.allow_burst(burst))
        };
        let quotas = quota(PERSON).zip(quota(ADDRESS)).filter(|_| limited);
        let clock = RuntimeClock(Instant::now());
        Self {
            buckets: quotas
                .map(|(person, address)| (Buckets::new(person, clock.clone()), Buckets::new(address, clock))),
        }
    }

    /// Takes one from the buckets of the person and the address.
    ///
    /// # Errors
    /// How long to wait until there is one again.
    pub fn take(&self, person: &PersonId, address: Option<IpAddr>) -> Result<(), Duration> {
        let Some((people, addresses)) = &self.buckets else { return Ok(()) };
        people.take(person)?;
        address.map_or(Ok(()), |address| addresses.take(&network(address)))
    }
}

/// What counts as one address: whoever has one IPv6 address has its whole /64.
fn network(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V6(ip) => IpAddr::V6(Ipv6Addr::from_bits(ip.to_bits() & !u128::from(u64::MAX))),
        ip @ IpAddr::V4(_) => ip,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn person(id: &str) -> PersonId {
        PersonId::parse(id).unwrap()
    }

    #[test]
    fn a_burst_passes_and_then_one_waits() {
        let pace = Pace::new(true);
        for _ in 0..PERSON.0 {
            assert_eq!(pace.take(&person("a"), None), Ok(()));
        }
        let wait = pace.take(&person("a"), None).unwrap_err();
        assert!(wait > Duration::ZERO && wait <= PERSON.1, "{wait:?}");
        assert_eq!(pace.take(&person("b"), None), Ok(()), "another person is not held up");
    }

    #[test]
    fn an_address_has_a_limit_of_its_own() {
        let pace = Pace::new(true);
        let post = |n: u32, ip: &str| pace.take(&person(&format!("p{n}")), Some(ip.parse().unwrap()));
        for n in 0..ADDRESS.0 {
            assert_eq!(post(n, "2001:db8::1"), Ok(()));
        }
        assert!(post(1_000, "2001:db8::ffff").is_err(), "the same /64");
        assert_eq!(post(1_001, "2001:db8:0:1::1"), Ok(()));
    }

    #[tokio::test(start_paused = true)]
    async fn time_is_the_runtimes() {
        let pace = Pace::new(true);
        let burst = || (0..PERSON.0).filter(|_| pace.take(&person("a"), None).is_ok()).count();
        assert_eq!((burst(), burst()), (30, 0));
        tokio::time::advance(PERSON.1 * 3).await;
        assert_eq!(burst(), 3);
    }

    #[tokio::test(start_paused = true)]
    async fn buckets_are_looked_through_seldom_and_let_go_when_they_are_full_again() {
        let pace = Pace::new(true);
        let (people, _) = pace.buckets.as_ref().unwrap();
        let mut looked = 0;
        let mut come = |range: std::ops::Range<u32>| {
            for n in range {
                let before = people.most.load(Ordering::Relaxed);
                assert_eq!(pace.take(&person(&format!("p{n}")), None), Ok(()));
                looked += u32::from(people.most.load(Ordering::Relaxed) != before);
            }
            std::mem::take(&mut looked)
        };
        assert_eq!(come(0..100_000), 4, "at 10,000, 20,000, 40,000 and 80,000");
        assert_eq!(people.limiter.len(), 100_000, "each has taken something and not got it back");
        // A minute later all of them are full.
        tokio::time::advance(Duration::from_mins(1)).await;
        assert_eq!(come(100_000..200_000), 1, "at 160,000");
        assert!(people.limiter.len() <= 2 * 100_000, "{}", people.limiter.len());
        tokio::time::advance(Duration::from_mins(1)).await;
        come(200_000..300_000);
        tokio::time::advance(Duration::from_mins(1)).await;
        come(300_000..400_000);
        assert!(people.limiter.len() <= 2 * 100_000, "{}", people.limiter.len());
    }

    #[test]
    fn without_limits_there_are_none() {
        let pace = Pace::new(false);
        assert!((0..10_000).all(|_| pace.take(&person("a"), None).is_ok()));
    }
}
