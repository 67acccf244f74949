//! Following a room's log: what `opened`, each event and `pong` do to the cursor and what hangs on it.

use std::rc::Rc;

use shared::{Cursor, Digest, Epoch, Event, EventBody, Message, Offer, PersonId, Reset, Seq, Snapshot};

use super::{Notice, Now, Paging, Phase, Room, room::Mend};

/// A server that opened a room and gave nothing of it is asked again after so many milliseconds.
const NO_SNAPSHOT_MS: u64 = 5_000;

/// What `opened` says of a room.
pub(super) struct Opened {
    pub(super) epoch: Epoch,
    pub(super) first: Seq,
    pub(super) head: Seq,
    pub(super) digest: Digest,
    pub(super) snapshot: Option<Snapshot>,
    pub(super) reset: Option<Reset>,
}

/// What became of an event.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Taken {
    /// It is in. The message that it posted, where it was one.
    Applied(Option<Rc<Message>>),
    /// Known already, not awaited, or something is missing before it.
    Dropped,
}

impl Room {
    /// `opened` came.
    pub(super) fn opened(&mut self, opened: Opened, me: Option<&PersonId>, now: Now) {
        let Opened { epoch, first, head, digest, snapshot, reset } = opened;
        self.behind_at = None;
        if let Some(reset) = reset {
            self.notice = Some(Notice::Reset(reset));
            self.resets = self.resets.saturating_add(1);
        }
        let is_another = reset.is_some_and(|reset| reset != Reset::TooFar);
        // Its number may be another message's now, or it was dropped.
        self.replying.take_if(|message| is_another || message.seq < first);
        self.outbox.log_reset();
        if let Some(snapshot) = snapshot {
            return self.take_snapshot(snapshot, Cursor { epoch, seq: head, digest: Some(digest) }, me);
        }
        let Some(cursor) = self.cursor.as_ref() else {
            // Asked again at once, it would go on like this as fast as the link can.
            let again = Some(now.plus(NO_SNAPSHOT_MS));
            self.phase = Phase::Refused { message: "The server did not say what is here.".into(), again };
            return;
        };
        if cursor.epoch != epoch || reset.is_some() {
            self.mend = Some(Mend::TakeAnew);
            return;
        }
        // What the page brought may be of a log that was rolled back since.
        let is_same = |brought: &Cursor| brought.seq > cursor.seq || brought.digest == cursor.digest;
        let is_of_it = |brought: &Cursor| brought.epoch == epoch && brought.seq <= head && is_same(brought);
        if self.painted.as_ref().is_some_and(|brought| !is_of_it(brought)) {
            return self.page_was_another();
        }
        self.painted.take_if(|brought| brought.seq <= cursor.seq);
        self.phase = if cursor.seq >= head { Phase::Open } else { Phase::CatchingUp { head } };
        self.proof.expect(head, digest);
        if self.proof.differs(cursor) {
            // The server was given the digest, and had nothing against it.
            self.proof.doubted = true;
            self.doubt();
        }
    }

    fn take_snapshot(&mut self, snapshot: Snapshot, cursor: Cursor, me: Option<&PersonId>) {
        for message in snapshot.messages.iter().filter(|message| Some(&message.by.id) == me) {
            self.outbox.settle(&message.key, message.seq);
        }
        // The snapshot may have jumped over the event of what is under way.
        self.outbox.ask_again();
        self.outbox.passed(cursor.seq);
        self.about = snapshot.about.clone();
        self.window.replace(snapshot);
        self.painted = None;
        self.recent.begin(cursor.seq);
        self.proof.taken(cursor.seq);
        self.target = None;
        if let Paging::Asked(ask) = std::mem::replace(&mut self.paging, Paging::Idle)
            && ask.seeks()
        {
            // Its page may be of another log.
            self.sought = Some(ask);
        }
        self.cursor = Some(cursor);
        self.phase = Phase::Open;
        self.keep_now = true;
    }

    /// An event came.
    pub(super) fn take(&mut self, event: &Event, me: Option<&PersonId>) -> Taken {
        if Some(&event.by.id) == me {
            self.outbox.settle(&event.key, event.seq);
        }
        if !matches!(self.phase, Phase::CatchingUp { .. } | Phase::Open) {
            return Taken::Dropped;
        }
        let Some(cursor) = &mut self.cursor else { return Taken::Dropped };
        match cursor.seq.offer(event.seq) {
            Offer::Duplicate => return Taken::Dropped,
            Offer::Gap => {
                self.is_missing_something();
                return Taken::Dropped;
            }
            Offer::Apply => self.gaps = 0,
        }
        cursor.seq = event.seq;
        cursor.digest = cursor.digest.map(|digest| digest.after(event));
        let brought = self.painted.take_if(|brought| brought.seq == event.seq);
        let page_was_another = brought.is_some_and(|brought| brought.digest != cursor.digest);
        if self.proof.differs(cursor) {
            self.doubt();
        }
        if page_was_another {
            self.page_was_another();
        }
        let message = self.apply(event);
        if matches!(self.phase, Phase::CatchingUp { head } if event.seq >= head) {
            self.phase = Phase::Open;
        }
        self.outbox.passed(event.seq);
        Taken::Applied(message)
    }

    fn apply(&mut self, event: &Event) -> Option<Rc<Message>> {
        match &event.body {
            EventBody::Posted { .. } => {
                let message = Rc::new(Message::posted(event)?);
                self.window.apply(Rc::clone(&message));
                return Some(message);
            }
            EventBody::RoomSet { .. } => drop(self.about.fold(event)),
            // Somebody is forgotten, or what is old is dropped.
            body if matches!(body.kind(), "forgotten" | "dropped") => {
                self.keep_now = true;
                self.window.amend(event);
                self.replying.take_if(|message| Some(message.seq) < event.body.target());
                // A page that was made before has what is gone from here.
                self.recent.begin(event.seq);
                return None;
            }
            // What is about the room alone would show nothing among its messages.
            EventBody::Unknown { kind, .. } => self.outdated |= !kind.starts_with("room_"),
            // What was deleted is not to be kept a second longer.
            EventBody::Deleted { target } => {
                self.keep_now = true;
                self.do_not_answer(*target);
            }
            _ => {}
        }
        if event.body.target().is_some() {
            self.window.fold(event);
            self.recent.push(event);
        }
        None
    }

    /// The digests differ: the server says so by a `reset` when it is asked from the cursor. Where it did not, the copy
    /// is thrown away without it.
    fn doubt(&mut self) {
        self.mend = Some(Mend::ReadAgain);
        if self.proof.doubted {
            self.mend = Some(Mend::TakeAnew);
            self.notice = Some(Notice::Reset(Reset::Diverged));
        }
        self.proof.doubted = true;
    }

    /// What the page brought is not of this log.
    fn page_was_another(&mut self) {
        self.painted = None;
        self.replying = None;
        self.outbox.log_reset();
        self.notice = Some(Notice::Reset(Reset::Diverged));
        self.mend = Some(Mend::TakeAnew);
    }

    /// What comes next does not come, or cannot be read: the log is asked for it twice; then a snapshot may jump over
    /// it; and where that does not help either, there is no hurry.
    fn is_missing_something(&mut self) {
        self.gaps = self.gaps.saturating_add(1);
        self.mend = Some(match self.gaps {
            0..=2 => Mend::ReadAgain,
            3 => {
                self.notice = Some(Notice::Unreadable);
                Mend::TakeAnew
            }
            _ => Mend::Wait,
        });
    }

    /// `pong` says where the log ends, and its digest there.
    pub(super) fn pong(&mut self, head: Seq, digest: Digest) {
        if !matches!(self.phase, Phase::CatchingUp { .. } | Phase::Open) {
            return;
        }
        let Some(cursor) = &self.cursor else { return };
        if head >= cursor.seq {
            self.proof.expect(head, digest);
        }
        if self.proof.differs(cursor) {
            self.doubt();
        }
        // Behind at the last pong too, and nothing has come since: something is broken, and the log has to be asked.
        let behind = self.cursor.as_ref().map(|cursor| cursor.seq).filter(|seq| *seq < head);
        let is_stuck = behind.is_some() && behind == self.behind_at;
        self.behind_at = behind;
        if is_stuck {
            self.is_missing_something();
        }
    }
}
