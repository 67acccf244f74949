//! What the client knows, as a pure fold: (state, action) → (state, effects).
//!
//! Nothing here reads a clock, draws a random number, touches the browser or starts anything: a [`Moment`] comes in
//! with each [`Action`], and what is to be done comes out as [`Effect`]s. An action that changes nothing gives the
//! same `Rc` back, and so draws nothing. There are no timers that could be stale either: the state says by itself
//! when it wants to be woken ([`App::deadline`]).

mod action;
mod app;
mod frames;
mod line;
mod links;
mod outbox;
mod place;
mod presence;
mod room;
mod rows;
mod speech;
mod time;
mod update;
mod window;
mod words;
mod worker;

pub use action::{Action, Effect};
pub use app::{App, Naming, Trouble};
pub use line::{Line, Link, Why};
pub use links::{Piece, pieces};
pub use outbox::{Entry, Fate, Outbox};
pub use place::Place;
pub use presence::{Here, Typing, namesakes};
pub use room::{Ask, Edge, Notice, Paging, Phase, Reader, Room};
pub use rows::{Row, rows};
pub use speech::Speech;
pub use time::{Moment, Now};
pub use update::update;
pub use window::{Chunk, Window};
pub use words::{LinkWords, link_words, people_here, reset_words, typing_words};
pub use worker::Worker;

#[cfg(all(test, not(target_family = "wasm")))]
#[expect(clippy::unwrap_used, reason = "a test may unwrap")]
mod tests;
