//! A connection's commands: each goes into the writer's line, and each is answered, by its own event, by `settled` or by
//! `refused`.

use std::time::Duration;

use shared::{Asked, ClientKey, Command, Refusal, RefusalCode, RoomName, Seq, ServerFrame};
use tokio::time::Instant;

use super::{Answered, V1};
use crate::{
    connection::{Outgoing, follow::Follow, frames},
    log::{self, Appended, Draft, Line, NotAppended, Wrong},
    policy::Kind,
};

/// How long to wait where the log could not be written, in milliseconds.
pub(super) const STORAGE_RETRY_MS: u64 = 3_000;
/// What is said of a room that is closed to whoever asks, and of one that is not there.
pub(crate) const NO_ACCESS: &str =
    "This room is private, or there is none of this name. Whoever is in it can invite you.";
/// So many rooms' lines are kept; above that, those are dropped in which nothing stands.
const LINES: usize = 64;
/// The greatest number that every client reads as it is written (ECMA-262, `Number.MAX_SAFE_INTEGER`).
const GREATEST: Seq = Seq((1 << 53) - 1);
/// Most people that a message may mention.
const MENTIONS: usize = 50;

impl V1 {
    /// Puts a command into the writer's line.
    pub(super) fn command(&mut self, out: &Outgoing, (room, key, of, command): Asked) {
        if let Err(refusal) = fits(&command).and_then(|()| self.may(kind_of(&command), &room)) {
            return self.refuse(out, &room, &key, refusal);
        }
        if self.lines.len() > LINES {
            self.lines.retain(|_, line| !line.is_empty());
        }
        let submitted = self.warren.log.submit(log::Command::Append(Draft {
            room: room.clone(),
            by: self.me.author(),
            key: key.clone(),
            command,
            of,
            remember: self.me.remember(),
            line: self.lines.entry(room.clone()).or_default().clone(),
        }));
        match submitted {
            Ok(submitted) => self.answers.push_back((Answered::ByKey(room, key), submitted)),
            Err(why) => self.not_appended(out, &room, &key, why),
        }
    }

    /// Says what became of a command.
    pub(super) fn answered(
        &mut self,
        out: &Outgoing,
        room: RoomName,
        key: ClientKey,
        appended: Result<Appended, NotAppended>,
    ) {
        match appended {
            Ok(Appended::Fresh(seq)) => self.appended(out, room, key, seq),
            Ok(Appended::Known(seq)) => settle(out, room, key, Some(seq)),
            Ok(Appended::Unchanged | Appended::Kept) => settle(out, room, key, None),
            Err(why) => self.not_appended(out, &room, &key, why),
        }
    }

    /// Refuses a command. Where it may be tried again, those of its room that come before that are refused too.
    fn not_appended(&mut self, out: &Outgoing, room: &RoomName, key: &ClientKey, why: NotAppended) {
        let refusal = refusal_of(why, self.warren.stop.come_back);
        if let Some(wait) = refusal.retry_after_ms {
            self.held.insert(room.clone(), Instant::now() + Duration::from_millis(wait));
            // One that still holds goes on: the refusal is of an older line, or of a command that never stood in it.
            if self.lines.get(room).is_some_and(Line::is_broken) {
                self.lines.remove(room);
            }
        }
        self.refuse(out, room, key, refusal);
    }

    /// A command has become the event `seq`. Where that comes here by itself, it is the answer.
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
    pub(super) fn unfollow(&mut self, out: &Outgoing, room: &RoomName) -> Option<Follow> {
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

    fn may(&mut self, kind: Kind, room: &RoomName) -> Result<(), Refusal> {
        let now = Instant::now();
        self.held.retain(|_, until| *until > now);
        if let Some(until) = self.held.get(room) {
            return Err(slow_down(until.duration_since(now)));
        }
        self.spend(kind).map_err(|wait| {
            // A little more than the wait, so that what is sent again then passes.
            let wait = wait + Duration::from_millis(250);
            self.held.insert(room.clone(), now + wait);
            slow_down(wait)
        })
    }
}

/// By which limit a command is counted.
fn kind_of(command: &Command) -> Kind {
    match command {
        Command::Post { .. } => Kind::Posts,
        Command::Edit { .. } | Command::Delete { .. } | Command::SetRoom { .. } => Kind::Edits,
        Command::React { .. } => Kind::Reactions,
    }
}

/// What is wrong with a command whatever the log holds.
fn fits(command: &Command) -> Result<(), Refusal> {
    match command {
        Command::Post { mentions, .. } | Command::Edit { mentions, .. } if mentions.len() > MENTIONS => {
            Err(Refusal::lasting(RefusalCode::Malformed, format!("A message mentions at most {MENTIONS} people.")))
        }
        Command::Post { reply_to: Some(seq), .. } if !(Seq(1)..=GREATEST).contains(seq) => {
            Err(Refusal::lasting(RefusalCode::Malformed, "The field \"reply_to\" is the seq of a message."))
        }
        Command::SetRoom { title: None, topic: None } => {
            Err(Refusal::lasting(RefusalCode::Malformed, "The frame \"set_room\" has a title, a topic, or both."))
        }
        _ => Ok(()),
    }
}

pub(super) fn slow_down(wait: Duration) -> Refusal {
    too_fast("That was a lot at once. It is sent again in a moment.", wait)
}

pub(super) fn not_joined(wait: Duration) -> Refusal {
    // A little more than the wait, so that what is sent again then passes.
    too_fast("That was a lot at once. The room is opened in a moment.", wait + Duration::from_millis(250))
}

fn too_fast(why: &str, wait: Duration) -> Refusal {
    let ms = u64::try_from(wait.as_millis()).unwrap_or(u64::MAX).max(1);
    Refusal::transient(RefusalCode::SlowDown, why, ms)
}

/// The refusal of a command. Those that are refused together for a while come back spread.
pub(super) fn refusal_of(why: NotAppended, spread: fn() -> u32) -> Refusal {
    let transient = |code, message: &str| Refusal::transient(code, message, STORAGE_RETRY_MS + u64::from(spread()));
    match why {
        NotAppended::Refused(wrong) => wrong_refusal(wrong),
        NotAppended::Storage | NotAppended::Unsound => {
            transient(RefusalCode::Storage, "The server cannot write at the moment. It is sent again.")
        }
        NotAppended::Stopping | NotAppended::Busy => {
            transient(RefusalCode::Busy, "The server has too much to do. It is sent again in a moment.")
        }
    }
}

fn wrong_refusal(wrong: Wrong) -> Refusal {
    let (code, message) = match wrong {
        Wrong::NoMessage => (RefusalCode::NoMessage, "There is no such message in this room."),
        Wrong::NotYours => (RefusalCode::NotYours, "Only who wrote a message can change it."),
        Wrong::Deleted => (RefusalCode::Deleted, "The message was deleted."),
        Wrong::BadEmoji => (RefusalCode::BadEmoji, "A reaction is one emoji."),
        Wrong::TooManyReactions => {
            (RefusalCode::TooManyReactions, "The message has all the reactions that it can hold.")
        }
        Wrong::NameTaken => (RefusalCode::BadName, "That name is somebody else's, or looks like it."),
        Wrong::NoName => (RefusalCode::BadName, "A name that is yours alone cannot be blank."),
        // No command of a connection comes to these.
        Wrong::NoSuchCode => (RefusalCode::Other, "That code is not good."),
        Wrong::NoAccess => (RefusalCode::NoAccess, NO_ACCESS),
        Wrong::NotAllowed => (RefusalCode::NotAllowed, "Your role in this room does not let you do that."),
        Wrong::NotEmpty => (RefusalCode::Other, "Something is in that room already, or it cannot be founded."),
        Wrong::LastOwner => (RefusalCode::Other, "A room has at least one owner."),
        Wrong::TooMany => (RefusalCode::Other, "There are as many as there may be."),
        Wrong::LastWay => (RefusalCode::Other, "It is your only way to sign in."),
        Wrong::TooManyRooms => (RefusalCode::TooManyRooms, "Your list has all the rooms that it can hold."),
    };
    Refusal::lasting(code, message)
}

fn settle(out: &Outgoing, room: RoomName, key: ClientKey, seq: Option<Seq>) {
    out.reply(frames::v1(&ServerFrame::Settled { room, key, seq }));
}
