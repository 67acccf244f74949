//! Where a text names people: `@Name`, for those who are given.

use super::steps;

/// A part of a text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Part<'a> {
    /// Nothing but text.
    Text(&'a str),
    /// A mention.
    Mention {
        /// As it was typed, with its `@`.
        typed: &'a str,
        /// Which of the names that were given: its place among them. Of names that are the same, the first.
        name: usize,
    },
}

/// The parts of a text, in order: put together they are the text.
///
/// A mention is `@` and a name, in capitals or not, the longest where one begins with another. It is a word of its own:
/// `@Ana` is not in `@Anaïs`, and none is in `bob@Ana.example`.
#[must_use]
pub fn mentions<'a>(text: &'a str, names: &[&str]) -> Vec<Part<'a>> {
    let mut parts = Vec::new();
    let (mut begun, mut at) = (0, 0);
    while let Some(found) = text[at..].find('@') {
        let start = at + found;
        at = start + 1;
        if text[..start].chars().next_back().is_some_and(is_of_word) {
            continue;
        }
        let (mut longest, mut name) = (0, 0);
        for (place, candidate) in names.iter().enumerate() {
            steps::take(1);
            let length = named(&text[at..], candidate);
            if length > longest {
                (longest, name) = (length, place);
            }
        }
        if longest == 0 {
            continue;
        }
        at += longest;
        if start > begun {
            parts.push(Part::Text(&text[begun..start]));
        }
        parts.push(Part::Mention { typed: &text[start..at], name });
        begun = at;
    }
    if begun < text.len() {
        parts.push(Part::Text(&text[begun..]));
    }
    parts
}

/// How many bytes at the beginning of a text are a name, as a word of its own; 0 where it is not there.
#[must_use]
pub fn named(text: &str, name: &str) -> usize {
    let length = begins_with(text, name).unwrap_or(0);
    if text[length..].chars().next().is_some_and(is_of_word) { 0 } else { length }
}

/// How many bytes of a text are `beginning`, capitals or not; none where it begins otherwise.
#[must_use]
pub fn begins_with(text: &str, beginning: &str) -> Option<usize> {
    let mut rest = text.chars();
    for c in beginning.chars() {
        if rest.next().map(small) != Some(small(c)) {
            return None;
        }
    }
    Some(text.len() - rest.as_str().len())
}

/// A letter or digit of a script that sets its words apart. What stands beside a name in another is no part of it.
#[must_use]
pub fn is_of_word(c: char) -> bool {
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
