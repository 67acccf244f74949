//! The line to the server: one connection at a time, and when to try the next.
//!
//! Invariant: everything about a connection carries its generation, and only the newest generation is heard. The
//! waits are full jitter (AWS Architecture Blog, "Exponential Backoff And Jitter", 2015): a server that comes back
//! is not run over by everybody at once.

use shared::{ClientFrame, close};

use super::{Effect, Moment, Now};

/// Silence after which the server is asked whether it is there, in milliseconds.
const QUIET_MS: u64 = 25_000;
/// How long it then has to answer.
const ANSWER_MS: u64 = 10_000;
/// How long it has to answer where the person is waiting.
const PROBE_MS: u64 = 3_000;
/// How long a handshake may take.
const HANDSHAKE_MS: u64 = 15_000;
/// While events keep coming, the server is asked so often for its digests.
const CHECK_MS: u64 = 60_000;
/// A deadline that is seen so late was slept over: the page was frozen.
const LATE_MS: u64 = 5_000;
/// A link that held for so long was a good one: the next loss starts the backoff anew.
const STABLE_MS: u64 = 10_000;

/// Why there is no link.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Why {
    /// No connection could be made.
    Unreachable,
    /// It broke.
    Broken,
    /// The server fell silent.
    Silent,
    /// The server said that it restarts.
    Restarting,
    /// The server said that it has too much to do, and when to come back.
    Busy,
    /// The server gives no session.
    NoSession,
}

/// The state of the connection.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Link {
    /// None, and none wanted: the page is put away, or not up yet.
    Resting,
    /// None; the next try comes at `next_try`.
    Offline {
        /// Why.
        why: Why,
        /// When the next try comes.
        next_try: Now,
        /// A session is asked for first.
        sign_in: bool,
    },
    /// A session is asked for.
    SigningIn {
        /// Since when.
        since: Now,
    },
    /// The socket is being opened.
    Connecting {
        /// Since when.
        since: Now,
    },
    /// The socket is open.
    Up {
        /// Since when.
        since: Now,
        /// When the server was last heard.
        heard: Now,
        /// By when an answer to the last ping has to come.
        answer_by: Option<Now>,
        /// `welcome` has come: the server knows who this is.
        welcomed: bool,
    },
    /// The server will not have it: trying again by itself would end the same.
    Stopped {
        /// In the server's words.
        reason: String,
    },
}

/// The link, its generation, and how often it failed in a row.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Line {
    link: Link,
    generation: u32,
    failures: u32,
    pings: u32,
    /// When the server was last asked.
    pinged: Now,
    /// It was asked when the page had slept over its time to answer, and has not answered.
    slept: bool,
    /// The code of the last close; 0 where there was none.
    code: u16,
}

impl Default for Line {
    fn default() -> Self {
        Self {
            link: Link::Resting,
            generation: 0,
            failures: 0,
            pings: 0,
            pinged: Now::default(),
            slept: false,
            code: 0,
        }
    }
}

impl Line {
    /// The state of the connection.
    #[must_use]
    pub fn link(&self) -> &Link {
        &self.link
    }

    /// The newest connection's number.
    #[must_use]
    pub fn generation(&self) -> u32 {
        self.generation
    }

    /// The socket is open and the server has said who we are: commands can be sent.
    #[must_use]
    pub fn is_welcomed(&self) -> bool {
        matches!(self.link, Link::Up { welcomed: true, .. })
    }

    /// The code that the link was last closed with; 0 while it is not.
    pub(super) fn close_code(&self) -> u16 {
        if matches!(self.link, Link::Offline { .. } | Link::Stopped { .. }) { self.code } else { 0 }
    }

    /// When the server is to be asked for its digests, where one waits for them; none while it is asked.
    pub(super) fn next_check(&self) -> Option<Now> {
        matches!(self.link, Link::Up { welcomed: true, answer_by: None, .. }).then(|| self.pinged.plus(CHECK_MS))
    }

    /// Asks for them, where it is time.
    pub(super) fn check(&mut self, at: &Moment, effects: &mut Vec<Effect>) {
        if self.next_check().is_some_and(|due| due <= at.now) {
            self.ping(ANSWER_MS, at, effects);
        }
    }

    /// When this wants to be woken.
    pub(super) fn deadline(&self) -> Option<Now> {
        match &self.link {
            Link::Resting | Link::Stopped { .. } => None,
            Link::Offline { next_try, .. } => Some(*next_try),
            Link::SigningIn { since } | Link::Connecting { since } => Some(since.plus(HANDSHAKE_MS)),
            Link::Up { answer_by: Some(by), .. } => Some(*by),
            Link::Up { heard, .. } => Some(heard.plus(QUIET_MS)),
        }
    }

    /// A deadline may have passed.
    pub(super) fn wake(&mut self, at: &Moment, effects: &mut Vec<Effect>) {
        let Some(deadline) = self.deadline().filter(|deadline| *deadline <= at.now) else { return };
        let late = at.now.since(deadline) >= LATE_MS;
        match &self.link {
            Link::Offline { sign_in: true, .. } => self.sign_in(at, effects),
            Link::Offline { .. } => self.connect(at, effects),
            Link::SigningIn { .. } => self.lose(Why::NoSession, None, at),
            Link::Connecting { .. } => self.give_up(Why::Unreachable, at, effects),
            // The answer may lie in the socket since, and what lies there comes after the timers.
            Link::Up { .. } if late && !self.slept => {
                self.slept = true;
                self.ping(PROBE_MS, at, effects);
            }
            Link::Up { answer_by: Some(_), .. } => self.give_up(Why::Silent, at, effects),
            Link::Up { .. } => self.ping(ANSWER_MS, at, effects),
            Link::Resting | Link::Stopped { .. } => {}
        }
    }

    /// The person is back, or the network changed: find out now rather than at the next deadline.
    pub(super) fn probe(&mut self, at: &Moment, effects: &mut Vec<Effect>) {
        match &self.link {
            // Of pages that are looked at a busy server has too many.
            Link::Offline { why: Why::Busy, .. }
            | Link::SigningIn { .. }
            | Link::Connecting { .. }
            | Link::Stopped { .. } => {}
            Link::Offline { sign_in: true, .. } => self.sign_in(at, effects),
            Link::Resting | Link::Offline { .. } => self.connect(at, effects),
            Link::Up { answer_by: Some(by), .. } if *by <= at.now.plus(PROBE_MS) => {}
            Link::Up { .. } => self.ping(PROBE_MS, at, effects),
        }
    }

    /// The machine may have slept: a link that was up may be dead.
    pub(super) fn doubt(&mut self, at: &Moment, effects: &mut Vec<Effect>) {
        if matches!(self.link, Link::Up { .. }) {
            self.probe(at, effects);
        }
    }

    /// "Try now": like a probe, but also where we had stopped, or were told to wait.
    pub(super) fn retry(&mut self, at: &Moment, effects: &mut Vec<Effect>) {
        if matches!(self.link, Link::Stopped { .. } | Link::Offline { why: Why::Busy, .. }) {
            self.connect(at, effects);
        } else {
            self.probe(at, effects);
        }
    }

    /// The page is put away.
    pub(super) fn rest(&mut self, effects: &mut Vec<Effect>) {
        if matches!(self.link, Link::Connecting { .. } | Link::Up { .. }) {
            effects.push(Effect::Close { generation: self.generation });
        }
        // What is still on its way belongs to a connection that is over.
        self.generation += 1;
        self.link = Link::Resting;
    }

    /// The handshake is done.
    pub(super) fn opened(&mut self, generation: u32, at: &Moment) {
        if generation == self.generation && matches!(self.link, Link::Connecting { .. }) {
            self.slept = false;
            self.link = Link::Up { since: at.now, heard: at.now, answer_by: None, welcomed: false };
        }
    }

    /// Something came. False where it came on a connection that is over.
    pub(super) fn heard(&mut self, generation: u32, at: &Moment) -> bool {
        match &mut self.link {
            Link::Up { heard, answer_by, .. } if generation == self.generation => {
                *heard = at.now;
                *answer_by = None;
                self.slept = false;
                true
            }
            _ => false,
        }
    }

    /// `welcome` came.
    pub(super) fn welcomed(&mut self) {
        if let Link::Up { welcomed, .. } = &mut self.link {
            *welcomed = true;
        }
    }

    /// The socket is closed. False where it was one that is over already.
    pub(super) fn closed(
        &mut self,
        generation: u32,
        code: u16,
        reason: &str,
        at: &Moment,
        effects: &mut Vec<Effect>,
    ) -> bool {
        if generation != self.generation || !matches!(self.link, Link::Connecting { .. } | Link::Up { .. }) {
            return false;
        }
        self.code = code;
        let why = if matches!(self.link, Link::Up { .. }) { Why::Broken } else { Why::Unreachable };
        match close::after(code, reason) {
            close::AfterClose::Reconnect => self.lose(why, None, at),
            close::AfterClose::ReconnectAfter(ms) => {
                self.lose(if code == close::TRY_LATER { Why::Busy } else { Why::Restarting }, Some(ms), at);
            }
            // The first time at once; a server that says so again and again is asked by the backoff.
            close::AfterClose::SignIn if self.failures == 0 => {
                self.failures = 1;
                self.sign_in(at, effects);
            }
            close::AfterClose::SignIn => {
                self.lose(Why::NoSession, None, at);
                if let Link::Offline { sign_in, .. } = &mut self.link {
                    *sign_in = true;
                }
            }
            close::AfterClose::Stop => self.link = Link::Stopped { reason: reason.to_owned() },
        }
        true
    }

    /// The question for a session was answered.
    pub(super) fn session(&mut self, generation: u32, granted: bool, at: &Moment, effects: &mut Vec<Effect>) {
        if generation != self.generation || !matches!(self.link, Link::SigningIn { .. }) {
            return;
        }
        if granted { self.connect(at, effects) } else { self.lose(Why::NoSession, None, at) }
    }

    fn connect(&mut self, at: &Moment, effects: &mut Vec<Effect>) {
        self.generation += 1;
        self.code = 0;
        self.link = Link::Connecting { since: at.now };
        effects.push(Effect::Connect { generation: self.generation });
    }

    fn sign_in(&mut self, at: &Moment, effects: &mut Vec<Effect>) {
        self.generation += 1;
        self.link = Link::SigningIn { since: at.now };
        effects.push(Effect::AskSession { generation: self.generation });
    }

    fn ping(&mut self, answer_ms: u64, at: &Moment, effects: &mut Vec<Effect>) {
        if let Link::Up { answer_by, .. } = &mut self.link {
            *answer_by = Some(at.now.plus(answer_ms));
            self.pinged = at.now;
            self.pings = self.pings.wrapping_add(1);
            effects.push(Effect::Send { generation: self.generation, frame: ClientFrame::Ping { n: self.pings } });
        }
    }

    /// The server does not answer: the socket may hang for minutes more, but it is over.
    fn give_up(&mut self, why: Why, at: &Moment, effects: &mut Vec<Effect>) {
        effects.push(Effect::Close { generation: self.generation });
        self.lose(why, None, at);
    }

    fn lose(&mut self, why: Why, after_ms: Option<u64>, at: &Moment) {
        if let Link::Up { since, .. } = self.link
            && at.now.since(since) >= STABLE_MS
        {
            self.failures = 0;
        }
        let most = if self.failures == 0 { 250 } else { (500_u64 << self.failures.min(6)).min(30_000) };
        let backoff = at.random_ms(most);
        // Where the server said when to come back, it has spread its clients already. Where it says so again and
        // again, it is not believed.
        let believed = if self.failures > 1 { backoff } else { 0 };
        let wait = after_ms.map_or(backoff, |ms| (ms + at.random_ms(250)).max(believed));
        self.failures = self.failures.saturating_add(1);
        self.generation += 1;
        self.link = Link::Offline { why, next_try: at.now.plus(wait), sign_in: false };
    }
}
