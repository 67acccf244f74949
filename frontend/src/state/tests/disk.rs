//! A browser's database to try the client with.

use shared::{Person, RoomName};

use super::super::{Keep, KeptEntry, KeptRoom, Loaded};

#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Disk {
    pub(super) rooms: Vec<(RoomName, KeptRoom)>,
    pub(super) entries: Vec<KeptEntry>,
    pub(super) me: Option<Person>,
}

impl Disk {
    /// One transaction.
    pub(super) fn write(&mut self, keep: &Keep) {
        assert_ne!(keep, &Keep { number: keep.number, ..Keep::default() }, "there is something in it");
        for (name, room) in &keep.rooms {
            self.rooms.retain(|(other, _)| other != name);
            self.rooms.push((name.clone(), room.clone()));
        }
        let is_named = |entry: &KeptEntry| {
            keep.entries.iter().any(|other| (&other.room, &other.key) == (&entry.room, &entry.key))
                || keep.gone.iter().any(|(room, key)| (room, key) == (&entry.room, &entry.key))
        };
        self.entries.retain(|entry| !is_named(entry));
        self.entries.extend(keep.entries.iter().cloned());
        self.me = keep.me.clone().or(self.me.take());
    }

    pub(super) fn load(&self) -> Loaded {
        Loaded { rooms: self.rooms.clone(), entries: self.entries.clone(), me: self.me.clone() }
    }

    pub(super) fn keys(&self) -> Vec<String> {
        let mut entries: Vec<&KeptEntry> = self.entries.iter().collect();
        entries.sort_by_key(|entry| entry.order);
        entries.into_iter().map(|entry| entry.key.to_string()).collect()
    }
}
