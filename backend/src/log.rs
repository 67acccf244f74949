//! The logs: every room's events in order, durable before anyone sees them.
//!
//! One thread owns appending ([`Log`] is the handle to it). It takes whatever commands wait, gives each its seq and
//! time, commits them all at once, and only then publishes them to the rooms and acknowledges them. Reading goes
//! around it ([`Reads`]), on threads of its own, with a bounded number of readers. Both can be driven step by step, in
//! one thread and without a disk ([`Log::with_writer`], [`Reads::on`]), which is how they are tried against crashes.
//!
//! Absent by intent: nothing here knows of sockets, frames or HTTP.

mod account;
mod append;
mod attention;
mod bell;
mod names;
mod read;
mod room;
mod rooms;
mod rows;
mod schema;
mod sqlite;
mod store;
mod weight;
mod writer;

pub mod ring;
pub mod signals;

pub use account::{AccountChange, Hash256, Passkey};
pub use append::{
    Accounting, Appended, Appender, Command, Draft, Governance, Governing, Line, NotAppended, Pushing, Remember,
    Rename, Tidying, VisitChange, Visiting, Wrong,
};
pub use attention::{Attention, Changed, Listening};
pub use bell::{Bell, RoomNumber};
pub use names::{Names, look_alike};
pub use read::{
    Account, Aged, Drawn, Ends, EventPlace, Kept, KnownPasskey, KnownSession, Members, Opening, OwnEvents, Place, Push,
    PushRecords, Read, ReadError, ReadLimits, Reader, Reads, RoomStanding, SessionRow, Sheet, Stretch, Threads,
};
pub use room::Room;
pub use rooms::Rooms;
pub use sqlite::{
    CheckedRoom, DatabaseFile, Finding, NotGathered, SqliteReader, SqliteStore, beside, database_in, gather, renew,
};
pub use store::{
    Batch, DROPPED_AT_ONCE, Entry, Found, Invitation, InvitationChange, Nameless, PersonRow, PushChange, QuietHours,
    RoomState, Store, StoreError, Subscription, VisitRow,
};
pub use writer::{Clock, Done, Log, LogHealth, Salts, Submitted, Taken, Writer, Written, system_salts};
