//! What the client knows, as a pure fold: (state, action) → (state, effects).
//!
//! Nothing here reads a clock, draws a random number, touches the browser or starts anything: a [`Moment`] comes in
//! with each [`Action`], and what is to be done comes out as [`Effect`]s. An action that changes nothing gives the
//! same `Rc` back, and so draws nothing. There are no timers that could be stale either: the state says by itself
//! when it wants to be woken ([`App::deadline`]).

mod action;
mod app;
mod changes;
mod diagnosis;
mod follow;
mod frames;
mod keep;
mod keeping;
mod line;
mod mentions;
mod outbox;
mod paging;
mod painted;
mod place;
mod presence;
mod proof;
mod recent;
mod replying;
mod room;
mod rows;
mod seeking;
mod slash;
mod speech;
mod tail;
mod time;
mod trace;
mod update;
mod visits;
mod window;
mod words;
mod worker;

pub use action::{Action, Effect};
pub use app::{App, Naming, Trouble};
pub use diagnosis::diagnosis;
pub use keep::{Keep, KeptEntry, KeptRoom, Loaded, StorageTrouble};
pub use keeping::Storage;
pub use line::{Line, Link, Why};
pub use mentions::{completions, mentioned, people};
pub use outbox::{Entry, Fate, Outbox};
pub use paging::{Ask, Edge, Paging, Reader};
pub use place::Place;
pub use presence::{Here, Typing, namesakes};
pub use proof::Sync;
pub use room::{Notice, Phase, Room};
pub use rows::{Row, rows};
pub use seeking::Target;
pub use slash::{COMMANDS, Typed, command, why_not};
pub use speech::Speech;
pub use time::{Moment, Now};
pub use update::update;
pub use visits::Known;
pub use window::{Chunk, Window};
pub use words::{LinkWords, link_words, notice_words, people_here, storage_words, sync_words, typing_words};
pub use worker::Worker;

#[cfg(all(test, not(target_family = "wasm")))]
#[expect(clippy::unwrap_used, reason = "a test may unwrap")]
mod tests;
