//! Whom a text mentions: the names after its `@`s, among the people that the writer can know of.
//!
//! Invariant: what the composer gives is the text alone. Whom it means is found when it is sent, and again when it is
//! edited; where two bear the name that was written, both are meant.

use shared::{Person, PersonId};

use super::Room;

/// Most people that one message mentions (`docs/protocol.md`).
const MOST: usize = 50;
/// Most names that are offered.
const OFFERED: usize = 8;

/// The people who can be mentioned in a room, without oneself: its authors, those who spoke last first, and then
/// others who are here. Each once, and by the newest name.
#[must_use]
pub fn people(room: &Room, me: Option<&PersonId>) -> Vec<Person> {
    let here = room.here.as_ref().map_or(&[][..], |here| &here.people);
    let mut people: Vec<Person> = Vec::new();
    let mut meet = |id: &PersonId, name| {
        if Some(id) != me && people.iter().all(|known| known.id != *id) {
            let named = here.iter().find(|person| person.id == *id).map_or(name, |person| &person.name);
            people.push(Person { id: id.clone(), name: named.clone() });
        }
    };
    for message in room.window.newest_first().filter(|message| !message.by.plain) {
        meet(&message.by.id, &message.by.name);
    }
    for person in here {
        meet(&person.id, &person.name);
    }
    people
}

/// Those of `people` whom a text mentions, at most 50.
#[must_use]
pub fn mentioned(text: &str, people: &[Person]) -> Vec<PersonId> {
    let mut found: Vec<PersonId> = Vec::new();
    let mut before = ' ';
    for (place, c) in text.char_indices() {
        // What has a letter before it is an address.
        if c == '@' && !is_of_word(before) {
            let after = &text[place + 1..];
            let lengths = || people.iter().map(|person| (named(after, person), person));
            let longest = lengths().map(|(length, _)| length).max().unwrap_or(0);
            for (_, person) in lengths().filter(|(length, _)| *length > 0 && *length == longest) {
                if found.len() < MOST && !found.contains(&person.id) {
                    found.push(person.id.clone());
                }
            }
        }
        before = c;
    }
    found
}

/// Those of `people` who are to be offered for what was typed after an `@`: a word of their name begins with it.
#[must_use]
pub fn completions<'a>(typed: &str, people: &'a [Person]) -> Vec<&'a Person> {
    let fits = |person: &&Person| {
        let name = person.name.as_str();
        let mut before = ' ';
        name.char_indices().any(|(place, c)| {
            let begins = !is_of_word(std::mem::replace(&mut before, c)) && is_of_word(c) || place == 0;
            begins && begins_with(&name[place..], typed).is_some()
        })
    };
    people.iter().filter(fits).take(OFFERED).collect()
}

/// How many bytes of a text are a person's name, as a word of its own; 0 where it is not.
fn named(text: &str, person: &Person) -> usize {
    let length = begins_with(text, person.name.as_str()).unwrap_or(0);
    if text[length..].chars().next().is_some_and(is_of_word) { 0 } else { length }
}

/// How many bytes of a text are `beginning`, capitals or not; none where it begins otherwise.
fn begins_with(text: &str, beginning: &str) -> Option<usize> {
    let mut rest = text.chars();
    for c in beginning.chars() {
        if rest.next().map(small) != Some(small(c)) {
            return None;
        }
    }
    Some(text.len() - rest.as_str().len())
}

/// A letter or digit of a script that sets its words apart. What stands beside a name in another is no part of it.
fn is_of_word(c: char) -> bool {
    c.is_ascii_alphanumeric() || c == '_' || ('\u{c0}'..='\u{8ff}').contains(&c)
}

/// The small letter of a capital, in Latin, Greek and Cyrillic. The table for all scripts would be larger than
/// everything else here.
fn small(c: char) -> char {
    let number = u32::from(c);
    let small = match c {
        'A'..='Z' | 'À'..='Ö' | 'Ø'..='Þ' | 'Α'..='Ρ' | 'Σ'..='Ϋ' | 'А'..='Я' => number + 32,
        'Ѐ'..='Џ' => number + 80,
        'Ā'..='ķ' | 'Ŋ'..='ŷ' => number | 1,
        'Ĺ'..='ň' | 'Ź'..='ž' => number + (number & 1),
        _ => number,
    };
    char::from_u32(small).unwrap_or(c)
}
