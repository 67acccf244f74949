//! The part of a room's log that is held and shown: messages in order of their seq, at most 400 of them.
//!
//! Invariants: a message stands here once, at its newest `rev`, so that pages and events may come in any order; the
//! window has no holes; and a message never moves from one chunk to another, so its row on the page stays the same
//! element for life. Chunks are only there for drawing: what did not change is the same `Rc`.

use std::rc::Rc;

use shared::{Message, Page, Seq, Snapshot};

/// A chunk is full with so many messages.
const CHUNK: usize = 50;
/// Most messages in a window.
pub(super) const MOST: usize = 400;

/// Some neighbouring messages. Its id is for life.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Chunk {
    /// What tells it from other chunks of the room.
    pub id: u32,
    /// Oldest first.
    pub messages: Rc<Vec<Rc<Message>>>,
}

/// The messages, in chunks. There is always a last chunk, where new ones go; only it may be empty.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Window {
    chunks: Vec<Chunk>,
    next_id: u32,
    more_before: bool,
    at_newest: bool,
}

impl Default for Window {
    fn default() -> Self {
        Self { chunks: vec![Chunk { id: 0, messages: Rc::default() }], next_id: 1, more_before: false, at_newest: true }
    }
}

impl Window {
    /// The chunks, oldest first.
    #[must_use]
    pub fn chunks(&self) -> &[Chunk] {
        &self.chunks
    }

    /// All messages, oldest first.
    #[must_use]
    pub fn messages(&self) -> impl DoubleEndedIterator<Item = &Rc<Message>> {
        self.chunks.iter().flat_map(|chunk| chunk.messages.iter())
    }

    /// How many messages there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.chunks.iter().map(|chunk| chunk.messages.len()).sum()
    }

    /// There are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.chunks.iter().all(|chunk| chunk.messages.is_empty())
    }

    /// The log has older messages than these.
    #[must_use]
    pub fn more_before(&self) -> bool {
        self.more_before
    }

    /// The window ends where the cursor stands: new events are shown as they come.
    #[must_use]
    pub fn at_newest(&self) -> bool {
        self.at_newest
    }

    /// The seq of the oldest message.
    #[must_use]
    pub fn oldest(&self) -> Option<Seq> {
        self.messages().next().map(|message| message.seq)
    }

    /// The seq of the newest message.
    #[must_use]
    pub fn newest(&self) -> Option<Seq> {
        self.messages().next_back().map(|message| message.seq)
    }

    /// Another window: the newest messages.
    pub(super) fn replace(&mut self, snapshot: Snapshot) {
        let id = self.fresh_id();
        self.chunks = vec![Chunk { id, messages: Rc::new(snapshot.messages.into_iter().map(Rc::new).collect()) }];
        self.more_before = snapshot.more_before;
        self.at_newest = true;
    }

    /// A message from an event that the cursor has just taken.
    pub(super) fn apply(&mut self, message: Rc<Message>) {
        if self.at_newest {
            self.put(message);
        }
    }

    /// The page before the oldest message. One that does not join up with the window is dropped.
    pub(super) fn older(&mut self, page: Page, before: Seq) {
        if self.oldest() == Some(before) && page.messages.iter().all(|message| message.seq < before) {
            self.more_before = page.more_before;
            page.messages.into_iter().rev().for_each(|message| self.put(Rc::new(message)));
        }
    }

    /// The page after the newest message, likewise. True where it reaches the end of the log as it was at
    /// `page.head`: then [`Window::caught_up`] is next.
    pub(super) fn newer(&mut self, page: Page, after: Seq) -> bool {
        let joins = !self.at_newest && self.newest() == Some(after);
        if !joins || page.messages.iter().any(|message| message.seq <= after) {
            return false;
        }
        page.messages.into_iter().for_each(|message| self.put(Rc::new(message)));
        !page.more_after
    }

    /// The cursor stands where the window ends.
    pub(super) fn caught_up(&mut self) {
        self.at_newest = true;
    }

    pub(super) fn is_too_long(&self) -> bool {
        self.chunks.len() > 1 && self.len() > MOST
    }

    pub(super) fn last_is_full(&self) -> bool {
        self.chunks.last().is_none_or(|last| last.messages.len() >= CHUNK)
    }

    /// Holds the window to its size, by chunks, away from the reader.
    pub(super) fn trim(&mut self, reader_is_in_upper_half: bool) {
        while self.is_too_long() {
            if reader_is_in_upper_half {
                self.chunks.pop();
                self.at_newest = false;
            } else {
                self.chunks.remove(0);
                self.more_before = true;
            }
        }
    }

    /// Ends the last chunk where it is full. To be called only while no row waits behind it: a row that waits is
    /// shown in the last chunk, and must not have moved when it is confirmed.
    pub(super) fn end_full_chunk(&mut self) {
        if self.last_is_full() {
            self.new_last();
        }
    }

    /// Puts a message where its seq says, unless it is here already with the same or a newer `rev`.
    fn put(&mut self, message: Rc<Message>) {
        let seq = message.seq;
        // The last chunk that begins at or before it; before all of them: the first.
        let place = self.chunks.iter().rposition(|chunk| chunk.messages.first().is_some_and(|first| first.seq <= seq));
        let last = self.chunks.len() - 1;
        let place = match place {
            // Behind the end of a chunk that was ended: into the empty one after it.
            Some(place) if place + 1 == last && self.chunks[last].messages.is_empty() && self.newest() < Some(seq) => {
                last
            }
            Some(place) => place,
            None if self.chunks[0].messages.len() >= CHUNK => {
                let id = self.fresh_id();
                self.chunks.insert(0, Chunk { id, messages: Rc::default() });
                0
            }
            None => 0,
        };
        let messages = &mut self.chunks[place].messages;
        match messages.binary_search_by_key(&seq, |message| message.seq) {
            Ok(known) if messages[known].rev >= message.rev => {}
            Ok(known) => Rc::make_mut(messages)[known] = message,
            Err(gap) => Rc::make_mut(messages).insert(gap, message),
        }
    }

    fn new_last(&mut self) {
        let id = self.fresh_id();
        self.chunks.push(Chunk { id, messages: Rc::default() });
    }

    fn fresh_id(&mut self) -> u32 {
        self.next_id = self.next_id.wrapping_add(1);
        self.next_id
    }
}
