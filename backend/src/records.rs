//! Records: what is kept but is no fold of a log. Here: people, their sessions, and how they sign in.
//!
//! Invariant: nothing is stored of somebody who only looks; and of a token, a code and a password only a hash ever is.

mod codes;
mod device;
mod passkeys;
mod passwords;
mod people;
mod token;

pub use codes::{LINK_LASTS_MS, LinkCodes, hash_of, recovery_codes};
pub use device::device;
pub use passkeys::{NoPasskey, Passkeys, Question};
pub use passwords::{NotHashed, Passwords};
pub use people::{NoHolder, People, Session, Someone};
pub(crate) use token::random_text;
pub use token::{Token, random_id};

/// How people sign in.
#[derive(Default)]
pub struct Ways {
    /// By a password.
    pub passwords: Passwords,
    /// By a passkey.
    pub passkeys: Passkeys,
    /// By a code that another device of theirs shows.
    pub links: LinkCodes,
}
