//! The pages: what a link leads to, wired to the store.

mod chat;
mod nowhere;
mod wires;

pub use chat::{Chat, ChatProps};
pub use nowhere::nowhere;
