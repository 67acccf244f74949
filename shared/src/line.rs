//! Short texts of one line: a reaction, a room's title and topic.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::{
    BadText,
    limits::{EMOJI_BYTES, TITLE_CHARS, TOPIC_CHARS},
    parsed::parsed_text,
};

/// A reaction: at most 32 bytes, no letters of ASCII, no white space, no control characters. Whether it is one emoji
/// the server decides, by a table that is too large for a client.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Emoji(Arc<str>);

impl Emoji {
    /// Parses a reaction.
    ///
    /// # Errors
    /// [`BadText::Blank`], [`BadText::TooManyBytes`] or [`BadText::Control`] (for letters and white space too).
    pub fn parse(raw: &str) -> Result<Self, BadText> {
        if raw.is_empty() {
            return Err(BadText::Blank);
        }
        if raw.len() > EMOJI_BYTES {
            return Err(BadText::TooManyBytes { bytes: EMOJI_BYTES });
        }
        let foreign = |c: char| c.is_ascii_alphabetic() || c.is_whitespace() || c.is_control();
        if raw.chars().any(foreign) { Err(BadText::Control) } else { Ok(Self(raw.into())) }
    }

    /// The reaction.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// A line of at most `chars` characters, which may be empty.
fn line(raw: &str, chars: usize) -> Result<Arc<str>, BadText> {
    if raw.len() > chars * 4 || raw.chars().count() > chars {
        return Err(BadText::TooLong { chars });
    }
    if raw.chars().any(|c| c.is_control() || matches!(c, '\u{2028}' | '\u{2029}')) {
        return Err(BadText::Control);
    }
    Ok(raw.into())
}

/// Types of one line that may be empty.
macro_rules! lines {
    ($($(#[$doc:meta])* $name:ident: $chars:expr),*) => {$(
        $(#[$doc])*
        #[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
        #[serde(try_from = "String", into = "String")]
        pub struct $name(Arc<str>);

        impl $name {
            /// Parses it, kept as it is.
            ///
            /// # Errors
            /// [`BadText::TooLong`] or [`BadText::Control`].
            pub fn parse(raw: &str) -> Result<Self, BadText> {
                line(raw, $chars).map(Self)
            }

            /// The line.
            #[must_use]
            pub fn as_str(&self) -> &str {
                &self.0
            }

            /// There is nothing in it.
            #[must_use]
            pub fn is_empty(&self) -> bool {
                self.0.is_empty()
            }
        }

        impl Default for $name {
            fn default() -> Self {
                Self("".into())
            }
        }
    )*};
}

lines! {
    /// A room's title: at most 80 characters of one line; empty where it has none.
    RoomTitle: TITLE_CHARS,
    /// What a room is about: at most 300 characters of one line; may be empty.
    RoomTopic: TOPIC_CHARS
}

parsed_text!(BadText: Emoji, RoomTitle, RoomTopic);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reaction_is_short_and_has_no_letters() {
        for good in ["👍", "👩‍👩‍👧", "❤️", "🇩🇪", "1️⃣", "#️⃣", "🏴󠁧󠁢󠁳󠁣󠁴󠁿"]
        {
            assert_eq!(Emoji::parse(good).map(String::from), Ok(good.to_owned()));
        }
        for bad in ["", "a", "👍 ", "<b>", "\n", &"👍".repeat(9)] {
            assert!(Emoji::parse(bad).is_err(), "{bad:?}");
        }
    }

    #[test]
    fn a_title_is_one_line_and_may_be_empty() {
        for good in ["", "Den of Ada", "  ليلى ", &"ü".repeat(80)] {
            assert_eq!(RoomTitle::parse(good).map(String::from), Ok(good.to_owned()));
        }
        assert_eq!(RoomTitle::parse("a\nb"), Err(BadText::Control));
        assert_eq!(RoomTitle::parse("a\u{2028}b"), Err(BadText::Control));
        assert_eq!(RoomTitle::parse(&"ü".repeat(81)), Err(BadText::TooLong { chars: 80 }));
        assert_eq!(RoomTopic::parse(&"ü".repeat(301)), Err(BadText::TooLong { chars: 300 }));
    }
}
