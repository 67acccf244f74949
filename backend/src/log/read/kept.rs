//! What was read lately, kept for whoever wants the same: stretches of events, digests, the newest snapshot of a room.
//!
//! Invariants: its size is bounded; what a deletion takes back is not in it. For the second, the deletion is said here
//! before anybody else hears of it, and a read that began before that is not kept: it may have seen the words, and
//! would bring them back. What such a read gives may still be sent; the deletion follows it, as it does in the log.

use std::{
    collections::{BTreeMap, VecDeque},
    sync::{Arc, Mutex},
};

use shared::{RoomName, Seq};

use super::{Digests, Opening, Stretch, lock};

/// About the most bytes that are kept: some thousand events, which is what a herd wants that was away for minutes.
const BYTES: usize = 4 << 20;
/// What a piece takes beside its contents, about.
const PIECE: usize = 256;

/// What was read lately; a cheap handle.
#[derive(Clone, Default)]
pub struct Kept(Arc<Mutex<State>>);

#[derive(Default)]
struct State {
    /// How often something was erased.
    erasures: u64,
    pieces: BTreeMap<(RoomName, What), (Piece, usize)>,
    /// The pieces, the oldest first.
    order: VecDeque<(RoomName, What)>,
    bytes: usize,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum What {
    First,
    Snapshot,
    Digests(Seq),
    Stretch(Seq),
}

#[derive(Clone)]
enum Piece {
    First(Seq),
    Snapshot(Arc<Opening>),
    Digests(Digests),
    Stretch(Arc<Stretch>),
}

/// The moment before a read, by the erasures that were said until then.
#[derive(Clone, Copy)]
pub(super) struct Begun(u64);

impl Kept {
    /// Something was deleted in the room, and the commit is on disk: no words of the room are kept from here on that
    /// were read before.
    pub fn erase(&self, room: &RoomName) {
        let mut state = lock(&self.0);
        state.erasures += 1;
        let gone: Vec<_> = state.of(room, What::Snapshot).chain(state.of(room, What::Stretch(Seq::ZERO))).collect();
        if gone.is_empty() {
            return;
        }
        state.order.retain(|(name, what)| !(name == room && gone.contains(what)));
        for what in gone {
            state.remove(&(room.clone(), what));
        }
    }

    /// A room has dropped what it no longer keeps, and the commit is on disk: nothing of it is kept from here on that was
    /// read before, neither where its log begins.
    pub fn forget(&self, room: &RoomName) {
        let mut state = lock(&self.0);
        state.erasures += 1;
        let State { pieces, order, bytes, .. } = &mut *state;
        order.retain(|(name, _)| name != room);
        pieces.retain(|(name, _), (_, weight)| {
            let stays = name != room;
            *bytes -= if stays { 0 } else { *weight };
            stays
        });
    }

    /// A read is about to begin.
    pub(super) fn begin(&self) -> Begun {
        Begun(lock(&self.0).erasures)
    }

    /// Where a room's log begins.
    pub(super) fn first(&self, room: &RoomName) -> Option<Seq> {
        match self.get(room, What::First)? {
            Piece::First(first) => Some(first),
            _ => None,
        }
    }

    pub(super) fn put_first(&self, begun: Begun, room: &RoomName, first: Seq) {
        let mut state = lock(&self.0);
        if state.erasures == begun.0 {
            state.put(room, What::First, Piece::First(first), 0);
        }
    }

    pub(super) fn snapshot(&self, room: &RoomName) -> Option<Arc<Opening>> {
        match self.get(room, What::Snapshot)? {
            Piece::Snapshot(opening) => Some(opening),
            _ => None,
        }
    }

    pub(super) fn put_snapshot(&self, begun: Begun, room: &RoomName, opening: &Arc<Opening>) {
        let mut state = lock(&self.0);
        if state.erasures == begun.0 {
            state.put(room, What::Snapshot, Piece::Snapshot(Arc::clone(opening)), opening.weight());
        }
    }

    /// The digests that were read from `from` on.
    pub(super) fn digests(&self, room: &RoomName, from: Seq) -> Option<Digests> {
        match self.get(room, What::Digests(from))? {
            Piece::Digests(digests) => Some(digests),
            _ => None,
        }
    }

    pub(super) fn put_digests(&self, begun: Begun, room: &RoomName, from: Seq, digests: &Digests) {
        let weight = size_of_val(&**digests);
        let mut state = lock(&self.0);
        if state.erasures != begun.0 {
            return;
        }
        state.put(room, What::Digests(from), Piece::Digests(Arc::clone(digests)), weight);
    }

    /// A stretch that has something after `cursor`, and all of it that comes first.
    pub(super) fn stretch(&self, room: &RoomName, cursor: Seq) -> Option<Arc<Stretch>> {
        self.last_from(room, cursor).filter(|stretch| stretch.last() > cursor)
    }

    /// A stretch ends here.
    pub(super) fn ends_at(&self, room: &RoomName, cursor: Seq) -> bool {
        let before = Seq(cursor.0.saturating_sub(1));
        self.last_from(room, before).is_some_and(|stretch| stretch.last() == cursor)
    }

    pub(super) fn put_stretch(&self, begun: Begun, room: &RoomName, stretch: &Arc<Stretch>) {
        let mut state = lock(&self.0);
        if state.erasures == begun.0 && !stretch.events().is_empty() {
            state.put(room, What::Stretch(stretch.from()), Piece::Stretch(Arc::clone(stretch)), stretch.weight());
        }
    }

    /// The stretch that begins at `cursor`, or last before it.
    fn last_from(&self, room: &RoomName, cursor: Seq) -> Option<Arc<Stretch>> {
        let state = lock(&self.0);
        let upto = (room.clone(), What::Stretch(cursor));
        match state.pieces.range(..=upto).next_back() {
            Some(((name, What::Stretch(_)), (Piece::Stretch(stretch), _))) if name == room => Some(Arc::clone(stretch)),
            _ => None,
        }
    }

    fn get(&self, room: &RoomName, what: What) -> Option<Piece> {
        lock(&self.0).pieces.get(&(room.clone(), what)).map(|(piece, _)| piece.clone())
    }
}

impl State {
    /// What there is of a room, from `what` on and of its kind.
    fn of<'a>(&'a self, room: &'a RoomName, what: What) -> impl Iterator<Item = What> + 'a {
        let is_of_it = move |key: &&(RoomName, What)| {
            key.0 == *room && std::mem::discriminant(&key.1) == std::mem::discriminant(&what)
        };
        self.pieces.range((room.clone(), what)..).map(|(key, _)| key).take_while(is_of_it).map(|(_, what)| *what)
    }

    fn put(&mut self, room: &RoomName, what: What, piece: Piece, weight: usize) {
        let (key, weight) = ((room.clone(), what), weight + PIECE);
        self.bytes += weight;
        match self.pieces.insert(key.clone(), (piece, weight)) {
            // It keeps its place in the order.
            Some((_, earlier)) => self.bytes -= earlier,
            None => self.order.push_back(key),
        }
        while self.bytes > BYTES
            && let Some(oldest) = self.order.pop_front()
        {
            self.remove(&oldest);
        }
    }

    fn remove(&mut self, key: &(RoomName, What)) {
        if let Some((_, weight)) = self.pieces.remove(key) {
            self.bytes -= weight;
        }
    }
}
