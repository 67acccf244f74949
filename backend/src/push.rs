//! Web Push (RFC 8030): people are told of what was said while none of their pages shows it.
//!
//! What was posted waits for a moment ([`WAIT`]). Whoever has read it by then has it before their eyes, in a tab that is
//! open and looked at: the read position says so, and nobody else needs to. The rest are told once, of all that came
//! meanwhile in the room. Nothing here holds up the log: a room's name goes into a short line, and where that is full,
//! nobody is told.
//!
//! - `due`: when it is looked whom to tell.
//! - `delivery`: pushes on their way, with their retries.
//! - `address`: where a push may go at all.
//! - `keys`: what push services know this server by (RFC 8292), and encryption (RFC 8291).
//! - `send`: one push.

use std::sync::Arc;

use serde::Serialize;
use shared::{Millis, PersonId, RoomName, Seq, markdown::plain};
use tokio::{
    sync::mpsc,
    time::{Instant, sleep_until},
};

use self::{
    delivery::Deliveries,
    due::{Due, Look},
};
use crate::log::{self, Clock, Log, Push, PushChange, Pushing, QuietHours, Reads, Subscription};

mod address;
mod delivery;
mod due;
mod keys;
mod send;

pub use address::{Addresses, BadAddress};
pub use due::WAIT;
pub(crate) use keys::check as check_key;
pub use keys::{BadKeys, Keys};
pub use send::{Outcome, Sender};

/// Rooms that wait to be looked at. Beyond them nobody is told.
const LINE: usize = 1_024;
/// Most characters of a message that are told.
const EXCERPT: usize = 200;

/// Where the log says that something was posted. A cheap handle.
pub type Tap = mpsc::Sender<(RoomName, Seq)>;

/// What a browser is told.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Notice {
    /// The room.
    pub room: String,
    /// What it is called; empty where nobody ever said.
    pub title: String,
    /// The newest message that is told of.
    pub seq: Seq,
    /// Who wrote it.
    pub name: String,
    /// How it begins, in plain words.
    pub text: String,
    /// How many there are that the person wants to be told of, this one included.
    pub count: u32,
}

/// Tells people of what is posted, until the line's other end is gone.
pub struct Pusher {
    line: mpsc::Receiver<(RoomName, Seq)>,
    deliveries: Arc<Deliveries>,
}

impl Pusher {
    /// One that sends by `sender`, and what it listens to.
    #[must_use]
    pub fn new(log: Log, reads: Reads, clock: Clock, sender: Arc<Sender>) -> (Tap, Self) {
        let (tap, line) = mpsc::channel(LINE);
        (tap, Self { line, deliveries: Arc::new(Deliveries::new(log, reads, clock, sender)) })
    }

    /// Tells people, for as long as anything can be posted.
    pub async fn run(mut self) {
        let mut due = Due::default();
        loop {
            let next = due.next();
            let wait = async {
                match next {
                    Some(at) => sleep_until(at).await,
                    None => std::future::pending().await,
                }
            };
            tokio::select! {
                posted = self.line.recv() => {
                    let Some((room, seq)) = posted else { return };
                    due.posted(room, seq, Instant::now());
                }
                () = wait => {
                    for look in due.take(Instant::now()) {
                        self.tell(&look).await;
                    }
                }
            }
        }
    }

    /// Tells whoever has not read what was said in a room.
    async fn tell(&self, look: &Look) {
        let Ok(pushes) = self.deliveries.reads.pushes(look.room.clone(), look.since, None).await else { return };
        let now = (self.deliveries.clock)();
        for push in pushes.iter().filter(|push| !is_quiet(push.quiet, now)) {
            let Some(since) = look.since(&push.visit, push.message.seq) else { continue };
            if !self.deliveries.add(&push.person, &push.to.endpoint, &look.room, since) {
                tracing::warn!("too many pushes wait; the rest of a room was not told");
                return;
            }
        }
    }
}

/// What a browser is told of a push.
fn notice(push: &Push) -> Notice {
    let Push { visit, message, .. } = push;
    Notice {
        room: visit.room.to_string(),
        title: visit.title.as_str().to_owned(),
        seq: message.seq,
        name: message.by.name.to_string(),
        text: message.text.as_ref().map(|text| plain(text.as_str(), EXCERPT)).unwrap_or_default(),
        count: visit.wanted(),
    }
}

/// A browser that is no more is not to be told again.
pub async fn forget(log: &Log, person: &PersonId, to: &Subscription) {
    let change = PushChange::Unsubscribe { endpoint: to.endpoint.clone() };
    // Only those who are kept have any; their name stays as it is kept.
    let name = shared::PersonName::anonymous();
    let forgotten = log.submit(log::Command::Push(Pushing { person: person.clone(), name, change, remember: None }));
    if let Ok(forgotten) = forgotten {
        // Where it fails, the push service says so again the next time.
        let _later = forgotten.await;
    }
}

/// Whether it is quiet for somebody at a moment, by the clock on their wall.
fn is_quiet(quiet: Option<QuietHours>, now: Millis) -> bool {
    let Some(quiet) = quiet else { return false };
    let minutes = i64::try_from(now.0 / 60_000).unwrap_or(0) + i64::from(quiet.ahead);
    let minute = minutes.rem_euclid(24 * 60);
    let (begins, ends) = (i64::from(quiet.begins), i64::from(quiet.ends));
    if begins <= ends { (begins..ends).contains(&minute) } else { minute >= begins || minute < ends }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quiet_hours_are_those_of_the_persons_clock_and_may_go_over_midnight() {
        let at = |hour: u64, minute: u64| Millis(((hour * 60) + minute) * 60_000 + 20_000 * 24 * 3_600_000);
        let night = QuietHours { begins: 22 * 60, ends: 7 * 60, ahead: 0 };
        for (hour, minute, want) in [(21, 59, false), (22, 0, true), (0, 0, true), (6, 59, true), (7, 0, false)] {
            assert_eq!(is_quiet(Some(night), at(hour, minute)), want, "{hour}:{minute}");
        }
        let noon = QuietHours { begins: 12 * 60, ends: 13 * 60, ahead: 120 };
        assert!(is_quiet(Some(noon), at(10, 30)) && !is_quiet(Some(noon), at(12, 30)), "two hours ahead");
        let west = QuietHours { ahead: -300, ..night };
        assert!(is_quiet(Some(west), at(3, 30)) && !is_quiet(Some(west), at(12, 30)), "five hours behind");
        let never = QuietHours { begins: 0, ends: 0, ahead: 0 };
        assert!(!is_quiet(Some(never), at(0, 0)) && !is_quiet(None, at(0, 0)));
    }
}
