//! The conversation of `warren.v1`: rooms are opened from a cursor or a snapshot, posts become events, and every
//! command that does not is answered.

use std::{
    collections::{HashMap, VecDeque},
    net::IpAddr,
    pin::Pin,
    sync::Arc,
    time::Duration,
};

use bytestring::ByteString;
use futures_util::{StreamExt as _, stream::FuturesOrdered};
use serde_json::{Map, Value};
use shared::{
    ClientFrame, ClientKey, Cursor, EventBody, LIMITS, PersonName, Refusal, RefusalCode, RoomHead, RoomName, Seq,
    ServerFrame, close,
};
use tokio::time::Instant;

use super::{Conversation, Going, Outgoing, follow::Follow, frames};
use crate::{
    Warren,
    log::{Appended, Command, Draft, Line, NotAppended, ReadError, Rename, ring::Form},
    records::Someone,
};

mod decode;
mod resume;

use decode::{Decoded, Refused, decode, decode_object};
use resume::{Resume, resume};

/// Most posts of one connection that are under way at a time.
const UNDER_WAY: usize = 64;
/// How long to wait where the log could not be written, in milliseconds.
const STORAGE_RETRY_MS: u64 = 3_000;
/// Messages of a snapshot.
const SNAPSHOT: u32 = 50;
/// Most people that a message may mention.
const MENTIONS: usize = 50;

type Answer = Pin<Box<dyn Future<Output = (RoomName, ClientKey, Result<Appended, NotAppended>)>>>;

/// A connection that speaks `warren.v1`.
pub struct V1 {
    warren: Arc<Warren>,
    me: Arc<Someone>,
    address: Option<IpAddr>,
    answers: FuturesOrdered<Answer>,
    /// Rooms whose line of posts waits: after one post was refused for a while, those behind it are too, or they
    /// would overtake it.
    held: HashMap<RoomName, Instant>,
    /// The lines that posts stand in at the writer.
    lines: HashMap<RoomName, Line>,
    /// Posts whose event is still to come by a cursor here, as their answer.
    owed: Vec<(RoomName, ClientKey, Seq)>,
    /// Frames of an array that are not handled yet.
    more: VecDeque<Map<String, Value>>,
}

impl V1 {
    /// Begins, with a welcome.
    pub fn begin(warren: Arc<Warren>, me: Arc<Someone>, address: Option<IpAddr>, out: &Outgoing) -> Self {
        out.reply(frames::v1(&ServerFrame::Welcome {
            you: me.person(),
            now: (warren.clock)(),
            heartbeat_s: u32::try_from(warren.timing.ping_after.as_secs()).unwrap_or(u32::MAX),
            limits: LIMITS,
        }));
        Self {
            warren,
            me,
            address,
            answers: FuturesOrdered::new(),
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
                out.reply(frames::v1(&ServerFrame::Refused { room, key, refusal }));
            }
            // Arrays do not stand in arrays.
            Decoded::Several(_) => {}
        }
    }

    async fn handle(&mut self, out: &Outgoing, frame: ClientFrame) {
        match frame {
            ClientFrame::Open { room, after } => self.open(out, room, after).await,
            ClientFrame::Leave { room } => drop(self.unfollow(out, &room)),
            ClientFrame::Post { room, key, text, reply_to, mentions } => {
                if mentions.len() > MENTIONS {
                    let why = format!("A message mentions at most {MENTIONS} people.");
                    return refuse(out, &room, &key, Refusal::lasting(RefusalCode::Malformed, why));
                }
                self.post(out, room, key, EventBody::Posted { text, reply_to, mentions });
            }
            ClientFrame::Typing { room } => {
                let follows = out.follows();
                let open = follows.iter().find(|follow| *follow.name() == room);
                if let Some(follow) = open {
                    follow.room().typing(&self.me.person());
                }
            }
            ClientFrame::Rename { name } => self.rename(out, name).await,
            ClientFrame::Ping { n } => {
                let head = |follow: &Follow| RoomHead { room: follow.name().clone(), seq: follow.room().head() };
                let rooms = out.follows().iter().map(head).collect();
                out.reply(frames::v1(&ServerFrame::Pong { n, now: (self.warren.clock)(), rooms }));
            }
        }
    }

    /// Opens a room. Its room is entered before the log is read, so that nothing falls between the two.
    async fn open(&mut self, out: &Outgoing, room: RoomName, after: Option<Cursor>) {
        let open = out.follows().len();
        if open >= LIMITS.open_rooms && !out.follows().iter().any(|follow| *follow.name() == room) {
            let why = format!("One connection may have {} rooms open.", LIMITS.open_rooms);
            return refuse_all(out, Some(&room), None, Refusal::lasting(RefusalCode::TooManyRooms, why));
        }
        let earlier = self.unfollow(out, &room);
        let followed = self.warren.log.rooms().enter(&room);
        let reads = &self.warren.reads;
        let read = async {
            // Without a cursor it is a snapshot for certain, and one read is enough.
            let messages = if after.is_none() { SNAPSHOT } else { 0 };
            let (ends, snapshot) = reads.ends(room.clone(), messages).await?;
            let (reset, (ends, snapshot)) = match resume(reads.epoch(), &ends, after.as_ref()) {
                Resume::From(cursor) => return Ok((ends, cursor, None, None)),
                Resume::Snapshot(None) => (None, (ends, snapshot)),
                Resume::Snapshot(reset) => (reset, reads.ends(room.clone(), SNAPSHOT).await?),
            };
            let head = ends.head;
            Ok((ends, head, Some(snapshot), reset))
        };
        if let Ok::<_, ReadError>((ends, cursor, snapshot, reset)) = read.await {
            followed.observe(ends.head);
            let epoch = reads.epoch().clone();
            let (first, head) = (ends.first, ends.head);
            out.reply(frames::v1(&ServerFrame::Opened { room, epoch, first, head, snapshot, reset }));
            out.follow(Follow::new(followed, cursor, Form::V1, &self.me.person(), reads.clone()));
        } else {
            let why = "The room cannot be read at the moment. It is tried again.";
            let refusal = Refusal::transient(RefusalCode::Storage, why, STORAGE_RETRY_MS);
            refuse_all(out, Some(&room), None, refusal);
        }
        // Let go only now: the person was in the room all the time.
        drop(earlier);
    }

    fn post(&mut self, out: &Outgoing, room: RoomName, key: ClientKey, body: EventBody) {
        if let Err(refusal) = self.may_post(&room) {
            return refuse(out, &room, &key, refusal);
        }
        let submitted = self.warren.log.submit(Command::Append(Draft {
            room: room.clone(),
            by: self.me.author(),
            key: key.clone(),
            body,
            remember: self.me.remember(),
            line: self.lines.entry(room.clone()).or_default().clone(),
        }));
        match submitted {
            Ok(submitted) => self.answers.push_back(Box::pin(async move { (room, key, submitted.await) })),
            Err(why) => self.refuse_for_now(out, &room, &key, why),
        }
    }

    /// Refuses a post that may be tried again, and those of its room that come before that.
    fn refuse_for_now(&mut self, out: &Outgoing, room: &RoomName, key: &ClientKey, why: NotAppended) {
        let refusal = not_appended(why);
        let wait = Duration::from_millis(refusal.retry_after_ms.unwrap_or_default());
        self.held.insert(room.clone(), Instant::now() + wait);
        self.lines.remove(room);
        refuse(out, room, key, refusal);
    }

    /// A post has become the event `seq`. Where that comes here by itself, it is the answer.
    fn appended(&mut self, out: &Outgoing, room: RoomName, key: ClientKey, seq: Seq) {
        let follows = out.follows();
        let cursor_in = |room: &RoomName| follows.iter().find(|follow| follow.name() == room);
        self.owed.retain(|(room, _, seq)| cursor_in(room).is_some_and(|follow| follow.cursor() < *seq));
        if cursor_in(&room).is_some_and(|follow| follow.start() < seq) {
            self.owed.push((room, key, seq));
        } else {
            drop(follows);
            settle(out, room, key, Some(seq));
        }
    }

    /// The cursor in a room is taken away. What it would still have answered is answered now.
    fn unfollow(&mut self, out: &Outgoing, room: &RoomName) -> Option<Follow> {
        let follow = out.unfollow(room)?;
        let (here, elsewhere) = std::mem::take(&mut self.owed).into_iter().partition(|owed| owed.0 == *room);
        self.owed = elsewhere;
        for (room, key, seq) in here {
            if follow.cursor() < seq {
                settle(out, room, key, Some(seq));
            }
        }
        Some(follow)
    }

    fn may_post(&mut self, room: &RoomName) -> Result<(), Refusal> {
        let now = Instant::now();
        self.held.retain(|_, until| *until > now);
        if let Some(until) = self.held.get(room) {
            return Err(slow_down(until.duration_since(now)));
        }
        self.warren.pace.take(self.me.id(), self.address).map_err(|wait| {
            // A little more than the wait, so that what is sent again then passes.
            let wait = wait + Duration::from_millis(250);
            self.held.insert(room.clone(), now + wait);
            slow_down(wait)
        })
    }

    async fn rename(&mut self, out: &Outgoing, name: PersonName) {
        if let Err(wait) = self.warren.pace.take(self.me.id(), self.address) {
            return refuse_all(out, None, None, slow_down(wait));
        }
        let submitted = self.warren.log.submit(Command::Rename(Rename {
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
            Err(why) => refuse_all(out, None, None, not_appended(why)),
        }
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

    fn has_more(&self) -> bool {
        !self.more.is_empty()
    }

    async fn go_on(&mut self, out: &Outgoing) {
        if let Some(frame) = self.more.pop_front() {
            self.take(out, decode_object(frame)).await;
        }
    }

    async fn answer(&mut self, out: &Outgoing) {
        let Some((room, key, appended)) = self.answers.next().await else { return std::future::pending().await };
        match appended {
            Ok(Appended::Fresh(seq)) => self.appended(out, room, key, seq),
            Ok(Appended::Known(seq)) => settle(out, room, key, Some(seq)),
            Ok(Appended::Kept) => settle(out, room, key, None),
            Err(why) => self.refuse_for_now(out, &room, &key, why),
        }
    }

    fn is_answering(&self) -> bool {
        !self.answers.is_empty()
    }

    fn is_full(&self) -> bool {
        self.answers.len() >= UNDER_WAY
    }
}

fn slow_down(wait: Duration) -> Refusal {
    let ms = u64::try_from(wait.as_millis()).unwrap_or(u64::MAX).max(1);
    Refusal::transient(RefusalCode::SlowDown, "That was a lot at once. It is sent again in a moment.", ms)
}

fn not_appended(why: NotAppended) -> Refusal {
    let code = match why {
        NotAppended::Storage | NotAppended::Unsound => RefusalCode::Storage,
        NotAppended::Stopping | NotAppended::Busy => RefusalCode::Busy,
    };
    let message = match code {
        RefusalCode::Storage => "The server cannot write at the moment. It is sent again.",
        _ => "The server has too much to do. It is sent again in a moment.",
    };
    Refusal::transient(code, message, STORAGE_RETRY_MS)
}

fn settle(out: &Outgoing, room: RoomName, key: ClientKey, seq: Option<Seq>) {
    out.reply(frames::v1(&ServerFrame::Settled { room, key, seq }));
}

fn refuse(out: &Outgoing, room: &RoomName, key: &ClientKey, refusal: Refusal) {
    refuse_all(out, Some(room), Some(key), refusal);
}

fn refuse_all(out: &Outgoing, room: Option<&RoomName>, key: Option<&ClientKey>, refusal: Refusal) {
    let (room, key) = (room.map(ToString::to_string), key.map(ToString::to_string));
    out.reply(frames::v1(&ServerFrame::Refused { room, key, refusal }));
}
