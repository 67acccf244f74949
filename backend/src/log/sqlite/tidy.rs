//! What is taken out of a log again: the names of somebody who is forgotten, and what a room no longer keeps. The log stays
//! contiguous, and every digest holds.

use rusqlite::{Connection, OptionalExtension, params};
use shared::{Days, Millis, PersonId, PersonName, RoomName, Seq};

use super::{fold::RoomFold, govern, view};
use crate::log::{
    read::Aged,
    rows::{self, More, column, parsed, seq},
    store::DROPPED_AT_ONCE,
};

const DAY_MS: u64 = 24 * 3_600 * 1_000;

/// Takes the name of their author from events, and from the messages that they made or reacted to.
pub(super) fn take_names(
    change: &Connection,
    room: i64,
    name: &RoomName,
    author: &PersonId,
    seqs: &[Seq],
) -> rusqlite::Result<()> {
    const EVENT: &str = "UPDATE events SET name = ?4 WHERE room = ?1 AND seq = ?2 AND author = ?3
                         RETURNING coalesce(target, seq)";
    const MESSAGE: &str = "UPDATE messages SET name = ?3, more = ?4 WHERE room = ?1 AND seq = ?2";
    let nobody = PersonName::anonymous();
    let (mut event, mut message) = (change.prepare_cached(EVENT)?, change.prepare_cached(MESSAGE)?);
    let mut touched = std::collections::BTreeSet::new();
    for seq in seqs {
        let about = event
            .query_row(params![room, column(seq.0), author.as_str(), nobody.as_str()], |row| rows::seq(row, 0))
            .optional()?;
        touched.extend(about);
    }
    for seq in touched {
        if let Some((folded, _)) = view::folded(change, room, name, seq)? {
            let more = More::of_message(&folded).column();
            message.execute(params![room, column(seq.0), folded.by.name.as_str(), more])?;
        }
    }
    Ok(())
}

/// A room's log begins with a seq from here on. What was before is read by nobody any more: its messages are gone, and what
/// it came to beside them is kept. Its events go by [`clear`].
pub(super) fn begin_with(change: &Connection, room: i64, name: &RoomName, before: Seq) -> rusqlite::Result<()> {
    const ROOM: &str = "SELECT first, head FROM rooms WHERE id = ?1";
    const FIRST: &str =
        "UPDATE rooms SET first = ?2, base = (SELECT digest FROM events WHERE room = ?1 AND seq = ?2 - 1)
                         WHERE id = ?1";
    const VIEWS: [&str; 2] =
        ["DELETE FROM mentions WHERE room = ?1 AND seq < ?2", "DELETE FROM messages WHERE room = ?1 AND seq < ?2"];
    let (first, head) = change.prepare_cached(ROOM)?.query_row([room], |row| Ok((seq(row, 0)?, seq(row, 1)?)))?;
    // The newest event stays: a log has an end.
    let before = before.min(head);
    if before <= first {
        return Ok(());
    }
    RoomFold::before(change, room, name, before)?.keep(change, room)?;
    [FIRST]
        .into_iter()
        .chain(VIEWS)
        .try_for_each(|step| change.prepare_cached(step)?.execute(params![room, column(before.0)]).map(drop))
}

/// Deletes events from before the beginning of a room's log, and what was said later about their messages; so many that
/// nobody waits long for it.
pub(super) fn clear(change: &Connection, room: i64) -> rusqlite::Result<()> {
    const FROM: &str = "SELECT e.seq, r.first FROM events e JOIN rooms r ON r.id = e.room
                        WHERE e.room = ?1 ORDER BY e.seq LIMIT 1";
    // They are overwritten where they stand (see `erase`).
    const WORDS: &str = "UPDATE words SET salt = zeroblob(16), text = CAST(zeroblob(octet_length(text)) AS TEXT),
                         mentions = iif(mentions IS NULL, NULL, CAST(zeroblob(octet_length(mentions)) AS TEXT))
                         WHERE id IN (SELECT words FROM events WHERE room = ?1 AND seq >= ?2 AND seq < ?3
                                      UNION ALL SELECT words FROM events WHERE room = ?1 AND target >= ?2 AND target < ?3)";
    const LATER: &str = "UPDATE events SET words = NULL
                         WHERE room = ?1 AND target >= ?2 AND target < ?3 AND words IS NOT NULL";
    const GONE: &str = "DELETE FROM events WHERE room = ?1 AND seq >= ?2 AND seq < ?3";
    let found = change.prepare_cached(FROM)?.query_row([room], |row| Ok((seq(row, 0)?, seq(row, 1)?))).optional()?;
    let Some((from, first)) = found else { return Ok(()) };
    let to = first.min(Seq(from.0.saturating_add(DROPPED_AT_ONCE)));
    [WORDS, LATER, GONE].into_iter().try_for_each(|step| {
        change.prepare_cached(step)?.execute(params![room, column(from.0), column(to.0)]).map(drop)
    })
}

/// What was taken out of tables may have left copies where SQLite once moved rows from page to page, and overwritten texts
/// still take their place. Where there is such, the file is written anew; that needs as much room beside it for a moment.
pub(super) fn compact(db: &Connection) -> rusqlite::Result<()> {
    let is_wanted = "SELECT EXISTS (SELECT 1 FROM meta WHERE name = 'compact')";
    if !db.query_row(is_wanted, [], |row| row.get(0))? {
        return Ok(());
    }
    db.execute_batch(
        "DELETE FROM words WHERE id NOT IN (SELECT words FROM events WHERE words IS NOT NULL);
         VACUUM;
         DELETE FROM meta WHERE name = 'compact'",
    )
}

/// At the next start the file is written anew.
pub(super) fn want_compact(change: &Connection) -> rusqlite::Result<()> {
    change.prepare_cached("INSERT OR IGNORE INTO meta VALUES ('compact', '')")?.execute([]).map(drop)
}

/// The rooms that have what they no longer keep. Public rooms, which nobody owns, keep it for so many `days`.
pub(super) fn aged(db: &Connection, now: Millis, days: Option<Days>) -> rusqlite::Result<Vec<Aged>> {
    const ROOMS: &str = "SELECT id, name, first, head, access, days FROM rooms WHERE head > 0";
    const OLDEST: &str = "SELECT seq FROM events WHERE room = ?1 ORDER BY seq LIMIT 1";
    // They are in the order of their times: what is looked at goes, but for the last.
    const NEW: &str = "SELECT seq FROM events WHERE room = ?1 AND seq >= ?2 AND at >= ?3 ORDER BY seq LIMIT 1";
    // Nothing is dropped for the sake of the word that something was dropped.
    const ANY: &str =
        "SELECT EXISTS (SELECT 1 FROM events WHERE room = ?1 AND seq >= ?2 AND seq < ?3 AND kind <> 'dropped')";
    let mut all = db.prepare_cached(ROOMS)?;
    let mut oldest = db.prepare_cached(OLDEST)?;
    let (mut new, mut any) = (db.prepare_cached(NEW)?, db.prepare_cached(ANY)?);
    let mut rooms = all.query([])?;
    let mut aged = Vec::new();
    while let Some(row) = rooms.next()? {
        let (id, first, head) = (row.get::<_, i64>(0)?, seq(row, 2)?, seq(row, 3)?);
        let is_public = govern::access_of(row.get(4)?) == shared::Access::Public;
        let mut before = None;
        if let Some(days) = rows::days(row, 5)?.or(days.filter(|_| is_public)) {
            let since = now.0.saturating_sub(u64::from(days.get()) * DAY_MS);
            let kept = new.query_row(params![id, column(first.0), column(since)], |row| seq(row, 0)).optional()?;
            let to = kept.unwrap_or(head.next());
            let is_any = any.query_row(params![id, column(first.0), column(to.0)], |row| row.get(0))?;
            before = Some(to).filter(|_| is_any);
        }
        let oldest = oldest.query_row([id], |row| seq(row, 0)).optional()?.unwrap_or(first);
        if before.is_some() || oldest < first {
            aged.push(Aged { room: parsed(row, 1, RoomName::parse)?, oldest, before });
        }
    }
    Ok(aged)
}

/// People who leave, and whether what they wrote goes with them.
pub(super) fn leaving(db: &Connection) -> rusqlite::Result<Vec<(PersonId, bool)>> {
    let mut find = db.prepare_cached("SELECT id, leaving = 2 FROM people WHERE leaving IS NOT NULL ORDER BY id")?;
    find.query_map([], |row| Ok((parsed(row, 0, PersonId::parse)?, row.get(1)?)))?.collect()
}

/// The rooms in which somebody is something.
pub(super) fn rooms_of(db: &Connection, person: &PersonId) -> rusqlite::Result<Vec<RoomName>> {
    let mut find = db.prepare("SELECT r.name FROM roles o JOIN rooms r ON r.id = o.room WHERE o.person = ?1")?;
    find.query_map([person.as_str()], |row| parsed(row, 0, RoomName::parse))?.collect()
}
