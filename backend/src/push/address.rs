//! Where a push may go: to names of the public internet, and to no address that is not of it. Whoever subscribes says
//! the address, so without this they could have the server knock at doors that only it can reach.

use std::{
    net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr},
    sync::Arc,
};

use reqwest::dns::{Addrs, Name, Resolve, Resolving};
use url::{Host, Url};

/// Most bytes of an address.
const LONGEST: usize = 2_048;

/// Why a push may not go somewhere.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BadAddress {
    /// It is no address.
    #[error("The endpoint is not an address of https with a host name, at most 2048 bytes long.")]
    NotHttps,
    /// It is none of the public internet.
    #[error("The endpoint is not in the public internet.")]
    NotPublic,
}

/// Which addresses there may be.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Addresses {
    /// Those of the public internet, over https.
    #[default]
    Public,
    /// Besides them, this machine itself, over http.
    AndLoopback,
}

impl Addresses {
    /// Checks what somebody says where their browser is told. What its name leads to is checked when it is connected to.
    ///
    /// # Errors
    /// [`BadAddress`], as a sentence for people.
    pub fn check(self, endpoint: &str) -> Result<Url, BadAddress> {
        let url = Url::parse(endpoint).map_err(|_| BadAddress::NotHttps)?;
        if self == Self::AndLoopback && url.scheme() == "http" && url.host() == Some(Host::Ipv4(Ipv4Addr::LOCALHOST)) {
            return Ok(url);
        }
        // A push service has a name. Numbers, in any of the ways to write them, are somebody's own machine.
        let Some(Host::Domain(name)) = url.host() else { return Err(BadAddress::NotPublic) };
        let is_plain = url.username().is_empty() && url.password().is_none() && url.port().is_none();
        if url.scheme() != "https" || endpoint.len() > LONGEST || !is_plain {
            return Err(BadAddress::NotHttps);
        }
        let name = name.trim_end_matches('.').to_ascii_lowercase();
        let is_local =
            !name.contains('.') || [".localhost", ".local", ".internal"].iter().any(|end| name.ends_with(end));
        if is_local { Err(BadAddress::NotPublic) } else { Ok(url) }
    }
}

/// Finds the addresses of names, and gives only public ones: connecting uses what was checked, so a name that changes in
/// between gains nothing.
pub(super) struct PublicNames;

impl Resolve for PublicNames {
    fn resolve(&self, name: Name) -> Resolving {
        Box::pin(async move {
            let found = tokio::net::lookup_host((name.as_str(), 0)).await?;
            let public: Vec<SocketAddr> = found.filter(|address| is_public(address.ip())).collect();
            if public.is_empty() {
                return Err(Box::from(BadAddress::NotPublic));
            }
            Ok(Box::new(public.into_iter()) as Addrs)
        })
    }
}

impl PublicNames {
    pub(super) fn shared() -> Arc<Self> {
        Arc::new(Self)
    }
}

/// Whether an address is one of the public internet, by the registries of special addresses
/// (<https://www.iana.org/assignments/iana-ipv4-special-registry>, the same for IPv6).
pub(super) fn is_public(ip: IpAddr) -> bool {
    match ip {
        IpAddr::V4(ip) => is_public_v4(ip),
        IpAddr::V6(ip) => is_public_v6(ip),
    }
}

fn is_public_v4(ip: Ipv4Addr) -> bool {
    let [a, b, c, _] = ip.octets();
    let special = ip.is_private()
        || ip.is_loopback()
        || ip.is_link_local()
        || ip.is_multicast()
        || ip.is_documentation()
        || a == 0
        || a >= 240
        // Shared between providers and their customers; protocol assignments; old relays; benchmarks.
        || (a == 100 && (64..128).contains(&b))
        || (a, b, c) == (192, 0, 0)
        || (a, b, c) == (192, 88, 99)
        || (a == 198 && (b == 18 || b == 19));
    !special
}

fn is_public_v6(ip: Ipv6Addr) -> bool {
    // What carries an IPv4 address inside leads there: mapped, translated (RFC 6052), 6to4.
    let segments = ip.segments();
    let inside = |high: u16, low: u16| Ipv4Addr::from((u32::from(high) << 16) | u32::from(low));
    if let Some(inner) = ip.to_ipv4_mapped() {
        return is_public_v4(inner);
    }
    match segments {
        [0x64, 0xff9b, 0, 0, 0, 0, high, low] | [0x2002, high, low, ..] => is_public_v4(inside(high, low)),
        // Only this part is given out as public; of it, protocol assignments (Teredo too) and documentation are not.
        [0x2001, second, ..] if second < 0x200 || second == 0xdb8 => false,
        [0x3fff, second, ..] if second < 0x1000 => false,
        [first, ..] => (0x2000..0x4000).contains(&first),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_names_over_https_may_be_told() {
        for good in [
            "https://push.example.org/x/y?z=1",
            "https://fcm.googleapis.com/fcm/send/abc:def",
            "https://a.example.:443/x",
        ] {
            assert!(Addresses::Public.check(good).is_ok(), "{good}");
        }
        for bad in [
            "",
            "push",
            "/x",
            "http://push.example.org/",
            "ftp://push.example.org/",
            "https://push.example.org:8443/",
            "https://me@push.example.org/",
            "https://me:secret@push.example.org/",
            "https://127.0.0.1/",
            "https://[::1]/",
            "https://0x7f.1/",
            "https://2130706433/",
            "https://10.0.0.1/",
            "https://localhost/",
            "https://a.localhost/",
            "https://printer/",
            "https://printer.local/",
            "https://metadata.google.internal/",
            "http://127.0.0.1/",
            "javascript:alert(1)",
            "file:///etc/passwd",
            "https://",
        ] {
            assert!(Addresses::Public.check(bad).is_err(), "{bad}");
        }
        let long = format!("https://push.example.org/{}", "x".repeat(2_048));
        assert!(Addresses::Public.check(&long).is_err());
        assert!(Addresses::AndLoopback.check("http://127.0.0.1:1234/x").is_ok());
        assert!(Addresses::AndLoopback.check("http://10.0.0.1/x").is_err());
    }

    #[test]
    fn what_a_name_leads_to_is_public_or_is_not_connected_to() {
        for good in
            ["1.1.1.1", "203.0.114.1", "172.32.0.1", "2606:4700::1111", "2a00::1", "64:ff9b::1.1.1.1", "::ffff:8.8.8.8"]
        {
            assert!(is_public(good.parse().unwrap()), "{good}");
        }
        for bad in [
            "0.0.0.0",
            "0.1.2.3",
            "10.1.2.3",
            "100.64.0.1",
            "127.0.0.1",
            "127.9.9.9",
            "169.254.169.254",
            "172.16.0.1",
            "172.31.255.255",
            "192.0.0.8",
            "192.0.2.1",
            "192.88.99.1",
            "192.168.1.1",
            "198.18.0.1",
            "198.51.100.1",
            "203.0.113.9",
            "224.0.0.1",
            "240.0.0.1",
            "255.255.255.255",
            "::",
            "::1",
            "::ffff:127.0.0.1",
            "::ffff:10.0.0.1",
            "::127.0.0.1",
            "64:ff9b::10.0.0.1",
            "2002:7f00:1::",
            "2002:a00:1::",
            "2001::1",
            "2001:db8::1",
            "3fff::1",
            "fc00::1",
            "fd12::1",
            "fe80::1",
            "fec0::1",
            "ff02::1",
            "100::1",
        ] {
            assert!(!is_public(bad.parse().unwrap()), "{bad}");
        }
    }

    #[tokio::test]
    async fn a_name_of_this_machine_is_not_found() {
        let name = "localhost".parse().unwrap();
        assert!(PublicNames.resolve(name).await.is_err());
    }
}
