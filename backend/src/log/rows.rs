//! Rows of the tables, and what they are in the log's own types.

use rusqlite::{Row, types::Type};
use shared::{Author, ClientKey, Event, EventBody, Message, MessageText, Millis, PersonId, PersonName, RoomName, Seq};

/// The fields of an event that have no column of their own, as JSON.
#[derive(Default, serde::Serialize, serde::Deserialize)]
struct More {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    reply_to: Option<Seq>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    mentions: Vec<PersonId>,
}

/// The column `more` of an event or a message; NULL where there is nothing more.
pub(super) fn more_column(reply_to: Option<Seq>, mentions: Vec<PersonId>) -> Option<String> {
    let more = More { reply_to, mentions };
    let empty = more.reply_to.is_none() && more.mentions.is_empty();
    if empty { None } else { serde_json::to_string(&more).ok() }
}

/// The columns of [`event`], in its order.
pub(super) const EVENT: &str = "seq, at, author, name, plain, key, kind, text, more";

/// An event of a room, and about how many bytes it takes.
pub(super) fn event(row: &Row<'_>, room: &RoomName) -> rusqlite::Result<(Event, usize)> {
    let kind: String = row.get(6)?;
    let body = match kind.as_str() {
        "posted" => {
            let More { reply_to, mentions } = more(row, 8)?;
            EventBody::Posted { text: parsed(row, 7, MessageText::parse)?, reply_to, mentions }
        }
        _ => EventBody::Unknown,
    };
    let size = row.get_ref(7)?.as_str_or_null()?.map_or(0, str::len) + 200;
    let event = Event {
        room: room.clone(),
        seq: seq(row, 0)?,
        at: millis(row, 1)?,
        by: author(row, 2)?,
        key: parsed(row, 5, ClientKey::parse)?,
        body,
    };
    Ok((event, size))
}

/// The columns of [`message`], in its order.
pub(super) const MESSAGE: &str = "seq, at, author, name, plain, key, text, more, rev";

/// A message of the view.
pub(super) fn message(row: &Row<'_>) -> rusqlite::Result<Message> {
    let More { reply_to, mentions } = more(row, 7)?;
    Ok(Message {
        seq: seq(row, 0)?,
        at: millis(row, 1)?,
        by: author(row, 2)?,
        key: parsed(row, 5, ClientKey::parse)?,
        text: parsed(row, 6, MessageText::parse)?,
        reply_to,
        mentions,
        rev: seq(row, 8)?,
    })
}

fn author(row: &Row<'_>, at: usize) -> rusqlite::Result<Author> {
    let id = parsed(row, at, PersonId::parse)?;
    Ok(Author { id, name: parsed(row, at + 1, PersonName::parse)?, plain: row.get(at + 2)? })
}

fn more(row: &Row<'_>, at: usize) -> rusqlite::Result<More> {
    let json: Option<String> = row.get(at)?;
    json.map_or(Ok(More::default()), |json| serde_json::from_str(&json).map_err(|error| unfit(at, error)))
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

/// A column's seq.
pub(super) fn seq(row: &Row<'_>, at: usize) -> rusqlite::Result<Seq> {
    row.get::<_, i64>(at).map(|seq| Seq(seq.cast_unsigned()))
}

/// A column's time.
pub(super) fn millis(row: &Row<'_>, at: usize) -> rusqlite::Result<Millis> {
    row.get::<_, i64>(at).map(|at| Millis(at.cast_unsigned()))
}

/// A number as a column's value. SQLite's integers are signed; seqs and times stay far below where that matters, and a
/// bound above theirs is above everything.
pub(super) fn column(n: u64) -> i64 {
    i64::try_from(n).unwrap_or(i64::MAX)
}
