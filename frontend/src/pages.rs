//! The pages: what a link leads to, wired to the store.

mod chat;

pub use chat::{Chat, ChatProps};
