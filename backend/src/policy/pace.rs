//! How fast one may do what: a token bucket per person, and one per address (an IPv6 /64 counts as one), of each
//! [`Kind`]. Whoever is too fast is told how long to wait; it is counted, and nothing else is remembered of it.
//!
//! The buckets are our own, not a crate's: what a try to sign in has taken is given back where it succeeds, and bytes are
//! taken many at once.

use std::{
    net::{IpAddr, Ipv6Addr},
    sync::atomic::{AtomicU64, Ordering},
    time::Duration,
};

use shared::PersonId;
use tokio::time::Instant;

mod buckets;
mod kind;
mod rate;
mod rates;

use buckets::Buckets;
pub use kind::{Kind, Whose};
pub use rate::{BadRate, Rate};
pub use rates::{BadLimit, Limit, Rates, help};

/// How fast one may do what.
pub struct Pace {
    kinds: [Pair; Kind::ALL.len()],
    /// By the runtime's clock, so that a runtime whose time stands still has limits that stand still too.
    began: Instant,
}

/// The buckets of a kind; none where there is no limit.
struct Pair {
    people: Option<Buckets<PersonId>>,
    addresses: Option<Buckets<IpAddr>>,
    /// How often somebody was refused, by [`Whose`].
    refused: [AtomicU64; 2],
}

/// A try to sign in: it counts as failed, until it is said that it succeeded.
#[must_use = "dropped, it has failed"]
pub struct SignIn<'a> {
    pace: &'a Pace,
    who: Option<PersonId>,
    address: Option<IpAddr>,
}

impl Pace {
    /// So fast.
    #[must_use]
    pub fn new(rates: &Rates) -> Self {
        let pair = |kind| Pair {
            people: rates.of(kind, Whose::Person).map(Buckets::new),
            addresses: rates.of(kind, Whose::Address).map(Buckets::new),
            refused: Default::default(),
        };
        Self { kinds: Kind::ALL.map(pair), began: Instant::now() }
    }

    /// Takes one from the buckets of a person and an address.
    ///
    /// # Errors
    /// How long to wait until there is one again. Nothing was taken.
    pub fn take(&self, kind: Kind, person: Option<&PersonId>, address: Option<IpAddr>) -> Result<(), Duration> {
        self.take_many(kind, 1, person, address)
    }

    /// Takes so many at once; more than a bucket holds count as all that it holds.
    ///
    /// # Errors
    /// How long to wait until there are as many again. Nothing was taken.
    pub fn take_many(
        &self,
        kind: Kind,
        number: u32,
        person: Option<&PersonId>,
        address: Option<IpAddr>,
    ) -> Result<(), Duration> {
        let Pair { people, addresses, refused } = &self.kinds[kind as usize];
        let now = self.now();
        let count = |wait, whose| {
            refused[whose as usize].fetch_add(1, Ordering::Relaxed);
            wait
        };
        let person = people.as_ref().zip(person);
        if let Some((people, person)) = person {
            people.take(person, number, now).map_err(|wait| count(wait, Whose::Person))?;
        }
        let Some((addresses, address)) = addresses.as_ref().zip(address) else { return Ok(()) };
        addresses.take(&network(address), number, now).map_err(|wait| {
            if let Some((people, person)) = person {
                people.give_back(person, number);
            }
            count(wait, Whose::Address)
        })
    }

    /// Somebody tries to sign in, as `who` where that is known. To be asked before anything is looked at: however many
    /// try at a time, no more do than may fail.
    ///
    /// # Errors
    /// How long to wait until one may try again.
    pub fn sign_in(&self, who: Option<&PersonId>, address: Option<IpAddr>) -> Result<SignIn<'_>, Duration> {
        self.take(Kind::FailedSignIns, who, address)?;
        Ok(SignIn { pace: self, who: who.cloned(), address })
    }

    /// How often somebody was refused, since the beginning.
    #[must_use]
    pub fn refused(&self, kind: Kind, whose: Whose) -> u64 {
        self.kinds[kind as usize].refused[whose as usize].load(Ordering::Relaxed)
    }

    fn now(&self) -> u64 {
        u64::try_from(self.began.elapsed().as_nanos()).unwrap_or(u64::MAX)
    }
}

impl SignIn<'_> {
    /// It succeeded: what it has taken is given back.
    pub fn succeeded(self) {
        let Pair { people, addresses, .. } = &self.pace.kinds[Kind::FailedSignIns as usize];
        if let Some((people, who)) = people.as_ref().zip(self.who.as_ref()) {
            people.give_back(who, 1);
        }
        if let Some((addresses, address)) = addresses.as_ref().zip(self.address) {
            addresses.give_back(&network(address), 1);
        }
    }
}

/// What counts as one address: whoever has one IPv6 address has its whole /64.
pub(super) fn network(address: IpAddr) -> IpAddr {
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

    fn ip(ip: &str) -> IpAddr {
        ip.parse().unwrap()
    }

    fn burst(kind: Kind, whose: Whose) -> u32 {
        Rates::usual().of(kind, whose).map_or(0, Rate::burst)
    }

    #[tokio::test(start_paused = true)]
    async fn every_kind_is_limited_as_the_table_says_and_by_itself() {
        let pace = Pace::new(&Rates::usual());
        for kind in Kind::ALL {
            let [of_person, of_address] = Whose::ALL.map(|whose| burst(kind, whose));
            let take = |person: &PersonId, address| pace.take_many(kind, of_person.max(1), Some(person), address);
            assert_eq!(take(&person("a"), None), Ok(()), "{kind:?}");
            assert_eq!(take(&person("a"), None).is_err(), of_person > 0, "{kind:?}");
            assert_eq!(take(&person("b"), None), Ok(()), "{kind:?}: another person is not held up");
            assert_eq!(pace.take_many(kind, of_address, None, Some(ip("10.0.0.1"))), Ok(()), "{kind:?}");
            assert!(pace.take(kind, None, Some(ip("10.0.0.1"))).is_err(), "{kind:?}");
            assert_eq!(pace.take(kind, None, Some(ip("10.0.0.2"))), Ok(()), "{kind:?}");
            assert_eq!(Whose::ALL.map(|whose| pace.refused(kind, whose)), [u64::from(of_person > 0), 1], "{kind:?}");
        }
    }

    #[tokio::test(start_paused = true)]
    async fn an_address_is_a_network_of_64_bits() {
        let pace = Pace::new(&Rates::usual());
        let post = |n: u32, address: &str| pace.take(Kind::Posts, Some(&person(&format!("p{n}"))), Some(ip(address)));
        for n in 0..burst(Kind::Posts, Whose::Address) {
            assert_eq!(post(n, "2001:db8::1"), Ok(()));
        }
        assert!(post(1_000, "2001:db8::ffff").is_err(), "the same /64");
        assert_eq!(post(1_001, "2001:db8:0:1::1"), Ok(()));
        assert_eq!(network("::ffff:10.0.0.1".parse().unwrap()), ip("10.0.0.1"));
    }

    #[tokio::test(start_paused = true)]
    async fn who_is_refused_for_their_address_has_not_spent_anything_of_their_own() {
        let pace = Pace::new(&Rates::usual());
        let most = burst(Kind::Posts, Whose::Address);
        assert_eq!(pace.take_many(Kind::Posts, most, None, Some(ip("10.0.0.1"))), Ok(()));
        for _ in 0..100 {
            assert!(pace.take(Kind::Posts, Some(&person("a")), Some(ip("10.0.0.1"))).is_err());
        }
        let own = burst(Kind::Posts, Whose::Person);
        assert_eq!(pace.take_many(Kind::Posts, own, Some(&person("a")), Some(ip("10.0.0.2"))), Ok(()));
    }

    #[tokio::test(start_paused = true)]
    async fn time_is_the_runtimes() {
        let pace = Pace::new(&Rates::usual());
        let burst = || (0..100).filter(|_| pace.take(Kind::Posts, Some(&person("a")), None).is_ok()).count();
        assert_eq!((burst(), burst()), (30, 0));
        tokio::time::advance(Duration::from_millis(1_500)).await;
        assert_eq!(burst(), 3);
    }

    #[tokio::test(start_paused = true)]
    async fn who_fails_to_sign_in_waits_and_who_succeeds_does_not() {
        let pace = Pace::new(&Rates::usual());
        let ada = person("ada");
        for _ in 0..1_000 {
            pace.sign_in(Some(&ada), Some(ip("10.0.0.1"))).unwrap_or_else(|_| panic!("none has failed")).succeeded();
        }
        let under_way: Vec<_> = (0..10).filter_map(|_| pace.sign_in(Some(&ada), Some(ip("10.0.0.1"))).ok()).collect();
        assert_eq!(under_way.len(), 5, "so many may fail, also at the same time");
        drop(under_way);
        assert_eq!(
            pace.sign_in(Some(&ada), Some(ip("10.0.0.2"))).err(),
            Some(Duration::from_secs(30)),
            "from anywhere"
        );
        tokio::time::advance(Duration::from_secs(30)).await;
        assert!(pace.sign_in(Some(&ada), Some(ip("10.0.0.2"))).is_ok());
        let others =
            (0..100).filter(|n| pace.sign_in(Some(&person(&format!("p{n}"))), Some(ip("10.0.0.1"))).is_ok()).count();
        assert_eq!(others, 18, "20 of an address, of which Ada took 5 and 3 came back");
        let unknown = (0..100).filter(|_| pace.sign_in(None, Some(ip("10.0.0.3"))).is_ok()).count();
        assert_eq!(unknown, 20, "where it is not known who");
    }

    #[test]
    fn without_limits_there_are_none() {
        let pace = Pace::new(&Rates::none());
        let take = |kind| pace.take_many(kind, u32::MAX, Some(&person("a")), Some(ip("10.0.0.1")));
        assert!(Kind::ALL.into_iter().all(|kind| (0..3).all(|_| take(kind).is_ok())));
    }
}
