//! Passwords: hashed by Argon2id (RFC 9106) with the least that OWASP's cheat sheet on password storage names: 19 MiB,
//! two passes, one lane. A few at a time, on threads for what blocks, so that nobody can fill the memory by signing in.

use argon2::{
    Algorithm, Argon2, Params, Version,
    password_hash::{PasswordHasher, PasswordVerifier, phc::PasswordHash},
};
use tokio::sync::Semaphore;

/// Memory in KiB, passes, lanes.
const COST: (u32, u32, u32) = (19 * 1024, 2, 1);
/// So many are hashed at a time.
const AT_A_TIME: usize = 2;
/// So many wait for that.
const WAITING: usize = 64;
/// The hash of a password that nobody has, for names that are nobody's: their answer takes as long. Made by the costs
/// above.
const NOBODYS: &str = "$argon2id$v=19$m=19456,t=2,p=1$bm9ib2R5cyBzYWx0IQ$gI6ZkFfQ0vQ4v1Q2m0k9m6w0j3n9sQ1lq0b0m2b1cX0";

/// Why there is no answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NotHashed {
    /// Too many wait.
    #[error("too many passwords are looked at")]
    Busy,
    /// It could not be hashed.
    #[error("a password could not be hashed")]
    Failed,
}

/// Hashes passwords, and compares them.
pub struct Passwords {
    turns: Semaphore,
    places: Semaphore,
}

impl Default for Passwords {
    fn default() -> Self {
        Self { turns: Semaphore::new(AT_A_TIME), places: Semaphore::new(AT_A_TIME + WAITING) }
    }
}

impl Passwords {
    /// Fewest and most characters.
    pub const CHARS: std::ops::RangeInclusive<usize> = 10..=200;

    /// Whether it is long enough, and not too long to be looked at.
    #[must_use]
    pub fn fits(password: &str) -> bool {
        Self::CHARS.contains(&password.chars().count())
    }

    /// The hash of a password, in the PHC string format.
    ///
    /// # Errors
    /// [`NotHashed`].
    pub async fn hash(&self, password: String) -> Result<String, NotHashed> {
        self.run(move || {
            argon2()?.hash_password(password.as_bytes()).map(|hash| hash.to_string()).map_err(|_| NotHashed::Failed)
        })
        .await
    }

    /// Whether it is the password of this hash. Where there is no hash it is not, which takes as long to say.
    ///
    /// # Errors
    /// [`NotHashed`].
    pub async fn verify(&self, password: String, phc: Option<String>) -> Result<bool, NotHashed> {
        self.run(move || {
            let hash = PasswordHash::new(phc.as_deref().unwrap_or(NOBODYS)).map_err(|_| NotHashed::Failed)?;
            let is_right = argon2()?.verify_password(password.as_bytes(), &hash).is_ok();
            Ok(is_right && phc.is_some())
        })
        .await
    }

    async fn run<T: Send + 'static>(
        &self,
        work: impl FnOnce() -> Result<T, NotHashed> + Send + 'static,
    ) -> Result<T, NotHashed> {
        let _place = self.places.try_acquire().map_err(|_| NotHashed::Busy)?;
        let _turn = self.turns.acquire().await.map_err(|_| NotHashed::Failed)?;
        tokio::task::spawn_blocking(work).await.map_err(|_| NotHashed::Failed)?
    }
}

fn argon2() -> Result<Argon2<'static>, NotHashed> {
    let (memory, passes, lanes) = COST;
    let params = Params::new(memory, passes, lanes, None).map_err(|_| NotHashed::Failed)?;
    Ok(Argon2::new(Algorithm::Argon2id, Version::V0x13, params))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_password_is_known_by_its_hash_alone() {
        let passwords = Passwords::default();
        let hash = passwords.hash("correct horse".to_owned()).await.unwrap();
        assert!(hash.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"), "{hash}");
        assert_ne!(hash, passwords.hash("correct horse".to_owned()).await.unwrap(), "each has a salt of its own");
        assert_eq!(passwords.verify("correct horse".to_owned(), Some(hash.clone())).await, Ok(true));
        assert_eq!(passwords.verify("correct hors".to_owned(), Some(hash)).await, Ok(false));
        assert_eq!(passwords.verify("correct horse".to_owned(), None).await, Ok(false));
    }

    #[test]
    fn the_hash_that_is_nobodys_costs_as_much_as_any() {
        let hash = PasswordHash::new(NOBODYS).unwrap();
        let (memory, passes, lanes) = COST;
        assert_eq!(hash.params.to_string(), format!("m={memory},t={passes},p={lanes}"));
        assert_eq!(hash.hash.map(|hash| hash.as_ref().len()), Some(32));
    }

    #[tokio::test]
    async fn too_many_are_told_so() {
        let passwords = Passwords::default();
        let _places = passwords.places.try_acquire_many(u32::try_from(AT_A_TIME + WAITING).unwrap()).unwrap();
        assert_eq!(passwords.hash("correct horse".to_owned()).await, Err(NotHashed::Busy));
    }

    #[test]
    fn passwords_have_at_least_ten_characters() {
        assert!(!Passwords::fits("пароль123"));
        assert!(Passwords::fits("пароль1234"));
        assert!(!Passwords::fits(&"a".repeat(201)));
    }
}
