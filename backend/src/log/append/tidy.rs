//! What is taken out of logs again, as events: whoever has a copy follows them, and does the same.

use shared::{Author, ClientKey, EventBody, Millis, PersonId, PersonName, Role, RoomName, Seq};

use super::{Appended, Appender, NotAppended, Plan, Tidying, plan::Asked};
use crate::log::store::{Nameless, Store};

impl<S: Store> Appender<S> {
    pub(super) fn decide_tidying(
        &mut self,
        plan: &mut Plan,
        tidying: &Tidying,
        now: Millis,
    ) -> Result<Appended, NotAppended> {
        match tidying {
            Tidying::Forget { person, .. } | Tidying::Left { person } if !self.leaving.contains(person) => {
                Ok(Appended::Unchanged)
            }
            Tidying::Forget { person, room, seqs, texts_go, last } => {
                self.forget(plan, (person, room), seqs, (*texts_go, *last), now)
            }
            Tidying::Left { person } => {
                plan.batch.accounts.push((person.clone(), crate::log::AccountChange::Left, now));
                Ok(Appended::Kept)
            }
            Tidying::Drop { room, before } => {
                let state = self.room(plan, room)?;
                match before {
                    Some(before) if *before <= Seq(1) || *before > state.head.next() => return Ok(Appended::Unchanged),
                    Some(before) => {
                        self.say(plan, room, &the_server()?, EventBody::Dropped { target: *before }, now)?;
                    }
                    None => drop(plan.batch.rooms.insert(room.clone(), state)),
                }
                plan.batch.dropped.push((room.clone(), *before));
                Ok(Appended::Kept)
            }
        }
    }

    fn forget(
        &mut self,
        plan: &mut Plan,
        (person, room): (&PersonId, &RoomName),
        seqs: &[Seq],
        (texts_go, last): (bool, bool),
        now: Millis,
    ) -> Result<Appended, NotAppended> {
        let nobody = Author { id: person.clone(), name: PersonName::anonymous(), plain: false };
        if texts_go {
            for seq in seqs {
                self.take_back(plan, room, &nobody, *seq, now)?;
            }
        }
        let nameless = Nameless { room: room.clone(), author: person.clone(), seqs: seqs.to_vec() };
        plan.batch.nameless.push(nameless);
        if last {
            self.go_out(plan, room, &nobody, now)?;
            self.say(plan, room, &nobody, EventBody::Forgotten, now)?;
        } else {
            let state = self.room(plan, room)?;
            plan.batch.rooms.insert(room.clone(), state);
        }
        Ok(Appended::Kept)
    }

    /// Deletes a message of somebody who leaves, where it is one.
    fn take_back(
        &mut self,
        plan: &mut Plan,
        room: &RoomName,
        by: &Author,
        seq: Seq,
        now: Millis,
    ) -> Result<(), NotAppended> {
        let message = match plan.message(room, seq) {
            Some(message) => Some(message.clone()),
            None => self.ask(|store| store.message(room, seq))?,
        };
        let Some(message) = message.filter(|message| message.by.id == by.id && !message.is_deleted()) else {
            return Ok(());
        };
        let (key, state) = (self.key()?, self.room(plan, room)?);
        let asked = Asked { room, by, key: &key, remember: None };
        plan.push(asked, EventBody::Deleted { target: seq }, state, Some(message), now);
        Ok(())
    }

    /// Somebody is nothing in a room any longer. Where they were its only owner, whoever comes next is.
    fn go_out(&mut self, plan: &mut Plan, room: &RoomName, by: &Author, now: Millis) -> Result<(), NotAppended> {
        let Some(role) = self.role(plan, room, &by.id)? else { return Ok(()) };
        let mut next = None;
        if role == Role::Owner && self.owners(plan, room)? < 2 {
            for (person, _) in self.ask(|store| store.roles(room))? {
                if next.is_none() && person != by.id && self.role(plan, room, &person)?.is_some() {
                    next = Some(person);
                }
            }
        }
        let changes = next.map(|person| (person, Some(Role::Owner))).into_iter().chain([(by.id.clone(), None)]);
        for (person, role) in changes {
            plan.batch.roles.insert((room.clone(), person.clone()), role);
            self.say(plan, room, by, EventBody::RoleSet { person, role }, now)?;
        }
        Ok(())
    }

    /// Appends an event that no client has asked for.
    pub(super) fn say(
        &mut self,
        plan: &mut Plan,
        room: &RoomName,
        by: &Author,
        body: EventBody,
        now: Millis,
    ) -> Result<(), NotAppended> {
        let (key, state) = (self.key()?, self.room(plan, room)?);
        plan.push(Asked { room, by, key: &key, remember: None }, body, state, None, now);
        Ok(())
    }

    /// A name for it that nobody can have used before.
    fn key(&self) -> Result<ClientKey, NotAppended> {
        ClientKey::parse(&self.salt()?.to_string()).map_err(|_| NotAppended::Storage)
    }
}

/// Who the server is in a log. People have longer ids.
fn the_server() -> Result<Author, NotAppended> {
    let (id, name) = (PersonId::parse("warren"), PersonName::parse("Warren"));
    let (Ok(id), Ok(name)) = (id, name) else { return Err(NotAppended::Storage) };
    Ok(Author { id, name, plain: false })
}
