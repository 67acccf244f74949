//! The pages: what a link leads to, wired to the store.

mod chat;
mod wires;

pub use chat::{Chat, ChatProps};
