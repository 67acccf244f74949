//! What was sent and who has it: every client must get every message of its room once, and all of a room in one order.
//!
//! The first client to get a message says its place in the room's order; every other is compared with that, which costs
//! one look into a queue.

use std::collections::{HashMap, VecDeque};

use anyhow::{Context as _, bail, ensure};

/// A message on its way.
struct Sent {
    room: usize,
    sender: usize,
    /// Which of its sender's.
    nth: u32,
    /// When it was to be sent, in nanoseconds.
    intended: u64,
}

/// A message in the order of its room.
struct Entry {
    number: u32,
    sender: usize,
    /// Clients that are waited for, and have not got it.
    left: u32,
    intended: u64,
    /// When the first client got it, in nanoseconds.
    first: u64,
}

#[derive(Default)]
struct Room {
    /// The place of the first entry that is still kept.
    base: u64,
    order: VecDeque<Entry>,
    /// Clients that each message is waited for at.
    waited: u32,
    /// Somebody may ask for old entries: nothing is let go.
    keep: bool,
}

/// A delivery, as the ledger sees it. Times are nanoseconds.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Delivery {
    pub(crate) sender: usize,
    pub(crate) intended: u64,
    /// When the first client got the message.
    pub(crate) first: u64,
    /// This is that first client.
    pub(crate) is_first: bool,
    /// Everybody who is waited for has it now.
    pub(crate) complete: bool,
}

/// A client's position in its room: how many messages of the room's order it has had; none before its first one.
pub(crate) type Position = Option<u64>;

/// All rooms.
pub(crate) struct Ledger {
    pending: HashMap<u32, Sent>,
    rooms: Vec<Room>,
    /// By sender: how many it has sent, and how many of them have a place.
    senders: HashMap<usize, (u32, u32)>,
    next: u32,
    incomplete: u64,
}

impl Ledger {
    /// Of so many rooms without clients.
    pub(crate) fn new(rooms: usize) -> Self {
        Self {
            pending: HashMap::new(),
            rooms: std::iter::repeat_with(Room::default).take(rooms).collect(),
            senders: HashMap::new(),
            next: 0,
            incomplete: 0,
        }
    }

    /// Each message of the room is waited for at one client more.
    pub(crate) fn wait_for_one_more(&mut self, room: usize) {
        self.rooms[room].waited += 1;
    }

    /// The room has clients that come late: its whole order is kept.
    pub(crate) fn keep(&mut self, room: usize) {
        self.rooms[room].keep = true;
    }

    /// A message is sent; gives its number.
    pub(crate) fn send(&mut self, room: usize, sender: usize, intended: u64) -> u32 {
        let number = self.next;
        self.next += 1;
        let (sent, _) = self.senders.entry(sender).or_default();
        self.pending.insert(number, Sent { room, sender, nth: *sent, intended });
        *sent += 1;
        self.incomplete += 1;
        number
    }

    /// Messages that somebody who is waited for has not got.
    pub(crate) fn incomplete(&self) -> u64 {
        self.incomplete
    }

    /// Whether every message that was sent has come to somebody.
    pub(crate) fn nothing_is_pending(&self) -> bool {
        self.pending.is_empty()
    }

    /// Messages in the room's order so far.
    pub(crate) fn head(&self, room: usize) -> u64 {
        let Room { base, order, .. } = &self.rooms[room];
        base + order.len() as u64
    }

    /// A client got a message.
    ///
    /// # Errors
    /// Where it is doubled, missing, out of order, of another room, or was never sent.
    pub(crate) fn receive(
        &mut self,
        room: usize,
        position: &mut Position,
        waited: bool,
        number: u32,
        now: u64,
    ) -> anyhow::Result<Delivery> {
        let head = self.head(room);
        let log = &mut self.rooms[room];
        let place = match *position {
            Some(place) => place,
            // From here on it gets everything.
            None => log.order.iter().rposition(|entry| entry.number == number).map_or(head, |at| log.base + at as u64),
        };
        let is_first = place == head;
        if is_first {
            let found = self.pending.remove(&number);
            let sent = found.with_context(|| format!("message {number} came a second time, or was never sent"))?;
            ensure!(sent.room == room, "message {number} of room {} came to room {room}", sent.room);
            let (_, placed) = self.senders.entry(sent.sender).or_default();
            ensure!(sent.nth == *placed, "message {number} overtook an earlier one of its sender");
            *placed += 1;
            let Sent { sender, intended, .. } = sent;
            log.order.push_back(Entry { number, sender, left: log.waited, intended, first: now });
        }
        let at = place.checked_sub(log.base).and_then(|at| usize::try_from(at).ok());
        let entry = at.and_then(|at| log.order.get_mut(at)).context("a message came that everybody had already")?;
        if entry.number != number {
            bail!("message {number} came where {} was next: one is lost, doubled or out of order", entry.number);
        }
        if waited {
            entry.left = entry.left.checked_sub(1).context("a message came more often than there are clients")?;
        }
        let complete = waited && entry.left == 0;
        let delivery =
            Delivery { sender: entry.sender, intended: entry.intended, first: entry.first, is_first, complete };
        *position = Some(place + 1);
        if complete {
            self.incomplete -= 1;
            while !log.keep && log.order.front().is_some_and(|entry| entry.left == 0) {
                log.order.pop_front();
                log.base += 1;
            }
        }
        Ok(delivery)
    }

    /// Forgets what is under way: of messages sent while clients still joined, nobody knows who is to get them.
    pub(crate) fn forget(&mut self) {
        for Sent { sender, .. } in std::mem::take(&mut self.pending).into_values() {
            // They will not come, so they are not waited for either.
            if let Some((sent, placed)) = self.senders.get_mut(&sender) {
                *sent = *placed;
            }
        }
        for room in &mut self.rooms {
            room.base += room.order.len() as u64;
            room.order.clear();
        }
        self.incomplete = 0;
    }
}

#[cfg(test)]
mod tests;
