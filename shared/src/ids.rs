//! Names of things: rooms, people, commands. Each can be had only by parsing, so that a value is always valid.

use std::{fmt, sync::Arc};

use serde::{Deserialize, Serialize};

use crate::{
    limits::{KEY_CHARS, PERSON_ID_CHARS, ROOM_CHARS},
    line::RoomTitle,
    parsed::parsed_text,
};

/// Why a text is no room name, client key, person id or message id. Its display is a sentence for people.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BadId {
    /// Not a room name.
    Room,
    /// Not a client key.
    Key,
    /// Not a person's id.
    Person,
    /// Not a message's id.
    Message,
}

impl fmt::Display for BadId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Room => {
                write!(f, "A room's name is 1 to {ROOM_CHARS} of the letters a to z, the digits 0 to 9 and the hyphen.")
            }
            Self::Key => write!(f, "A key is 1 to {KEY_CHARS} characters, none of them a control character."),
            Self::Person => write!(f, "A person's id is 1 to {PERSON_ID_CHARS} of the letters a to z and the digits."),
            Self::Message => f.write_str("A message's id is a person's id, a slash and a key."),
        }
    }
}

impl std::error::Error for BadId {}

/// A room's name as it stands in its link: `[a-z0-9-]`, 1 to 40 characters. It never changes.
///
/// Shared by pointer, so that a clone costs nothing on the relay's path.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct RoomName(Arc<str>);

impl RoomName {
    /// The room that is opened where none is named.
    #[must_use]
    pub fn lobby() -> Self {
        Self("lobby".into())
    }

    /// Parses a room's name.
    ///
    /// # Errors
    /// [`BadId::Room`] where it is empty, too long, or has another character than `[a-z0-9-]`.
    pub fn parse(raw: &str) -> Result<Self, BadId> {
        let fits = (1..=ROOM_CHARS).contains(&raw.len());
        let allowed = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-';
        if fits && raw.bytes().all(allowed) { Ok(Self(raw.into())) } else { Err(BadId::Room) }
    }

    /// The name as text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The name of a private room that ends so: a text that nobody guesses.
    ///
    /// # Errors
    /// As [`RoomName::parse`].
    pub fn closed(end: &str) -> Result<Self, BadId> {
        Self::parse(&format!("{CLOSED}{end}"))
    }

    /// How a room of this title is called where one name has to do: a private room's own is made up, and says nothing to
    /// anybody.
    #[must_use]
    pub fn called(&self, title: &RoomTitle) -> String {
        if self.is_closed() && !title.is_empty() { title.as_str().to_owned() } else { ["#", self.as_str()].concat() }
    }

    /// What is said of its name beside its title.
    #[must_use]
    pub fn beside(&self, title: &RoomTitle) -> String {
        if self.is_closed() && !title.is_empty() { String::new() } else { ["# ", self.as_str()].concat() }
    }

    /// A room of such a name is private, or there is none: to whoever is not in it, both look the same. It is founded,
    /// and does not come to be by being opened as others do.
    #[must_use]
    pub fn is_closed(&self) -> bool {
        self.0.starts_with(CLOSED)
    }
}

/// What the names of private rooms begin with.
const CLOSED: &str = "private-";

/// A person's id: 1 to 32 of `[a-z0-9]`. Names are never identities; this is.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct PersonId(Arc<str>);

impl PersonId {
    /// Parses a person's id.
    ///
    /// # Errors
    /// [`BadId::Person`] where it is empty, too long, or has another character than `[a-z0-9]`.
    pub fn parse(raw: &str) -> Result<Self, BadId> {
        let fits = (1..=PERSON_ID_CHARS).contains(&raw.len());
        let allowed = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit();
        if fits && raw.bytes().all(allowed) { Ok(Self(raw.into())) } else { Err(BadId::Person) }
    }

    /// The id as text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The hue that the person is shown with, as the number of one of `hues` equal steps around the circle.
    /// Two people of one name differ in it, most of the time.
    #[must_use]
    pub fn hue(&self, hues: u32) -> u32 {
        // FNV-1a, http://www.isthe.com/chongo/tech/comp/fnv/: small, and the same at both ends.
        let hash = self.0.bytes().fold(0x811c_9dc5_u32, |h, b| (h ^ u32::from(b)).wrapping_mul(0x0100_0193));
        (hash ^ (hash >> 15)) % hues.max(1)
    }
}

/// The name that a client gives to a command: 1 to 64 characters, unique per room and author.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct ClientKey(Arc<str>);

impl ClientKey {
    /// Parses a client key.
    ///
    /// # Errors
    /// [`BadId::Key`] where it is empty, too long, or has a control character.
    pub fn parse(raw: &str) -> Result<Self, BadId> {
        // Bytes first: counting the characters of something huge is work for an attacker to order.
        let fits = !raw.is_empty() && raw.len() <= KEY_CHARS * 4 && raw.chars().count() <= KEY_CHARS;
        if fits && !raw.chars().any(char::is_control) { Ok(Self(raw.into())) } else { Err(BadId::Key) }
    }

    /// The key as text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// Which message of a room it is: its author's id and the author's key for it, as `p7x2m4q9/01J9Z3`. A seq says that too,
/// but in one history only; where the server's disk was put back, it may be another message's.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct MessageId(Arc<str>);

impl MessageId {
    /// The id of what `by` has posted under `key`.
    #[must_use]
    pub fn new(by: &PersonId, key: &ClientKey) -> Self {
        Self([by.as_str(), "/", key.as_str()].concat().into())
    }

    /// Parses a message's id.
    ///
    /// # Errors
    /// [`BadId::Message`] where it is not a person's id, a slash and a client key.
    pub fn parse(raw: &str) -> Result<Self, BadId> {
        let parts = raw.split_once('/').map(|(by, key)| (PersonId::parse(by), ClientKey::parse(key)));
        if let Some((Ok(_), Ok(_))) = parts { Ok(Self(raw.into())) } else { Err(BadId::Message) }
    }

    /// It is the id of what `by` has posted under `key`.
    #[must_use]
    pub fn is(&self, by: &PersonId, key: &ClientKey) -> bool {
        self.0.strip_prefix(by.as_str()).and_then(|rest| rest.strip_prefix('/')) == Some(key.as_str())
    }

    /// The author's id and key.
    #[must_use]
    pub fn parts(&self) -> (PersonId, ClientKey) {
        let (by, key) = self.0.split_once('/').unwrap_or_default();
        (PersonId(by.into()), ClientKey(key.into()))
    }

    /// The id as text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

parsed_text!(BadId: RoomName, PersonId, ClientKey, MessageId);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_room_name_is_lower_case_letters_digits_and_hyphens() {
        for good in ["lobby", "a", "0", "-", "room-1", &"x".repeat(40)] {
            assert_eq!(RoomName::parse(good).map(String::from), Ok(good.to_owned()));
        }
        for bad in ["", "Lobby", "a b", "a/b", "..", "ü", "a\0", "a\n", &"x".repeat(41)] {
            assert_eq!(RoomName::parse(bad), Err(BadId::Room), "{bad:?}");
        }
    }

    #[test]
    fn a_name_that_is_made_up_is_not_said_beside_a_title() {
        let (den, closed) = (RoomName::parse("den").unwrap(), RoomName::closed("0123456789abcdef0123").unwrap());
        let (title, none) = (RoomTitle::parse("The Den").unwrap(), RoomTitle::default());
        assert_eq!((den.beside(&title), den.beside(&none)), ("# den".to_owned(), "# den".to_owned()));
        assert_eq!((closed.beside(&title), closed.beside(&none)), (String::new(), format!("# {closed}")));
        assert_eq!((den.called(&title), closed.called(&title)), ("#den".to_owned(), "The Den".to_owned()));
        assert_eq!(closed.called(&none), format!("#{closed}"));
    }

    #[test]
    fn a_key_is_any_short_text_without_control_characters() {
        for good in ["k", "Ключ 1", &"ü".repeat(64)] {
            assert!(ClientKey::parse(good).is_ok(), "{good:?}");
        }
        for bad in ["", "a\0b", "a\nb", &"x".repeat(65), &"ü".repeat(65)] {
            assert_eq!(ClientKey::parse(bad), Err(BadId::Key), "{bad:?}");
        }
    }

    #[test]
    fn a_person_id_is_lower_case_letters_and_digits() {
        assert!(PersonId::parse("p2k7").is_ok());
        for bad in ["", "P", "a-b", &"x".repeat(33)] {
            assert_eq!(PersonId::parse(bad), Err(BadId::Person), "{bad:?}");
        }
    }

    #[test]
    fn a_message_id_is_an_author_a_slash_and_a_key() {
        let (by, key) = (PersonId::parse("p2k7").unwrap(), ClientKey::parse("a/b 1").unwrap());
        let id = MessageId::parse("p2k7/a/b 1").unwrap();
        assert_eq!((&id, id.parts()), (&MessageId::new(&by, &key), (by.clone(), key.clone())));
        let others = [("p2k7", "a/b"), ("p2k", "a/b 1"), ("p2k7a", "b 1")];
        let is = |(by, key)| id.is(&PersonId::parse(by).unwrap(), &ClientKey::parse(key).unwrap());
        assert!(id.is(&by, &key) && !others.into_iter().any(is));
        for bad in ["", "p2k7", "p2k7/", "/a", "P/a", "p2k7/a\n", &format!("p/{}", "x".repeat(65))] {
            assert_eq!(MessageId::parse(bad), Err(BadId::Message), "{bad:?}");
        }
    }

    #[test]
    fn hues_stay_in_range_and_spread() {
        let hues: std::collections::BTreeSet<u32> =
            (0..500).map(|n| PersonId::parse(&format!("p{n}")).unwrap().hue(36)).collect();
        assert_eq!(hues.len(), 36);
        assert!(hues.iter().all(|&hue| hue < 36));
        assert_eq!(PersonId::parse("p").unwrap().hue(0), 0);
    }
}
