//! The view of messages. A fold of the log, by the fold of [`shared`]; dropping and folding again gives the same rows.

use rusqlite::{CachedStatement, Connection, OptionalExtension, Transaction, params};
use shared::{Message, RoomName, Seq};

use super::fold::RoomFold;
use crate::log::rows::{self, EVENT, EVENTS, MESSAGE, MESSAGES, More, column, parsed, seq};

/// Puts messages in the view, and whom they mention in the view of mentions.
pub(super) struct Messages<'c> {
    change: &'c Connection,
    put: CachedStatement<'c>,
}

impl<'c> Messages<'c> {
    pub(super) fn new(change: &'c Connection) -> rusqlite::Result<Self> {
        const PUT: &str = "INSERT INTO messages (room, seq, at, author, name, plain, key, words, edited, more, rev)
                           VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11)
                           ON CONFLICT DO UPDATE SET words = iif(?12, NULL, coalesce(?8, words)), edited = ?9,
                           more = ?10, rev = ?11";
        Ok(Self { change, put: change.prepare_cached(PUT)? })
    }

    /// Puts it in place of what is there. `words` is where what it says stands; none where that has not changed.
    pub(super) fn put(&mut self, room: i64, message: &Message, words: Option<i64>) -> rusqlite::Result<()> {
        let Message { seq, at, by, key, edited, rev, .. } = message;
        self.put.execute(params![
            room,
            column(seq.0),
            column(at.0),
            by.id.as_str(),
            by.name.as_str(),
            by.plain,
            key.as_str(),
            words.filter(|_| !message.is_deleted()),
            edited.map(|at| column(at.0)),
            More::of_message(message).column(),
            column(rev.0),
            message.is_deleted()
        ])?;
        let says_something_else = words.is_some() || message.is_deleted();
        if says_something_else { self.put_mentions(room, message) } else { Ok(()) }
    }

    /// Almost no message mentions anybody, and then nothing is written.
    fn put_mentions(&self, room: i64, message: &Message) -> rusqlite::Result<()> {
        const NONE: &str = "DELETE FROM mentions WHERE room = ?1 AND seq = ?2";
        const MENTION: &str = "INSERT OR IGNORE INTO mentions (room, seq, person, at) VALUES (?1, ?2, ?3, ?4)";
        let Message { seq, at, rev, mentions, .. } = message;
        if rev > seq {
            self.change.prepare_cached(NONE)?.execute(params![room, column(seq.0)])?;
        }
        for person in mentions {
            let mut mention = self.change.prepare_cached(MENTION)?;
            mention.execute(params![room, column(seq.0), person.as_str(), column(at.0)])?;
        }
        Ok(())
    }
}

/// The message that the event `seq` posted, as the view has it.
pub(super) fn get(db: &Connection, room: i64, seq: Seq) -> rusqlite::Result<Option<Message>> {
    let mut find = db.prepare_cached(&format!("SELECT {MESSAGE} FROM {MESSAGES} WHERE m.room = ?1 AND m.seq = ?2"))?;
    find.query_row(params![room, column(seq.0)], rows::message).optional()
}

/// Drops the views and folds them again from the log.
pub(in crate::log) fn refold(change: &Transaction<'_>) -> rusqlite::Result<()> {
    change.execute_batch(
        "DELETE FROM messages; DELETE FROM mentions; DELETE FROM roles;
         UPDATE rooms SET title = '', topic = '', about = 0, access = 0, days = NULL",
    )?;
    let mut all = change.prepare("SELECT id, name FROM rooms ORDER BY id")?;
    let mut rooms = all.query([])?;
    let mut messages = Messages::new(change)?;
    while let Some(room) = rooms.next()? {
        let (id, name) = (room.get(0)?, parsed(room, 1, RoomName::parse)?);
        let mut posts = change.prepare_cached(
            "SELECT e.seq FROM events e JOIN rooms r ON r.id = e.room
                                   WHERE e.room = ?1 AND e.seq >= r.first AND e.kind = 'posted' ORDER BY e.seq",
        )?;
        let mut posts = posts.query([id])?;
        while let Some(post) = posts.next()? {
            if let Some((message, words)) = folded(change, id, &name, seq(post, 0)?)? {
                messages.put(id, &message, words)?;
            }
        }
        RoomFold::of(change, id, &name)?.view(change, id)?;
    }
    Ok(())
}

/// A message folded from the log, and where what it says stands.
pub(super) fn folded(
    db: &Connection,
    room: i64,
    name: &RoomName,
    seq: Seq,
) -> rusqlite::Result<Option<(Message, Option<i64>)>> {
    let mut find = db.prepare_cached(&format!(
        "SELECT {EVENT}, e.words FROM {EVENTS} WHERE e.room = ?1 AND e.seq = ?2
         UNION ALL SELECT {EVENT}, e.words FROM {EVENTS} WHERE e.room = ?1 AND e.target = ?2 ORDER BY 1"
    ))?;
    let mut rows = find.query(params![room, column(seq.0)])?;
    let mut message: Option<(Message, Option<i64>)> = None;
    while let Some(row) = rows.next()? {
        let (event, _) = rows::event(row, name)?;
        let words: Option<i64> = row.get(13)?;
        match &mut message {
            Some((message, last)) => {
                message.fold(&event);
                *last = words.or(*last).filter(|_| !message.is_deleted());
            }
            None => message = Message::posted(&event).map(|message| (message, words)),
        }
    }
    Ok(message)
}
