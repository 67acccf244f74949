//! Lines into blocks.
//!
//! A line keeps its line break, so that paragraphs put together are what was typed. What lies within a quote or under an
//! item is read as a text of its own, without what the outer one has taken from its lines.

use std::borrow::Cow;

use super::{Block, DEPTH, Inline, Item, inlines::Inlines, steps};

/// The longest word after a fence that is taken for a language; in bytes.
const LANGUAGE: usize = 24;
/// The most digits of an item's number.
const DIGITS: usize = 9;

/// The blocks of a text.
pub(super) fn of(text: &str) -> Vec<Block<'_>> {
    let lines: Vec<&str> = text.split_inclusive('\n').collect();
    Blocks { text }.read(&lines, 0)
}

struct Blocks<'a> {
    text: &'a str,
}

impl<'a> Blocks<'a> {
    fn read(&self, lines: &[&'a str], depth: usize) -> Vec<Block<'a>> {
        let mut blocks = Vec::new();
        let mut at = 0;
        while at < lines.len() {
            steps::take(lines[at].len());
            let rest = &lines[at..];
            let (block, taken) = self
                .code(rest)
                .or_else(|| if depth < DEPTH { self.quote(rest, depth) } else { None })
                .or_else(|| if depth < DEPTH { self.list(rest, depth) } else { None })
                .unwrap_or_else(|| self.paragraph(rest, depth));
            blocks.push(block);
            at += taken;
        }
        blocks
    }

    /// Lines up to the next block, and the blank lines after them: each paragraph has a direction of its own.
    fn paragraph(&self, lines: &[&'a str], depth: usize) -> (Block<'a>, usize) {
        let mut inlines = Inlines::new(self.text);
        let (mut begun, mut ended) = (false, false);
        let mut taken = 0;
        for line in lines {
            let blank = line.trim().is_empty();
            let begins =
                |line: &str| fence(line).is_some() || depth < DEPTH && (is_quoted(line) || item(line).is_some());
            // The first line was looked at already.
            if !blank && (ended || taken > 0 && begins(line) && (fence(line).is_none() || lines.len() > taken + 1)) {
                break;
            }
            begun |= !blank;
            ended = begun && blank;
            inlines.line(line);
            taken += 1;
        }
        (Block::Paragraph(inlines.end()), taken)
    }

    fn code(&self, lines: &[&'a str]) -> Option<(Block<'a>, usize)> {
        let (mark, language) = fence(lines[0])?;
        // An opening fence alone is what was typed, and nothing else.
        if lines.len() < 2 {
            return None;
        }
        let (mut text, mut taken) = (Vec::new(), 1);
        for line in &lines[1..] {
            taken += 1;
            let bare = line.trim_end();
            steps::take(line.len());
            if bare.bytes().all(|b| b == mark[0]) && bare.len() >= mark.len() {
                break;
            }
            // Many close it at the end of the last line.
            let closed = bare.strip_suffix(std::str::from_utf8(mark).unwrap_or_default());
            text.push(closed.unwrap_or(line));
            if closed.is_some() {
                break;
            }
        }
        let text = match (text.first(), text.last()) {
            (Some(first), Some(last)) => {
                let whole = super::inlines::between(self.text, first, last);
                // Contiguous, but where the lines lie within a quote or a list.
                if whole.len() == text.iter().map(|line| line.len()).sum::<usize>() {
                    Cow::Borrowed(without_end(whole))
                } else {
                    Cow::Owned(without_end(&text.concat()).to_owned())
                }
            }
            _ => Cow::Borrowed(""),
        };
        Some((Block::Code { language, text }, taken))
    }

    fn quote(&self, lines: &[&'a str], depth: usize) -> Option<(Block<'a>, usize)> {
        if !is_quoted(lines[0]) {
            return None;
        }
        let inner = |line: &&'a str| {
            let rest = line.strip_prefix('>')?;
            rest.strip_prefix(' ').or_else(|| rest.trim().is_empty().then_some(rest))
        };
        let within: Vec<&str> = lines.iter().map_while(inner).collect();
        let taken = within.len();
        Some((Block::Quote(self.read(&within, depth + 1)), taken))
    }

    fn list(&self, lines: &[&'a str], depth: usize) -> Option<(Block<'a>, usize)> {
        let numbered = !item(lines[0])?.0.is_empty();
        let (mut items, mut taken) = (Vec::new(), 0);
        while let Some((number, words)) = lines.get(taken).and_then(|line| item(line)) {
            if number.is_empty() == numbered {
                break;
            }
            taken += 1;
            let below = lines[taken..].iter().take_while(|line| is_under(line)).count();
            let under = &lines[taken..taken + below];
            // What is deeper than the first of them is so within it.
            let width = under.first().map_or(0, |line| indent(line));
            let under: Vec<&str> = under.iter().map(|line| &line[indent(line).min(width)..]).collect();
            items.push(Item { number, words: self.words(words), under: self.read(&under, depth + 1) });
            taken += below;
        }
        Some((Block::List { numbered, items }, taken))
    }

    fn words(&self, line: &'a str) -> Vec<Inline<'a>> {
        let mut inlines = Inlines::new(self.text);
        inlines.line(without_end(line));
        inlines.end()
    }
}

/// Without the line break at its end.
fn without_end(text: &str) -> &str {
    let text = text.strip_suffix('\n').unwrap_or(text);
    text.strip_suffix('\r').unwrap_or(text)
}

/// The marks of an opening fence and the language after it, where the line is nothing else.
fn fence(line: &str) -> Option<(&[u8], &str)> {
    let mark = *line.as_bytes().first().filter(|mark| matches!(mark, b'`' | b'~'))?;
    let length = line.bytes().take_while(|b| *b == mark).count();
    let language = line[length..].trim_end();
    let word = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'+' | b'#' | b'-' | b'.' | b'_');
    let fits = length >= 3 && language.len() <= LANGUAGE && language.bytes().all(word);
    fits.then_some((&line.as_bytes()[..length], language))
}

fn is_quoted(line: &str) -> bool {
    line.strip_prefix("> ").is_some_and(|rest| !rest.trim().is_empty())
}

/// The number of an item, empty for a bullet, and its words.
fn item(line: &str) -> Option<(&str, &str)> {
    let digits = line.bytes().take_while(u8::is_ascii_digit).count();
    let length = match line.as_bytes().get(digits)? {
        b'.' | b')' if (1..=DIGITS).contains(&digits) => digits + 1,
        b'-' | b'*' if digits == 0 => 1,
        _ => return None,
    };
    let words = line[length..].strip_prefix(' ').filter(|words| !words.trim().is_empty())?;
    Some((if digits == 0 { "" } else { &line[..length] }, words))
}

/// It lies under an item.
fn is_under(line: &str) -> bool {
    (indent(line) > 1 || line.starts_with('\t')) && !line.trim().is_empty()
}

/// How many spaces and tabs begin it.
fn indent(line: &str) -> usize {
    line.bytes().take_while(|b| matches!(b, b' ' | b'\t')).count()
}
