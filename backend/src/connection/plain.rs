//! The conversation of the plain relay: `{"name":…,"message":…}` in, the same with `time` out.

use std::{collections::VecDeque, net::IpAddr, sync::Arc, time::Duration};

use bytestring::ByteString;
use shared::{ClientKey, Command, MessageText, PersonId, PersonName, PlainPost, RoomName, Seq, close};

use super::{Conversation, Going, Outgoing, allowance::Allowance, follow::Start, frames};
use crate::{
    Warren,
    log::{self, Draft, Line, NotAppended, ReadError, Submitted, ring::Form},
    may_read,
    metrics::Protocol,
    policy::Kind,
    records::Someone,
};

/// Most posts of one connection that are under way at a time.
const UNDER_WAY: usize = 64;

/// Why somebody cannot join a room.
#[derive(Debug, thiserror::Error)]
pub enum NotJoined {
    /// It is private, or there is none.
    #[error("the room is private, or there is none")]
    Closed,
    /// Its log cannot be read.
    #[error(transparent)]
    Read(#[from] ReadError),
}

/// A plain connection: an author of its own, in one room.
pub struct Plain {
    warren: Arc<Warren>,
    room: RoomName,
    me: Arc<Someone>,
    address: Option<IpAddr>,
    allowance: Allowance,
    posted: u64,
    /// In the order of the posts, in which the answers come too.
    answers: VecDeque<Submitted>,
}

impl Plain {
    /// Joins a room: from here on every post in it comes, so this is to be done before the handshake is answered.
    ///
    /// # Errors
    /// Where the room is closed to whoever has signed in nowhere, or the log cannot be read.
    pub async fn join(
        warren: Arc<Warren>,
        room: RoomName,
        id: PersonId,
        address: Option<IpAddr>,
        out: &Outgoing,
    ) -> Result<Self, NotJoined> {
        let me = Someone::plain(id);
        let followed = warren.log.rooms().enter(&room);
        if !may_read(&warren, &room, None).await? {
            return Err(NotJoined::Closed);
        }
        let ends = warren.reads.ends(&followed, Seq::ZERO).await?;
        followed.observe(ends.head, ends.digest);
        let (person, reads) = (me.person(), warren.reads.clone());
        out.follow(Start { room: followed, cursor: ends.head, form: Form::Plain, person, reads });
        warren.metrics.begun(Protocol::Plain);
        Ok(Self { warren, room, me, address, allowance: Allowance::default(), posted: 0, answers: VecDeque::new() })
    }

    /// Takes a post; the sentence says why it is not sent.
    fn post(&mut self, post: &PlainPost) -> Result<(), String> {
        let name = PersonName::parse(post.name.as_deref().unwrap_or_default())
            .map_err(|why| format!("with this name: {why}"))?;
        let text = MessageText::parse(&post.message).map_err(|why| why.to_string())?;
        // A name that is somebody's alone is not to be had without signing in.
        let is_free = self.warren.log.names().is_free(&name);
        let name = if is_free { name } else { PersonName::anonymous() };
        self.warren
            .pace
            .take(Kind::Posts, Some(self.me.id()), self.address)
            .map_err(|wait| format!("that was a lot at once. Wait {} s and send it again.", wait.as_secs() + 1))?;
        if self.me.rename(name) {
            self.warren.log.rooms().rename(&self.me.person());
        }
        self.posted += 1;
        let key = ClientKey::parse(&self.posted.to_string()).map_err(|why| why.to_string())?;
        let submitted = self.warren.log.submit(log::Command::Append(Draft {
            room: self.room.clone(),
            by: self.me.author(),
            key,
            command: Command::Post { text, reply_to: None, mentions: Vec::new() },
            of: None,
            remember: None,
            // Nothing is sent again by itself, so nothing can overtake.
            line: Line::default(),
        }));
        self.answers.push_back(submitted.map_err(not_written)?);
        Ok(())
    }

    /// Says to this client alone that its post is not sent.
    fn not_sent(&self, out: &Outgoing, why: &str) {
        out.reply(frames::plain("Warren", &format!("Not sent: {why}"), (self.warren.clock)()));
    }
}

fn not_written(why: NotAppended) -> String {
    format!("{why}. Send it again later.")
}

impl Drop for Plain {
    fn drop(&mut self) {
        self.warren.metrics.ended(Protocol::Plain);
    }
}

impl Conversation for Plain {
    async fn text(&mut self, out: &Outgoing, text: ByteString) -> Going {
        // Serde would take an array for an object's fields in order.
        let is_object = text.trim_start().starts_with('{');
        let Some(post) = serde_json::from_str::<PlainPost>(&text).ok().filter(|_| is_object) else {
            return Going::Close(close::INVALID, r#"send {"name":"…","message":"…"}"#);
        };
        self.warren.metrics.plain();
        let blank = MessageText::parse(&post.message) == Err(shared::BadText::Blank);
        if !blank && let Err(why) = self.post(&post) {
            self.not_sent(out, &why);
        }
        Going::On
    }

    fn pay(&mut self, bytes: usize) -> Result<(), Duration> {
        self.allowance.pay(&self.warren.pace, bytes, self.me.id(), self.address)
    }

    async fn answer(&mut self, out: &Outgoing) {
        let Some(first) = self.answers.front_mut() else { return std::future::pending().await };
        let answered = first.await;
        self.answers.pop_front();
        if let Err(why) = answered {
            self.not_sent(out, &not_written(why));
        }
    }

    fn is_answering(&self) -> bool {
        !self.answers.is_empty()
    }

    fn is_full(&self) -> bool {
        self.answers.len() >= UNDER_WAY
    }
}
