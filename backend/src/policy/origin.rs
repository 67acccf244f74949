//! From where requests may come: the Host and Origin rules against cross-site sockets and DNS rebinding.
//!
//! A server that speaks TLS itself is at https origins alone.
//!
//! While the server listens on loopback only, any loopback Host and Origin is allowed, whatever the port. Otherwise
//! they must be those of `--url`, or, where none is set, Host must be an IP address or localhost and Origin the same.
//! A request without an Origin is no browser's script: it is allowed as long as it carries no cookie.

use std::net::IpAddr;

use url::{Host, Url};

/// Why a request is turned away. Its display is a sentence for people.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Forbidden {
    /// The Host is none of this server's.
    #[error("This server does not answer to that host name. If it should, start it with --url.")]
    Host,
    /// The Origin is none of this server's.
    #[error("Pages of another origin may not do that.")]
    Origin,
    /// There is a cookie, but no Origin that says whose page uses it.
    #[error("A request with a cookie must say its origin.")]
    CookieWithoutOrigin,
}

/// The hosts and origins that are allowed.
#[derive(Clone, Debug)]
pub struct Origins {
    loopback_only: bool,
    url: Option<Url>,
    tls: bool,
}

impl Origins {
    /// The rules for a server that listens on `listen`, by `tls` where it speaks that itself, and is reached at `url`, where
    /// that is set.
    #[must_use]
    pub fn new(listen: IpAddr, url: Option<Url>, tls: bool) -> Self {
        Self { loopback_only: listen.is_loopback(), url, tls }
    }

    /// The server is reached over TLS.
    #[must_use]
    pub fn is_secure(&self) -> bool {
        self.tls || self.url.as_ref().is_some_and(|url| url.scheme() == "https")
    }

    /// Browsers are to come over TLS from now on (HSTS). Not on a machine's own address: they would take it for a rule of
    /// whatever else is served there.
    #[must_use]
    pub fn is_for_tls_alone(&self) -> bool {
        self.is_secure() && !self.loopback_only
    }

    /// Where somebody is to go who came without TLS to this host: the server is at `port` there.
    ///
    /// # Errors
    /// [`Forbidden::Host`].
    pub fn secured(&self, host: Option<&str>, port: u16) -> Result<String, Forbidden> {
        self.check_host(host)?;
        if let Some(url) = self.url.as_ref().filter(|url| url.scheme() == "https") {
            return Ok(url.origin().ascii_serialization());
        }
        let mut there = host.and_then(|host| authority("https", host)).ok_or(Forbidden::Host)?;
        there.set_port(Some(port)).map_err(|()| Forbidden::Host)?;
        Ok(there.origin().ascii_serialization())
    }

    /// Where a page is that passkeys are asked for: by its Origin, or where a request has none, by its Host. They belong
    /// to host names; there is none for a page at an address of numbers.
    #[must_use]
    pub fn site(&self, origin: Option<&str>, host: Option<&str>) -> Option<Url> {
        let scheme = if self.is_secure() { "https" } else { "http" };
        let site = origin.and_then(parse_origin).or_else(|| host.and_then(|host| authority(scheme, host)))?;
        site.domain().is_some().then_some(site)
    }

    /// Is a request for this Host for this server?
    ///
    /// # Errors
    /// [`Forbidden::Host`].
    pub fn check_host(&self, host: Option<&str>) -> Result<(), Forbidden> {
        let host = host.and_then(|host| authority("http", host)).ok_or(Forbidden::Host)?;
        let allowed = match &self.url {
            _ if self.loopback_only && is_loopback(&host) => true,
            Some(url) => url.host() == host.host(),
            None => !self.loopback_only && (is_loopback(&host) || is_ip(&host)),
        };
        if allowed { Ok(()) } else { Err(Forbidden::Host) }
    }

    /// May a request that changes something, or a handshake, come from this Origin?
    ///
    /// # Errors
    /// [`Forbidden::Origin`], or [`Forbidden::CookieWithoutOrigin`] where there is none but a cookie that counts.
    pub fn check_origin(&self, origin: Option<&str>, host: Option<&str>, cookie: bool) -> Result<(), Forbidden> {
        let Some(origin) = origin else {
            return if cookie { Err(Forbidden::CookieWithoutOrigin) } else { Ok(()) };
        };
        let origin = parse_origin(origin).ok_or(Forbidden::Origin)?;
        let allowed = match &self.url {
            _ if self.loopback_only && is_loopback(&origin) => true,
            Some(url) => url.origin() == origin.origin(),
            None if self.loopback_only => false,
            None if self.tls && origin.scheme() != "https" => false,
            None => {
                let host = host.and_then(|host| authority(origin.scheme(), host));
                (is_ip(&origin) || is_loopback(&origin)) && host.is_some_and(|host| host.origin() == origin.origin())
            }
        };
        if allowed { Ok(()) } else { Err(Forbidden::Origin) }
    }
}

/// An Origin header: scheme, host and port of the web, nothing else (`null` least of all).
fn parse_origin(origin: &str) -> Option<Url> {
    let (scheme, host) = origin.split_once("://")?;
    if matches!(scheme, "http" | "https") { authority(scheme, host) } else { None }
}

/// A host and port, as a URL. Anything beside them (a user, a path) makes it none.
fn authority(scheme: &str, host: &str) -> Option<Url> {
    if host.is_empty() || host.contains(['/', '\\', '@', '?', '#']) {
        return None;
    }
    Url::parse(&format!("{scheme}://{host}")).ok()
}

fn is_loopback(url: &Url) -> bool {
    match url.host() {
        Some(Host::Domain(name)) => name == "localhost",
        Some(Host::Ipv4(ip)) => ip.is_loopback(),
        Some(Host::Ipv6(ip)) => ip.is_loopback(),
        None => false,
    }
}

fn is_ip(url: &Url) -> bool {
    matches!(url.host(), Some(Host::Ipv4(_) | Host::Ipv6(_)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn origins(listen: &str, url: Option<&str>) -> Origins {
        Origins::new(listen.parse().unwrap(), url.map(|url| Url::parse(url).unwrap()), false)
    }

    #[test]
    fn hosts() {
        let check = |listen, url, host, allowed| {
            assert_eq!(origins(listen, url).check_host(host).is_ok(), allowed, "{listen} {url:?} {host:?}");
        };
        let site = Some("https://chat.example");
        for host in ["127.0.0.1:8000", "127.0.0.1", "localhost:8080", "[::1]:8000", "127.9.9.9"] {
            check("127.0.0.1", None, Some(host), true);
        }
        for host in ["evil.example", "evil.example:8000", "192.168.1.2", "localhost.evil.example", "", "a@localhost"] {
            check("127.0.0.1", None, Some(host), false);
        }
        check("127.0.0.1", None, None, false);
        check("127.0.0.1", site, Some("chat.example"), true);
        check("127.0.0.1", site, Some("localhost:8000"), true);
        check("127.0.0.1", site, Some("evil.example"), false);
        check("0.0.0.0", None, Some("192.168.1.2:8000"), true);
        check("0.0.0.0", None, Some("localhost:8000"), true);
        check("0.0.0.0", None, Some("[fe80::1]:8000"), true);
        check("0.0.0.0", None, Some("evil.example"), false);
        check("0.0.0.0", site, Some("chat.example"), true);
        check("0.0.0.0", site, Some("192.168.1.2"), false);
    }

    #[test]
    fn origins_of_pages() {
        let check = |listen, url, host, origin, allowed| {
            let answer = origins(listen, url).check_origin(Some(origin), Some(host), true);
            assert_eq!(answer.is_ok(), allowed, "{listen} {url:?} {host} {origin}");
        };
        let site = Some("https://chat.example");
        for origin in ["http://127.0.0.1:8000", "http://localhost:8080", "http://[::1]", "https://localhost"] {
            check("127.0.0.1", None, "127.0.0.1", origin, true);
        }
        for origin in ["null", "", "file://", "http://evil.example", "http://localhost@evil.example", "ftp://localhost"]
        {
            check("127.0.0.1", None, "127.0.0.1", origin, false);
            check("0.0.0.0", None, "192.168.1.2", origin, false);
            check("0.0.0.0", site, "chat.example", origin, false);
        }
        check("0.0.0.0", None, "192.168.1.2:8000", "http://192.168.1.2:8000", true);
        check("0.0.0.0", None, "192.168.1.2:8000", "http://192.168.1.2:9000", false);
        check("0.0.0.0", None, "192.168.1.2:8000", "http://6.6.6.6:8000", false);
        check("0.0.0.0", None, "192.168.1.2:8000", "http://localhost:8000", false);
        check("0.0.0.0", site, "chat.example", "https://chat.example", true);
        check("0.0.0.0", site, "chat.example", "https://chat.example:443", true);
        check("0.0.0.0", site, "chat.example", "http://chat.example", false);
        check("0.0.0.0", site, "chat.example", "https://chat.example:444", false);
    }

    #[test]
    fn over_tls_pages_are_too() {
        let tls = Origins::new("0.0.0.0".parse().unwrap(), None, true);
        let check = |origin| tls.check_origin(Some(origin), Some("192.168.1.2:8443"), true);
        assert_eq!(check("https://192.168.1.2:8443"), Ok(()));
        assert_eq!(check("http://192.168.1.2:8443"), Err(Forbidden::Origin));
        assert!(tls.is_secure() && tls.is_for_tls_alone());
        assert!(!Origins::new("127.0.0.1".parse().unwrap(), None, true).is_for_tls_alone());
        assert!(!origins("0.0.0.0", Some("http://chat.example")).is_for_tls_alone());
    }

    #[test]
    fn whoever_comes_without_tls_is_sent_to_the_same_host_or_to_its_url() {
        let sent = |listen: &str, url: Option<&str>, host| {
            let url = url.map(|url| Url::parse(url).unwrap());
            Origins::new(listen.parse().unwrap(), url, true).secured(Some(host), 8443)
        };
        let site = Some("https://chat.example");
        assert_eq!(sent("0.0.0.0", None, "192.168.1.2:8000").as_deref(), Ok("https://192.168.1.2:8443"));
        assert_eq!(sent("0.0.0.0", None, "[fe80::1]").as_deref(), Ok("https://[fe80::1]:8443"));
        assert_eq!(sent("0.0.0.0", site, "chat.example").as_deref(), Ok("https://chat.example"));
        for evil in ["evil.example", "chat.example@evil.example", "chat.example/x", ""] {
            assert_eq!(sent("0.0.0.0", site, evil), Err(Forbidden::Host), "{evil}");
        }
    }

    #[test]
    fn without_an_origin_there_may_be_no_cookie() {
        let rules = origins("127.0.0.1", None);
        assert_eq!(rules.check_origin(None, Some("localhost"), false), Ok(()));
        assert_eq!(rules.check_origin(None, Some("localhost"), true), Err(Forbidden::CookieWithoutOrigin));
    }
}
