//! Rows of the tables, and what they are in the log's own types.

use rusqlite::{Row, types::Type};
use shared::{
    About, Access, Author, ClientKey, Days, Digest, Emoji, Event, EventBody, Hash, Message, MessageText, Millis,
    PersonId, PersonName, Reaction, Role, RoomName, RoomTitle, RoomTopic, Salt, Seq, Words,
};

use super::weight;

/// The fields of an event or a message that have no column of their own, as JSON in the column `more`.
#[derive(Default, PartialEq, serde::Serialize, serde::Deserialize)]
pub(super) struct More {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    reply_to: Option<Seq>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    emoji: Option<Emoji>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    on: Option<bool>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    title: Option<RoomTitle>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    topic: Option<RoomTopic>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    access: Option<Access>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    person: Option<PersonId>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    role: Option<Role>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    days: Option<Days>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    reactions: Vec<Reaction>,
}

impl More {
    pub(super) fn of_event(body: &EventBody) -> Self {
        match body {
            EventBody::Posted { reply_to, .. } => Self { reply_to: *reply_to, ..Self::default() },
            EventBody::Reacted { emoji, on, .. } => {
                Self { emoji: Some(emoji.clone()), on: Some(*on), ..Self::default() }
            }
            EventBody::RoomSet { title, topic } => {
                Self { title: title.clone(), topic: topic.clone(), ..Self::default() }
            }
            EventBody::Founded { access } => Self { access: Some(*access), ..Self::default() },
            EventBody::RoleSet { person, role } => {
                Self { person: Some(person.clone()), role: *role, ..Self::default() }
            }
            EventBody::RetentionSet { days } => Self { days: *days, ..Self::default() },
            EventBody::Edited { .. }
            | EventBody::Deleted { .. }
            | EventBody::Forgotten
            | EventBody::Dropped { .. }
            | EventBody::Unknown { .. } => Self::default(),
        }
    }

    pub(super) fn of_message(message: &Message) -> Self {
        Self { reply_to: message.reply_to, reactions: message.reactions.clone(), ..Self::default() }
    }

    /// The column's value; NULL where there is nothing more.
    pub(super) fn column(&self) -> Option<String> {
        // Almost all posts have nothing more, and a row is written for each event and each message.
        (*self != Self::default()).then(|| serde_json::to_string(self).ok()).flatten()
    }
}

/// The columns of [`event`], in its order, and the tables that they are of.
pub(super) const EVENT: &str = "e.seq, e.at, e.author, e.name, e.plain, e.key, e.kind, e.target, e.more, e.hash, \
                                w.salt, w.text, w.mentions";
pub(super) const EVENTS: &str = "events e LEFT JOIN words w ON w.id = e.words";

/// An event of a room, and about how many bytes it takes.
pub(super) fn event(row: &Row<'_>, room: &RoomName) -> rusqlite::Result<(Event, usize)> {
    let kind: String = row.get(6)?;
    let target = row.get::<_, Option<i64>>(7)?.map(|seq| Seq(seq.cast_unsigned()));
    let hash = Hash(row.get(9)?);
    let More { reply_to, emoji, on, title, topic, access, person, role, days, .. } = more(row, 8)?;
    let about = || target.ok_or_else(|| unfit(7, Missing("target")));
    let body = match kind.as_str() {
        "posted" => EventBody::Posted { words: words(row, 10, hash)?, reply_to },
        "edited" => EventBody::Edited { target: about()?, words: words(row, 10, hash)? },
        "deleted" => EventBody::Deleted { target: about()? },
        "reacted" => EventBody::Reacted {
            target: about()?,
            emoji: emoji.ok_or_else(|| unfit(8, Missing("emoji")))?,
            on: on.ok_or_else(|| unfit(8, Missing("on")))?,
        },
        "room_set" => EventBody::RoomSet { title, topic },
        "room_founded" => EventBody::Founded { access: access.ok_or_else(|| unfit(8, Missing("access")))? },
        "room_role_set" => EventBody::RoleSet { person: person.ok_or_else(|| unfit(8, Missing("person")))?, role },
        "forgotten" => EventBody::Forgotten,
        "dropped" => EventBody::Dropped { target: about()? },
        "room_retention_set" => EventBody::RetentionSet { days },
        _ => EventBody::Unknown { kind, target, hash },
    };
    let event = Event {
        room: room.clone(),
        seq: seq(row, 0)?,
        at: millis(row, 1)?,
        by: author(row, 2)?,
        key: parsed(row, 5, ClientKey::parse)?,
        body,
    };
    let size = weight::of_event(&event);
    Ok((event, size))
}

/// What was written, in the columns from `at` on; where it is gone, its hash.
fn words(row: &Row<'_>, at: usize, hash: Hash) -> rusqlite::Result<Words> {
    let Some(salt) = row.get(at)? else { return Ok(Words::Gone { hash }) };
    Ok(Words::Kept {
        salt: Salt(salt),
        text: parsed(row, at + 1, MessageText::parse)?,
        mentions: mentions(row, at + 2)?,
    })
}

/// The columns of [`message`], in its order, and the tables that they are of.
pub(super) const MESSAGE: &str =
    "m.seq, m.at, m.author, m.name, m.plain, m.key, m.edited, m.more, m.rev, w.text, w.mentions";
pub(super) const MESSAGES: &str = "messages m LEFT JOIN words w ON w.id = m.words";

/// A message of the view.
pub(super) fn message(row: &Row<'_>) -> rusqlite::Result<Message> {
    let More { reply_to, reactions, .. } = more(row, 7)?;
    let is_kept = row.get_ref(9)?.as_str_or_null()?.is_some();
    Ok(Message {
        seq: seq(row, 0)?,
        at: millis(row, 1)?,
        by: author(row, 2)?,
        key: parsed(row, 5, ClientKey::parse)?,
        text: if is_kept { Some(parsed(row, 9, MessageText::parse)?) } else { None },
        edited: row.get::<_, Option<i64>>(6)?.map(|at| Millis(at.cast_unsigned())),
        reply_to,
        mentions: mentions(row, 10)?,
        reactions,
        rev: seq(row, 8)?,
    })
}

/// What a room is called and about, in the columns from `at` on: title, topic, about.
pub(super) fn about(row: &Row<'_>, at: usize) -> rusqlite::Result<About> {
    Ok(About {
        title: parsed(row, at, RoomTitle::parse)?,
        topic: parsed(row, at + 1, RoomTopic::parse)?,
        rev: seq(row, at + 2)?,
    })
}

/// A column's number of days; none is for ever.
pub(super) fn days(row: &Row<'_>, at: usize) -> rusqlite::Result<Option<Days>> {
    row.get::<_, Option<u16>>(at).map(|days| days.and_then(Days::new))
}

fn author(row: &Row<'_>, at: usize) -> rusqlite::Result<Author> {
    let id = parsed(row, at, PersonId::parse)?;
    Ok(Author { id, name: parsed(row, at + 1, PersonName::parse)?, plain: row.get(at + 2)? })
}

fn more(row: &Row<'_>, at: usize) -> rusqlite::Result<More> {
    json(row, at)
}

/// The column `mentions` of words; NULL where nobody is mentioned.
pub(super) fn mentions_column(mentions: &[PersonId]) -> Option<String> {
    if mentions.is_empty() { None } else { serde_json::to_string(mentions).ok() }
}

fn mentions(row: &Row<'_>, at: usize) -> rusqlite::Result<Vec<PersonId>> {
    json(row, at)
}

fn json<T: Default + serde::de::DeserializeOwned>(row: &Row<'_>, at: usize) -> rusqlite::Result<T> {
    let json = row.get_ref(at)?.as_str_or_null()?;
    json.map_or(Ok(T::default()), |json| serde_json::from_str(json).map_err(|error| unfit(at, error)))
}

/// A column's text, parsed.
pub(super) fn parsed<T, E: std::error::Error + Send + Sync + 'static>(
    row: &Row<'_>,
    at: usize,
    parse: impl FnOnce(&str) -> Result<T, E>,
) -> rusqlite::Result<T> {
    parse(row.get_ref(at)?.as_str()?).map_err(|error| unfit(at, error))
}

fn unfit(at: usize, error: impl std::error::Error + Send + Sync + 'static) -> rusqlite::Error {
    rusqlite::Error::FromSqlConversionFailure(at, Type::Text, Box::new(error))
}

#[derive(Debug, thiserror::Error)]
#[error("the event has no {0}")]
struct Missing(&'static str);

/// A column's seq.
pub(super) fn seq(row: &Row<'_>, at: usize) -> rusqlite::Result<Seq> {
    row.get::<_, i64>(at).map(|seq| Seq(seq.cast_unsigned()))
}

/// A column's time.
pub(super) fn millis(row: &Row<'_>, at: usize) -> rusqlite::Result<Millis> {
    row.get::<_, i64>(at).map(|at| Millis(at.cast_unsigned()))
}

/// A column's digest.
pub(super) fn digest(row: &Row<'_>, at: usize) -> rusqlite::Result<Digest> {
    row.get(at).map(Digest)
}

/// A number as a column's value. SQLite's integers are signed; seqs and times stay far below where that matters, and a
/// bound above theirs is above everything.
pub(super) fn column(n: u64) -> i64 {
    i64::try_from(n).unwrap_or(i64::MAX)
}
