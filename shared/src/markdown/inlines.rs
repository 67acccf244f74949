//! Lines into inline markup.
//!
//! Open marks are a stack of at most [`DEPTH`] frames. What is never closed becomes text again, and where too many are
//! open, the oldest is given up; so a closing mark looks at few frames, and nothing is nested deeper than they allow.

use super::{DEPTH, Inline, address, is_of_word, steps};

/// The longest run of backticks that begins code.
const TICKS: usize = 8;

/// A mark that is open, with what was read since.
struct Frame<'a> {
    /// `*`, `_`, `~` or `[`; 0 for the outermost.
    mark: u8,
    /// The marks as they were typed: those that are not closed yet.
    typed: &'a str,
    /// It can be closed yet. A bracket cannot, where a link was read since.
    live: bool,
    inside: Vec<Inline<'a>>,
}

/// Reads the lines of a block.
pub(super) struct Inlines<'a> {
    text: &'a str,
    /// Never empty.
    frames: Vec<Frame<'a>>,
}

impl<'a> Inlines<'a> {
    /// `text` is what all lines are parts of.
    pub(super) fn new(text: &'a str) -> Self {
        Self { text, frames: vec![Frame { mark: 0, typed: "", live: false, inside: Vec::new() }] }
    }

    /// Reads the next line.
    pub(super) fn line(&mut self, line: &'a str) {
        let bytes = line.as_bytes();
        // Of which lengths no run of backticks follows in this line.
        let mut missing = [false; TICKS + 1];
        let (mut plain, mut at) = (0, 0);
        while at < bytes.len() {
            steps::take(1);
            let rest = &line[at..];
            let before = line[..at].chars().next_back().unwrap_or(' ');
            // What is read here is left out of the text before it and after it.
            let taken = match bytes[at] {
                b'\\' if is_escape(line, at) => {
                    // The arm of ¯\_(ツ)_/¯ is no escape.
                    if before != '¯' {
                        self.text(&line[plain..at]);
                        plain = at + 1;
                    }
                    // What is escaped begins the next text, and is not looked at.
                    at += 2;
                    continue;
                }
                b'`' => match code(rest, &mut missing) {
                    Ok((inner, length)) => {
                        self.text(&line[plain..at]);
                        self.push(Inline::Code(inner));
                        length
                    }
                    Err(ticks) => {
                        at += ticks;
                        continue;
                    }
                },
                mark @ (b'*' | b'_' | b'~') => {
                    let run = bytes[at..].iter().take_while(|b| **b == mark).count();
                    steps::take(run);
                    let after = rest[run..].chars().next().unwrap_or(' ');
                    self.text(&line[plain..at]);
                    self.run(mark, &rest[..run], before, after);
                    run
                }
                b'[' => {
                    self.text(&line[plain..at]);
                    self.open(b'[', &rest[..1]);
                    1
                }
                b']' => {
                    self.text(&line[plain..at]);
                    self.close_bracket(rest)
                }
                b'<' if address::reach(&rest[1..]) > 0 => {
                    let end = 1 + address::reach(&rest[1..]);
                    if bytes.get(at + end) != Some(&b'>') || !address::is_good(&rest[1..end]) {
                        at += 1;
                        continue;
                    }
                    self.text(&line[plain..at]);
                    self.link(&rest[1..end], vec![Inline::Text(&rest[1..end])], "");
                    end + 1
                }
                b'h' | b'H' | b'm' | b'M' if !before.is_ascii_alphanumeric() => {
                    let is_open = |mark| self.frames.iter().any(|frame| frame.mark == mark);
                    let length = address::bare(rest, is_open);
                    if length == 0 {
                        // What cannot be clicked is not searched for another: that would begin in the middle of it.
                        at += address::reach(rest).max(1);
                        continue;
                    }
                    self.text(&line[plain..at]);
                    self.link(&rest[..length], vec![Inline::Text(&rest[..length])], "");
                    length
                }
                _ => {
                    at += 1;
                    while !line.is_char_boundary(at) {
                        at += 1;
                    }
                    continue;
                }
            };
            at += taken;
            plain = at;
        }
        self.text(&line[plain..]);
    }

    /// What was read.
    pub(super) fn end(mut self) -> Vec<Inline<'a>> {
        self.give_up(1);
        self.frames.pop().map(|root| root.inside).unwrap_or_default()
    }

    fn text(&mut self, text: &'a str) {
        if !text.is_empty() {
            self.push(Inline::Text(text));
        }
    }

    /// Adds to the innermost frame. Texts that touch each other are one.
    fn push(&mut self, inline: Inline<'a>) {
        let Some(frame) = self.frames.last_mut() else { return };
        put(self.text, &mut frame.inside, inline);
    }

    fn link(&mut self, address: &'a str, words: Vec<Inline<'a>>, host: &'a str) {
        for frame in &mut self.frames {
            frame.live &= frame.mark != b'[';
        }
        self.push(Inline::Link { address, words, host });
    }

    fn open(&mut self, mark: u8, typed: &'a str) {
        if self.frames.len() > DEPTH {
            let oldest = self.frames.remove(1);
            give_back(self.text, &mut self.frames[0].inside, oldest);
        }
        self.frames.push(Frame { mark, typed, live: true, inside: Vec::new() });
    }

    /// Makes text again of the marks of all frames from this one on.
    fn give_up(&mut self, from: usize) {
        while self.frames.len() > from.max(1) {
            if let (Some(frame), Some(parent)) = (self.frames.pop(), self.frames.last_mut()) {
                give_back(self.text, &mut parent.inside, frame);
            }
        }
    }

    /// A run of one mark: it closes what it can, opens what it may, and else is text.
    fn run(&mut self, mark: u8, typed: &'a str, before: char, after: char) {
        let known = match mark {
            b'*' => typed.len() <= 3,
            b'_' => typed.len() == 1,
            _ => typed.len() == 2,
        };
        let in_word = |c: char| if mark == b'_' { is_of_word(c) } else { c.is_ascii_alphanumeric() };
        let mut typed = typed;
        // Two marks are seldom meant for anything else, so that they may close before a letter.
        if known && !before.is_whitespace() && (!in_word(after) || typed.len() > 1) {
            while let Some(used) = self.close(mark, typed.len()) {
                typed = &typed[used..];
            }
        }
        if known && !typed.is_empty() && !after.is_whitespace() && !in_word(before) {
            self.open(mark, typed);
        } else {
            self.text(typed);
        }
    }

    /// Closes the innermost frame that `count` of this mark can close. How many of them that took.
    fn close(&mut self, mark: u8, count: usize) -> Option<usize> {
        let fits = |frame: &Frame| {
            frame.mark == mark && count > 0 && (frame.typed.len() == 3 || count == 3 || frame.typed.len() == count)
        };
        let at = self.frames.iter().rposition(fits)?;
        self.give_up(at + 1);
        let frame = self.frames.last_mut()?;
        if frame.inside.is_empty() {
            return None;
        }
        let used = count.min(frame.typed.len()).min(2);
        let inside = std::mem::take(&mut frame.inside);
        let marked = match (mark, used) {
            (b'~', _) => Inline::Strike(inside),
            (_, 1) => Inline::Emphasis(inside),
            _ => Inline::Strong(inside),
        };
        frame.typed = &frame.typed[used..];
        if frame.typed.is_empty() {
            self.frames.pop();
        }
        self.push(marked);
        Some(used)
    }

    /// `](address)` makes a link of what was read since the bracket was opened; a bracket that closes something else is
    /// text, like the one that opened it. How many bytes that took.
    fn close_bracket(&mut self, rest: &'a str) -> usize {
        if let Some(opened) = self.frames.iter().rposition(|frame| frame.mark == b'[') {
            self.give_up(opened + 1);
            let target = if self.frames[opened].live { target(rest) } else { None };
            let words = |frame: &mut Frame| target.is_some() && !frame.inside.is_empty();
            if let (Some(frame), Some(address)) = (self.frames.pop_if(words), target) {
                let host = address::host_to_show(address, &frame.inside);
                self.link(address, frame.inside, host);
                return address.len() + 3;
            }
            self.give_up(opened);
        }
        self.text(&rest[..1]);
        1
    }
}

/// The address in `](address)`. It ends at its own closing bracket; another opening one of a link ends the search, so
/// that no part of a line is searched often.
fn target(rest: &str) -> Option<&str> {
    let inner = rest.strip_prefix("](")?;
    let mut depth = 1;
    for (at, b) in inner.bytes().enumerate() {
        steps::take(1);
        match b {
            b'(' => depth += 1,
            b')' => depth -= 1,
            b'[' | b' ' | b'\n' => return None,
            _ => {}
        }
        if depth == 0 {
            return Some(&inner[..at]).filter(|address| address::is_good(address));
        }
    }
    None
}

/// Code at the beginning, and the bytes that it takes with its backticks; the length of the run where it is none.
fn code<'a>(rest: &'a str, missing: &mut [bool; TICKS + 1]) -> Result<(&'a str, usize), usize> {
    let bytes = rest.as_bytes();
    let length = |at: usize| bytes[at..].iter().take_while(|b| **b == b'`').count();
    let ticks = length(0);
    steps::take(ticks);
    let mut at = ticks;
    while ticks <= TICKS && !missing[ticks] && at < bytes.len() {
        steps::take(1);
        if bytes[at] != b'`' {
            at += 1;
            continue;
        }
        let run = length(at);
        if run == ticks {
            let inner = &rest[ticks..at];
            // The spaces that keep backticks of the code from those around it.
            let bare = inner.strip_prefix(' ').and_then(|inner| inner.strip_suffix(' '));
            let kept_apart = bare.filter(|bare| bare.starts_with('`') || bare.ends_with('`'));
            return Ok((kept_apart.unwrap_or(inner), at + run));
        }
        at += run;
    }
    if let Some(missing) = missing.get_mut(ticks) {
        *missing = true;
    }
    Err(ticks)
}

/// A backslash takes the meaning of the mark after it. Before anything else it is a backslash.
fn is_escape(line: &str, at: usize) -> bool {
    // Where lines begin; a longer beginning is none, and not looked at again and again.
    let head = if at <= 12 { line[..at].trim_start() } else { line };
    match line.as_bytes().get(at + 1) {
        Some(b'*' | b'_' | b'~' | b'`' | b'[' | b']' | b'<' | b'\\') => true,
        Some(b'-' | b'>') => head.is_empty(),
        Some(b'.' | b')') => !head.is_empty() && head.bytes().all(|b| b.is_ascii_digit()),
        _ => false,
    }
}

/// Appends, and makes one text of two that touch each other.
fn put<'a>(whole: &'a str, inside: &mut Vec<Inline<'a>>, inline: Inline<'a>) {
    if let (Some(Inline::Text(last)), Inline::Text(next)) = (inside.last_mut(), &inline) {
        let both = between(whole, last, next);
        if both.len() == last.len() + next.len() {
            *last = both;
            return;
        }
    }
    inside.push(inline);
}

/// Appends the marks of a frame as text, and what it has.
fn give_back<'a>(whole: &'a str, inside: &mut Vec<Inline<'a>>, frame: Frame<'a>) {
    steps::take(frame.inside.len());
    put(whole, inside, Inline::Text(frame.typed));
    let mut rest = frame.inside.into_iter();
    if let Some(first) = rest.next() {
        put(whole, inside, first);
    }
    inside.extend(rest);
}

/// The part of `whole` from the beginning of `first` to the end of `last`, which are parts of it in that order.
pub(super) fn between<'a>(whole: &'a str, first: &str, last: &str) -> &'a str {
    let offset = |part: &str| part.as_ptr() as usize - whole.as_ptr() as usize;
    whole.get(offset(first)..offset(last) + last.len()).unwrap_or_default()
}
