//! Records: what is kept but is no fold of a log. Here: people and their sessions.
//!
//! Invariant: nothing is stored of somebody who only looks; and of a token only its hash ever is.

mod people;
mod token;

pub use people::{People, Someone};
pub(crate) use token::random_text;
pub use token::{Token, random_id};
