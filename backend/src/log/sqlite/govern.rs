//! Who is what in a room: a view. And invitations: records, by the hashes of their codes.

use rusqlite::{Connection, OptionalExtension, params};
use shared::{Access, Millis, Person, PersonId, PersonName, Role, RoomName, RoomTitle};

use super::write::Numbers;
use crate::log::{
    account::Hash256,
    read::{Members, RoomStanding},
    rows::{column, days, millis, parsed, seq},
    store::{Batch, Invitation, InvitationChange},
};

/// As the columns have them. Their order is part of the format.
const ACCESSES: [Access; 3] = [Access::Public, Access::Announcement, Access::Private];
const ROLES: [Role; 3] = [Role::Owner, Role::Moderator, Role::Member];

/// The column of [`access_of`].
pub(super) fn access_column(access: Access) -> i64 {
    ACCESSES.iter().zip(0..).find(|(known, _)| **known == access).map_or(0, |(_, column)| column)
}

/// To whom a room is open. What is not understood is closed.
pub(super) fn access_of(column: i64) -> Access {
    usize::try_from(column).ok().and_then(|at| ACCESSES.get(at).copied()).unwrap_or(Access::Private)
}

fn role_column(role: Role) -> i64 {
    ROLES.iter().zip(0..).find(|(known, _)| **known == role).map_or(2, |(_, column)| column)
}

fn role_of(column: i64) -> Option<Role> {
    usize::try_from(column).ok().and_then(|at| ROLES.get(at).copied())
}

/// Writes what a batch changes, in rooms of these numbers.
pub(super) fn write(change: &Connection, batch: &Batch, known: &Numbers, new: &Numbers) -> rusqlite::Result<()> {
    for ((room, person), role) in &batch.roles {
        if let Some(id) = known.get(room).or_else(|| new.get(room)) {
            put_role(change, *id, person, *role)?;
        }
    }
    for invitation in &batch.invitations {
        match invitation {
            InvitationChange::Make(Invitation { code, room, by, until, uses }) => {
                let mut make =
                    change.prepare_cached("INSERT OR IGNORE INTO invitations VALUES (?1, ?2, ?3, ?4, ?5)")?;
                make.execute(params![code, room.as_str(), by.as_str(), column(until.0), uses])?;
            }
            InvitationChange::Revoke { room, code } => {
                let mut revoke = change.prepare_cached("DELETE FROM invitations WHERE code = ?1 AND room = ?2")?;
                revoke.execute(params![code, room.as_str()])?;
            }
            InvitationChange::Use { code } => {
                change.prepare_cached("UPDATE invitations SET uses = uses - 1 WHERE code = ?1")?.execute([code])?;
                change.prepare_cached("DELETE FROM invitations WHERE code = ?1 AND uses <= 0")?.execute([code])?;
            }
        }
    }
    Ok(())
}

pub(super) fn put_role(change: &Connection, room: i64, person: &PersonId, role: Option<Role>) -> rusqlite::Result<()> {
    const PUT: &str = "INSERT INTO roles VALUES (?1, ?2, ?3) ON CONFLICT DO UPDATE SET role = ?3";
    match role {
        Some(role) => change.prepare_cached(PUT)?.execute(params![room, person.as_str(), role_column(role)])?,
        None => change
            .prepare_cached("DELETE FROM roles WHERE room = ?1 AND person = ?2")?
            .execute(params![room, person.as_str()])?,
    };
    Ok(())
}

/// Who is what in a room, in the order of their ids.
pub(super) fn roles_by_id(db: &Connection, room: i64) -> rusqlite::Result<Vec<(PersonId, Role)>> {
    let mut find = db.prepare_cached("SELECT person, role FROM roles WHERE room = ?1 ORDER BY person")?;
    let role = |row: &rusqlite::Row<'_>| Ok((parsed(row, 0, PersonId::parse)?, role_of(row.get(1)?)));
    let found = find.query_map([room], role)?;
    found.map(|found| found.map(|(person, role)| (person, role.unwrap_or(Role::Member)))).collect()
}

/// What somebody is in a room.
pub(super) fn role(db: &Connection, room: &RoomName, person: &PersonId) -> rusqlite::Result<Option<Role>> {
    const ROLE: &str = "SELECT o.role FROM roles o JOIN rooms r ON r.id = o.room WHERE r.name = ?1 AND o.person = ?2";
    let found = db.prepare_cached(ROLE)?.query_row([room.as_str(), person.as_str()], |row| row.get(0)).optional()?;
    Ok(found.and_then(role_of))
}

/// Who is what in a room, the owners first.
pub(super) fn roles(db: &Connection, room: &RoomName) -> rusqlite::Result<Vec<(PersonId, Role)>> {
    let mut find = db.prepare_cached(
        "SELECT o.person, o.role FROM roles o JOIN rooms r ON r.id = o.room WHERE r.name = ?1 ORDER BY o.role, o.person",
    )?;
    let found = find.query_map([room.as_str()], |row| {
        Ok((parsed(row, 0, PersonId::parse)?, role_of(row.get(1)?).unwrap_or(Role::Member)))
    });
    found?.collect()
}

/// How a room stands to somebody.
pub(super) fn standing(db: &Connection, room: &RoomName, person: &PersonId) -> rusqlite::Result<RoomStanding> {
    let mut find = db.prepare_cached("SELECT access, head, days FROM rooms WHERE name = ?1")?;
    let found = find.query_row([room.as_str()], |row| {
        Ok(RoomStanding { access: access_of(row.get(0)?), head: seq(row, 1)?, days: days(row, 2)?, role: None })
    });
    let standing = found.optional()?.unwrap_or_default();
    let role = if standing.access == Access::Public { None } else { role(db, room, person)? };
    Ok(RoomStanding { role, ..standing })
}

/// Who is what in a room, and the invitations that are good.
pub(super) fn all(db: &Connection, room: &RoomName, now: Millis) -> rusqlite::Result<Members> {
    let mut called = db.prepare_cached("SELECT name FROM people WHERE id = ?1")?;
    let mut named = |(id, role): (PersonId, Role)| {
        let name = called.query_row([id.as_str()], |row| parsed(row, 0, PersonName::parse)).optional()?;
        Ok((Person { id, name: name.unwrap_or_else(PersonName::anonymous) }, role))
    };
    let people = roles(db, room)?.into_iter().map(&mut named).collect::<rusqlite::Result<_>>()?;
    Ok(Members { people, invitations: invitations(db, room, now)? })
}

/// An invitation that was not revoked, and the title of its room.
pub(super) fn invitation_and_title(
    db: &Connection,
    code: &Hash256,
) -> rusqlite::Result<Option<(Invitation, RoomTitle)>> {
    let Some(invitation) = invitation(db, code)? else { return Ok(None) };
    let mut find = db.prepare_cached("SELECT title FROM rooms WHERE name = ?1")?;
    let title = find.query_row([invitation.room.as_str()], |row| parsed(row, 0, RoomTitle::parse)).optional()?;
    Ok(Some((invitation, title.unwrap_or_default())))
}

/// How many people are something in a room.
pub(super) fn members(db: &Connection, room: &RoomName) -> rusqlite::Result<u64> {
    let mut count =
        db.prepare_cached("SELECT count(*) FROM roles o JOIN rooms r ON r.id = o.room WHERE r.name = ?1")?;
    count.query_row([room.as_str()], |row| row.get::<_, i64>(0)).map(i64::cast_unsigned)
}

/// Whether somebody is kept.
pub(super) fn knows(db: &Connection, person: &PersonId) -> rusqlite::Result<bool> {
    let mut find = db.prepare_cached("SELECT EXISTS (SELECT 1 FROM people WHERE id = ?1)")?;
    find.query_row([person.as_str()], |row| row.get(0))
}

/// An invitation that was not revoked.
pub(super) fn invitation(db: &Connection, code: &Hash256) -> rusqlite::Result<Option<Invitation>> {
    let mut find = db.prepare_cached("SELECT code, room, by, until, uses FROM invitations WHERE code = ?1")?;
    find.query_row([code], invitation_of).optional()
}

/// The invitations to a room that are good, the one first that ends first.
pub(super) fn invitations(db: &Connection, room: &RoomName, now: Millis) -> rusqlite::Result<Vec<Invitation>> {
    let mut find = db.prepare_cached(
        "SELECT code, room, by, until, uses FROM invitations WHERE room = ?1 AND until > ?2 ORDER BY until, code",
    )?;
    find.query_map(params![room.as_str(), column(now.0)], invitation_of)?.collect()
}

fn invitation_of(row: &rusqlite::Row<'_>) -> rusqlite::Result<Invitation> {
    Ok(Invitation {
        code: row.get(0)?,
        room: parsed(row, 1, RoomName::parse)?,
        by: parsed(row, 2, PersonId::parse)?,
        until: millis(row, 3)?,
        uses: row.get(4)?,
    })
}
