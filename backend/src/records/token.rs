//! Session tokens: 160 random bits in the holder's hands, a SHA-256 in ours.

use sha2::{Digest, Sha256};
use shared::PersonId;

/// What a session's holder shows. Whoever has it is that person.
#[derive(Clone, PartialEq, Eq)]
pub struct Token(String);

const PREFIX: &str = "wrn_";
const CHARS: usize = 32;
const ALPHABET: &[u8; 32] = b"abcdefghijkmnpqrstuvwxyz23456789";

impl Token {
    /// A new one.
    ///
    /// # Errors
    /// Where the system gives no randomness.
    pub fn random() -> Result<Self, getrandom::Error> {
        Ok(Self(format!("{PREFIX}{}", random_text(CHARS)?)))
    }

    /// Parses a token; none where it cannot be one.
    #[must_use]
    pub fn parse(raw: &str) -> Option<Self> {
        let rest = raw.strip_prefix(PREFIX)?;
        (rest.len() == CHARS && rest.bytes().all(|b| ALPHABET.contains(&b))).then(|| Self(raw.to_owned()))
    }

    /// The token, for its holder only.
    #[must_use]
    pub fn reveal(&self) -> &str {
        &self.0
    }

    /// What is stored of it.
    #[must_use]
    pub fn hash(&self) -> [u8; 32] {
        Sha256::digest(self.0.as_bytes()).into()
    }

    /// The id of the person that a token makes before anything is stored of them: the same after a reload, and no
    /// way back to the token.
    #[must_use]
    pub fn person(&self) -> PersonId {
        let hash = Sha256::new().chain_update(b"warren person\0").chain_update(self.0.as_bytes()).finalize();
        person_id('p', &hash)
    }
}

impl std::fmt::Debug for Token {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Token(…)")
    }
}

/// The id of an author that lasts as long as a connection.
///
/// # Errors
/// Where the system gives no randomness.
pub fn random_id() -> Result<PersonId, getrandom::Error> {
    let mut bytes = [0; 16];
    getrandom::fill(&mut bytes)?;
    Ok(person_id('c', &bytes))
}

/// A random text of `chars` characters, 5 bits each.
pub(crate) fn random_text(chars: usize) -> Result<String, getrandom::Error> {
    let mut bytes = vec![0; chars];
    getrandom::fill(&mut bytes)?;
    Ok(letters(&bytes))
}

fn letters(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| char::from(ALPHABET[usize::from(byte % 32)])).collect()
}

/// An id of a letter for its kind, and 75 bits.
fn person_id(kind: char, bytes: &[u8]) -> PersonId {
    let text = format!("{kind}{}", letters(bytes.get(..15).unwrap_or(bytes)));
    PersonId::parse(&text).unwrap_or_else(|_| unreachable!("lower case letters and digits are an id"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_survives_its_text_and_names_one_person() {
        let token = Token::random().unwrap();
        assert_eq!(Token::parse(token.reveal()), Some(token.clone()));
        assert_eq!(token.person(), Token::parse(token.reveal()).unwrap().person());
        assert_ne!(token.person(), Token::random().unwrap().person());
        assert_eq!(format!("{token:?}"), "Token(…)", "a log line does not give it away");
    }

    #[test]
    fn what_is_no_token_is_none() {
        let good = Token::random().unwrap();
        for bad in ["", "wrn_", "abc", &good.reveal()[4..], &format!("{}a", good.reveal()), &"wrn_!".repeat(9)] {
            assert!(Token::parse(bad).is_none(), "{bad}");
        }
    }
}
