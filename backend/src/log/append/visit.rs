//! What becomes of a visit: read positions go forward, unless they are set back by hand; nobody visits rooms without
//! end.

use shared::{Millis, RoomName, Seq};

use super::{Appended, Appender, NotAppended, Plan, VisitChange, Visiting, Wrong};
use crate::log::store::{Store, VisitRow};

/// Most rooms of a person's list.
pub(super) const VISITS: u64 = 2_000;

impl<S: Store> Appender<S> {
    pub(super) fn decide_visit(
        &mut self,
        plan: &mut Plan,
        visiting: &Visiting,
        now: Millis,
    ) -> Result<Appended, NotAppended> {
        let Visiting { person, name, room, change, remember } = visiting;
        if *change != VisitChange::Forget {
            self.check_read(plan, room, person)?;
        }
        let place = (person.clone(), room.clone());
        let (before, others) = match plan.batch.visits.get(&place) {
            // What this very batch has added is not counted: a batch is no more than a few.
            Some(planned) => (planned.clone(), 0),
            None => self.ask(|store| store.visit(person, room))?,
        };
        let after = match change {
            VisitChange::Read { seq, back } => Some(self.read(plan, room, before.as_ref(), *seq, *back)?),
            VisitChange::Level(level) => Some(VisitRow { level: *level, ..before.clone().unwrap_or_default() }),
            VisitChange::Forget => None,
        };
        if after == before {
            return Ok(Appended::Unchanged);
        }
        if before.is_none() && others >= VISITS {
            return Err(Wrong::TooManyRooms.into());
        }
        plan.batch.visits.insert(place, after);
        if let Some(remember) = remember {
            plan.remember(person, name, false, Some(remember), now);
        }
        Ok(Appended::Kept)
    }

    /// The visit when the room has been read up to `seq`.
    fn read(
        &mut self,
        plan: &Plan,
        room: &RoomName,
        before: Option<&VisitRow>,
        seq: Seq,
        back: bool,
    ) -> Result<VisitRow, NotAppended> {
        let before = before.cloned().unwrap_or_default();
        let seq = seq.min(self.room(plan, room)?.head);
        Ok(match () {
            () if back => VisitRow { read: seq, marked: true, ..before },
            () if seq > before.read => VisitRow { read: seq, marked: false, ..before },
            () => before,
        })
    }
}
