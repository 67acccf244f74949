//! The writing end of the disk, as the server's writer has it.

use backend::log::{Batch, RoomState, Store, StoreError};
use shared::{ClientKey, Epoch, PersonId, RoomName, Seq};

use super::Disk;

/// The server's store on a [`Disk`].
pub struct Kept {
    disk: Disk,
    epoch: Epoch,
}

impl Kept {
    /// The store on `disk`.
    #[must_use]
    pub fn on(disk: &Disk) -> Self {
        Self { disk: disk.clone(), epoch: disk.look(|image| image.epoch.clone()) }
    }
}

impl Store for Kept {
    fn epoch(&self) -> &Epoch {
        &self.epoch
    }

    fn room(&mut self, room: &RoomName) -> Result<RoomState, StoreError> {
        let room = self.disk.look(|image| image.room(room));
        Ok(room.events.last().map_or_else(RoomState::default, |event| RoomState { head: event.seq, at: event.at }))
    }

    fn find(&mut self, room: &RoomName, author: &PersonId, key: &ClientKey) -> Result<Option<Seq>, StoreError> {
        let room = self.disk.look(|image| image.room(room));
        Ok(room.keys.get(&(author.clone(), key.clone())).copied())
    }

    fn commit(&mut self, batch: &Batch) -> Result<(), StoreError> {
        self.disk.lock().commit(batch)
    }
}
