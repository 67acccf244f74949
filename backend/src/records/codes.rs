//! Codes that stand for a person: recovery codes, of which the records keep the hashes, and codes that link another
//! device, which live for two minutes in memory alone.

use std::{collections::HashMap, sync::Mutex};

use sha2::{Digest, Sha256};
use shared::{Millis, PersonId};

use super::random_text;
use crate::{lock::lock, log::Hash256};

/// So many recovery codes are given out at a time.
const CODES: usize = 8;
/// The characters of a recovery code, 5 bits each: nobody guesses 80 bits, so a plain hash is enough.
const RECOVERY_CHARS: usize = 16;
/// The characters of a code that links a device: 40 bits for two minutes, and few may be tried.
const LINK_CHARS: usize = 8;
/// How long a code links a device.
pub const LINK_LASTS_MS: u64 = 120_000;
/// So many are good at a time; one more takes the place of the oldest.
const LINKS: usize = 10_000;

/// New recovery codes, in groups of four as people write them down.
///
/// # Errors
/// Where the system gives no randomness.
pub fn recovery_codes() -> Result<Vec<String>, getrandom::Error> {
    (0..CODES).map(|_| random_text(RECOVERY_CHARS).map(|code| in_groups(&code))).collect()
}

/// What is kept of a code, however it is written.
#[must_use]
pub fn hash_of(code: &str) -> Hash256 {
    let letters: String = code.chars().filter(char::is_ascii_alphanumeric).collect();
    Sha256::new().chain_update(b"warren code\0").chain_update(letters.to_ascii_lowercase()).finalize().into()
}

fn in_groups(code: &str) -> String {
    code.as_bytes().chunks(4).map(String::from_utf8_lossy).collect::<Vec<_>>().join("-")
}

/// Codes that link another device to somebody. Each is good once.
#[derive(Default)]
pub struct LinkCodes(Mutex<HashMap<Hash256, (PersonId, Millis)>>);

impl LinkCodes {
    /// A code for this person, in the place of any before.
    ///
    /// # Errors
    /// Where the system gives no randomness.
    pub fn make(&self, person: &PersonId, now: Millis) -> Result<String, getrandom::Error> {
        let code = random_text(LINK_CHARS)?;
        let mut codes = lock(&self.0);
        codes.retain(|_, (whose, until)| *until > now && whose != person);
        if codes.len() >= LINKS
            && let Some(oldest) = codes.iter().min_by_key(|(_, (_, until))| *until).map(|(hash, _)| *hash)
        {
            codes.remove(&oldest);
        }
        codes.insert(hash_of(&code), (person.clone(), Millis(now.0.saturating_add(LINK_LASTS_MS))));
        Ok(in_groups(&code))
    }

    /// Whom it links to, where it is good; from now on it is not.
    pub fn take(&self, code: &str, now: Millis) -> Option<PersonId> {
        let (person, until) = lock(&self.0).remove(&hash_of(code))?;
        (until > now).then_some(person)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_is_the_same_however_it_is_written() {
        let codes = recovery_codes().unwrap();
        assert_eq!(codes.len(), CODES);
        let code = &codes[0];
        assert_eq!((code.len(), code.matches('-').count()), (19, 3), "{code}");
        for written in [code.to_uppercase(), code.replace('-', ""), code.replace('-', " "), format!(" {code} ")] {
            assert_eq!(hash_of(&written), hash_of(code), "{written}");
        }
        assert_ne!(hash_of(&codes[1]), hash_of(code));
    }

    #[test]
    fn a_link_code_is_good_once_and_for_two_minutes() {
        let (codes, person) = (LinkCodes::default(), PersonId::parse("p1").unwrap());
        let code = codes.make(&person, Millis(1_000)).unwrap();
        assert_eq!(codes.take(&code, Millis(1_001)), Some(person.clone()));
        assert_eq!(codes.take(&code, Millis(1_002)), None, "it is good once");
        let code = codes.make(&person, Millis(1_000)).unwrap();
        assert_eq!(codes.take(&code, Millis(1_000 + LINK_LASTS_MS)), None, "it is too old");
        let first = codes.make(&person, Millis(1_000)).unwrap();
        let second = codes.make(&person, Millis(1_000)).unwrap();
        assert_eq!(codes.take(&first, Millis(1_001)), None, "another took its place");
        assert_eq!(codes.take(&second, Millis(1_001)), Some(person));
    }

    #[test]
    fn link_codes_are_bounded() {
        let codes = LinkCodes::default();
        for n in 0..LINKS + 10 {
            let now = Millis(u64::try_from(n).unwrap() / 1_000);
            codes.make(&PersonId::parse(&format!("p{n}")).unwrap(), now).unwrap();
        }
        assert_eq!(lock(&codes.0).len(), LINKS);
    }
}
