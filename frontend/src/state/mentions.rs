//! Whom a text mentions: the names after its `@`s, among the people that the writer can know of.
//!
//! Invariant: what the composer gives is the text alone. Whom it means is found when it is sent, and again when it is
//! edited; where two bear the name that was written, both are meant.

use shared::{
    Person, PersonId,
    markdown::{Block, Inline, Part, begins_with, is_of_word, mentions, named, parse},
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

/// Those of `people` whom a text mentions, at most 50. In code and in links nobody is.
#[must_use]
pub fn mentioned(text: &str, people: &[Person]) -> Vec<PersonId> {
    let names: Vec<&str> = people.iter().map(|person| person.name.as_str()).collect();
    let mut found = Found { people, names, ids: Vec::new() };
    if text.contains('@') {
        found.in_blocks(&parse(text).blocks);
    }
    found.ids
}

struct Found<'a> {
    people: &'a [Person],
    names: Vec<&'a str>,
    ids: Vec<PersonId>,
}

impl Found<'_> {
    fn in_blocks(&mut self, blocks: &[Block<'_>]) {
        for block in blocks {
            match block {
                Block::Paragraph(words) => self.in_words(words),
                Block::Code { .. } => {}
                Block::Quote(blocks) => self.in_blocks(blocks),
                Block::List { items, .. } => {
                    for item in items {
                        self.in_words(&item.words);
                        self.in_blocks(&item.under);
                    }
                }
            }
        }
    }

    fn in_words(&mut self, words: &[Inline<'_>]) {
        for word in words {
            match word {
                Inline::Text(text) => self.in_text(text),
                Inline::Strong(words) | Inline::Emphasis(words) | Inline::Strike(words) => self.in_words(words),
                Inline::Code(_) | Inline::Link { .. } => {}
            }
        }
    }

    fn in_text(&mut self, text: &str) {
        for part in mentions(text, &self.names) {
            let Part::Mention { typed, .. } = part else { continue };
            for person in self.people {
                let is_new = self.ids.len() < MOST && !self.ids.contains(&person.id);
                if is_new && named(&typed[1..], person.name.as_str()) + 1 == typed.len() {
                    self.ids.push(person.id.clone());
                }
            }
        }
    }
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
