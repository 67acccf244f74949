//! The WebSocket close codes that are part of the protocol (RFC 6455 section 7.4, and 4001 of our own).
//!
//! A browser shows its page neither the status nor the headers of a failed handshake, so what matters is said by
//! closing after it.

/// The client is done (the page was closed).
pub const NORMAL: u16 = 1000;
/// The server goes away: come back after the milliseconds in the reason.
pub const GOING_AWAY: u16 = 1001;
/// Not a well-formed frame (RFC 6455). Stop.
pub const PROTOCOL_ERROR: u16 = 1002;
/// A binary message, where only text is spoken. Stop.
pub const UNSUPPORTED: u16 = 1003;
/// Not UTF-8, not JSON, or not an object. Stop.
pub const INVALID: u16 = 1007;
/// Not allowed. Stop.
pub const NOT_ALLOWED: u16 = 1008;
/// A message over the limit. Stop.
pub const TOO_BIG: u16 = 1009;
/// The server restarts: come back after the milliseconds in the reason.
pub const RESTART: u16 = 1012;
/// The server is busy, or the client too slow: resume later, after the milliseconds in the reason where given.
pub const TRY_LATER: u16 = 1013;
/// No session: ask `POST /api/session` and come back.
pub const SIGN_IN: u16 = 4001;

/// What a client does after the server closed with a code.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AfterClose {
    /// Come back by the usual backoff.
    Reconnect,
    /// Come back after so many milliseconds.
    ReconnectAfter(u64),
    /// Ask for a session, then come back.
    SignIn,
    /// Do not come back by itself: the same would happen again.
    Stop,
}

/// What a client does after a close with `code` and `reason`.
#[must_use]
pub fn after(code: u16, reason: &str) -> AfterClose {
    match code {
        GOING_AWAY | RESTART | TRY_LATER => {
            reason.trim().parse().map_or(AfterClose::Reconnect, |ms: u64| AfterClose::ReconnectAfter(ms.min(60_000)))
        }
        SIGN_IN => AfterClose::SignIn,
        PROTOCOL_ERROR | UNSUPPORTED | INVALID | NOT_ALLOWED | TOO_BIG => AfterClose::Stop,
        _ => AfterClose::Reconnect,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_close_code_has_its_answer() {
        let check = |code, reason, want| assert_eq!(after(code, reason), want, "{code} {reason:?}");
        check(1012, "1500", AfterClose::ReconnectAfter(1_500));
        check(1001, "", AfterClose::Reconnect);
        check(1013, "99999999", AfterClose::ReconnectAfter(60_000));
        check(1006, "", AfterClose::Reconnect);
        check(1000, "", AfterClose::Reconnect);
        check(4001, "sign in again", AfterClose::SignIn);
        for stop in [1002, 1003, 1007, 1008, 1009] {
            check(stop, "why", AfterClose::Stop);
        }
    }
}
