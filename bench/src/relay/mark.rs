//! The texts that are sent: each carries a mark and a number, so that a delivery is found and told from every other
//! without parsing the JSON around it.

use anyhow::{Context as _, ensure};
use memchr::memmem::Finder;

/// Found in no other place of what a server sends; JSON does not escape it.
const MARK: &[u8; 2] = b"#~";
/// Letters of a number, 4 bits each.
const LETTERS: usize = 8;
/// The shortest text that can be sent, in bytes.
pub(crate) const SHORTEST: usize = MARK.len() + LETTERS;

/// The text of a number, of so many bytes.
pub(crate) fn text(number: u32, bytes: usize) -> String {
    let mut text = String::with_capacity(bytes);
    text.push_str("#~");
    for letter in (0..LETTERS).rev() {
        let four = (number >> (4 * letter)) & 15;
        text.push(char::from(b'a' + u8::try_from(four).unwrap_or_default()));
    }
    text.extend(std::iter::repeat_n('x', bytes.saturating_sub(SHORTEST)));
    text
}

/// Finds numbers in what comes.
pub(crate) struct Marks(Finder<'static>);

impl Marks {
    pub(crate) fn new() -> Self {
        Self(Finder::new(MARK))
    }

    /// Gives the number of each delivery in a frame's payload, in order.
    ///
    /// # Errors
    /// Where what follows a mark is no number, and those of `each`.
    pub(crate) fn each(&self, payload: &[u8], mut each: impl FnMut(u32) -> anyhow::Result<()>) -> anyhow::Result<u32> {
        let mut rest = payload;
        let mut found = 0;
        while let Some(at) = self.0.find(rest) {
            let letters = rest.get(at + MARK.len()..at + SHORTEST).context("a text is cut off")?;
            let mut number = 0;
            for letter in letters {
                let four = letter.wrapping_sub(b'a');
                ensure!(four < 16, "a text has no number: {}", String::from_utf8_lossy(letters));
                number = number << 4 | u32::from(four);
            }
            each(number)?;
            found += 1;
            rest = &rest[at + SHORTEST..];
        }
        Ok(found)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_number_is_found_in_order() {
        let numbers = [0, 1, 15, 16, 0xdead_beef, u32::MAX];
        let events: Vec<_> = numbers.iter().map(|n| format!(r##"{{"key":"#","text":"{}"}}"##, text(*n, 64))).collect();
        let mut got = Vec::new();
        let keep = |number| {
            got.push(number);
            Ok(())
        };
        assert_eq!(Marks::new().each(format!("[{}]", events.join(",")).as_bytes(), keep).unwrap(), 6);
        assert_eq!(got, numbers);
    }

    #[test]
    fn a_text_has_the_bytes_that_were_asked_for() {
        for bytes in [SHORTEST, 64, 4_000] {
            assert_eq!(text(7, bytes).len(), bytes);
        }
    }

    #[test]
    fn a_mark_without_a_number_is_an_error() {
        for bad in ["#~", "#~aaaa", "#~aaaaaaa1"] {
            assert!(Marks::new().each(bad.as_bytes(), |_| Ok(())).is_err(), "{bad}");
        }
    }
}
