//! Names that are somebody's alone: those that were claimed, and what looks like them.
//!
//! Invariant: no two people have claimed names that look alike. The log's writer alone changes what is here, after the
//! commit; everybody else looks.
//!
//! What looks alike is told by the skeletons of Unicode Technical Standard 39, section 4, of two forms: of the name in
//! lower case, so that "ALICE" is "alice"; and of the name as it is, so that `AIice` (with a capital I) is "alice" too.

use std::{
    collections::HashMap,
    sync::{Arc, LazyLock, PoisonError, RwLock, RwLockReadGuard},
};

use shared::{PersonId, PersonName};
use unicode_security::skeleton;

/// What the server calls itself where it speaks in a room.
const SERVER: &str = "Warren";

/// The forms by which two names are told to look alike.
type Looks = [String; 2];

/// Names that are somebody's alone; a cheap handle.
#[derive(Clone, Default)]
pub struct Names(Arc<RwLock<Claimed>>);

#[derive(Default)]
struct Claimed {
    owners: HashMap<String, PersonId>,
    names: HashMap<PersonId, PersonName>,
}

impl Names {
    /// Whether this person may be called so: nobody else has claimed it, or what looks like it, and it is not the
    /// server's own.
    #[must_use]
    pub fn may_bear(&self, name: &PersonName, person: &PersonId) -> bool {
        let looks = looks(name.as_str());
        !is_the_servers(&looks) && self.owners(&looks).all(|owner| owner == *person)
    }

    /// Whether a name was claimed by nobody at all, nor what looks like it.
    #[must_use]
    pub fn is_free(&self, name: &PersonName) -> bool {
        let looks = looks(name.as_str());
        !is_the_servers(&looks) && self.owners(&looks).next().is_none()
    }

    /// Whose name it is.
    #[must_use]
    pub fn owner(&self, name: &PersonName) -> Option<PersonId> {
        let looks = looks(name.as_str());
        self.owners(&looks).next()
    }

    /// The name that a person has claimed.
    #[must_use]
    pub fn of(&self, person: &PersonId) -> Option<PersonName> {
        self.read().names.get(person).cloned()
    }

    /// The person has claimed the name. What they had claimed before is free.
    pub(super) fn claim(&self, person: &PersonId, name: &PersonName) {
        let mut claimed = self.0.write().unwrap_or_else(PoisonError::into_inner);
        if claimed.names.insert(person.clone(), name.clone()).is_some() {
            claimed.owners.retain(|_, owner| owner != person);
        }
        for look in looks(name.as_str()) {
            claimed.owners.insert(look, person.clone());
        }
    }

    /// The person has no name any longer: what they had claimed is free.
    pub(super) fn release(&self, person: &PersonId) {
        let mut claimed = self.0.write().unwrap_or_else(PoisonError::into_inner);
        if claimed.names.remove(person).is_some() {
            claimed.owners.retain(|_, owner| owner != person);
        }
    }

    fn owners(&self, looks: &Looks) -> impl Iterator<Item = PersonId> {
        let claimed = self.read();
        looks.each_ref().map(|look| claimed.owners.get(look).cloned()).into_iter().flatten()
    }

    fn read(&self) -> RwLockReadGuard<'_, Claimed> {
        self.0.read().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Whether two names look alike.
#[must_use]
pub fn look_alike(one: &PersonName, other: &PersonName) -> bool {
    let other = looks(other.as_str());
    looks(one.as_str()).iter().any(|look| other.contains(look))
}

fn is_the_servers(looks: &Looks) -> bool {
    static LOOKS: LazyLock<Looks> = LazyLock::new(|| self::looks(SERVER));
    looks.iter().any(|look| LOOKS.contains(look))
}

fn looks(name: &str) -> Looks {
    // What cannot be seen, or stands at an end or twice in a row, makes no difference.
    let seen = |c: &char| !matches!(c, '\u{ad}' | '\u{200b}'..='\u{200f}' | '\u{2060}'..='\u{2064}' | '\u{feff}');
    let visible: String = name.chars().filter(seen).collect();
    let spaced = visible.split_whitespace().collect::<Vec<_>>().join(" ");
    let of = |text: &str| skeleton(text).collect::<String>().to_lowercase();
    [of(&spaced.to_lowercase()), of(&spaced)]
}

#[cfg(test)]
mod tests {
    use super::*;

    fn person(id: &str) -> PersonId {
        PersonId::parse(id).unwrap()
    }

    fn name(name: &str) -> PersonName {
        PersonName::parse(name).unwrap()
    }

    #[test]
    fn a_claimed_name_and_what_looks_like_it_is_nobody_elses() {
        let names = Names::default();
        names.claim(&person("a"), &name("Alice Munro"));
        for alike in [
            "Alice Munro",
            "alice munro",
            "ALICE MUNRO",
            "AIice Munro",
            "Аlice Munro",
            "Alice\u{200b} Munro",
            " Alice  Munro ",
            "𝐀lice Munro",
            "Ａlice Munro",
            "Alice Munr0",
        ] {
            assert!(!names.may_bear(&name(alike), &person("b")), "{alike:?}");
            assert!(names.may_bear(&name(alike), &person("a")), "{alike:?} is their own");
            assert_eq!(names.owner(&name(alike)), Some(person("a")), "{alike:?}");
        }
        for other in ["Alice", "Alice M.", "Bob", "Alicia Munro", "Anonymous", "Älice Munro"] {
            assert!(names.may_bear(&name(other), &person("b")), "{other:?}");
        }
    }

    #[test]
    fn whoever_claims_another_name_gives_the_first_back() {
        let names = Names::default();
        names.claim(&person("a"), &name("Ann"));
        names.claim(&person("a"), &name("Anna"));
        assert!(names.is_free(&name("Ann")));
        assert!(!names.is_free(&name("anna")));
        assert_eq!(names.of(&person("a")), Some(name("Anna")));
        names.release(&person("a"));
        assert!(names.is_free(&name("anna")));
        assert_eq!(names.of(&person("a")), None);
    }

    #[test]
    fn nobody_is_called_as_the_server() {
        let names = Names::default();
        for alike in ["Warren", "warren", "Wаrren"] {
            assert!(!names.may_bear(&name(alike), &person("a")), "{alike}");
        }
    }
}
