//! People's accounts: records, written with their batch.

use rusqlite::{Connection, OptionalExtension, params};
use shared::{Millis, Person, PersonId, PersonName, RoomName};

use crate::log::{
    account::{AccountChange, Hash256, Passkey},
    read::{Account, EventPlace, KnownPasskey, KnownSession, OwnEvents, SessionRow},
    rows::{self, EVENT, EVENTS, column, millis, parsed},
    store::Batch,
};

/// Most sessions of a person. One more ends the one that was not used for the longest time.
const SESSIONS: u32 = 100;
/// Most passkeys of a person; one more takes the place of the one that was not used for the longest time.
const PASSKEYS: u32 = 20;

/// What goes of somebody who leaves, beside what they wrote.
const GONE: [&str; 7] = [
    "DELETE FROM passwords WHERE person = ?1",
    "DELETE FROM passkeys WHERE person = ?1",
    "DELETE FROM recovery_codes WHERE person = ?1",
    "DELETE FROM visits WHERE person = ?1",
    "DELETE FROM push_subscriptions WHERE person = ?1",
    "DELETE FROM quiet_hours WHERE person = ?1",
    "DELETE FROM invitations WHERE by = ?1",
];

/// Writes what a batch changes.
pub(super) fn write(change: &Connection, batch: &Batch) -> rusqlite::Result<()> {
    for (person, account, at) in &batch.accounts {
        one(change, person, account, *at)?;
    }
    Ok(())
}

fn one(db: &Connection, person: &PersonId, change: &AccountChange, at: Millis) -> rusqlite::Result<()> {
    let (id, now) = (person.as_str(), column(at.0));
    let run = |sql: &str, values: &[&dyn rusqlite::ToSql]| db.prepare_cached(sql)?.execute(values).map(drop);
    match change {
        // The name is written with the person.
        AccountChange::Claim(_) => {
            run("UPDATE people SET claimed = ?2 WHERE id = ?1 AND claimed IS NULL", params![id, now])
        }
        AccountChange::Password(phc) => run(
            "INSERT INTO passwords VALUES (?1, ?2, ?3) ON CONFLICT DO UPDATE SET phc = ?2, since = ?3",
            params![id, phc, now],
        ),
        AccountChange::Passkey(Passkey { id: key, label, data }) => {
            run("INSERT OR IGNORE INTO passkeys VALUES (?1, ?2, ?3, ?4, ?5, ?5)", params![key, id, label, data, now])?;
            let oldest = "DELETE FROM passkeys WHERE person = ?1 AND id NOT IN
                          (SELECT id FROM passkeys WHERE person = ?1 ORDER BY used DESC, since DESC LIMIT ?2)";
            run(oldest, params![id, PASSKEYS])
        }
        AccountChange::PasskeyUsed { id: key, data } => run(
            "UPDATE passkeys SET used = ?3, data = coalesce(?4, data) WHERE id = ?1 AND person = ?2",
            params![key, id, now, data],
        ),
        AccountChange::ForgetPasskey { id: key } => {
            run("DELETE FROM passkeys WHERE id = ?1 AND person = ?2", params![key, id])
        }
        AccountChange::RecoveryCodes(codes) => {
            run("DELETE FROM recovery_codes WHERE person = ?1", params![id])?;
            codes.iter().try_for_each(|code| run("INSERT INTO recovery_codes VALUES (?1, ?2)", params![id, code]))
        }
        AccountChange::UseRecoveryCode(code) => {
            run("DELETE FROM recovery_codes WHERE person = ?1 AND code = ?2", params![id, code])
        }
        AccountChange::Begin { session, device } => begin(db, person, session, device, at),
        AccountChange::Seen { session, device } => run(
            "UPDATE sessions SET seen = max(seen, ?3), device = ?4 WHERE token_hash = ?1 AND person = ?2",
            params![session, id, now, device],
        ),
        AccountChange::End { session } => run(
            "UPDATE sessions SET ended = ?3 WHERE token_hash = ?1 AND person = ?2 AND ended IS NULL",
            params![session, id, now],
        ),
        AccountChange::Leave { texts_go } => {
            run(
                "UPDATE people SET name = ?2, since = 0, claimed = NULL, leaving = ?3 WHERE id = ?1",
                params![id, PersonName::anonymous().as_str(), 1 + i64::from(*texts_go)],
            )?;
            // Without these rows their tokens would name them again.
            let ended =
                "UPDATE sessions SET device = '', since = 0, seen = 0, ended = coalesce(ended, 0) WHERE person = ?1";
            run(ended, params![id])?;
            GONE.iter().try_for_each(|gone| run(gone, params![id]))
        }
        AccountChange::Left => run("UPDATE people SET leaving = NULL WHERE id = ?1", params![id]),
        AccountChange::EndOthers { but } => run(
            "UPDATE sessions SET ended = ?3 WHERE token_hash <> ?1 AND person = ?2 AND ended IS NULL",
            params![but, id, now],
        ),
    }
}

/// A session begins, where it has not before.
pub(super) fn begin(
    db: &Connection,
    person: &PersonId,
    session: &Hash256,
    device: &str,
    at: Millis,
) -> rusqlite::Result<()> {
    const BEGIN: &str = "INSERT OR IGNORE INTO sessions (token_hash, person, since, device, seen)
                         VALUES (?1, ?2, ?3, ?4, ?3)";
    const OLDEST: &str = "UPDATE sessions SET ended = ?2 WHERE person = ?1 AND ended IS NULL AND token_hash NOT IN
                          (SELECT token_hash FROM sessions WHERE person = ?1 AND ended IS NULL
                           ORDER BY seen DESC, since DESC LIMIT ?3)";
    let begun = db.prepare_cached(BEGIN)?.execute(params![session, person.as_str(), column(at.0), device])?;
    if begun > 0 {
        db.prepare_cached(OLDEST)?.execute(params![person.as_str(), column(at.0), SESSIONS])?;
    }
    Ok(())
}

/// All names that were claimed.
pub(super) fn claimed(db: &Connection) -> rusqlite::Result<Vec<(PersonId, PersonName)>> {
    let mut find = db.prepare("SELECT id, name FROM people WHERE claimed IS NOT NULL ORDER BY claimed, id")?;
    find.query_map([], |row| Ok((parsed(row, 0, PersonId::parse)?, parsed(row, 1, PersonName::parse)?)))?.collect()
}

/// Whether a recovery code is good.
pub(super) fn recovery_code(db: &Connection, person: &PersonId, code: &Hash256) -> rusqlite::Result<bool> {
    db.prepare_cached("SELECT EXISTS (SELECT 1 FROM recovery_codes WHERE person = ?1 AND code = ?2)")?
        .query_row(params![person.as_str(), code], |row| row.get(0))
}

/// How many ways to sign in there are beside a passkey. Recovery codes are none: they run out.
pub(super) fn ways_but(db: &Connection, person: &PersonId, passkey: &[u8]) -> rusqlite::Result<u64> {
    const WAYS: &str = "SELECT (SELECT count(*) FROM passwords WHERE person = ?1)
                        + (SELECT count(*) FROM passkeys WHERE person = ?1 AND id <> ?2)";
    let ways = db.prepare_cached(WAYS)?.query_row(params![person.as_str(), passkey], |row| row.get::<_, i64>(0))?;
    Ok(ways.cast_unsigned())
}

/// The sessions whose tokens have these hashes, in the order of the hashes.
pub(super) fn sessions(db: &Connection, tokens: &[Hash256]) -> rusqlite::Result<Vec<Option<SessionRow>>> {
    const SESSION: &str = "SELECT id, name, ended IS NOT NULL, seen FROM sessions JOIN people ON id = person
                           WHERE token_hash = ?1";
    let mut find = db.prepare_cached(SESSION)?;
    let mut find = |token: &Hash256| {
        let found = find.query_row([token.as_slice()], |row| {
            let person = Person { id: parsed(row, 0, PersonId::parse)?, name: parsed(row, 1, PersonName::parse)? };
            Ok(SessionRow { person, ended: row.get(2)?, seen: millis(row, 3)? })
        });
        found.optional()
    };
    tokens.iter().map(&mut find).collect()
}

/// What is kept of a person's account.
pub(super) fn account(db: &Connection, person: &PersonId) -> rusqlite::Result<Account> {
    let id = person.as_str();
    let name = db
        .prepare_cached("SELECT name FROM people WHERE id = ?1")?
        .query_row([id], |row| parsed(row, 0, PersonName::parse));
    let password = db.prepare_cached("SELECT phc FROM passwords WHERE person = ?1")?.query_row([id], |row| row.get(0));
    let codes = db
        .prepare_cached("SELECT count(*) FROM recovery_codes WHERE person = ?1")?
        .query_row([id], |row| row.get(0))?;
    let mut find =
        db.prepare_cached("SELECT id, label, data, since, used FROM passkeys WHERE person = ?1 ORDER BY since, id")?;
    let passkeys = find.query_map([id], |row| {
        let passkey = Passkey { id: row.get(0)?, label: row.get(1)?, data: row.get(2)? };
        Ok(KnownPasskey { passkey, since: millis(row, 3)?, used: millis(row, 4)? })
    });
    let passkeys = passkeys?.collect::<Result<_, _>>()?;
    let mut find = db.prepare_cached(
        "SELECT token_hash, device, since, seen FROM sessions WHERE person = ?1 AND ended IS NULL
         ORDER BY seen DESC, since DESC",
    )?;
    let sessions = find.query_map([id], |row| {
        Ok(KnownSession { hash: row.get(0)?, device: row.get(1)?, since: millis(row, 2)?, seen: millis(row, 3)? })
    });
    let sessions = sessions?.collect::<Result<_, _>>()?;
    Ok(Account { name: name.optional()?, password: password.optional()?, passkeys, codes, sessions })
}

/// Whose passkey it is, and what is known of it.
pub(super) fn passkey(db: &Connection, id: &[u8]) -> rusqlite::Result<Option<(PersonId, Passkey)>> {
    let mut find = db.prepare_cached("SELECT person, label, data FROM passkeys WHERE id = ?1")?;
    let found = find.query_row([id], |row| {
        let passkey = Passkey { id: id.to_vec(), label: row.get(1)?, data: row.get(2)? };
        Ok((parsed(row, 0, PersonId::parse)?, passkey))
    });
    found.optional()
}

/// The events that a person is the author of, after a place. It goes through all events: nothing else needs to know of each
/// who wrote it, and an index of that would make every post dearer.
pub(super) fn written_by(
    db: &Connection,
    person: &PersonId,
    after: EventPlace,
    most: u32,
) -> rusqlite::Result<OwnEvents> {
    let mut find = db.prepare_cached(&format!(
        "SELECT {EVENT}, e.room, r.name FROM {EVENTS} JOIN rooms r ON r.id = e.room
         WHERE e.author = ?1 AND (e.room, e.seq) > (?2, ?3) ORDER BY e.room, e.seq LIMIT ?4"
    ))?;
    let mut rows = find.query(params![person.as_str(), after.room, column(after.seq.0), most])?;
    let (mut events, mut last) = (Vec::new(), after);
    while let Some(row) = rows.next()? {
        let (event, _) = rows::event(row, &parsed(row, 14, RoomName::parse)?)?;
        last = EventPlace { room: row.get(13)?, seq: event.seq };
        events.push(event);
    }
    let is_full = u32::try_from(events.len()).is_ok_and(|found| found == most);
    Ok(OwnEvents { events, next: is_full.then_some(last) })
}
