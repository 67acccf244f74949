//! The disk: what a server keeps, in memory, with everything that disks do: they are full, fail, forget what they said
//! was safe, and are replaced by older ones.
//!
//! [`Kept`] writes to it and [`Shelf`] reads from it, as the server's own store and reader do with SQLite.

mod image;
mod kept;
mod shelf;

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use backend::log::{Batch, Rooms, StoreError};
use shared::{Epoch, EventBody};

use crate::sabotage::Sabotage;

pub use image::{Image, RoomImage};
pub use kept::Kept;
pub use shelf::Shelf;

/// What is the matter with a commit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Trouble {
    /// There is no room.
    Full,
    /// It cannot be written, and nothing is.
    Failed,
    /// The sync failed: nobody knows what is written.
    Unsound,
}

/// The disk; a cheap handle.
#[derive(Clone)]
pub struct Disk(Arc<Mutex<State>>);

pub(crate) struct State {
    /// What a server that starts now finds.
    durable: Image,
    /// After a failed sync: what it finds instead, perhaps.
    unsure: Option<Image>,
    /// What the next commits meet.
    trouble: Option<Trouble>,
    /// Reads fail.
    unreadable: bool,
    /// Older states, as a copy that somebody made.
    copies: Vec<Image>,
    sabotage: Option<Sabotage>,
    /// Reported as durable by a saboteur, and not.
    unwritten: Option<Batch>,
    /// Where a saboteur publishes.
    rooms: Option<Rooms>,
}

impl Disk {
    /// An empty one, whose history is `epoch`.
    #[must_use]
    pub fn new(epoch: Epoch, sabotage: Option<Sabotage>) -> Self {
        let state = State {
            durable: Image::new(epoch),
            unsure: None,
            trouble: None,
            unreadable: false,
            copies: Vec::new(),
            sabotage,
            unwritten: None,
            rooms: None,
        };
        Self(Arc::new(Mutex::new(state)))
    }

    pub(crate) fn lock(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// What is on it for certain.
    #[must_use]
    pub fn durable(&self) -> Image {
        self.lock().durable.clone()
    }

    /// Looks at what is on it for certain.
    pub fn look<T>(&self, look: impl FnOnce(&Image) -> T) -> T {
        look(&self.lock().durable)
    }

    /// From now on commits meet this.
    pub fn trouble(&self, trouble: Option<Trouble>) {
        self.lock().trouble = trouble;
    }

    /// From now on reads fail, or do not.
    pub fn unreadable(&self, unreadable: bool) {
        self.lock().unreadable = unreadable;
    }

    /// Where a saboteur publishes.
    pub fn publish_to(&self, rooms: Rooms) {
        self.lock().rooms = Some(rooms);
    }

    /// A copy is made, to be put back one day.
    pub fn copy(&self) {
        let mut state = self.lock();
        let copy = state.durable.clone();
        state.copies.push(copy);
    }

    /// How many copies there are.
    #[must_use]
    pub fn copies(&self) -> usize {
        self.lock().copies.len()
    }

    /// The copy of this number takes the place of what is there: under a new epoch, as restoring does it, or without
    /// a word. Gives what was there before.
    #[must_use]
    pub fn put_back(&self, copy: usize, epoch: Option<Epoch>) -> Option<Image> {
        let mut state = self.lock();
        let mut image = state.copies.get(copy)?.clone();
        state.copies.truncate(copy + 1);
        state.unsure = None;
        if let Some(epoch) = epoch {
            image.epoch = epoch;
        }
        Some(std::mem::replace(&mut state.durable, image))
    }

    /// The server starts anew and finds what is there; after a failed sync, with that commit or without it.
    pub fn recover(&self, with: bool) {
        let mut state = self.lock();
        (state.unwritten, state.rooms) = (None, None);
        if let Some(unsure) = state.unsure.take().filter(|_| with) {
            state.durable = unsure;
        }
    }
}

impl State {
    pub(crate) fn sabotaged(&self, sabotage: Sabotage) -> bool {
        self.sabotage == Some(sabotage)
    }

    fn commit(&mut self, batch: &Batch) -> Result<(), StoreError> {
        let spoiled = self.sabotage.map(|sabotage| spoil(sabotage, batch.clone()));
        let batch = spoiled.as_ref().unwrap_or(batch);
        if let Some(rooms) = self.rooms.as_ref().filter(|_| self.sabotaged(Sabotage::PublishBeforeCommit)) {
            rooms.publish(batch.events.clone());
        }
        if self.sabotaged(Sabotage::AckBeforeCommit) && self.trouble.is_none() {
            if let Some(before) = self.unwritten.replace(batch.clone()) {
                self.write(&before)?;
            }
            return Ok(());
        }
        self.write(batch)
    }

    /// Commits as the disk's trouble lets it.
    fn write(&mut self, batch: &Batch) -> Result<(), StoreError> {
        let lax = self.sabotaged(Sabotage::ForgetKeys);
        match self.trouble {
            None => {
                self.durable.take(batch, lax).map_err(StoreError::Failed)?;
                Ok(())
            }
            Some(Trouble::Full) => Err(StoreError::Full),
            Some(Trouble::Failed) => Err(StoreError::Failed("it cannot be written".to_owned())),
            Some(Trouble::Unsound) => {
                let mut unsure = self.durable.clone();
                unsure.take(batch, lax).map_err(StoreError::Failed)?;
                self.unsure = Some(unsure);
                Err(StoreError::Unsound("the sync failed".to_owned()))
            }
        }
    }
}

/// What a saboteur makes of a batch.
fn spoil(sabotage: Sabotage, mut batch: Batch) -> Batch {
    match sabotage {
        Sabotage::DropDeletion => batch.messages.retain(|_, message| !message.is_deleted() || message.seq.0 % 3 > 0),
        Sabotage::KeepDeleted => batch.erased.clear(),
        Sabotage::KeepDropped => batch.dropped.clear(),
        Sabotage::ReactTwice => {
            let reacted = batch.events.iter().filter(|entry| matches!(entry.event.body, EventBody::Reacted { .. }));
            for target in reacted.filter_map(|entry| entry.event.body.target()) {
                for ((_, seq), message) in &mut batch.messages {
                    let first = message.reactions.first_mut().filter(|_| *seq == target);
                    if let Some(reaction) = first {
                        let who = reaction.by[0].clone();
                        reaction.by.push(who);
                    }
                }
            }
        }
        _ => {}
    }
    batch
}
