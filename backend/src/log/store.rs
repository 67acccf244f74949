//! The seam between the log's rules and where it is kept: load a room's end, look up a key, commit a batch.

use shared::{ClientKey, Epoch, Event, Millis, PersonId, PersonName, RoomName, Seq};

/// Where a room's log ends.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct RoomState {
    /// The newest event.
    pub head: Seq,
    /// Its time.
    pub at: Millis,
}

/// Everything that one commit makes durable, or nothing of it.
#[derive(Clone, Debug, Default)]
pub struct Batch {
    /// The events, per room in order.
    pub events: Vec<Event>,
    /// People to be remembered, with the hashes of their sessions.
    pub people: Vec<PersonRow>,
}

/// A person as the records keep them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PersonRow {
    /// Who.
    pub id: PersonId,
    /// What they are called.
    pub name: PersonName,
    /// The name replaces what was kept. Otherwise it stands only where nobody is kept yet.
    pub renamed: bool,
    /// SHA-256 of their session's token.
    pub session: Option<[u8; 32]>,
    /// When.
    pub at: Millis,
}

/// Why something could not be stored or read. The cause is for the server's log only.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// There is no room left; earlier data is safe, and a later try may succeed.
    #[error("the disk is full")]
    Full,
    /// It is not known what of the last commit is on disk: nothing may be accepted until a restart has read it.
    #[error("the disk failed: {0}")]
    Unsound(String),
    /// Anything else; what was asked for did not happen.
    #[error("{0}")]
    Failed(String),
}

/// Where logs and records are kept. One thread uses it, and nothing else writes.
pub trait Store: Send + 'static {
    /// The name of the history kept here.
    fn epoch(&self) -> &Epoch;

    /// Where a room's log ends; the default where there is no such room yet.
    ///
    /// # Errors
    /// [`StoreError`] where it cannot be read.
    fn room(&mut self, room: &RoomName) -> Result<RoomState, StoreError>;

    /// The event that a command of this name became, where there was one.
    ///
    /// # Errors
    /// [`StoreError`] where it cannot be read.
    fn find(&mut self, room: &RoomName, author: &PersonId, key: &ClientKey) -> Result<Option<Seq>, StoreError>;

    /// Makes all of the batch durable, views included, or nothing of it. When this returns `Ok`, the batch survives
    /// the process being killed and the power being cut.
    ///
    /// # Errors
    /// [`StoreError`]; nothing was appended then, except that after [`StoreError::Unsound`] nobody knows.
    fn commit(&mut self, batch: &Batch) -> Result<(), StoreError>;

    /// Called once, when nothing more will be committed.
    fn close(&mut self) {}
}
