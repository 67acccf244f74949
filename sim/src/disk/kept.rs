//! The writing end of the disk, as the server's writer has it.

use backend::log::{Batch, Found, RoomState, Store, StoreError, VisitRow};
use shared::{ClientKey, Epoch, Message, PersonId, RoomName, Seq};

use super::Disk;
use crate::sabotage::Sabotage;

/// The server's store on a [`Disk`].
pub struct Kept {
    disk: Disk,
    epoch: Epoch,
    /// For a saboteur: no key is found again.
    forgets_keys: bool,
}

impl Kept {
    /// The store on `disk`.
    #[must_use]
    pub fn on(disk: &Disk) -> Self {
        let forgets_keys = disk.lock().sabotaged(Sabotage::ForgetKeys);
        Self { disk: disk.clone(), epoch: disk.look(|image| image.epoch.clone()), forgets_keys }
    }
}

impl Store for Kept {
    fn epoch(&self) -> &Epoch {
        &self.epoch
    }

    fn room(&mut self, room: &RoomName) -> Result<RoomState, StoreError> {
        Ok(self.disk.look(|image| image.room(room)).state.clone())
    }

    fn find(&mut self, room: &RoomName, author: &PersonId, key: &ClientKey) -> Result<Option<Found>, StoreError> {
        let room = self.disk.look(|image| image.room(room));
        let name = (author.clone(), key.clone());
        if self.forgets_keys {
            return Ok(None);
        }
        let found = room.keys.get(&name);
        Ok(found.map(|seq| seq.map_or(Found::Unchanged, Found::Event)))
    }

    fn message(&mut self, room: &RoomName, seq: Seq) -> Result<Option<Message>, StoreError> {
        Ok(self.disk.look(|image| image.room(room)).messages.get(&seq).cloned())
    }

    fn visit(&mut self, person: &PersonId, room: &RoomName) -> Result<(Option<VisitRow>, u64), StoreError> {
        let visits = self.disk.look(|image| image.visits.clone());
        let number = visits.keys().filter(|(visitor, _)| visitor == person).count() as u64;
        Ok((visits.get(&(person.clone(), room.clone())).cloned(), number))
    }

    fn commit(&mut self, batch: &Batch) -> Result<(), StoreError> {
        self.disk.lock().commit(batch)
    }
}
