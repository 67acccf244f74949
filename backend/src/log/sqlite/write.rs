//! Writing a batch: events, keys, views, erasures and records, in one transaction.

use std::collections::HashMap;

use rusqlite::{CachedStatement, Connection, params};
use shared::{Days, EventBody, RoomName, Seq, Words};

use super::{account, govern, push, tidy, view, visits};
use crate::log::{
    rows::{More, column, mentions_column},
    store::{Batch, Entry, Nameless, PersonRow, RoomState},
};

/// The key of a command that became no event has this seq.
pub(super) const NO_EVENT: Seq = Seq::ZERO;

/// The rooms' numbers. They never change, and a room never goes.
pub(super) type Numbers = HashMap<RoomName, i64>;

/// Gives the numbers of the rooms that are new; they hold when the transaction has been committed.
pub(super) fn batch(change: &Connection, known: &Numbers, batch: &Batch) -> rusqlite::Result<Numbers> {
    for person in &batch.people {
        self::person(change, person)?;
    }
    visits::write(change, batch)?;
    push::write(change, batch)?;
    account::write(change, batch)?;
    let mut new = Numbers::new();
    for (name, state) in &batch.rooms {
        if let Some(id) = known.get(name) {
            known_room(change, *id, state)?;
        } else {
            new.insert(name.clone(), new_room(change, name, state)?);
        }
    }
    govern::write(change, batch, known, &new)?;
    let id_of = |room: &RoomName| known.get(room).or_else(|| new.get(room)).copied().unwrap_or_default();
    // Where the newest words of a message stand.
    let mut said: HashMap<(&RoomName, Seq), i64> = HashMap::new();
    // Each statement is looked up once a batch: the look-up costs a tenth of an insert.
    let mut keys = change.prepare_cached("INSERT INTO keys (room, author, key, seq) VALUES (?1, ?2, ?3, ?4)")?;
    let mut events = Events::new(change)?;
    for entry in &batch.events {
        let event = &entry.event;
        let id = id_of(&event.room);
        if let Some(words) = events.insert(id, entry)? {
            said.insert((&event.room, event.body.target().unwrap_or(event.seq)), words);
        }
        keys.execute(params![id, event.by.id.as_str(), event.key.as_str(), column(event.seq.0)])?;
    }
    for (room, author, key) in &batch.unchanged {
        keys.execute(params![id_of(room), author.as_str(), key.as_str(), column(NO_EVENT.0)])?;
    }
    let mut messages = view::Messages::new(change)?;
    for (place @ (room, seq), message) in &batch.messages {
        messages.put(id_of(&place.0), message, said.get(&(room, *seq)).copied())?;
    }
    for (room, message) in &batch.erased {
        erase(change, id_of(room), *message)?;
    }
    if !(batch.nameless.is_empty() && batch.dropped.is_empty()) {
        tidy::want_compact(change)?;
    }
    for Nameless { room, author, seqs } in &batch.nameless {
        tidy::take_names(change, id_of(room), room, author, seqs)?;
    }
    for (room, before) in &batch.dropped {
        if let Some(before) = before {
            tidy::begin_with(change, id_of(room), room, *before)?;
        }
        tidy::clear(change, id_of(room))?;
    }
    Ok(new)
}

fn person(change: &Connection, person: &PersonRow) -> rusqlite::Result<()> {
    const PERSON: &str = "INSERT INTO people (id, name, since) VALUES (?1, ?2, ?3)
                          ON CONFLICT DO UPDATE SET name = ?2 WHERE ?4";
    let PersonRow { id, name, renamed, session, at } = person;
    change.prepare_cached(PERSON)?.execute(params![id.as_str(), name.as_str(), column(at.0), renamed])?;
    if let Some((hash, device)) = session {
        account::begin(change, id, hash, device, *at)?;
    }
    Ok(())
}

/// Gives the room's number.
fn new_room(change: &Connection, name: &RoomName, state: &RoomState) -> rusqlite::Result<i64> {
    const ROOM: &str = "INSERT INTO rooms (name, first, head, at, digest, title, topic, about, access, days)
                        VALUES (?1, 1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)
                        ON CONFLICT DO UPDATE SET head = ?2, at = ?3, digest = ?4, title = ?5, topic = ?6, about = ?7,
                        access = ?8, days = ?9 RETURNING id";
    let RoomState { head, at, digest, about, access, days } = state;
    change.prepare_cached(ROOM)?.query_row(
        params![
            name.as_str(),
            column(head.0),
            column(at.0),
            digest.0,
            about.title.as_str(),
            about.topic.as_str(),
            column(about.rev.0),
            govern::access_column(*access),
            days.map(Days::get)
        ],
        |row| row.get(0),
    )
}

fn known_room(change: &Connection, id: i64, state: &RoomState) -> rusqlite::Result<()> {
    const ROOM: &str =
        "UPDATE rooms SET head = ?2, at = ?3, digest = ?4, title = ?5, topic = ?6, about = ?7, days = ?8 WHERE id = ?1";
    // (To whom it is open is said by its first event, and stays.)
    let RoomState { head, at, digest, about, days, access: _ } = state;
    let mut update = change.prepare_cached(ROOM)?;
    let (title, topic, rev) = (about.title.as_str(), about.topic.as_str(), column(about.rev.0));
    let days = days.map(Days::get);
    update.execute(params![id, column(head.0), column(at.0), digest.0, title, topic, rev, days]).map(drop)
}

/// Inserts events, and their words.
struct Events<'c> {
    words: CachedStatement<'c>,
    events: CachedStatement<'c>,
}

impl<'c> Events<'c> {
    fn new(change: &'c Connection) -> rusqlite::Result<Self> {
        const WORDS: &str = "INSERT INTO words (salt, text, mentions) VALUES (?1, ?2, ?3)";
        const EVENT: &str = "INSERT INTO events
                             (room, seq, at, author, name, plain, key, kind, target, words, more, hash, digest)
                             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13)";
        Ok(Self { words: change.prepare_cached(WORDS)?, events: change.prepare_cached(EVENT)? })
    }

    /// Gives the number of its words, where it has any.
    fn insert(&mut self, room: i64, entry: &Entry) -> rusqlite::Result<Option<i64>> {
        let Entry { event, digest } = entry;
        let words = match &event.body {
            EventBody::Posted { words: Words::Kept { salt, text, mentions }, .. }
            | EventBody::Edited { words: Words::Kept { salt, text, mentions }, .. } => {
                Some(self.words.insert(params![salt.0, text.as_str(), mentions_column(mentions)])?)
            }
            _ => None,
        };
        self.events.execute(params![
            room,
            column(event.seq.0),
            column(event.at.0),
            event.by.id.as_str(),
            event.by.name.as_str(),
            event.by.plain,
            event.key.as_str(),
            event.body.kind(),
            event.body.target().map(|seq| column(seq.0)),
            words,
            More::of_event(&event.body).column(),
            event.body.hash().0,
            digest.0
        ])?;
        Ok(words)
    }
}

/// Erases what a message and its edits said. The words are overwritten with as many zeros, and stay where they are: no
/// row moves, so no copy stays behind.
fn erase(change: &Connection, room: i64, message: Seq) -> rusqlite::Result<()> {
    const WORDS: &str = "UPDATE words SET salt = zeroblob(16), text = CAST(zeroblob(octet_length(text)) AS TEXT),
                         mentions = iif(mentions IS NULL, NULL, CAST(zeroblob(octet_length(mentions)) AS TEXT))
                         WHERE id IN (SELECT words FROM events WHERE room = ?1 AND seq = ?2
                                      UNION ALL SELECT words FROM events WHERE room = ?1 AND target = ?2)";
    const POST: &str = "UPDATE events SET words = NULL, more = NULL WHERE room = ?1 AND seq = ?2";
    const EDITS: &str = "UPDATE events SET words = NULL WHERE room = ?1 AND target = ?2 AND words IS NOT NULL";
    for step in [WORDS, POST, EDITS] {
        change.prepare_cached(step)?.execute(params![room, column(message.0)])?;
    }
    Ok(())
}
