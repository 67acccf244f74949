//! Where a text names people: `@Name`, for those who are given.

use super::{is_word, steps};

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
/// A mention is `@` and a name, exactly as it is written, the longest where one begins with another. No letter or digit
/// follows it, so `@Ana` is not in `@Anaïs`, and none of ASCII goes before, so there is none in `bob@Ana.example`.
#[must_use]
pub fn mentions<'a>(text: &'a str, names: &[&str]) -> Vec<Part<'a>> {
    let mut parts = Vec::new();
    let (mut begun, mut at) = (0, 0);
    while let Some(found) = text[at..].find('@') {
        let start = at + found;
        at = start + 1;
        let after_a_letter = text[..start].chars().next_back().is_some_and(|c| c.is_ascii_alphanumeric());
        let Some(name) = longest(&text[at..], names).filter(|_| !after_a_letter) else { continue };
        at += names[name].len();
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

/// The longest of the names that begins the text and ends with a word's end.
fn longest(text: &str, names: &[&str]) -> Option<usize> {
    let mut best: Option<usize> = None;
    for (place, name) in names.iter().enumerate() {
        steps::take(1);
        let longer = best.is_none_or(|best| name.len() > names[best].len());
        if longer && !name.is_empty() && text.strip_prefix(name).is_some_and(|rest| !rest.starts_with(is_word)) {
            best = Some(place);
        }
    }
    best
}
