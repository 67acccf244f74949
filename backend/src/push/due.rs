//! When to look whom of a room to tell: a moment after the last message, or where one follows upon the other, after a
//! longer moment. Whoever follows what is said is given the time to read it each time.

use std::{collections::BTreeMap, time::Duration};

use shared::{RoomName, Seq, Visit};
use tokio::time::Instant;

/// How long a page has to show what was said before the person is told of it by push.
pub const WAIT: Duration = Duration::from_secs(3);
/// How long those can be kept waiting who are not there, while more is said.
const LONGEST: Duration = Duration::from_secs(10);

/// The rooms where something was said that nobody was told of yet.
#[derive(Default)]
pub(super) struct Due(BTreeMap<RoomName, Burst>);

/// Messages that follow upon each other.
struct Burst {
    since: Seq,
    last: Seq,
    /// Those who are not there were told up to here.
    told: Seq,
    /// When those who are not there are told, if not before.
    latest: Instant,
    /// When the last message has had its time.
    calm: Instant,
}

impl Burst {
    fn look(&self) -> Instant {
        self.calm.min(self.latest)
    }
}

/// A room that is to be looked at.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Look {
    pub(super) room: RoomName,
    /// The first message of the burst.
    pub(super) since: Seq,
    told: Seq,
    is_calm: bool,
}

impl Due {
    /// Something was posted.
    pub(super) fn posted(&mut self, room: RoomName, seq: Seq, now: Instant) {
        let latest = now + LONGEST;
        let new = Burst { since: seq, last: seq, told: Seq::ZERO, latest, calm: now };
        let burst = self.0.entry(room).or_insert(new);
        burst.last = burst.last.max(seq);
        burst.calm = now + WAIT;
    }

    /// When the next room is to be looked at.
    pub(super) fn next(&self) -> Option<Instant> {
        self.0.values().map(Burst::look).min()
    }

    /// The rooms that are to be looked at now.
    pub(super) fn take(&mut self, now: Instant) -> Vec<Look> {
        let mut looks = Vec::new();
        self.0.retain(|room, burst| {
            if burst.look() > now {
                return true;
            }
            let is_calm = burst.calm <= now;
            looks.push(Look { room: room.clone(), since: burst.since, told: burst.told, is_calm });
            burst.told = burst.last;
            burst.latest = now + LONGEST;
            !is_calm
        });
        looks
    }
}

impl Look {
    /// From which message on somebody is to be told, whose newest unread one is `newest`.
    pub(super) fn since(&self, visit: &Visit, newest: Seq) -> Option<Seq> {
        // Who has read any of it is there, and will read on or go away.
        if visit.read >= self.since {
            return self.is_calm.then_some(self.since);
        }
        (newest > self.told).then(|| self.since.max(self.told.next()))
    }
}

#[cfg(test)]
mod tests {
    use shared::{Level, Millis, RoomTitle};

    use super::*;

    const SECOND: Duration = Duration::from_secs(1);

    fn den() -> RoomName {
        RoomName::parse("den").unwrap()
    }

    fn read(seq: u64) -> Visit {
        Visit {
            room: den(),
            title: RoomTitle::default(),
            newest: Seq(9),
            at: Millis(0),
            read: Seq(seq),
            marked: false,
            unread: 1,
            mentions: 0,
            level: Level::All,
        }
    }

    /// What is looked at when the time has come, which it has after so many seconds.
    fn look(due: &mut Due, start: Instant, after: u32) -> Look {
        assert_eq!(due.next(), Some(start + SECOND * after));
        assert_eq!(due.take(start + SECOND * after - Duration::from_millis(1)), []);
        due.take(start + SECOND * after).pop().expect("a room")
    }

    #[test]
    fn each_message_has_the_time_to_be_read() {
        let (mut due, start) = (Due::default(), Instant::now());
        due.posted(den(), Seq(4), start);
        due.posted(den(), Seq(5), start + SECOND * 2);
        let look = look(&mut due, start, 5);
        assert_eq!(look.since(&read(3), Seq(5)), Some(Seq(4)));
        assert_eq!(look.since(&read(4), Seq(5)), Some(Seq(4)), "who has stopped reading");
        assert_eq!(due.next(), None);
    }

    #[test]
    fn while_more_is_said_those_who_are_away_are_told_and_those_who_read_are_not() {
        let (mut due, start) = (Due::default(), Instant::now());
        for second in 0..15 {
            if second == 10 {
                let look = look(&mut due, start, 10);
                assert_eq!(look.since(&read(3), Seq(13)), Some(Seq(4)), "away");
                assert_eq!(look.since(&read(11), Seq(13)), None, "there");
            }
            due.posted(den(), Seq(4 + u64::from(second)), start + SECOND * second);
        }
        let look = look(&mut due, start, 17);
        assert_eq!(look.since(&read(3), Seq(18)), Some(Seq(14)), "the rest");
        assert_eq!(look.since(&read(3), Seq(13)), None, "was told of that");
        assert_eq!(look.since(&read(11), Seq(18)), Some(Seq(4)), "went away meanwhile");
    }
}
