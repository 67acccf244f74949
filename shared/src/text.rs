//! What people write: the text of a message and the name of a person, kept byte for byte as they were typed.

use std::{fmt, sync::Arc};

use serde::{Deserialize, Serialize};

use crate::{limits::LIMITS, parsed::parsed_text};

/// Why a text cannot be a message or a name. Its display is a sentence for people.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BadText {
    /// Nothing but white space.
    Blank,
    /// More characters than this limit.
    TooLong {
        /// Most characters.
        chars: usize,
    },
    /// More bytes of UTF-8 than this limit.
    TooManyBytes {
        /// Most bytes.
        bytes: usize,
    },
    /// A control character that is neither a line break nor a tab (in a name: any).
    Control,
}

impl fmt::Display for BadText {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Blank => f.write_str("there is nothing in it."),
            Self::TooLong { chars } => write!(f, "it is longer than {chars} characters."),
            Self::TooManyBytes { bytes } => write!(f, "it is longer than {bytes} bytes."),
            Self::Control => f.write_str("it has control characters."),
        }
    }
}

impl std::error::Error for BadText {}

/// Blank: nothing that could be seen. White space, and the marks that only steer layout.
fn is_blank(raw: &str) -> bool {
    raw.chars().all(|c| c.is_whitespace() || matches!(c, '\u{200b}'..='\u{200f}' | '\u{2060}' | '\u{feff}'))
}

/// The text of a message: 1 to 4,000 characters, at most 16 KiB, not blank, no control characters but line breaks
/// and tabs. Never trimmed or otherwise changed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct MessageText(Arc<str>);

impl MessageText {
    /// Parses the text of a message.
    ///
    /// # Errors
    /// The [`BadText`] that applies first: too many bytes, too long, control, blank.
    pub fn parse(raw: &str) -> Result<Self, BadText> {
        if raw.len() > LIMITS.text_bytes {
            return Err(BadText::TooManyBytes { bytes: LIMITS.text_bytes });
        }
        if raw.chars().count() > LIMITS.text_chars {
            return Err(BadText::TooLong { chars: LIMITS.text_chars });
        }
        if raw.chars().any(|c| c.is_control() && !matches!(c, '\n' | '\r' | '\t')) {
            return Err(BadText::Control);
        }
        if is_blank(raw) { Err(BadText::Blank) } else { Ok(Self(raw.into())) }
    }

    /// The text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// A person's name: 1 to 32 characters, not blank, no control, line-separating or direction-overriding characters.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct PersonName(Arc<str>);

impl PersonName {
    /// The name of whoever gave none.
    #[must_use]
    pub fn anonymous() -> Self {
        Self("Anonymous".into())
    }

    /// Parses a name, kept as it is; a blank one is [`PersonName::anonymous`].
    ///
    /// # Errors
    /// [`BadText::TooLong`] or [`BadText::Control`].
    pub fn parse(raw: &str) -> Result<Self, BadText> {
        if raw.len() > LIMITS.name_chars * 4 || raw.chars().count() > LIMITS.name_chars {
            return Err(BadText::TooLong { chars: LIMITS.name_chars });
        }
        // A direction override in a name would turn around what stands after it wherever names are shown bare.
        let turns = |c| matches!(c, '\u{2028}' | '\u{2029}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
        if raw.chars().any(|c| c.is_control() || turns(c)) {
            return Err(BadText::Control);
        }
        if is_blank(raw) { Ok(Self::anonymous()) } else { Ok(Self(raw.into())) }
    }

    /// The name.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

parsed_text!(BadText: MessageText, PersonName);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_message_is_kept_byte_for_byte() {
        for good in
            ["a", "  a\t\r\nb  ", "<b>", "👩‍👩‍👧 é e\u{301}", "\u{202e}abc", &"x".repeat(4_000), &"😀".repeat(4_000)]
        {
            assert_eq!(MessageText::parse(good).map(String::from), Ok(good.to_owned()));
        }
    }

    #[test]
    fn a_message_over_the_limits_says_which() {
        let check = |raw: &str, why| assert_eq!(MessageText::parse(raw), Err(why), "{raw:.20?}");
        check("", BadText::Blank);
        check(" \n\t", BadText::Blank);
        check("\u{200b}\u{feff}", BadText::Blank);
        check("a\0", BadText::Control);
        check("\u{1b}[31m", BadText::Control);
        check("\u{85}", BadText::Control);
        check(&"x".repeat(4_001), BadText::TooLong { chars: 4_000 });
        check(&"😀".repeat(4_097), BadText::TooManyBytes { bytes: 16_384 });
    }

    #[test]
    fn a_name_is_short_and_a_blank_one_is_anonymous() {
        let check = |raw: &str, want: Result<&str, BadText>| {
            assert_eq!(PersonName::parse(raw).as_ref().map(PersonName::as_str), want.as_ref().map(|s| *s), "{raw:?}");
        };
        check("Ada", Ok("Ada"));
        check(" Ada ", Ok(" Ada "));
        check("", Ok("Anonymous"));
        check("  ", Ok("Anonymous"));
        check("ليلى", Ok("ليلى"));
        check(&"x".repeat(33), Err(BadText::TooLong { chars: 32 }));
        check("A\nB", Err(BadText::Control));
        check("A\u{202e}B", Err(BadText::Control));
    }
}
