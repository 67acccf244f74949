//! How many connections an address may have at a time, so that no one address can take every place.

use std::{
    collections::HashMap,
    net::IpAddr,
    sync::{Arc, Mutex, PoisonError},
};

use super::pace::network;

/// The connections that there are, by address; a cheap handle.
#[derive(Clone, Debug)]
pub struct Crowds {
    most: usize,
    now: Arc<Mutex<HashMap<IpAddr, usize>>>,
}

/// One connection of an address, as long as this is kept.
#[derive(Debug)]
pub struct OneOf {
    crowds: Crowds,
    address: IpAddr,
}

impl Crowds {
    /// At most so many of an address; an IPv6 /64 is one.
    #[must_use]
    pub fn new(most: usize) -> Self {
        Self { most, now: Arc::default() }
    }

    /// One more of this address; none where it has as many as it may have.
    #[must_use]
    pub fn join(&self, address: IpAddr) -> Option<OneOf> {
        let address = network(address);
        let mut now = self.now.lock().unwrap_or_else(PoisonError::into_inner);
        let here = now.entry(address).or_default();
        if *here >= self.most {
            return None;
        }
        *here += 1;
        Some(OneOf { crowds: self.clone(), address })
    }
}

impl Drop for OneOf {
    fn drop(&mut self) {
        let mut now = self.crowds.now.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(here) = now.get_mut(&self.address) {
            *here -= 1;
            if *here == 0 {
                now.remove(&self.address);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_address_has_so_many_and_a_place_that_is_left_is_free() {
        let crowds = Crowds::new(2);
        let join = |address: &str| crowds.join(address.parse().unwrap());
        let (first, second) = (join("192.0.2.1"), join("192.0.2.1"));
        assert!(first.is_some() && second.is_some() && join("192.0.2.1").is_none());
        let other = join("192.0.2.2");
        assert!(other.is_some(), "another address");
        drop(first);
        let third = join("192.0.2.1");
        assert!(third.is_some() && join("192.0.2.1").is_none());
        let net = [join("2001:db8::1"), join("2001:db8::2")];
        assert!(net.iter().all(Option::is_some) && join("2001:db8::3").is_none(), "an IPv6 /64 is one address");
        assert!(join("2001:db8:0:1::3").is_some());
        drop((second, third, other, net));
        assert!(crowds.now.lock().unwrap().is_empty(), "nothing is kept of those who left");
    }
}
