//! Whether a text is nothing but a few emoji: by ranges of code points (Unicode, UTS #51), without tables.
//!
//! A symbol that is an emoji only by a variation selector needs it here too, where letters and arrows are near; among the
//! pictures of the older blocks it does not, so that a lone ✓ counts as well.

/// The most that are shown large.
const FEW: usize = 3;
const VARIATION: char = '\u{fe0f}';
const JOINER: char = '\u{200d}';

/// One to three emoji, with nothing but white space around them.
pub(super) fn is_lone(text: &str) -> bool {
    let mut rest = text.trim();
    for count in 0..=FEW {
        if rest.is_empty() {
            return count > 0;
        }
        let length = length(rest);
        if length == 0 {
            return false;
        }
        rest = rest[length..].trim_start();
    }
    false
}

/// How many bytes the emoji takes that begins the text; 0 where none does.
pub(super) fn length(text: &str) -> usize {
    let mut chars = text.chars().peekable();
    let mut bytes = 0;
    loop {
        let Some(base) = chars.next() else { return 0 };
        bytes += base.len_utf8();
        let mut following = |wanted: fn(char) -> bool| {
            let found = chars.next_if(|c| wanted(*c));
            bytes += found.map_or(0, char::len_utf8);
            found.is_some()
        };
        let good = match base {
            '0'..='9' | '#' | '*' => {
                following(|c| c == VARIATION);
                following(|c| c == '\u{20e3}')
            }
            _ if is_flag_letter(base) => following(is_flag_letter),
            _ => {
                let chosen = following(|c| c == VARIATION) | following(|c| matches!(c, '\u{1f3fb}'..='\u{1f3ff}'));
                // The letters of a flag's region.
                while following(|c| matches!(c, '\u{e0020}'..='\u{e007f}')) {}
                is_picture(base) || chosen && is_symbol(base)
            }
        };
        if !good {
            return 0;
        }
        if !following(|c| c == JOINER) {
            return bytes;
        }
    }
}

fn is_flag_letter(c: char) -> bool {
    matches!(c, '\u{1f1e6}'..='\u{1f1ff}')
}

fn is_picture(c: char) -> bool {
    matches!(c, '\u{231a}'..='\u{23ff}' | '\u{25fb}'..='\u{25fe}' | '\u{2600}'..='\u{27bf}' | '\u{2b05}'..='\u{2b55}'
        | '\u{1f000}'..='\u{1faff}')
}

fn is_symbol(c: char) -> bool {
    matches!(c, '©' | '®' | '\u{2000}'..='\u{2bff}' | '\u{3030}'..='\u{303d}' | '\u{3297}' | '\u{3299}')
}
