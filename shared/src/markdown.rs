//! What a message says: its text, read once for each revision into a small tree that both ends draw from.
//!
//! The dialect is one for chat, not `CommonMark` (docs/protocol.md has its rules): what is no markup here stays as it was
//! typed, and nothing of a text is lost. Reading takes steps in proportion to the text, whatever is in it, and what is
//! nested deeper than [`DEPTH`] stays text. The tree knows no HTML.

mod address;
mod blocks;
mod emoji;
mod inlines;
mod mention;
mod plain;
mod steps;
#[cfg(test)]
mod tests;

use std::borrow::Cow;

pub use mention::{Part, begins_with, is_of_word, mentions, named};
pub use plain::plain;

/// How deep quotes and lists may lie in each other, and how many marks may be open at once.
pub const DEPTH: usize = 8;

/// What a message says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Said<'a> {
    /// It began with `/me `: the author does what is said. The blocks are without it.
    pub emote: bool,
    /// It is one to three emoji and nothing else.
    pub lone_emoji: bool,
    /// What is said, in order.
    pub blocks: Vec<Block<'a>>,
}

impl<'a> Said<'a> {
    /// The words of a message that is one paragraph, as most are.
    #[must_use]
    pub fn as_words(&self) -> Option<&[Inline<'a>]> {
        match &*self.blocks {
            [Block::Paragraph(words)] => Some(words),
            _ => None,
        }
    }
}

/// A part of a message that begins on a line of its own.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Block<'a> {
    /// Words, with their line breaks and the blank lines after them as they were typed.
    Paragraph(Vec<Inline<'a>>),
    /// Lines between two fences.
    Code {
        /// The word after the opening fence; empty where there was none.
        language: &'a str,
        /// The lines, without the line break before the closing fence.
        text: Cow<'a, str>,
    },
    /// Lines after `> `.
    Quote(Vec<Block<'a>>),
    /// Neighbouring items of one kind.
    List {
        /// They begin with numbers rather than with bullets.
        numbered: bool,
        /// The items.
        items: Vec<Item<'a>>,
    },
}

/// An item of a list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Item<'a> {
    /// The number with its point or bracket, as it was typed; empty in a list of bullets.
    pub number: &'a str,
    /// The first line.
    pub words: Vec<Inline<'a>>,
    /// The indented lines below it.
    pub under: Vec<Block<'a>>,
}

/// A part of a line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Inline<'a> {
    /// Nothing but text. It may have line breaks, and mentions ([`mentions`]).
    Text(&'a str),
    /// `**bold**`
    Strong(Vec<Inline<'a>>),
    /// `*italic*` or `_italic_`
    Emphasis(Vec<Inline<'a>>),
    /// `~~struck~~`
    Strike(Vec<Inline<'a>>),
    /// `` `code` ``
    Code(&'a str),
    /// An address, bare or with words of its own. Never a link within a link.
    Link {
        /// Where it leads: `http://`, `https://` or `mailto:`, without white space, control or hidden characters.
        address: &'a str,
        /// What it is called; the address itself, where it is bare.
        words: Vec<Inline<'a>>,
        /// Where its words look like another address: the host that it really leads to, to be shown beside them. Else
        /// empty.
        host: &'a str,
    },
}

/// Reads a text.
#[must_use]
pub fn parse(text: &str) -> Said<'_> {
    let done = text.strip_prefix("/me ").filter(|rest| !rest.trim().is_empty());
    let rest = done.unwrap_or(text);
    Said { emote: done.is_some(), lone_emoji: emoji::is_lone(rest), blocks: blocks::of(rest) }
}

/// A character that is not seen, but steers what is: of no width, or turning the direction.
fn is_hidden(c: char) -> bool {
    matches!(c, '\u{61c}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{2069}' | '\u{feff}')
}
