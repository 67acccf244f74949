//! What a room's log comes to beside its messages: what the room is called and about, to whom it is open, who is what in
//! it, and for how long it keeps what is said. A view; folded from the events that are there, and from what those came to
//! that were dropped.

use std::collections::BTreeMap;

use rusqlite::{Connection, OptionalExtension, params, types::Type};
use serde::{Deserialize, Serialize};
use shared::{About, Access, Days, Event, EventBody, PersonId, Role, RoomName, Seq};

use super::govern::{access_column, access_of, put_role, roles_by_id};
use crate::log::rows::{self, EVENT, EVENTS, column};

/// What a log comes to.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct RoomFold {
    pub(super) about: About,
    pub(super) access: Access,
    pub(super) roles: BTreeMap<PersonId, Role>,
    pub(super) days: Option<Days>,
}

impl RoomFold {
    /// Folds the events before a seq.
    pub(super) fn before(db: &Connection, room: i64, name: &RoomName, seq: Seq) -> rusqlite::Result<Self> {
        let mut fold = Self::dropped(db, room)?;
        let mut find = db.prepare_cached(&format!(
            "SELECT {EVENT} FROM {EVENTS} WHERE e.room = ?1 AND e.seq < ?2
             AND e.seq >= (SELECT first FROM rooms WHERE id = ?1)
             AND e.kind IN ('room_set', 'room_founded', 'room_role_set', 'room_retention_set') ORDER BY e.seq"
        ))?;
        let mut rows = find.query(params![room, column(seq.0)])?;
        while let Some(row) = rows.next()? {
            fold.take(rows::event(row, name)?.0);
        }
        Ok(fold)
    }

    /// Folds all events.
    pub(super) fn of(db: &Connection, room: i64, name: &RoomName) -> rusqlite::Result<Self> {
        Self::before(db, room, name, Seq(u64::MAX))
    }

    /// What those came to that were dropped.
    fn dropped(db: &Connection, room: i64) -> rusqlite::Result<Self> {
        let mut find = db.prepare_cached("SELECT dropped FROM rooms WHERE id = ?1 AND dropped IS NOT NULL")?;
        let found: Option<String> = find.query_row([room], |row| row.get(0)).optional()?;
        let read = |json: String| {
            serde_json::from_str(&json)
                .map_err(|error| rusqlite::Error::FromSqlConversionFailure(0, Type::Text, Box::new(error)))
        };
        found.map_or_else(|| Ok(Self::default()), read)
    }

    /// From here on these are what those came to that were dropped.
    pub(super) fn keep(&self, change: &Connection, room: i64) -> rusqlite::Result<()> {
        let json =
            serde_json::to_string(self).map_err(|error| rusqlite::Error::ToSqlConversionFailure(error.into()))?;
        change.prepare_cached("UPDATE rooms SET dropped = ?2 WHERE id = ?1")?.execute(params![room, json]).map(drop)
    }

    /// As the view has it.
    pub(super) fn viewed(db: &Connection, room: i64) -> rusqlite::Result<Self> {
        let mut find = db.prepare_cached("SELECT access, days, title, topic, about FROM rooms WHERE id = ?1")?;
        let mut fold = find.query_row([room], |row| {
            let roles = BTreeMap::new();
            Ok(Self { about: rows::about(row, 2)?, access: access_of(row.get(0)?), roles, days: rows::days(row, 1)? })
        })?;
        fold.roles.extend(roles_by_id(db, room)?);
        Ok(fold)
    }

    /// Puts it in the view, which holds nothing of the room.
    pub(super) fn view(&self, change: &Connection, room: i64) -> rusqlite::Result<()> {
        const PUT: &str = "UPDATE rooms SET title = ?2, topic = ?3, about = ?4, access = ?5, days = ?6 WHERE id = ?1";
        let Self { about, access, roles, days } = self;
        let (title, topic, rev) = (about.title.as_str(), about.topic.as_str(), column(about.rev.0));
        let days = days.map(Days::get);
        change.prepare_cached(PUT)?.execute(params![room, title, topic, rev, access_column(*access), days])?;
        roles.iter().try_for_each(|(person, role)| put_role(change, room, person, Some(*role)))
    }

    fn take(&mut self, event: Event) {
        self.about.fold(&event);
        match event.body {
            EventBody::Founded { access } if event.seq == Seq(1) => {
                self.access = access;
                self.roles.insert(event.by.id, Role::Owner);
            }
            EventBody::RoleSet { person, role: Some(role) } => drop(self.roles.insert(person, role)),
            EventBody::RoleSet { person, role: None } => drop(self.roles.remove(&person)),
            EventBody::RetentionSet { days } => self.days = days,
            _ => {}
        }
    }
}
