//! Who may do what in a room, decided where it is written: founding, roles and invitations, and what each command needs.
//! The rule itself is [`Access::may`].

use shared::{
    Access, Author, ClientKey, Command, Days, Deed, EventBody, Millis, PersonId, Role, RoomName, RoomTitle, Seq,
};

use super::{Appended, Appender, NotAppended, Plan, Remember, Wrong, plan::Asked};
use crate::log::{
    account::Hash256,
    store::{Found, Invitation, InvitationChange, RoomState, Store, VisitRow},
};

/// Most people who are something in a room.
const MEMBERS: u64 = 5_000;
/// Most invitations of a room that are good.
const INVITATIONS: u64 = 100;

/// A change of who may do what in a room.
#[derive(Clone, Debug)]
pub struct Governing {
    /// The room.
    pub room: RoomName,
    /// Who asks for it.
    pub by: Author,
    /// Their name for it.
    pub key: ClientKey,
    /// What changes.
    pub change: Governance,
    /// Who asks, where they are not kept in the records yet.
    pub remember: Option<Remember>,
}

/// What changes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Governance {
    /// The room is founded. Nothing may be in it yet.
    Found(Access),
    /// Who asks and another are in the room of the two, which is founded where it is not there yet.
    Meet {
        /// The other.
        other: PersonId,
        /// What it is called where it is founded.
        title: RoomTitle,
    },
    /// Somebody is something else.
    SetRole {
        /// Who.
        person: PersonId,
        /// What they are to be; none is a guest.
        role: Option<Role>,
    },
    /// For so many days the room keeps what is said in it; none is for ever.
    Retain(Option<Days>),
    /// Whoever has the code of this may come in, as a member.
    Invite(Invitation),
    /// An invitation is good no longer.
    Revoke {
        /// The hash of its code.
        code: Hash256,
    },
    /// Who asks has the code, and comes in.
    Accept {
        /// The hash of the code.
        code: Hash256,
    },
}

impl<S: Store> Appender<S> {
    /// Whether somebody may do what a command asks for. `is_own`: it is about what they have written themselves.
    pub(super) fn check(
        &mut self,
        plan: &Plan,
        room: (&RoomName, &RoomState),
        by: &PersonId,
        command: &Command,
        is_own: bool,
    ) -> Result<(), NotAppended> {
        let (name, state) = room;
        if state.access == Access::Public {
            // A name of private rooms of which there is no log yet: to be told apart from one that is closed by nothing.
            return if name.is_closed() && state.head == Seq::ZERO { Err(Wrong::NoAccess.into()) } else { Ok(()) };
        }
        let role = self.role(plan, name, by)?;
        let may = |deed| state.access.may(role, deed);
        if !may(Deed::Read) {
            return Err(Wrong::NoAccess.into());
        }
        let deed = match command {
            // One's own words one may always take back.
            Command::Delete { .. } if is_own => return Ok(()),
            Command::Delete { .. } => Deed::DeleteOthers,
            Command::Post { .. } | Command::Edit { .. } => Deed::Post,
            Command::React { .. } => Deed::React,
            Command::SetRoom { .. } => Deed::Describe,
        };
        match deed {
            // Somebody else's message, in the words that every room has for it.
            Deed::DeleteOthers if !may(deed) => Err(Wrong::NotYours.into()),
            _ if may(deed) => Ok(()),
            _ => Err(Wrong::NotAllowed.into()),
        }
    }

    /// Whether somebody may know of a room.
    pub(super) fn check_read(&mut self, plan: &Plan, name: &RoomName, by: &PersonId) -> Result<(), NotAppended> {
        if !name.is_closed() {
            return Ok(());
        }
        let state = self.room(plan, name)?;
        let is_open = state.access != Access::Private && state.head > Seq::ZERO;
        if is_open || self.role(plan, name, by)?.is_some() { Ok(()) } else { Err(Wrong::NoAccess.into()) }
    }

    pub(super) fn decide_governing(
        &mut self,
        plan: &mut Plan,
        governing: &Governing,
        now: Millis,
    ) -> Result<Appended, NotAppended> {
        let Governing { room: name, by, key, change, remember } = governing;
        let asked = Asked { room: name, by, key, remember: remember.as_ref() };
        let found = match plan.found(name, &by.id, key) {
            Some(found) => Some(found),
            None => self.ask(|store| store.find(name, &by.id, key))?,
        };
        match found {
            Some(Found::Event(seq)) => return Ok(Appended::Known(seq)),
            Some(Found::Unchanged) => return Ok(Appended::Unchanged),
            None => {}
        }
        let state = self.room(plan, name)?;
        let mine = self.role(plan, name, &by.id)?;
        let may = |deed| match state.access.may(mine, deed) {
            true => Ok(()),
            false if state.access.may(mine, Deed::Read) && !name.is_closed() => Err(Wrong::NotAllowed),
            false if mine.is_some() => Err(Wrong::NotAllowed),
            false => Err(Wrong::NoAccess),
        };
        let (person, role) = match change {
            Governance::Found(access) => {
                let fits = (*access == Access::Private) == name.is_closed() && *name != RoomName::lobby();
                if state.head > Seq::ZERO || !fits {
                    return Err(Wrong::NotEmpty.into());
                }
                let founded = RoomState { access: *access, ..state };
                plan.batch.roles.insert((name.clone(), by.id.clone()), Some(Role::Owner));
                let body = EventBody::Founded { access: *access };
                return Ok(Appended::Fresh(plan.push(asked, body, founded, None, now)));
            }
            Governance::Meet { other, title } => return self.meet(plan, &asked, state, (other, title), now),
            Governance::Retain(days) => {
                may(Deed::Retain)?;
                if state.days == *days {
                    plan.settle(name, &by.id, key, state);
                    return Ok(Appended::Unchanged);
                }
                let state = RoomState { days: *days, ..state };
                return Ok(Appended::Fresh(plan.push(
                    asked,
                    EventBody::RetentionSet { days: *days },
                    state,
                    None,
                    now,
                )));
            }
            Governance::Invite(invitation) => {
                may(Deed::Invite)?;
                if self.ask(|store| store.invitations(name, now))? >= INVITATIONS {
                    return Err(Wrong::TooMany.into());
                }
                plan.batch.invitations.push(InvitationChange::Make(invitation.clone()));
                return Ok(Appended::Kept);
            }
            Governance::Revoke { code } => {
                may(Deed::Invite)?;
                plan.batch.invitations.push(InvitationChange::Revoke { room: name.clone(), code: *code });
                return Ok(Appended::Kept);
            }
            Governance::Accept { code } => {
                if mine.is_some() {
                    return Ok(Appended::Unchanged);
                }
                let used = plan.batch.invitations.iter().filter(|change| change.uses(code)).count();
                let revoked = plan.batch.invitations.iter().any(|change| change.revokes(code));
                let invitation = self.ask(|store| store.invitation(code))?.filter(|invitation| {
                    let is_good = invitation.until > now && usize::try_from(invitation.uses).is_ok_and(|n| n > used);
                    is_good && invitation.room == *name && !revoked
                });
                let invitation = invitation.ok_or(Wrong::NoSuchCode)?;
                // Who has invited must still be somebody who may.
                let inviter = self.role(plan, name, &invitation.by)?;
                if !state.access.may(inviter, Deed::Invite) {
                    return Err(Wrong::NoSuchCode.into());
                }
                plan.batch.invitations.push(InvitationChange::Use { code: *code });
                (&by.id, Some(Role::Member))
            }
            Governance::SetRole { person, role } => {
                let theirs = self.role(plan, name, person)?;
                // Everybody may leave.
                if !(person == &by.id && role.is_none() && mine.is_some()) {
                    may(Deed::SetRole { from: theirs, to: *role })?;
                }
                if theirs == *role {
                    plan.settle(name, &by.id, key, state);
                    return Ok(Appended::Unchanged);
                }
                if theirs == Some(Role::Owner) && self.owners(plan, name)? < 2 {
                    return Err(Wrong::LastOwner.into());
                }
                (person, *role)
            }
        };
        if role.is_some() && self.ask(|store| store.members(name))? >= MEMBERS {
            return Err(Wrong::TooMany.into());
        }
        self.list(plan, name, person, role, state.access)?;
        plan.batch.roles.insert((name.clone(), person.clone()), role);
        let body = EventBody::RoleSet { person: person.clone(), role };
        Ok(Appended::Fresh(plan.push(asked, body, state, None, now)))
    }

    /// All in one commit: else somebody could sit in it for ever, alone. Whoever has left is brought back by the other.
    fn meet(
        &mut self,
        plan: &mut Plan,
        asked: &Asked<'_>,
        state: RoomState,
        (other, title): (&PersonId, &RoomTitle),
        now: Millis,
    ) -> Result<Appended, NotAppended> {
        let Asked { room, by, key, .. } = *asked;
        let mut missing = Vec::new();
        for person in [&by.id, other] {
            if self.role(plan, room, person)?.is_none() {
                missing.push(person);
            }
        }
        if missing.is_empty() {
            plan.settle(room, &by.id, key, state);
            return Ok(Appended::Unchanged);
        }
        let mut first = Some(*asked);
        if state.head == Seq::ZERO {
            missing.retain(|person| *person != &by.id);
            let founded = RoomState { access: Access::Private, ..state };
            plan.batch.roles.insert((room.clone(), by.id.clone()), Some(Role::Owner));
            first = None;
            plan.push(*asked, EventBody::Founded { access: Access::Private }, founded, None, now);
            self.say(plan, room, by, EventBody::RoomSet { title: Some(title.clone()), topic: None }, now)?;
        }
        for person in missing {
            let role = Some(Role::Owner);
            self.list(plan, room, person, role, Access::Private)?;
            plan.batch.roles.insert((room.clone(), person.clone()), role);
            let body = EventBody::RoleSet { person: person.clone(), role };
            match first.take() {
                Some(asked) => {
                    let state = self.room(plan, room)?;
                    plan.push(asked, body, state, None, now);
                }
                None => self.say(plan, room, by, body, now)?,
            }
        }
        Ok(Appended::Kept)
    }

    /// A private room comes into the list of who is in it, and goes from that of who is not.
    fn list(
        &mut self,
        plan: &mut Plan,
        name: &RoomName,
        person: &PersonId,
        role: Option<Role>,
        access: Access,
    ) -> Result<(), NotAppended> {
        if access != Access::Private {
            return Ok(());
        }
        let place = (person.clone(), name.clone());
        if role.is_none() {
            plan.batch.visits.insert(place.clone(), None);
            plan.listed.push((place, true));
        } else if self.ask(|store| store.knows(person))?
            && !plan.batch.visits.contains_key(&place)
            && self.ask(|store| store.visit(person, name))?.0.is_none()
        {
            plan.batch.visits.insert(place.clone(), Some(VisitRow::default()));
            plan.listed.push((place, false));
        }
        Ok(())
    }

    pub(super) fn role(
        &mut self,
        plan: &Plan,
        room: &RoomName,
        person: &PersonId,
    ) -> Result<Option<Role>, NotAppended> {
        match plan.batch.roles.get(&(room.clone(), person.clone())) {
            Some(role) => Ok(*role),
            None => self.ask(|store| store.role(room, person)),
        }
    }

    pub(super) fn owners(&mut self, plan: &Plan, room: &RoomName) -> Result<u64, NotAppended> {
        let kept = self.ask(|store| store.roles(room))?;
        let kept: Vec<_> =
            kept.into_iter().filter(|(_, role)| *role == Role::Owner).map(|(person, _)| person).collect();
        let planned = plan.batch.roles.iter().filter(|((name, _), _)| name == room);
        let mut number = i64::try_from(kept.len()).unwrap_or(i64::MAX);
        for ((_, person), role) in planned {
            number += i64::from(*role == Some(Role::Owner)) - i64::from(kept.contains(person));
        }
        Ok(u64::try_from(number).unwrap_or(0))
    }
}
