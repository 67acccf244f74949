//! Where a client is, when proxies stand between: what they say in `X-Forwarded-For` counts where it comes from a proxy
//! that is trusted, and nothing of it does where it comes from anybody else.
//!
//! Each proxy adds at the end whom it was connected to by. So the header is read from its end, over those entries that are
//! trusted proxies themselves: the first that is none is the client. What stands before it was said by the client.

use std::{
    net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr},
    str::FromStr,
};

use ipnet::IpNet;

/// The address of a proxy, or of a network of them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Proxy(IpNet);

/// Why a text is no proxy's address. Its display is a sentence for people.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("it is an IP address or a network, such as 172.17.0.1, 10.0.0.0/8 or fd00::/8")]
pub struct BadProxy;

/// The proxies that are trusted.
#[derive(Clone, Debug, Default)]
pub struct Proxies(Vec<Proxy>);

impl Proxies {
    /// These, and with `loopback` those on this machine.
    #[must_use]
    pub fn new(named: &[Proxy], loopback: bool) -> Self {
        let v4 = IpNet::new_assert(IpAddr::V4(Ipv4Addr::new(127, 0, 0, 0)), 8);
        let here = [v4, IpNet::from(IpAddr::V6(Ipv6Addr::LOCALHOST))].map(Proxy);
        Self(here.into_iter().filter(|_| loopback).chain(named.iter().copied()).collect())
    }

    /// Where the client is that `peer` is, or speaks for with these lines of `X-Forwarded-For`. None where a trusted proxy
    /// does not say it: all of its clients would share one limit.
    #[must_use]
    pub fn client<'a>(
        &self,
        peer: IpAddr,
        forwarded: impl IntoIterator<Item = &'a [u8], IntoIter: DoubleEndedIterator>,
    ) -> Option<IpAddr> {
        let peer = peer.to_canonical();
        if !self.trust(peer) {
            return Some(peer);
        }
        let entries = forwarded.into_iter().rev().flat_map(|line| line.rsplit(|byte| *byte == b','));
        let mut client = None;
        for entry in entries.map(<[u8]>::trim_ascii).filter(|entry| !entry.is_empty()) {
            // What is no address ends what is known.
            client = Some(parse(entry).or(client)?);
            if parse(entry).is_none_or(|address| !self.trust(address)) {
                break;
            }
        }
        client
    }

    fn trust(&self, address: IpAddr) -> bool {
        self.0.iter().any(|Proxy(network)| network.contains(&address))
    }
}

/// An entry: an address, maybe with a port, maybe in the brackets or quotes that some proxies put around it.
fn parse(entry: &[u8]) -> Option<IpAddr> {
    let entry = std::str::from_utf8(entry).ok()?.trim_matches('"');
    let bare = entry.strip_prefix('[').and_then(|entry| entry.strip_suffix(']')).unwrap_or(entry);
    let address = bare.parse().ok().or_else(|| entry.parse().ok().map(|with_port: SocketAddr| with_port.ip()))?;
    Some(address.to_canonical())
}

impl FromStr for Proxy {
    type Err = BadProxy;

    fn from_str(raw: &str) -> Result<Self, BadProxy> {
        let raw = raw.trim();
        let network: IpNet = match raw.parse::<IpAddr>() {
            Ok(address) => address.to_canonical().into(),
            Err(_) => raw.parse().map_err(|_| BadProxy)?,
        };
        // A network of IPv4 addresses as IPv6 writes them is one of IPv4 addresses.
        let mapped = match network {
            IpNet::V6(network) => network.addr().to_ipv4_mapped().zip(network.prefix_len().checked_sub(96)),
            IpNet::V4(_) => None,
        };
        let network = match mapped {
            Some((address, bits)) => IpNet::new(address.into(), bits).map_err(|_| BadProxy)?,
            None => network,
        };
        Ok(Self(network.trunc()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(trusted: &[&str], peer: &str, forwarded: &[&str], want: Option<&str>) {
        let named: Vec<Proxy> = trusted.iter().map(|proxy| proxy.parse().unwrap()).collect();
        let found =
            Proxies::new(&named, true).client(peer.parse().unwrap(), forwarded.iter().map(|line| line.as_bytes()));
        assert_eq!(found.map(|ip| ip.to_string()).as_deref(), want, "{trusted:?} {peer} {forwarded:?}");
    }

    #[test]
    fn what_somebody_says_who_is_not_trusted_does_not_count() {
        check(&[], "203.0.113.9", &["198.51.100.1"], Some("203.0.113.9"));
        check(&["10.0.0.0/8"], "11.0.0.1", &["198.51.100.1"], Some("11.0.0.1"));
        check(&["fd00::/8"], "2001:db8::1", &["198.51.100.1"], Some("2001:db8::1"));
        check(&[], "::ffff:203.0.113.9", &["127.0.0.1"], Some("203.0.113.9"));
        let nobody = Proxies::new(&[], false).client(IpAddr::V4(Ipv4Addr::LOCALHOST), [&b"198.51.100.1"[..]]);
        assert_eq!(nobody, Some(IpAddr::V4(Ipv4Addr::LOCALHOST)), "without a proxy this machine is a client like any");
    }

    #[test]
    fn the_last_that_is_no_proxy_is_the_client() {
        for peer in ["127.0.0.1", "127.9.9.9", "::1", "::ffff:127.0.0.1"] {
            check(&[], peer, &["198.51.100.1"], Some("198.51.100.1"));
        }
        check(&[], "127.0.0.1", &["1.1.1.1, 198.51.100.1"], Some("198.51.100.1"));
        check(&["10.0.0.0/8"], "10.1.1.1", &["1.1.1.1, 198.51.100.1, 10.2.2.2"], Some("198.51.100.1"));
        check(&["10.0.0.0/8"], "127.0.0.1", &["198.51.100.1,10.2.2.2", "10.3.3.3"], Some("198.51.100.1"));
        check(&["10.2.2.2"], "127.0.0.1", &["198.51.100.1, 10.2.2.3, 10.2.2.2"], Some("10.2.2.3"));
        check(&["fd00::/8"], "fd00::1", &["2001:db8::7, fd12::1"], Some("2001:db8::7"));
        check(&["::ffff:10.0.0.0/104"], "10.1.1.1", &["::ffff:198.51.100.1, ::ffff:10.9.9.9"], Some("198.51.100.1"));
        check(&["10.0.0.0/8"], "::ffff:10.1.1.1", &["198.51.100.1"], Some("198.51.100.1"));
        check(&["10.0.0.0/8"], "10.1.1.1", &["10.4.4.4, 10.2.2.2"], Some("10.4.4.4"));
    }

    #[test]
    fn an_entry_is_read_as_proxies_write_it() {
        for (entry, want) in [
            ("198.51.100.1:4711", "198.51.100.1"),
            ("[2001:db8::7]:443", "2001:db8::7"),
            ("[2001:db8::7]", "2001:db8::7"),
            ("\"[2001:db8::7]:443\"", "2001:db8::7"),
            (" \t198.51.100.1 ", "198.51.100.1"),
            ("198.51.100.1,,", "198.51.100.1"),
            ("::ffff:198.51.100.1", "198.51.100.1"),
        ] {
            check(&[], "127.0.0.1", &[entry], Some(want));
        }
    }

    #[test]
    fn what_is_no_address_ends_what_is_known() {
        check(&[], "127.0.0.1", &[], None);
        for garbage in
            ["", ",", "unknown", "_hidden", "198.51.100.1 198.51.100.2", "999.1.1.1", "1.1.1.1:x", "\u{fe0f}"]
        {
            check(&[], "127.0.0.1", &[garbage], None);
        }
        check(&[], "127.0.0.1", &["198.51.100.1, unknown"], None);
        check(&[], "127.0.0.1", &["unknown, 198.51.100.1"], Some("198.51.100.1"));
        // Somebody within a trusted network cannot hide by saying nonsense.
        check(&["10.0.0.0/8"], "10.1.1.1", &["unknown, 10.2.2.2"], Some("10.2.2.2"));
    }

    #[test]
    fn what_is_no_proxys_address_is_refused_in_words() {
        for good in ["10.0.0.1", "10.1.2.3/8", "::1", "fd00::/8", " 10.0.0.1 "] {
            assert!(good.parse::<Proxy>().is_ok(), "{good}");
        }
        for bad in ["", "localhost", "10.0.0.0/33", "10.0.0", "fd00::/129", "10.0.0.1:80", "*"] {
            let said = bad.parse::<Proxy>().unwrap_err().to_string();
            assert!(said.contains("10.0.0.0/8"), "{bad}: {said}");
        }
    }
}
