//! What may be clicked: which texts are addresses, and when the words of a link are not to be trusted.
//!
//! Invariant: an address begins with `http://`, `https://` or `mailto:`, has no white space, control or hidden character,
//! and its host is written plainly: no `user@` before it, no `%`, no character that only looks like a slash.

use super::{Inline, is_hidden, steps};

/// The schemes, each with what begins its address.
const SCHEMES: [&str; 3] = ["https://", "http://", "mailto:"];

/// How many bytes the scheme takes that begins the text; 0 where there is none.
fn scheme(text: &str) -> usize {
    let begins = |scheme: &&&str| text.get(..scheme.len()).is_some_and(|start| start.eq_ignore_ascii_case(scheme));
    SCHEMES.iter().find(begins).map_or(0, |scheme| scheme.len())
}

/// How many bytes of the beginning may belong to an address, sentence marks after it included; 0 where there is none.
pub(super) fn reach(text: &str) -> usize {
    let scheme = scheme(text);
    if scheme == 0 {
        return 0;
    }
    let ends = |c: char| {
        c.is_whitespace() || c.is_control() || is_hidden(c) || matches!(c, '<' | '>' | '"' | '`' | '|' | '\\')
    };
    let end = text.find(ends).unwrap_or(text.len());
    steps::take(end);
    if end > scheme { end } else { 0 }
}

/// The whole text is an address, and one that hides nothing.
pub(super) fn is_good(text: &str) -> bool {
    let rest = &text[scheme(text)..];
    if rest.len() == text.len() || reach(text) != text.len() {
        return false;
    }
    if is_mail(text) {
        return rest.split_once('@').is_some_and(|(who, host)| !who.is_empty() && !host.is_empty());
    }
    let hides = |c| matches!(c, '@' | '%' | '\u{2044}' | '\u{2215}' | '\u{29f8}' | '\u{ff0f}' | '\u{ff20}');
    let host = authority(rest);
    !host.contains(hides) && host.contains(|c: char| c.is_ascii_alphanumeric() || !c.is_ascii() || c == '[')
}

/// A bare address at the beginning of a text, without the marks that end the sentence around it; 0 bytes where there is
/// none. `is_open` says whether markup that is still open would end with such a mark.
pub(super) fn bare(text: &str, is_open: impl Fn(u8) -> bool) -> usize {
    let mut address = &text[..reach(text)];
    // The end of a link's words.
    if let Some(end) = address.find(']').filter(|end| is_open(b'[') && !address[..*end].contains('[')) {
        address = &address[..end];
    }
    // A bracket at the end belongs to it where it was opened in it.
    let count = |mark: u8| address.bytes().filter(|b| *b == mark).count();
    let (mut round, mut square) = (count(b')').saturating_sub(count(b'(')), count(b']').saturating_sub(count(b'[')));
    while let Some(last) = address.chars().next_back() {
        match last {
            '.' | ',' | ';' | ':' | '!' | '?' | '\'' | '…' => {}
            ')' if round > 0 => round -= 1,
            ']' if square > 0 => square -= 1,
            '*' if is_open(b'*') => {}
            '_' if is_open(b'_') => {}
            '~' if is_open(b'~') => {}
            _ => break,
        }
        steps::take(1);
        address = &address[..address.len() - last.len_utf8()];
    }
    if is_good(address) { address.len() } else { 0 }
}

/// The host that an address leads to (of a mail, the whole of whom it goes to), where the words of its link look like an
/// address too and are another, or have hidden characters; else empty.
pub(super) fn host_to_show<'a>(address: &'a str, words: &[Inline<'_>]) -> &'a str {
    let mut said = String::new();
    gather(words, &mut said);
    let said = said.trim();
    let target = &address[scheme(address)..];
    let own = without_www(&said[scheme(said)..]);
    let leads_there = own.trim_end_matches('/').len() > 2
        && without_www(target)
            .strip_prefix(own.trim_end_matches('/'))
            .is_some_and(|rest| rest.is_empty() || rest.starts_with(['/', '?', '#']));
    if leads_there || !looks_like_one(said) { "" } else { authority(target) }
}

/// What could be taken for an address: a point between letters, two slashes, an at sign. Points are many.
fn looks_like_one(words: &str) -> bool {
    let is_point = |c| matches!(c, '.' | '\u{2024}' | '\u{3002}' | '\u{ff0e}' | '\u{ff61}');
    let mut before = ' ';
    let mut point = false;
    for c in words.chars() {
        if c == '@' || c == '/' && before == '/' || is_hidden(c) || point && !c.is_whitespace() {
            return true;
        }
        point = is_point(c) && !before.is_whitespace();
        before = c;
    }
    false
}

/// What stands before the path.
fn authority(rest: &str) -> &str {
    &rest[..rest.find(['/', '?', '#']).unwrap_or(rest.len())]
}

fn without_www(text: &str) -> &str {
    text.strip_prefix("www.").unwrap_or(text)
}

fn is_mail(address: &str) -> bool {
    matches!(address.as_bytes().first(), Some(b'm' | b'M'))
}

/// The text of some words.
pub(super) fn gather(words: &[Inline<'_>], into: &mut String) {
    for word in words {
        match word {
            Inline::Text(text) | Inline::Code(text) => into.push_str(text),
            Inline::Strong(words) | Inline::Emphasis(words) | Inline::Strike(words) | Inline::Link { words, .. } => {
                gather(words, into);
            }
        }
    }
}
