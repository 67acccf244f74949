//! What crosses the wire, and the pure rules that both ends agree on.
//!
//! A room is an ordered log of events; everything else is a cursor over it. This crate holds the words for
//! that, once, for the server and the client. It has no clock, no randomness, no I/O and no framework.
//!
//! # Glossary
//! The same words are used in Rust, SQL, CSS, JSON and the documents, and there is no second word for any.
//!
//! - **room**: a named place to talk; exactly one log.
//! - **log**: the room's events, in the order of their seq, without gaps.
//! - **event**: a past fact in a log ([`Event`]): something was posted, edited, deleted.
//! - **seq**: an event's number in its log, from 1 ([`Seq`]).
//! - **epoch**: the name of one history of the logs; restoring a backup begins another ([`Epoch`]).
//! - **cursor**: a position in a log, `(epoch, seq)`: all up to it is known ([`Cursor`]).
//! - **digest**: a fold over a log that two copies have in common only where they are the same ([`Digest`]).
//! - **view**: a fold of the log (the messages of a room); it can be dropped and made again.
//! - **record**: what is kept but is no fold of a log (people, sessions, what somebody has read); it cannot be made again.
//! - **command**: a request that may become an event ([`Command`]).
//! - **signal**: what is true only now (who is here, who types); never in the log, free to be lost ([`Signal`]).
//! - **client key**: the name that a client gives to a command, so that a retry is harmless ([`ClientKey`]).
//! - **message id**: a message's author and the author's key for it: which message is meant, in whatever history
//!   ([`MessageId`]).
//! - **outbox**: a client's commands that are not settled yet, in order.

mod access;
mod command;
mod digest;
mod event;
mod group;
mod ids;
mod limits;
mod line;
mod message;
mod parsed;
mod position;
mod refusal;
mod text;
mod visit;

pub mod close;
pub mod markdown;
pub mod wire;

pub use access::{Access, Deed, Role};
pub use command::{Asked, Command};
pub use digest::{BadHex, Digest, Hash, Salt};
pub use event::{Author, Days, Event, EventBody, Person, Words};
pub use group::{is_soon_after, namesakes};
pub use ids::{BadId, ClientKey, MessageId, PersonId, RoomName};
pub use limits::{LIMITS, Limits};
pub use line::{Emoji, RoomTitle, RoomTopic};
pub use message::{About, Message, Page, Reaction, Snapshot};
pub use position::{Cursor, Epoch, Millis, Offer, Seq};
pub use refusal::{Refusal, RefusalCode};
pub use text::{BadText, MessageText, PersonName};
pub use visit::{Level, MANY, Mention, Mentions, Visit};
pub use wire::{ClientFrame, PlainMessage, PlainPost, Reset, RoomHead, ServerFrame, SessionGranted, Signal};
