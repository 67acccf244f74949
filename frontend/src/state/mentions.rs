//! Whom a text mentions: the names after its `@`s, among the people that the writer can know of.
//!
//! Invariant: what the composer gives is the text alone. Whom it means is found when it is sent, and again when it is
//! edited; where two bear the name that was written, both are meant.

use shared::{
    Person, PersonId,
    markdown::{begins_with, is_of_word, named},
};

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
            let lengths = || people.iter().map(|person| (named(after, person.name.as_str()), person));
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
