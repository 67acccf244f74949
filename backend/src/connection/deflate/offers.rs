//! What client and server agree on (RFC 7692 sections 5 and 7.1): which offer is taken, and how it is answered.

use std::fmt::Write as _;

use bytes::Bytes;

use super::{
    header::{self, Offer},
    outbound::{self, How},
};

const NAME: &str = "permessage-deflate";
const SERVER_WINDOW: &str = "server_max_window_bits";

/// With whom compression is agreed on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Deflate {
    /// With nobody.
    Never,
    /// With clients that can be sent the same bytes as everybody: not with those that want a smaller window.
    Shared,
    /// With all, and every message is deflated, whatever that gains: for conformance suites, which count on it.
    Always,
}

/// The compression that was agreed on with a client: no context taken over, by neither side.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Agreed {
    how: How,
    /// The client has named a window, and is told of it.
    has_window: bool,
}

impl Agreed {
    /// Takes the first good offer in the values of a request's `Sec-WebSocket-Extensions` headers.
    ///
    /// None where there is none, and where a header does not follow the grammar: RFC 6455 section 9.1 would have such a
    /// handshake fail, but a server without extensions never looks, and people can talk uncompressed as well.
    pub fn on<'a>(headers: impl IntoIterator<Item = &'a [u8]>, with: Deflate) -> Option<Self> {
        if with == Deflate::Never {
            return None;
        }
        let offers = headers.into_iter().map(header::parse).collect::<Option<Vec<_>>>()?;
        offers.iter().flatten().find_map(|offer| Self::to(offer, with))
    }

    /// Takes an offer, where all of it is known and good (RFC 7692 section 7.1).
    fn to(offer: &Offer, with: Deflate) -> Option<Self> {
        if offer.name != NAME {
            return None;
        }
        let always = with == Deflate::Always;
        let mut agreed = Self { how: How { always, ..How::SHARED }, has_window: false };
        for (n, (name, value)) in offer.parameters.iter().enumerate() {
            let is_repeated = offer.parameters[..n].iter().any(|(earlier, _)| earlier == name);
            match (name.as_str(), value.as_deref()) {
                _ if is_repeated => return None,
                // Nothing is taken over either way, asked for or not. And we inflate with the largest window, whatever
                // the client can do with.
                ("server_no_context_takeover" | "client_no_context_takeover" | "client_max_window_bits", None) => {}
                ("client_max_window_bits", Some(bits)) => drop(window(bits)?),
                (SERVER_WINDOW, Some(bits)) => {
                    agreed.how.window = window(bits)?;
                    agreed.has_window = true;
                }
                _ => return None,
            }
        }
        // The library knows no window of 8 bits when it deflates.
        let least = if always { 9 } else { How::SHARED.window };
        Some(agreed).filter(|agreed| agreed.how.window >= least)
    }

    /// The value of the answer's `Sec-WebSocket-Extensions` header.
    #[must_use]
    pub fn answer(self) -> String {
        let mut answer = format!("{NAME}; server_no_context_takeover; client_no_context_takeover");
        if self.has_window {
            // The answer writes to a string, which cannot fail.
            let _ = write!(answer, "; {SERVER_WINDOW}={}", self.how.window);
        }
        answer
    }

    /// Frames that are this client's own, deflated where that makes them smaller. What many are sent is deflated once,
    /// by [`super::deflated`].
    #[must_use]
    pub fn deflate(self, frames: Bytes) -> Bytes {
        outbound::deflate(&frames, self.how).unwrap_or(frames)
    }
}

/// The bits of a window: 8 to 15, in decimal without leading zeros (RFC 7692 section 7.1.2).
fn window(bits: &str) -> Option<u8> {
    ["8", "9", "10", "11", "12", "13", "14", "15"].contains(&bits).then(|| bits.parse().ok()).flatten()
}

#[cfg(test)]
mod tests {
    use super::*;

    const PLAIN: &str = "permessage-deflate; server_no_context_takeover; client_no_context_takeover";

    fn answer(headers: &[&str], with: Deflate) -> Option<String> {
        Agreed::on(headers.iter().map(|header| header.as_bytes()), with).map(Agreed::answer)
    }

    #[test]
    fn each_offer_has_its_answer() {
        let check = |header: &str, expected: Option<&str>| {
            for with in [Deflate::Shared, Deflate::Always] {
                assert_eq!(answer(&[header], with).as_deref(), expected, "{header}");
            }
            assert_eq!(answer(&[header], Deflate::Never), None);
        };
        for good in [
            "permessage-deflate",
            "permessage-deflate; client_max_window_bits",
            "permessage-deflate; client_max_window_bits=8",
            "permessage-deflate; client_max_window_bits=\"10\"",
            "permessage-deflate; server_no_context_takeover; client_no_context_takeover; client_max_window_bits=15",
            "x-webkit-deflate-frame, permessage-deflate",
            "permessage-bzip2; a=1, permessage-deflate; client_no_context_takeover",
        ] {
            check(good, Some(PLAIN));
        }
        let with_window = format!("{PLAIN}; server_max_window_bits=15");
        check("permessage-deflate; server_max_window_bits=15; client_max_window_bits", Some(&with_window));
        for bad in [
            "permessage-bzip2",
            "Permessage-Deflate",
            "permessage-deflate; fast",
            "permessage-deflate; server_no_context_takeover=1",
            "permessage-deflate; client_no_context_takeover=true",
            "permessage-deflate; server_no_context_takeover; server_no_context_takeover",
            "permessage-deflate; client_max_window_bits; client_max_window_bits=15",
            "permessage-deflate; server_max_window_bits=15; server_max_window_bits=15",
            "permessage-deflate; server_max_window_bits",
            "permessage-deflate; server_max_window_bits=7",
            "permessage-deflate; server_max_window_bits=8",
            "permessage-deflate; server_max_window_bits=16",
            "permessage-deflate; server_max_window_bits=015",
            "permessage-deflate; server_max_window_bits=+15",
            "permessage-deflate; server_max_window_bits=fifteen",
            "permessage-deflate; client_max_window_bits=0",
            "permessage-deflate; client_max_window_bits=256",
            // Not of the grammar: nothing in it counts.
            "permessage-deflate, permessage-deflate; client_max_window_bits=",
            "permessage-deflate permessage-deflate",
            "",
        ] {
            check(bad, None);
        }
    }

    #[test]
    fn the_first_good_offer_of_all_headers_is_taken() {
        let answer = |headers: &[&str]| answer(headers, Deflate::Shared);
        let bad = "permessage-deflate; fast, permessage-deflate; server_max_window_bits=99";
        assert_eq!(answer(&[bad, "permessage-deflate"]).as_deref(), Some(PLAIN));
        assert_eq!(answer(&["permessage-deflate", "a;;"]), None, "one of them is not of the grammar");
        assert_eq!(answer(&[]), None);
    }

    #[test]
    fn a_smaller_window_is_declined_where_bytes_are_shared() {
        let two = ["permessage-deflate; server_max_window_bits=10, permessage-deflate"];
        for bits in 9..15 {
            let offer = format!("permessage-deflate; server_max_window_bits={bits}");
            assert_eq!(answer(&[&offer], Deflate::Shared), None, "{bits}");
            let expected = format!("{PLAIN}; server_max_window_bits={bits}");
            assert_eq!(answer(&[&offer], Deflate::Always), Some(expected));
        }
        assert_eq!(answer(&two, Deflate::Shared).as_deref(), Some(PLAIN), "the next offer");
    }
}
