//! What people have read of rooms: records, which are written with their batch, and counts of what they have not read,
//! which are counted from the views when they are asked for.

use rusqlite::{Connection, OptionalExtension, Row, params};
use shared::{Level, MANY, Mention, Millis, PersonId, RoomName, RoomTitle, Seq, Visit};

use crate::log::{
    rows::{self, MESSAGE, column, millis, parsed, seq},
    store::{Batch, VisitRow},
};

/// Levels as the column has them. Their order is part of the format.
const LEVELS: [Level; 3] = [Level::Nothing, Level::Mentions, Level::All];

/// Writes the visits of a batch.
pub(super) fn write(change: &Connection, batch: &Batch) -> rusqlite::Result<()> {
    const PUT: &str = "INSERT INTO visits (person, room, read, marked, level) VALUES (?1, ?2, ?3, ?4, ?5)
                       ON CONFLICT DO UPDATE SET read = ?3, marked = ?4, level = ?5";
    const FORGET: &str = "DELETE FROM visits WHERE person = ?1 AND room = ?2";
    for ((person, room), visit) in &batch.visits {
        let (person, room) = (person.as_str(), room.as_str());
        if let Some(VisitRow { read, marked, level }) = visit {
            let mut put = change.prepare_cached(PUT)?;
            put.execute(params![person, room, column(read.0), marked, level_column(*level)])?;
        } else {
            change.prepare_cached(FORGET)?.execute([person, room])?;
        }
    }
    Ok(())
}

/// A person's visit of a room.
pub(super) fn get(db: &Connection, person: &PersonId, room: &RoomName) -> rusqlite::Result<Option<VisitRow>> {
    const GET: &str = "SELECT read, marked, level FROM visits WHERE person = ?1 AND room = ?2";
    let mut find = db.prepare_cached(GET)?;
    find.query_row([person.as_str(), room.as_str()], |row| row_of(row, 0)).optional()
}

/// How many rooms a person has visited.
pub(super) fn number(db: &Connection, person: &PersonId) -> rusqlite::Result<u64> {
    let mut count = db.prepare_cached("SELECT count(*) FROM visits WHERE person = ?1")?;
    count.query_row([person.as_str()], |row| row.get::<_, i64>(0)).map(i64::cast_unsigned)
}

/// The names of all rooms that a person has visited.
pub(super) fn names(db: &Connection, person: &PersonId) -> rusqlite::Result<Vec<RoomName>> {
    let mut find = db.prepare_cached("SELECT room FROM visits WHERE person = ?1 ORDER BY room")?;
    find.query_map([person.as_str()], |row| parsed(row, 0, RoomName::parse))?.collect()
}

/// How these rooms stand with a person: of those that they have visited.
pub(super) fn counted(db: &Connection, person: &PersonId, rooms: &[RoomName]) -> rusqlite::Result<Vec<Visit>> {
    const VISIT: &str = "SELECT v.read, v.marked, v.level, r.id, r.title
                         FROM visits v LEFT JOIN rooms r ON r.name = v.room WHERE v.person = ?1 AND v.room = ?2";
    let mut find = db.prepare_cached(VISIT)?;
    let mut visits = Vec::with_capacity(rooms.len());
    for room in rooms {
        let found = find.query_row([person.as_str(), room.as_str()], |row| {
            let id: Option<i64> = row.get(3)?;
            let title = if id.is_some() { parsed(row, 4, RoomTitle::parse)? } else { RoomTitle::default() };
            Ok((row_of(row, 0)?, id, title))
        });
        let Some((VisitRow { read, marked, level }, id, title)) = found.optional()? else { continue };
        let (newest, at) = id.map_or(Ok(None), |id| newest(db, id))?.unwrap_or_default();
        let (unread, mentions) = match id {
            Some(id) if newest > read => (unread(db, id, person, read)?, mentions(db, id, person, read)?),
            _ => (0, 0),
        };
        visits.push(Visit { room: room.clone(), title, newest, at, read, marked, unread, mentions, level });
    }
    Ok(visits)
}

/// The newest message of a room, and when it was written.
fn newest(db: &Connection, room: i64) -> rusqlite::Result<Option<(Seq, Millis)>> {
    let mut find = db.prepare_cached("SELECT seq, at FROM messages WHERE room = ?1 ORDER BY seq DESC LIMIT 1")?;
    find.query_row([room], |row| Ok((seq(row, 0)?, millis(row, 1)?))).optional()
}

fn unread(db: &Connection, room: i64, person: &PersonId, read: Seq) -> rusqlite::Result<u32> {
    const UNREAD: &str = "SELECT count(*) FROM (SELECT 1 FROM messages WHERE room = ?1 AND seq > ?2 AND author <> ?3
                          AND words IS NOT NULL ORDER BY seq LIMIT ?4)";
    db.prepare_cached(UNREAD)?.query_row(params![room, column(read.0), person.as_str(), MANY], |row| row.get(0))
}

fn mentions(db: &Connection, room: i64, person: &PersonId, read: Seq) -> rusqlite::Result<u32> {
    const MENTIONS: &str = "SELECT count(*) FROM (SELECT 1 FROM mentions n JOIN messages m USING (room, seq)
                            WHERE n.person = ?3 AND n.room = ?1 AND n.seq > ?2 AND m.author <> ?3 LIMIT ?4)";
    db.prepare_cached(MENTIONS)?.query_row(params![room, column(read.0), person.as_str(), MANY], |row| row.get(0))
}

/// The newest messages of others that mention a person, written before a time, the newest first; in rooms that the
/// person has visited.
pub(super) fn mentioning(
    db: &Connection,
    person: &PersonId,
    before: Millis,
    limit: u32,
) -> rusqlite::Result<Vec<Mention>> {
    let mut find = db.prepare_cached(&format!(
        "SELECT {MESSAGE}, r.name FROM mentions n JOIN rooms r ON r.id = n.room
         JOIN visits v ON v.person = n.person AND v.room = r.name
         JOIN messages m ON m.room = n.room AND m.seq = n.seq LEFT JOIN words w ON w.id = m.words
         WHERE n.person = ?1 AND n.at < ?2 AND m.author <> ?1 ORDER BY n.at DESC, n.room, n.seq DESC LIMIT ?3"
    ))?;
    let found = find.query_map(params![person.as_str(), column(before.0), limit], |row| {
        Ok(Mention { room: parsed(row, 11, RoomName::parse)?, message: rows::message(row)? })
    });
    found?.collect()
}

fn row_of(row: &Row<'_>, at: usize) -> rusqlite::Result<VisitRow> {
    let level = usize::try_from(row.get::<_, i64>(at + 2)?).ok().and_then(|level| LEVELS.get(level).copied());
    Ok(VisitRow { read: seq(row, at)?, marked: row.get(at + 1)?, level: level.unwrap_or_default() })
}

fn level_column(level: Level) -> i64 {
    LEVELS.iter().zip(0..).find(|(known, _)| **known == level).map_or(0, |(_, column)| column)
}
