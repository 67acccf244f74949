//! How messages stand beside each other in a log: what the server's first paint and the client must draw alike.

use crate::{Message, Millis, PersonId, PersonName};

/// A group ends after such a pause, in milliseconds.
const GROUP_MS: u64 = 5 * 60 * 1000;

/// What is said at `at` comes soon enough after what was said at `before` to stand in one group with it.
#[must_use]
pub fn is_soon_after(before: Millis, at: Millis) -> bool {
    at.0.saturating_sub(before.0) < GROUP_MS
}

impl Message {
    /// It goes on with the group of the message before it: the same person, called the same, soon after, and it answers
    /// nothing. A day line between them ends the group all the same.
    #[must_use]
    pub fn goes_on(&self, before: &Self) -> bool {
        let by_the_same = self.by.id == before.by.id && self.by.name == before.by.name;
        by_the_same && is_soon_after(before.at, self.at) && self.reply_to.is_none()
    }
}

/// Those of some people whose name another of them bears too, each once for each name that they had.
#[must_use]
pub fn namesakes<'a>(people: impl Iterator<Item = (&'a PersonId, &'a PersonName)>) -> Vec<&'a PersonId> {
    let mut known: Vec<(&PersonId, &PersonName)> = Vec::new();
    for one in people {
        if !known.contains(&one) {
            known.push(one);
        }
    }
    let is_shared =
        |(id, name): &&(&PersonId, &PersonName)| known.iter().any(|other| other.1 == *name && other.0 != *id);
    known.iter().filter(is_shared).map(|(id, _)| *id).collect()
}

impl PersonId {
    /// The short sign that tells people of one name apart.
    #[must_use]
    pub fn sign(&self) -> &str {
        self.as_str().get(..4).unwrap_or(self.as_str())
    }
}

impl PersonName {
    /// The character that stands for the name where there is room for one.
    #[must_use]
    pub fn initial(&self) -> String {
        self.as_str().trim_start().chars().take(1).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Author, ClientKey, MessageText, Seq};

    fn said(seq: u64, id: &str, name: &str, at: u64) -> Message {
        Message {
            seq: Seq(seq),
            at: Millis(at),
            by: Author { id: PersonId::parse(id).unwrap(), name: PersonName::parse(name).unwrap(), plain: false },
            key: ClientKey::parse("k").unwrap(),
            text: MessageText::parse("hi").ok(),
            edited: None,
            reply_to: None,
            mentions: Vec::new(),
            reactions: Vec::new(),
            rev: Seq(seq),
        }
    }

    #[test]
    fn a_group_is_of_one_person_by_one_name_without_a_long_pause() {
        let before = said(1, "a", "Ada", 1_000);
        let check = |id, name, at, want| assert_eq!(said(2, id, name, at).goes_on(&before), want, "{id} {name} {at}");
        check("a", "Ada", 1_000, true);
        check("a", "Ada", 300_999, true);
        check("a", "Ada", 301_000, false);
        check("b", "Ada", 1_000, false);
        check("a", "Bea", 1_000, false);
        check("a", "Ada", 0, true);
        let answer = Message { reply_to: Some(Seq(1)), ..said(2, "a", "Ada", 1_000) };
        assert!(!answer.goes_on(&before), "what it answers stands above it");
    }

    #[test]
    fn namesakes_are_those_who_cannot_be_told_apart_by_their_name() {
        let people = [("a", "Ada"), ("b", "Bob"), ("a", "Ada"), ("c", "Ada"), ("b", "Bea"), ("d", "Dan")];
        let people = people.map(|(id, name)| (PersonId::parse(id).unwrap(), PersonName::parse(name).unwrap()));
        let found = namesakes(people.iter().map(|(id, name)| (id, name)));
        assert_eq!(found.iter().map(|id| id.as_str()).collect::<Vec<_>>(), ["a", "c"]);
    }

    #[test]
    fn signs_and_initials_are_short() {
        let sign = |id| PersonId::parse(id).unwrap().sign().to_owned();
        assert_eq!((sign("abcdef"), sign("ab")), ("abcd".to_owned(), "ab".to_owned()));
        let initial = |name| PersonName::parse(name).unwrap().initial();
        assert_eq!((initial("  ada"), initial("ليلى"), initial("<b>")), ("a".into(), "ل".into(), "<".into()));
    }
}
