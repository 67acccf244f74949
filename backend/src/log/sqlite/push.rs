//! Push: whom to tell of what, and where. Records, written with their batch; and the server's own key.

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use rusqlite::{Connection, OptionalExtension, Row, params};
use shared::{Level, PersonId, RoomName, Seq};

use super::visits;
use crate::log::{
    read::{Push, PushRecords},
    rows::{self, MESSAGE, column, parsed},
    store::{Batch, PushChange, QuietHours, Subscription},
};

/// Most browsers of a person. One more takes the place of the oldest.
const BROWSERS: u32 = 20;
/// Most pushes of one read: beyond them nobody is told.
const MOST: u32 = 10_000;
/// The name of the server's secret among what there is one of.
const SECRET: &str = "push_key";

/// Makes the secret that push services know this server by, where there is none yet.
pub(in crate::log) fn make_key(db: &Connection) -> rusqlite::Result<()> {
    let mut secret = [0; 32];
    getrandom::fill(&mut secret).map_err(|error| rusqlite::Error::ToSqlConversionFailure(error.into()))?;
    // Below the order of the curve's group, as a secret of P-256 has to be.
    secret[0] &= 0x7f;
    db.execute("INSERT OR IGNORE INTO meta VALUES (?1, ?2)", [SECRET, &URL_SAFE_NO_PAD.encode(secret)]).map(drop)
}

/// The server's secret.
pub(super) fn secret(db: &Connection) -> rusqlite::Result<Option<[u8; 32]>> {
    let found = db.query_row("SELECT value FROM meta WHERE name = ?1", [SECRET], |row| row.get::<_, String>(0));
    let secret = found.optional()?.and_then(|text| URL_SAFE_NO_PAD.decode(text).ok());
    Ok(secret.and_then(|bytes| bytes.try_into().ok()))
}

/// Writes what a batch changes.
pub(super) fn write(change: &Connection, batch: &Batch) -> rusqlite::Result<()> {
    const SUBSCRIBE: &str = "INSERT INTO push_subscriptions (endpoint, person, p256dh, auth, since)
                             VALUES (?1, ?2, ?3, ?4, ?5)
                             ON CONFLICT DO UPDATE SET person = ?2, p256dh = ?3, auth = ?4, since = ?5";
    const OLDEST: &str = "DELETE FROM push_subscriptions WHERE person = ?1 AND endpoint NOT IN
                          (SELECT endpoint FROM push_subscriptions WHERE person = ?1 ORDER BY since DESC LIMIT ?2)";
    const QUIET: &str = "INSERT INTO quiet_hours VALUES (?1, ?2, ?3, ?4)
                         ON CONFLICT DO UPDATE SET begins = ?2, ends = ?3, ahead = ?4";
    for (person, push, at) in &batch.pushes {
        match push {
            PushChange::Subscribe(Subscription { endpoint, p256dh, auth }) => {
                let subscription = params![endpoint, person.as_str(), p256dh, auth, column(at.0)];
                change.prepare_cached(SUBSCRIBE)?.execute(subscription)?;
                change.prepare_cached(OLDEST)?.execute(params![person.as_str(), BROWSERS])?;
            }
            PushChange::Unsubscribe { endpoint } => {
                let mut delete =
                    change.prepare_cached("DELETE FROM push_subscriptions WHERE endpoint = ?1 AND person = ?2")?;
                delete.execute([endpoint, person.as_str()])?;
            }
            PushChange::Quiet(Some(QuietHours { begins, ends, ahead })) => {
                change.prepare_cached(QUIET)?.execute(params![person.as_str(), begins, ends, ahead])?;
            }
            PushChange::Quiet(None) => {
                change.prepare_cached("DELETE FROM quiet_hours WHERE person = ?1")?.execute([person.as_str()])?;
            }
        }
    }
    Ok(())
}

/// What is kept of a person's push.
pub(super) fn records(db: &Connection, person: &PersonId) -> rusqlite::Result<PushRecords> {
    const TO: &str = "SELECT endpoint, p256dh, auth FROM push_subscriptions WHERE person = ?1 ORDER BY since";
    let mut find = db.prepare_cached(TO)?;
    let to = find.query_map([person.as_str()], |row| subscription(row, 0))?.collect::<Result<_, _>>()?;
    Ok(PushRecords { to, quiet: quiet(db, person)? })
}

/// Who is to be told of what was said in a room from `since` on: all, or the browsers of one person.
pub(super) fn pushes(
    db: &Connection,
    room: &RoomName,
    since: Seq,
    only: Option<&PersonId>,
) -> rusqlite::Result<Vec<Push>> {
    let who = if only.is_some() { "v.person = ?3" } else { "?3 IS NULL" };
    let mut find = db.prepare_cached(&format!(
        "SELECT s.endpoint, s.p256dh, s.auth, s.person FROM visits v
         JOIN push_subscriptions s ON s.person = v.person
         WHERE v.room = ?1 AND v.level > 0 AND {who} ORDER BY s.person LIMIT ?2"
    ))?;
    let mut rows = find.query(params![room.as_str(), MOST, only.map(PersonId::as_str)])?;
    let mut pushes: Vec<Push> = Vec::new();
    while let Some(row) = rows.next()? {
        let (to, person) = (subscription(row, 0)?, parsed(row, 3, PersonId::parse)?);
        // All browsers of a person are told the same.
        let same = pushes.last().filter(|push| push.person == person).cloned();
        if let Some(push) = same {
            pushes.push(Push { to, ..push });
            continue;
        }
        let visit = visits::counted(db, &person, std::slice::from_ref(room))?.pop().filter(|visit| visit.wanted() > 0);
        let Some(visit) = visit else { continue };
        let Some(message) = newest(db, room, &person, since.max(visit.read.next()), visit.level)? else { continue };
        let quiet = quiet(db, &person)?;
        pushes.push(Push { person, to, visit, message, quiet });
    }
    Ok(pushes)
}

/// The newest message of somebody else from `since` on that a person wants to be told of.
fn newest(
    db: &Connection,
    room: &RoomName,
    person: &PersonId,
    since: Seq,
    level: Level,
) -> rusqlite::Result<Option<shared::Message>> {
    let mut find = db.prepare_cached(&format!(
        "SELECT {MESSAGE} FROM rooms r JOIN messages m ON m.room = r.id JOIN words w ON w.id = m.words
         WHERE r.name = ?1 AND m.seq >= ?2 AND m.author <> ?3 AND (?4 OR EXISTS
         (SELECT 1 FROM mentions n WHERE n.room = m.room AND n.seq = m.seq AND n.person = ?3))
         ORDER BY m.seq DESC LIMIT 1"
    ))?;
    let all = level == Level::All;
    find.query_row(params![room.as_str(), column(since.0), person.as_str(), all], rows::message).optional()
}

fn quiet(db: &Connection, person: &PersonId) -> rusqlite::Result<Option<QuietHours>> {
    let mut find = db.prepare_cached("SELECT begins, ends, ahead FROM quiet_hours WHERE person = ?1")?;
    let found = find.query_row([person.as_str()], |row| {
        Ok(QuietHours { begins: row.get(0)?, ends: row.get(1)?, ahead: row.get(2)? })
    });
    found.optional()
}

fn subscription(row: &Row<'_>, at: usize) -> rusqlite::Result<Subscription> {
    Ok(Subscription { endpoint: row.get(at)?, p256dh: row.get(at + 1)?, auth: row.get(at + 2)? })
}
