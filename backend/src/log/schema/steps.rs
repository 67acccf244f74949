//! The steps from each format of the database to the next.

use rusqlite::{Transaction, params};
use shared::{
    Author, ClientKey, Digest, Event, EventBody, Hash, MessageText, PersonId, PersonName, RoomName, Salt, Seq, Words,
};

use crate::log::rows::{column, millis, parsed, seq};

/// A log: events. Views, folds of it that can be dropped and made again: messages. Records: people and sessions. Keys
/// outlive the events that bore them, so they stand apart.
pub(super) fn to_1(change: &Transaction<'_>) -> rusqlite::Result<()> {
    change.execute_batch(
        "CREATE TABLE meta (name TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT, WITHOUT ROWID;
         CREATE TABLE rooms (
             id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE,
             first INTEGER NOT NULL, head INTEGER NOT NULL, at INTEGER NOT NULL
         ) STRICT;
         CREATE TABLE events (
             room INTEGER NOT NULL REFERENCES rooms, seq INTEGER NOT NULL, at INTEGER NOT NULL,
             author TEXT NOT NULL, name TEXT NOT NULL, plain INTEGER NOT NULL, key TEXT NOT NULL,
             kind TEXT NOT NULL, target INTEGER, text TEXT, more TEXT,
             PRIMARY KEY (room, seq)
         ) STRICT, WITHOUT ROWID;
         CREATE TABLE keys (
             room INTEGER NOT NULL REFERENCES rooms, author TEXT NOT NULL, key TEXT NOT NULL, seq INTEGER NOT NULL,
             PRIMARY KEY (room, author, key)
         ) STRICT, WITHOUT ROWID;
         CREATE TABLE messages (
             room INTEGER NOT NULL REFERENCES rooms, seq INTEGER NOT NULL, at INTEGER NOT NULL,
             author TEXT NOT NULL, name TEXT NOT NULL, plain INTEGER NOT NULL, key TEXT NOT NULL,
             text TEXT NOT NULL, more TEXT, rev INTEGER NOT NULL,
             PRIMARY KEY (room, seq)
         ) STRICT, WITHOUT ROWID;
         CREATE INDEX messages_by_time ON messages (room, at, seq);
         CREATE TABLE people (id TEXT PRIMARY KEY, name TEXT NOT NULL, since INTEGER NOT NULL) STRICT, WITHOUT ROWID;
         CREATE TABLE sessions (
             token_hash BLOB PRIMARY KEY, person TEXT NOT NULL REFERENCES people, since INTEGER NOT NULL
         ) STRICT, WITHOUT ROWID;",
    )
}

/// All changes are events, digests prove the log, and what is deleted can be erased.
///
/// `words` is a table of its own, because of how SQLite erases: it overwrites what it frees, but where it moves rows
/// from page to page to balance a tree it leaves copies behind. Rows of `words` are only ever added at the end, which
/// moves none, and erased by being overwritten with as many zeros, in place. The freed pages of the tables before are
/// overwritten whole.
pub(super) fn to_2(change: &Transaction<'_>) -> rusqlite::Result<()> {
    change.execute_batch(
        "ALTER TABLE rooms ADD COLUMN digest BLOB NOT NULL DEFAULT x'00000000000000000000000000000000';
         ALTER TABLE rooms ADD COLUMN base BLOB NOT NULL DEFAULT x'00000000000000000000000000000000';
         ALTER TABLE rooms ADD COLUMN title TEXT NOT NULL DEFAULT '';
         ALTER TABLE rooms ADD COLUMN topic TEXT NOT NULL DEFAULT '';
         ALTER TABLE rooms ADD COLUMN about INTEGER NOT NULL DEFAULT 0;
         CREATE TABLE words (id INTEGER PRIMARY KEY, salt BLOB NOT NULL, text TEXT NOT NULL, mentions TEXT) STRICT;
         ALTER TABLE events RENAME TO events_1;
         CREATE TABLE events (
             room INTEGER NOT NULL REFERENCES rooms, seq INTEGER NOT NULL, at INTEGER NOT NULL,
             author TEXT NOT NULL, name TEXT NOT NULL, plain INTEGER NOT NULL, key TEXT NOT NULL,
             kind TEXT NOT NULL, target INTEGER, words INTEGER, more TEXT, hash BLOB NOT NULL, digest BLOB NOT NULL,
             PRIMARY KEY (room, seq)
         ) STRICT, WITHOUT ROWID;
         DROP TABLE messages;
         CREATE TABLE messages (
             room INTEGER NOT NULL REFERENCES rooms, seq INTEGER NOT NULL, at INTEGER NOT NULL,
             author TEXT NOT NULL, name TEXT NOT NULL, plain INTEGER NOT NULL, key TEXT NOT NULL,
             words INTEGER, edited INTEGER, more TEXT, rev INTEGER NOT NULL,
             PRIMARY KEY (room, seq)
         ) STRICT, WITHOUT ROWID;
         CREATE INDEX messages_by_time ON messages (room, at, seq);",
    )?;
    let mut all = change.prepare("SELECT id, name FROM rooms ORDER BY id")?;
    let mut rooms = all.query([])?;
    while let Some(room) = rooms.next()? {
        let (id, name) = (room.get(0)?, parsed(room, 1, RoomName::parse)?);
        let digest = salted(change, id, &name)?;
        change.execute("UPDATE rooms SET digest = ?2 WHERE id = ?1", params![id, digest.0])?;
    }
    change.execute_batch(
        "DROP TABLE events_1;
         CREATE INDEX events_by_target ON events (room, target, seq) WHERE target IS NOT NULL;",
    )
}

/// Writing a post touches fewer pages, and each page that a commit touches costs as much as three posts.
///
/// Keys are ordered by themselves before their authors: keys that begin with the time, as the client makes them, then
/// come to stand side by side, whoever is their author. An index of messages by time is not needed: in a room, times are
/// in the order of the seqs.
pub(super) fn to_3(change: &Transaction<'_>) -> rusqlite::Result<()> {
    change.execute_batch(
        "DROP INDEX messages_by_time;
         ALTER TABLE keys RENAME TO keys_2;
         CREATE TABLE keys (
             room INTEGER NOT NULL REFERENCES rooms, key TEXT NOT NULL, author TEXT NOT NULL, seq INTEGER NOT NULL,
             PRIMARY KEY (room, key, author)
         ) STRICT, WITHOUT ROWID;
         INSERT INTO keys (room, key, author, seq) SELECT room, key, author, seq FROM keys_2 ORDER BY room, key, author;
         DROP TABLE keys_2;",
    )
}

/// What people have read of rooms is a record, and stands by the room's name, since a room may be visited before its
/// first event. Who is mentioned where is a view. Where to push what to, and when not to, are records.
pub(super) fn to_4(change: &Transaction<'_>) -> rusqlite::Result<()> {
    change.execute_batch(
        "CREATE TABLE visits (
             person TEXT NOT NULL REFERENCES people, room TEXT NOT NULL, read INTEGER NOT NULL,
             marked INTEGER NOT NULL, level INTEGER NOT NULL,
             PRIMARY KEY (person, room)
         ) STRICT, WITHOUT ROWID;
         CREATE INDEX visits_by_room ON visits (room);
         CREATE TABLE mentions (
             room INTEGER NOT NULL REFERENCES rooms, seq INTEGER NOT NULL, person TEXT NOT NULL, at INTEGER NOT NULL,
             PRIMARY KEY (room, seq, person)
         ) STRICT, WITHOUT ROWID;
         CREATE INDEX mentions_by_person ON mentions (person, room, seq);
         CREATE INDEX mentions_by_time ON mentions (person, at, room, seq);
         CREATE TABLE push_subscriptions (
             endpoint TEXT PRIMARY KEY, person TEXT NOT NULL REFERENCES people, p256dh BLOB NOT NULL,
             auth BLOB NOT NULL, since INTEGER NOT NULL
         ) STRICT, WITHOUT ROWID;
         CREATE INDEX push_subscriptions_by_person ON push_subscriptions (person, since);
         CREATE TABLE quiet_hours (
             person TEXT PRIMARY KEY REFERENCES people, begins INTEGER NOT NULL, ends INTEGER NOT NULL,
             ahead INTEGER NOT NULL
         ) STRICT, WITHOUT ROWID;",
    )
}

/// People may keep who they are: a name that is theirs alone, ways to sign in, and sessions that they can end. A session
/// that has ended stays as a row, because its token alone would still name its person. Rooms may be closed: to whom they
/// are open, and what people are in them, are views; invitations are records.
pub(super) fn to_5(change: &Transaction<'_>) -> rusqlite::Result<()> {
    change.execute_batch(
        "ALTER TABLE people ADD COLUMN claimed INTEGER;
         ALTER TABLE sessions ADD COLUMN device TEXT NOT NULL DEFAULT '';
         ALTER TABLE sessions ADD COLUMN seen INTEGER NOT NULL DEFAULT 0;
         ALTER TABLE sessions ADD COLUMN ended INTEGER;
         UPDATE sessions SET seen = since;
         CREATE INDEX sessions_by_person ON sessions (person, seen);
         CREATE TABLE passwords (
             person TEXT PRIMARY KEY REFERENCES people, phc TEXT NOT NULL, since INTEGER NOT NULL
         ) STRICT, WITHOUT ROWID;
         CREATE TABLE passkeys (
             id BLOB PRIMARY KEY, person TEXT NOT NULL REFERENCES people, label TEXT NOT NULL, data TEXT NOT NULL,
             since INTEGER NOT NULL, used INTEGER NOT NULL
         ) STRICT, WITHOUT ROWID;
         CREATE INDEX passkeys_by_person ON passkeys (person, since);
         ALTER TABLE rooms ADD COLUMN access INTEGER NOT NULL DEFAULT 0;
         CREATE TABLE roles (
             room INTEGER NOT NULL REFERENCES rooms, person TEXT NOT NULL, role INTEGER NOT NULL,
             PRIMARY KEY (room, person)
         ) STRICT, WITHOUT ROWID;
         CREATE TABLE invitations (
             code BLOB PRIMARY KEY, room TEXT NOT NULL, by TEXT NOT NULL, until INTEGER NOT NULL, uses INTEGER NOT NULL
         ) STRICT, WITHOUT ROWID;
         CREATE INDEX invitations_by_room ON invitations (room, until);
         CREATE TABLE recovery_codes (
             person TEXT NOT NULL REFERENCES people, code BLOB NOT NULL, PRIMARY KEY (person, code)
         ) STRICT, WITHOUT ROWID;",
    )
}

/// A log may begin after its first event: what those before it came to is kept (`dropped`, as JSON), since no view could be
/// folded without. How many days a room keeps what is said is a view; that somebody leaves (1: what they wrote stays,
/// 2: it goes) is a record, until all that is done.
pub(super) fn to_6(change: &Transaction<'_>) -> rusqlite::Result<()> {
    change.execute_batch(
        "ALTER TABLE rooms ADD COLUMN dropped TEXT;
         ALTER TABLE rooms ADD COLUMN days INTEGER;
         ALTER TABLE people ADD COLUMN leaving INTEGER;",
    )
}

/// Gives the events of a room salts and digests, in order; gives the last digest.
fn salted(change: &Transaction<'_>, room: i64, name: &RoomName) -> rusqlite::Result<Digest> {
    const OLD: &str = "SELECT seq, at, author, name, plain, key, kind, target, text, more
                       FROM events_1 WHERE room = ?1 ORDER BY seq";
    const NEW: &str = "INSERT INTO events SELECT room, seq, at, author, name, plain, key, kind, target, ?3, ?4, ?5, ?6
                       FROM events_1 WHERE room = ?1 AND seq = ?2";
    let mut digest = Digest::default();
    let mut old = change.prepare(OLD)?;
    let mut rows = old.query([room])?;
    while let Some(row) = rows.next()? {
        let salt = salt()?;
        let kind: String = row.get(6)?;
        let target = row.get::<_, Option<i64>>(7)?.map(|seq| Seq(seq.cast_unsigned()));
        let text = row.get_ref(8)?.as_str_or_null()?.map(|_| parsed(row, 8, MessageText::parse)).transpose()?;
        let More1 { reply_to, mentions } = more(row.get_ref(9)?.as_str_or_null()?)?;
        let json = |value: serde_json::Result<String>| {
            value.map_err(|error| rusqlite::Error::ToSqlConversionFailure(error.into()))
        };
        let mentioned = if mentions.is_empty() { None } else { Some(json(serde_json::to_string(&mentions))?) };
        let more =
            reply_to.map(|seq| json(serde_json::to_string(&serde_json::json!({"reply_to": seq})))).transpose()?;
        let body = match (kind.as_str(), text) {
            ("posted", Some(text)) => EventBody::Posted { words: Words::Kept { salt, text, mentions }, reply_to },
            _ => EventBody::Unknown { kind, target, hash: Hash::default() },
        };
        let words = match &body {
            EventBody::Posted { words: Words::Kept { salt, text, .. }, .. } => {
                let mut insert =
                    change.prepare_cached("INSERT INTO words (salt, text, mentions) VALUES (?1, ?2, ?3)")?;
                Some(insert.insert(params![salt.0, text.as_str(), mentioned])?)
            }
            _ => None,
        };
        let event = Event {
            room: name.clone(),
            seq: seq(row, 0)?,
            at: millis(row, 1)?,
            by: Author {
                id: parsed(row, 2, PersonId::parse)?,
                name: parsed(row, 3, PersonName::parse)?,
                plain: row.get(4)?,
            },
            key: parsed(row, 5, ClientKey::parse)?,
            body,
        };
        digest = digest.after(&event);
        let mut insert = change.prepare_cached(NEW)?;
        insert.execute(params![room, column(event.seq.0), words, more, event.body.hash().0, digest.0])?;
    }
    Ok(digest)
}

/// The column `more` of an event in the format 1.
#[derive(Default, serde::Deserialize)]
#[serde(default)]
struct More1 {
    /// Any number that a client said. SQLite's own functions for JSON take one of 2^63 or more for a fraction.
    reply_to: Option<Seq>,
    mentions: Vec<PersonId>,
}

fn more(json: Option<&str>) -> rusqlite::Result<More1> {
    json.map_or(Ok(More1::default()), |json| {
        serde_json::from_str(json).map_err(|error| rusqlite::Error::ToSqlConversionFailure(error.into()))
    })
}

fn salt() -> rusqlite::Result<Salt> {
    let mut salt = [0; 16];
    getrandom::fill(&mut salt).map_err(|error| rusqlite::Error::ToSqlConversionFailure(error.into()))?;
    Ok(Salt(salt))
}
