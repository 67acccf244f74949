//! What a message says in one line without markup: for quotes and announcements.

use super::{Block, Inline, parse};

/// The text of a message without its markup, in one line: of white space one space is left. What is longer than `most`
/// characters is cut there, with `…` as the last of them.
#[must_use]
pub fn plain(text: &str, most: usize) -> String {
    let mut line = Line { said: String::new(), left: most, gap: false, full: false };
    line.blocks(&parse(text).blocks);
    if line.full {
        line.said.pop();
        line.said.push('…');
    }
    line.said
}

struct Line {
    said: String,
    /// How many characters fit yet.
    left: usize,
    /// White space is due before the next word.
    gap: bool,
    full: bool,
}

impl Line {
    fn blocks(&mut self, blocks: &[Block<'_>]) {
        for block in blocks {
            self.gap = true;
            match block {
                Block::Paragraph(words) => self.words(words),
                Block::Code { text, .. } => self.text(text),
                Block::Quote(blocks) => self.blocks(blocks),
                Block::List { items, .. } => {
                    for item in items {
                        self.gap = true;
                        self.text(item.number);
                        self.gap = true;
                        self.words(&item.words);
                        self.blocks(&item.under);
                    }
                }
            }
        }
    }

    fn words(&mut self, words: &[Inline<'_>]) {
        for word in words {
            match word {
                Inline::Text(text) | Inline::Code(text) => self.text(text),
                Inline::Strong(words) | Inline::Emphasis(words) | Inline::Strike(words) => self.words(words),
                Inline::Link { words, host, .. } => {
                    self.words(words);
                    // What was to be shown beside the words is no less needed here.
                    for part in if host.is_empty() { [""; 3] } else { [" (", host, ")"] } {
                        self.text(part);
                    }
                }
            }
        }
    }

    fn text(&mut self, text: &str) {
        for c in text.chars() {
            if self.full {
                return;
            }
            if c.is_whitespace() {
                self.gap = true;
                continue;
            }
            if self.gap && !self.said.is_empty() {
                self.put(' ');
            }
            self.gap = false;
            self.put(c);
        }
    }

    fn put(&mut self, c: char) {
        if self.left == 0 {
            self.full = true;
        } else {
            self.left -= 1;
            self.said.push(c);
        }
    }
}
