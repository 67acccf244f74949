//! The conversation of `warren.v1`: rooms are opened from a cursor or a snapshot, commands become events, and every one
//! that does not is answered.

use std::{
    collections::{HashMap, VecDeque},
    net::IpAddr,
    sync::Arc,
    time::Duration,
};

use bytes::Bytes;
use bytestring::ByteString;
use serde_json::{Map, Value};
use shared::{
    ClientFrame, ClientKey, Command, Cursor, Epoch, LIMITS, PersonName, Refusal, RefusalCode, Reset, RoomHead,
    RoomName, Seq, ServerFrame, Snapshot, close,
};
use tokio::time::Instant;

use super::{
    Conversation, Going, Outgoing,
    allowance::Allowance,
    follow::{Follow, Start},
    frames,
};
use crate::{
    Warren,
    log::{self, Ends, Line, Opening, ReadError, Rename, Submitted},
    may_read,
    metrics::Protocol,
    policy::Kind,
    records::{Session, Someone},
};

mod commands;
mod decode;
mod resume;
mod visits;

pub(crate) use commands::NO_ACCESS;
use commands::{STORAGE_RETRY_MS, not_joined, refusal_of, slow_down};
use decode::{Decoded, Refused, decode, decode_object};
use resume::{Resume, resume};
use visits::{Visits, change_of};

/// Most commands of one connection that are under way at a time.
const UNDER_WAY: usize = 64;

/// A connection that speaks `warren.v1`.
pub struct V1 {
    warren: Arc<Warren>,
    me: Arc<Someone>,
    session: Arc<Session>,
    address: Option<IpAddr>,
    allowance: Allowance,
    /// Commands under way, in their order, in which the answers come too.
    answers: VecDeque<(Answered, Submitted)>,
    /// What is told of the rooms that the person has visited.
    visits: Visits,
    /// Rooms whose line of commands waits: after one was refused for a while, those behind it are too, or they would
    /// overtake it.
    held: HashMap<RoomName, Instant>,
    /// The lines that commands stand in at the writer.
    lines: HashMap<RoomName, Line>,
    /// Commands whose event is still to come by a cursor here, as their answer.
    owed: Vec<(RoomName, ClientKey, Seq)>,
    /// Frames of an array that are not handled yet.
    more: VecDeque<Map<String, Value>>,
}

/// How a command is answered.
enum Answered {
    /// By its key.
    ByKey(RoomName, ClientKey),
    /// Only where it is refused: what is said of a room that is visited.
    IfRefused(RoomName),
}

impl V1 {
    /// Begins, with a welcome.
    pub fn begin(warren: Arc<Warren>, session: Arc<Session>, address: Option<IpAddr>, out: &Outgoing) -> Self {
        let me = Arc::clone(session.someone());
        out.reply(frames::v1(&ServerFrame::Welcome {
            you: me.person(),
            now: (warren.clock)(),
            heartbeat_s: u32::try_from(warren.timing.ping_after.as_secs()).unwrap_or(u32::MAX),
            limits: LIMITS,
        }));
        warren.metrics.begun(Protocol::V1);
        let visits = Visits::new(warren.reads.clone(), Arc::clone(&me), warren.log.rooms().attention());
        Self {
            visits,
            warren,
            me,
            session,
            address,
            allowance: Allowance::default(),
            answers: VecDeque::new(),
            held: HashMap::new(),
            lines: HashMap::new(),
            owed: Vec::new(),
            more: VecDeque::new(),
        }
    }

    async fn take(&mut self, out: &Outgoing, decoded: Decoded) {
        match decoded {
            Decoded::Frame(frame) => self.handle(out, frame).await,
            Decoded::Refused(Refused { room, key, refusal }) => {
                self.say_refused(out, room, key, refusal);
            }
            // Arrays do not stand in arrays.
            Decoded::Several(_) => {}
        }
    }

    async fn handle(&mut self, out: &Outgoing, frame: ClientFrame) {
        self.warren.metrics.frame(&frame);
        match frame {
            ClientFrame::Open { room, after } => self.open(out, room, after).await,
            ClientFrame::Leave { room } => drop(self.unfollow(out, &room)),
            ClientFrame::Typing { room } => {
                let follows = out.follows();
                let open = follows.iter().find(|follow| *follow.name() == room);
                // Beyond the limit it is not said, as if it had been lost.
                if let Some(follow) = open.filter(|_| self.spend(Kind::Signals).is_ok()) {
                    follow.room().typing(&self.me.person());
                }
            }
            ClientFrame::Rename { name } => self.rename(out, name).await,
            ClientFrame::Ping { n } => {
                let head = |follow: &Follow| {
                    let (seq, digest) = follow.room().head();
                    RoomHead { room: follow.name().clone(), seq, digest }
                };
                let rooms = out.follows().iter().map(head).collect();
                out.reply(frames::v1(&ServerFrame::Pong { n, now: (self.warren.clock)(), rooms }));
            }
            other => match Command::of_frame(other).map_err(change_of) {
                Ok(asked) => self.command(out, asked),
                Err(Ok((room, change))) => self.visit(out, room, change),
                Err(Err(_)) => {}
            },
        }
    }

    /// Opens a room. Its room is entered before the log is read, so that nothing falls between the two.
    async fn open(&mut self, out: &Outgoing, room: RoomName, after: Option<Cursor>) {
        let open = out.follows().len();
        if open >= LIMITS.open_rooms && !out.follows().iter().any(|follow| *follow.name() == room) {
            let why = format!("One connection may have {} rooms open.", LIMITS.open_rooms);
            return self.refuse_all(out, Some(&room), None, Refusal::lasting(RefusalCode::TooManyRooms, why));
        }
        if let Err(wait) = self.spend(Kind::Joins) {
            return self.refuse_all(out, Some(&room), None, not_joined(wait));
        }
        let earlier = self.unfollow(out, &room);
        let followed = self.warren.log.rooms().enter(&room);
        if let Err(refusal) = self.may_read(&room).await {
            return self.refuse_all(out, Some(&room), None, refusal);
        }
        let (reads, form) = (&self.warren.reads, out.v1_form());
        let (ends, cursor, frame) = match resume(reads, &followed, after.as_ref()).await {
            Ok(Resume::From(ends, cursor)) => (ends, cursor, opened(room, reads.epoch(), &ends, None, None)),
            Ok(Resume::Snapshot(opening, reset)) => {
                let encode = |opening: &Opening| {
                    let frame = opened(room, reads.epoch(), opening.ends(), Some(opening.snapshot().clone()), reset);
                    frames::as_in(form, frame)
                };
                (*opening.ends(), opening.ends().head, opening.frame(reset, form, encode))
            }
            Err(why) => return self.refuse_all(out, Some(&room), None, self.not_opened(&why)),
        };
        followed.observe(ends.head, ends.digest);
        out.reply(frame);
        let (person, reads) = (self.me.person(), reads.clone());
        out.follow(Start { room: followed, cursor, form, person, reads });
        // Let go only now: the person was in the room all the time.
        drop(earlier);
    }

    /// Whether the person may know of a room that has been entered: whoever loses their role from now on is known to have
    /// lost it there.
    async fn may_read(&self, room: &RoomName) -> Result<(), Refusal> {
        match may_read(&self.warren, room, Some(self.me.id())).await {
            Ok(true) => Ok(()),
            Ok(false) => Err(Refusal::lasting(RefusalCode::NoAccess, NO_ACCESS)),
            Err(why) => Err(self.not_opened(&why)),
        }
    }

    /// What is said where a room could not be opened. Those who are told so together come back spread.
    fn not_opened(&self, why: &ReadError) -> Refusal {
        let spread = u64::from((self.warren.stop.come_back)());
        match why {
            ReadError::Busy => {
                let why = "The server has too much to do. The room is opened in a moment.";
                Refusal::transient(RefusalCode::Busy, why, spread)
            }
            ReadError::Sqlite(_) | ReadError::Stopped => {
                let why = "The room cannot be read at the moment. It is tried again.";
                Refusal::transient(RefusalCode::Storage, why, STORAGE_RETRY_MS + spread)
            }
        }
    }

    /// Takes one of a kind from the buckets of the person and the address.
    fn spend(&self, kind: Kind) -> Result<(), Duration> {
        self.warren.pace.take(kind, Some(self.me.id()), self.address)
    }

    fn refuse(&self, out: &Outgoing, room: &RoomName, key: &ClientKey, refusal: Refusal) {
        self.refuse_all(out, Some(room), Some(key), refusal);
    }

    fn refuse_all(&self, out: &Outgoing, room: Option<&RoomName>, key: Option<&ClientKey>, refusal: Refusal) {
        self.say_refused(out, room.map(ToString::to_string), key.map(ToString::to_string), refusal);
    }

    fn say_refused(&self, out: &Outgoing, room: Option<String>, key: Option<String>, refusal: Refusal) {
        self.warren.metrics.refused(refusal.code);
        out.reply(frames::v1(&ServerFrame::Refused { room, key, refusal }));
    }

    async fn rename(&mut self, out: &Outgoing, name: PersonName) {
        if let Err(wait) = self.spend(Kind::Edits) {
            return self.refuse_all(out, None, None, slow_down(wait));
        }
        let submitted = self.warren.log.submit(log::Command::Rename(Rename {
            person: self.me.id().clone(),
            name: name.clone(),
            remember: self.me.remember(),
        }));
        let kept = match submitted {
            Ok(submitted) => submitted.await,
            Err(why) => Err(why),
        };
        match kept {
            Ok(_) => {
                self.me.rename(name);
                self.warren.log.rooms().rename(&self.me.person());
            }
            Err(why) => self.refuse_all(out, None, None, refusal_of(why, self.warren.stop.come_back)),
        }
    }
}

impl Drop for V1 {
    fn drop(&mut self) {
        self.warren.metrics.ended(Protocol::V1);
    }
}

impl Conversation for V1 {
    async fn text(&mut self, out: &Outgoing, text: ByteString) -> Going {
        match decode(&text) {
            Ok(Decoded::Several(frames)) => self.more = frames,
            Ok(decoded) => self.take(out, decoded).await,
            Err(why) => return Going::Close(close::INVALID, why),
        }
        Going::On
    }

    fn pay(&mut self, bytes: usize) -> Result<(), Duration> {
        self.allowance.pay(&self.warren.pace, bytes, self.me.id(), self.address)
    }

    fn has_more(&self) -> bool {
        !self.more.is_empty()
    }

    async fn go_on(&mut self, out: &Outgoing) {
        if let Some(frame) = self.more.pop_front() {
            self.take(out, decode_object(frame)).await;
        }
    }

    async fn answer(&mut self, out: &Outgoing) {
        let first = async {
            match self.answers.front_mut() {
                Some((_, first)) => first.await,
                None => std::future::pending().await,
            }
        };
        let appended = tokio::select! {
            // In this order, so that a run with the same events is the same run.
            biased;
            appended = first => appended,
            () = self.session.ended().cancelled() => {
                out.close(close::SIGN_IN, "signed out");
                return;
            }
            told = self.visits.next() => {
                for frame in &told {
                    out.reply(frames::v1(frame));
                }
                return;
            }
        };
        match (self.answers.pop_front(), appended) {
            (Some((Answered::ByKey(room, key), _)), appended) => self.answered(out, room, key, appended),
            (Some((Answered::IfRefused(room), _)), Err(why)) => self.not_visited(out, room, why),
            _ => {}
        }
    }

    fn tells(&self) -> bool {
        true
    }

    fn is_answering(&self) -> bool {
        !self.answers.is_empty()
    }

    fn is_full(&self) -> bool {
        self.answers.len() >= UNDER_WAY
    }
}

fn opened(room: RoomName, epoch: &Epoch, ends: &Ends, snapshot: Option<Snapshot>, reset: Option<Reset>) -> Bytes {
    let (epoch, Ends { first, head, digest }) = (epoch.clone(), *ends);
    frames::v1(&ServerFrame::Opened { room, epoch, first, head, digest, snapshot, reset })
}
