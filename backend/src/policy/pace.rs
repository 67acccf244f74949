//! How fast one may post: a token bucket per person, and one per address (an IPv6 /64 counts as one).

use std::{
    net::{IpAddr, Ipv6Addr},
    num::NonZeroU32,
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

type Buckets<Key> = RateLimiter<Key, HashMapStateStore<Key>, RuntimeClock, NoOpMiddleware<Duration>>;

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
            buckets: quotas.map(|(person, address)| {
                let people = RateLimiter::hashmap_with_clock(person, clock.clone());
                (people, RateLimiter::hashmap_with_clock(address, clock))
            }),
        }
    }

    /// Takes one from the buckets of the person and the address.
    ///
    /// # Errors
    /// How long to wait until there is one again.
    pub fn take(&self, person: &PersonId, address: Option<IpAddr>) -> Result<(), Duration> {
        let Some((people, addresses)) = &self.buckets else { return Ok(()) };
        if people.len() > BUCKETS {
            people.retain_recent();
            people.shrink_to_fit();
        }
        if addresses.len() > BUCKETS {
            addresses.retain_recent();
            addresses.shrink_to_fit();
        }
        let wait = |until: NotUntil<Duration>| until.wait_time_from(people.clock().now());
        people.check_key(person).map_err(wait)?;
        address.map_or(Ok(()), |address| addresses.check_key(&network(address)).map_err(wait))
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

    #[test]
    fn without_limits_there_are_none() {
        let pace = Pace::new(false);
        assert!((0..10_000).all(|_| pace.take(&person("a"), None).is_ok()));
    }
}
