//! Bare links in a text: what may be clicked, and the rest.
//!
//! Invariant: the pieces put together again are the text, and a link begins with `http://` or `https://`.

/// A piece of a text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Piece<'a> {
    /// Nothing but text.
    Text(&'a str),
    /// An address.
    Link(&'a str),
}

/// The pieces of a text, in order.
#[must_use]
pub fn pieces(text: &str) -> Vec<Piece<'_>> {
    let mut pieces = Vec::new();
    let mut rest = text;
    let mut searched = 0;
    while let Some(found) = rest[searched..].find("http") {
        let start = searched + found;
        let after_a_letter = rest[..start].chars().next_back().is_some_and(|c| c.is_ascii_alphanumeric());
        let length = if after_a_letter { 0 } else { address_length(&rest[start..]) };
        if length == 0 {
            searched = start + 4;
            continue;
        }
        if start > 0 {
            pieces.push(Piece::Text(&rest[..start]));
        }
        pieces.push(Piece::Link(&rest[start..start + length]));
        rest = &rest[start + length..];
        searched = 0;
    }
    if !rest.is_empty() {
        pieces.push(Piece::Text(rest));
    }
    pieces
}

/// How many bytes of the beginning are an address; 0 where there is none.
fn address_length(text: &str) -> usize {
    let Some(scheme) = ["https://", "http://"].iter().find(|scheme| text.starts_with(**scheme)) else { return 0 };
    let ends = |c: char| c.is_whitespace() || c.is_control() || matches!(c, '<' | '>' | '"' | '`' | '|' | '\\');
    let end = text.find(ends).unwrap_or(text.len());
    // What ends a sentence does not belong to the address; a closing bracket only where it was opened in it.
    let mut address = &text[..end];
    while let Some(last) = address.chars().next_back() {
        let opened = |open| address.contains(open);
        let outside = matches!(last, '.' | ',' | ';' | ':' | '!' | '?' | '\'' | '…')
            || (last == ')' && !opened('('))
            || (last == ']' && !opened('['));
        if !outside {
            break;
        }
        address = &address[..address.len() - last.len_utf8()];
    }
    if address.len() > scheme.len() { address.len() } else { 0 }
}
