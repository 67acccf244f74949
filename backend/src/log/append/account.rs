//! What becomes of names and accounts: no two people have claimed names that look alike, no recovery code is used twice,
//! and nobody loses their last way to sign in.

use shared::{Millis, PersonId, PersonName};

use super::{Accounting, Appended, Appender, NotAppended, Plan, Rename, Wrong};
use crate::log::{account::AccountChange, names::look_alike, store::Store};

impl<S: Store> Appender<S> {
    pub(super) fn decide_rename(
        &mut self,
        plan: &mut Plan,
        rename: &Rename,
        now: Millis,
    ) -> Result<Appended, NotAppended> {
        let Rename { person, name, remember } = rename;
        self.may_bear(plan, name, person)?;
        let has_claimed = self.names.of(person).is_some() || plan.claims.iter().any(|(owner, _)| owner == person);
        if has_claimed {
            self.claim(plan, person, name)?;
            plan.batch.accounts.push((person.clone(), AccountChange::Claim(name.clone()), now));
        }
        plan.remember(person, name, true, remember.as_ref(), now);
        Ok(Appended::Kept)
    }

    pub(super) fn decide_account(
        &mut self,
        plan: &mut Plan,
        accounting: &Accounting,
        now: Millis,
    ) -> Result<Appended, NotAppended> {
        let Accounting { person, name, changes, remember } = accounting;
        for change in changes {
            match change {
                AccountChange::Claim(name) => self.may_claim(plan, person, name)?,
                AccountChange::UseRecoveryCode(code) => {
                    let used = (person.clone(), change.clone());
                    let is_used = plan.batch.accounts.iter().any(|(who, what, _)| (who, what) == (&used.0, &used.1));
                    if is_used || !self.ask(|store| store.recovery_code(person, code))? {
                        return Err(Wrong::NoSuchCode.into());
                    }
                }
                AccountChange::ForgetPasskey { id } => {
                    // Of two that are forgotten in one batch, each would find the other.
                    let forgets = |(who, what, _): &(PersonId, AccountChange, Millis)| {
                        who == person && matches!(what, AccountChange::ForgetPasskey { .. })
                    };
                    let forgotten = u64::try_from(plan.batch.accounts.iter().filter(|one| forgets(one)).count());
                    let others = self.ask(|store| store.ways_but(person, id))?;
                    if others <= forgotten.unwrap_or(u64::MAX) {
                        return Err(Wrong::LastWay.into());
                    }
                }
                _ => {}
            }
        }
        if let Some(remember) = remember {
            plan.remember(person, name, false, Some(remember), now);
        }
        for change in changes {
            if let AccountChange::Claim(name) = change {
                plan.remember(person, name, true, None, now);
                self.claim(plan, person, name)?;
            }
            if let AccountChange::Leave { .. } = change {
                plan.leaving.push(person.clone());
            }
            plan.batch.accounts.push((person.clone(), change.clone(), now));
        }
        Ok(Appended::Kept)
    }

    fn claim(&self, plan: &mut Plan, person: &PersonId, name: &PersonName) -> Result<(), NotAppended> {
        self.may_claim(plan, person, name)?;
        plan.claims.retain(|(owner, _)| owner != person);
        plan.claims.push((person.clone(), name.clone()));
        Ok(())
    }

    fn may_claim(&self, plan: &Plan, person: &PersonId, name: &PersonName) -> Result<(), NotAppended> {
        if look_alike(name, &PersonName::anonymous()) {
            return Err(Wrong::NoName.into());
        }
        self.may_bear(plan, name, person)
    }

    fn may_bear(&self, plan: &Plan, name: &PersonName, person: &PersonId) -> Result<(), NotAppended> {
        let claimed_now = plan.claims.iter().any(|(owner, claimed)| owner != person && look_alike(claimed, name));
        if claimed_now || !self.names.may_bear(name, person) { Err(Wrong::NameTaken.into()) } else { Ok(()) }
    }
}
