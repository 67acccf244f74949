//! What makes a copy of a log provable: a digest that is folded over its events, at both ends alike.
//!
//! `digest(n) = H(digest(n-1), seq, at, author's id, key, kind, target, h)`, where `h` is the hash of what the event
//! says, salted where that may be deleted one day. A deletion drops text and salt and keeps `h`: the text is gone, and
//! every digest still holds. Names are not covered, so that a person can be forgotten.
//!
//! `H` is SHA-256 (FIPS 180-4), cut to its first 16 bytes.

use std::fmt;

use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

use crate::{Event, EventBody, PersonId, RoomTitle, RoomTopic, Words};

/// Not 32 lower-case hexadecimal digits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BadHex;

impl fmt::Display for BadHex {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("A digest is 32 of the digits 0 to 9 and a to f.")
    }
}

impl std::error::Error for BadHex {}

/// Types of 16 bytes that are written as 32 hexadecimal digits.
macro_rules! sixteen_bytes {
    ($($(#[$doc:meta])* $name:ident),*) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
        #[serde(try_from = "String", into = "String")]
        pub struct $name(pub [u8; 16]);

        impl $name {
            /// Parses 32 lower-case hexadecimal digits.
            ///
            /// # Errors
            /// [`BadHex`] where it is anything else.
            pub fn parse(raw: &str) -> Result<Self, BadHex> {
                from_hex(raw).map(Self)
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&to_hex(self.0))
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&to_hex(self.0))
            }
        }

        impl TryFrom<String> for $name {
            type Error = BadHex;
            fn try_from(raw: String) -> Result<Self, BadHex> {
                Self::parse(&raw)
            }
        }

        impl From<$name> for String {
            fn from(bytes: $name) -> Self {
                to_hex(bytes.0)
            }
        }
    )*};
}

sixteen_bytes! {
    /// The digest of a log up to some event. That of the empty log is all zeros.
    Digest,
    /// The hash of what an event says: `h` of the digest.
    Hash,
    /// Random bytes that are hashed with a text, so that nobody can find the text by trying hashes.
    Salt
}

fn from_hex(raw: &str) -> Result<[u8; 16], BadHex> {
    let digit = |byte: u8| match byte {
        b'0'..=b'9' => Ok(byte - b'0'),
        b'a'..=b'f' => Ok(byte - b'a' + 10),
        _ => Err(BadHex),
    };
    let pairs = <&[u8; 32]>::try_from(raw.as_bytes()).map_err(|_| BadHex)?;
    let mut bytes = [0; 16];
    for (byte, pair) in bytes.iter_mut().zip(pairs.chunks_exact(2)) {
        *byte = digit(pair[0])? << 4 | digit(pair[1])?;
    }
    Ok(bytes)
}

fn to_hex(bytes: [u8; 16]) -> String {
    let digit = |nibble: u8| char::from(b"0123456789abcdef"[usize::from(nibble & 15)]);
    bytes.iter().flat_map(|byte| [digit(byte >> 4), digit(*byte)]).collect()
}

impl Digest {
    /// The digest after one more event.
    #[must_use]
    pub fn after(self, event: &Event) -> Self {
        let mut hasher = Hasher::default();
        hasher.bytes(&self.0);
        hasher.number(event.seq.0);
        hasher.number(event.at.0);
        hasher.text(event.by.id.as_str());
        hasher.text(event.key.as_str());
        hasher.text(event.body.kind());
        hasher.number(event.body.target().unwrap_or_default().0);
        hasher.bytes(&event.body.hash().0);
        Self(hasher.end())
    }
}

impl EventBody {
    /// The hash of what the event says: the same before and after what it says is deleted.
    #[must_use]
    pub fn hash(&self) -> Hash {
        let mut hasher = Hasher::default();
        match self {
            Self::Posted { words: Words::Gone { hash }, .. }
            | Self::Edited { words: Words::Gone { hash }, .. }
            | Self::Unknown { hash, .. } => return *hash,
            Self::Posted { words: Words::Kept { salt, text, mentions }, reply_to } => {
                hasher.words(*salt, text.as_str(), mentions);
                hasher.number(reply_to.unwrap_or_default().0);
            }
            Self::Edited { words: Words::Kept { salt, text, mentions }, .. } => {
                hasher.words(*salt, text.as_str(), mentions);
            }
            Self::Deleted { .. } => {}
            #[cfg(not(target_arch = "wasm32"))]
            Self::Forgotten | Self::Dropped { .. } => {}
            Self::Reacted { emoji, on, .. } => {
                hasher.text(emoji.as_str());
                hasher.number(u64::from(*on));
            }
            Self::RoomSet { title, topic } => {
                // Unchanged and emptied are not the same.
                for line in [title.as_ref().map(RoomTitle::as_str), topic.as_ref().map(RoomTopic::as_str)] {
                    hasher.number(u64::from(line.is_some()));
                    hasher.text(line.unwrap_or_default());
                }
            }
            #[cfg(not(target_arch = "wasm32"))]
            Self::Founded { access } => hasher.text(access.name()),
            #[cfg(not(target_arch = "wasm32"))]
            Self::RoleSet { person, role } => {
                hasher.text(person.as_str());
                hasher.text(role.map_or("", crate::Role::name));
            }
            #[cfg(not(target_arch = "wasm32"))]
            Self::RetentionSet { days } => hasher.number(days.map_or(0, |days| u64::from(days.get()))),
        }
        Hash(hasher.end())
    }
}

/// Fields one after the other, each so that where it ends is plain.
#[derive(Default)]
struct Hasher(Sha256);

impl Hasher {
    fn bytes(&mut self, bytes: &[u8]) {
        self.0.update(bytes);
    }

    /// Eight bytes, the most significant first.
    fn number(&mut self, number: u64) {
        self.bytes(&number.to_be_bytes());
    }

    /// Its length in bytes, and the bytes.
    fn text(&mut self, text: &str) {
        self.number(text.len() as u64);
        self.bytes(text.as_bytes());
    }

    fn words(&mut self, salt: Salt, text: &str, mentions: &[PersonId]) {
        self.bytes(&salt.0);
        self.text(text);
        self.number(mentions.len() as u64);
        for person in mentions {
            self.text(person.as_str());
        }
    }

    fn end(self) -> [u8; 16] {
        let mut first = [0; 16];
        first.copy_from_slice(&self.0.finalize()[..16]);
        first
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Author, ClientKey, Days, Emoji, MessageText, Millis, PersonName, RoomName, Seq};

    fn event(seq: u64, body: EventBody) -> Event {
        Event {
            room: RoomName::lobby(),
            seq: Seq(seq),
            at: Millis(1_795_363_439_000),
            by: Author { id: PersonId::parse("p7x2m4q9").unwrap(), name: PersonName::anonymous(), plain: false },
            key: ClientKey::parse("01J9Z3").unwrap(),
            body,
        }
    }

    fn kept(text: &str) -> Words {
        Words::Kept { salt: Salt([7; 16]), text: MessageText::parse(text).unwrap(), mentions: Vec::new() }
    }

    #[test]
    fn hexadecimal_digits_are_read_and_written() {
        let text = "00ff10a0000000000000000000000001";
        assert_eq!(Digest::parse(text).map(String::from), Ok(text.to_owned()));
        for bad in ["", "00", "00FF10a0000000000000000000000001", "00ff10a000000000000000000000000g", &"0".repeat(33)] {
            assert_eq!(Digest::parse(bad), Err(BadHex), "{bad}");
        }
    }

    /// Written once and never to change: a log's digests are kept for as long as the log.
    #[test]
    fn the_digest_of_a_known_log_is_known() {
        let mut digest = Digest::default();
        let mut check = |seq, body, want: &str| {
            digest = digest.after(&event(seq, body));
            assert_eq!(digest.to_string(), want, "after {seq}");
        };
        let emoji = Emoji::parse("👍").unwrap();
        check(1, EventBody::Posted { words: kept("hi"), reply_to: None }, "03bce082df132f533c428c4431af81ae");
        check(2, EventBody::Edited { target: Seq(1), words: kept("ho") }, "7643b9b7e8b096987d466064f0989767");
        check(3, EventBody::Reacted { target: Seq(1), emoji, on: true }, "9decf67a993be0faf7454807f2931092");
        check(4, EventBody::Deleted { target: Seq(1) }, "542bb8085db135cd3b81f4aeeb61d9e1");
        check(
            5,
            EventBody::RoomSet { title: RoomTitle::parse("Den").ok(), topic: None },
            "52cb6fed315bceb6dee94a6c7907569b",
        );
        let (kind, target, hash) = ("pinned".to_owned(), Some(Seq(1)), Hash([3; 16]));
        check(6, EventBody::Unknown { kind, target, hash }, "fd12a85dbc84d50c961b0f274539b81b");
        check(7, EventBody::RetentionSet { days: Days::new(30) }, "458303e48992ba137fdeac485f95e22a");
        check(8, EventBody::Dropped { target: Seq(3) }, "29b10b9b7a0fa06abe6eca7600ca86e1");
        check(9, EventBody::Forgotten, "4e5b46e2d458e9feb3254fdcc1582ca4");
    }

    #[test]
    fn a_deleted_text_leaves_the_digest_as_it_was() {
        let mut posted = event(1, EventBody::Posted { words: kept("secret"), reply_to: Some(Seq(1)) });
        let before = Digest::default().after(&posted);
        posted.body.erase();
        assert!(matches!(&posted.body, EventBody::Posted { words: Words::Gone { .. }, reply_to: None }));
        assert_eq!(Digest::default().after(&posted), before);
    }

    #[test]
    fn whatever_an_event_says_is_in_its_digest() {
        let emoji = |emoji| Emoji::parse(emoji).unwrap();
        let title = |title| RoomTitle::parse(title).ok();
        let bodies = [
            EventBody::Posted { words: kept("hi"), reply_to: None },
            EventBody::Posted { words: kept("hi"), reply_to: Some(Seq(1)) },
            EventBody::Posted { words: kept("ho"), reply_to: None },
            EventBody::Posted {
                words: Words::Kept {
                    salt: Salt([7; 16]),
                    text: MessageText::parse("hi").unwrap(),
                    mentions: vec![PersonId::parse("a").unwrap()],
                },
                reply_to: None,
            },
            EventBody::Edited { target: Seq(1), words: kept("hi") },
            EventBody::Edited { target: Seq(2), words: kept("hi") },
            EventBody::Deleted { target: Seq(1) },
            EventBody::Reacted { target: Seq(1), emoji: emoji("👍"), on: true },
            EventBody::Reacted { target: Seq(1), emoji: emoji("👍"), on: false },
            EventBody::Reacted { target: Seq(1), emoji: emoji("👎"), on: true },
            EventBody::RoomSet { title: title("a"), topic: None },
            EventBody::RoomSet { title: title(""), topic: None },
            EventBody::RoomSet { title: None, topic: None },
            EventBody::Dropped { target: Seq(1) },
            EventBody::Dropped { target: Seq(2) },
            EventBody::RetentionSet { days: None },
            EventBody::RetentionSet { days: Days::new(1) },
            EventBody::Forgotten,
        ];
        let digests: std::collections::HashSet<Digest> =
            bodies.iter().map(|body| Digest::default().after(&event(9, body.clone()))).collect();
        assert_eq!(digests.len(), bodies.len());
    }
}
