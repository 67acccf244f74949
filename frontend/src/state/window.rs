//! The part of a room's log that is held and shown: messages in order of their seq, at most 400 of them.
//!
//! Invariants: a message stands here once, with everything folded in up to the cursor, so that pages and events may
//! come in any order; the window has no holes; and a message never moves from one chunk to another, so its row on the
//! page stays the same element for life. Chunks are only there for drawing: what did not change is the same `Rc`.
//! Wherever the window stands, the newest messages are held: in it, or beside it in its tail.

use std::rc::Rc;

use shared::{Event, Message, Seq, Snapshot};

use super::{keep::KEPT_MESSAGES, tail::Tail};

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
    /// The newest messages, while the window ends before them.
    tail: Option<Tail>,
}

impl Default for Window {
    fn default() -> Self {
        Self { chunks: vec![Chunk { id: 0, messages: Rc::default() }], next_id: 1, more_before: false, tail: None }
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
        self.tail.is_none()
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

    /// The message of a seq, where it is in the window.
    #[must_use]
    pub fn get(&self, seq: Seq) -> Option<&Rc<Message>> {
        let messages = &self.chunks[self.chunk_of(seq)?].messages;
        messages.binary_search_by_key(&seq, |message| message.seq).ok().map(|place| &messages[place])
    }

    /// The message of a seq, where it is in the window or among the newest.
    pub(super) fn held(&self, seq: Seq) -> Option<&Rc<Message>> {
        let newest = self.tail.as_ref().map_or(&[][..], |tail| &tail.messages);
        self.get(seq).or_else(|| newest.iter().find(|message| message.seq == seq))
    }

    /// All messages that are held, newest first. One may come twice.
    pub(super) fn newest_first(&self) -> impl Iterator<Item = &Rc<Message>> {
        let newest = self.tail.as_ref().map_or(&[][..], |tail| &tail.messages);
        newest.iter().rev().chain(self.messages().rev())
    }

    /// The newest messages, wherever the window stands, and whether there are older ones.
    pub(super) fn newest_messages(&self) -> (Vec<Message>, bool) {
        if let Some(tail) = &self.tail {
            return (tail.messages.iter().map(|message| (**message).clone()).collect(), tail.from > Seq::ZERO);
        }
        let skipped = self.len().saturating_sub(KEPT_MESSAGES);
        let newest = self.messages().skip(skipped).map(|message| (**message).clone());
        (newest.collect(), skipped > 0 || self.more_before)
    }

    /// Another window: the newest messages.
    pub(super) fn replace(&mut self, snapshot: Snapshot) {
        self.begin_anew(snapshot.messages.into_iter().map(Rc::new), snapshot.more_before);
    }

    fn begin_anew(&mut self, messages: impl Iterator<Item = Rc<Message>>, more_before: bool) {
        self.chunks.clear();
        self.new_last();
        messages.for_each(|message| self.put(message));
        self.more_before = more_before;
        self.tail = None;
    }

    /// Another window, anywhere in the history: the newest messages are held beside it, unless it reaches them.
    pub(super) fn become_page(&mut self, page: Vec<Rc<Message>>, more_before: bool) {
        let tail = self.tail.take().unwrap_or_else(|| self.to_tail());
        self.begin_anew(page.into_iter(), more_before);
        self.tail = Some(tail);
        self.join();
    }

    /// The newest messages, where the window ends with them.
    fn to_tail(&self) -> Tail {
        Tail::of(self.messages().rev().take(KEPT_MESSAGES + 1), self.more_before)
    }

    /// To the newest messages: those before them are let go, where the window does not reach them.
    pub(super) fn jump(&mut self) {
        if !self.join()
            && let Some(tail) = self.tail.take()
        {
            self.begin_anew(tail.messages.into_iter(), tail.from > Seq::ZERO);
        }
    }

    /// Whether the log has older messages than these and those that will come.
    pub(super) fn has_before(&mut self, more: bool) {
        self.more_before = more;
    }

    /// A message from an event that the cursor has just taken.
    pub(super) fn apply(&mut self, message: Rc<Message>) {
        match &mut self.tail {
            Some(tail) => tail.push(message),
            None => self.put(message),
        }
    }

    /// An event about a message, which the cursor has just taken.
    pub(super) fn fold(&mut self, event: &Event) {
        let Some(target) = event.body.target() else { return };
        if let Some(tail) = &mut self.tail {
            fold_into(&mut tail.messages, target, event);
        }
        if let Some(chunk) = self.chunk_of(target) {
            let messages = &mut self.chunks[chunk].messages;
            if messages.binary_search_by_key(&target, |message| message.seq).is_ok() {
                let messages: &mut Vec<Rc<Message>> = Rc::make_mut(messages);
                fold_into(messages, target, event);
            }
        }
    }

    /// An event about all messages, which the cursor has just taken: its author is forgotten, or it says which is the oldest.
    pub(super) fn amend(&mut self, event: &Event) {
        // Where the oldest is gone, so is all before it.
        self.more_before &= self.oldest() >= event.body.target();
        for chunk in &mut self.chunks {
            amend(Rc::make_mut(&mut chunk.messages), event);
        }
        if let Some(tail) = &mut self.tail {
            amend(&mut tail.messages, event);
        }
        while self.chunks.len() > 1 && self.chunks[0].messages.is_empty() {
            self.chunks.remove(0);
        }
        if self.is_empty() {
            self.jump();
        }
    }

    /// The page before the oldest message. One that does not join up with the window is dropped.
    pub(super) fn older(&mut self, page: Vec<Rc<Message>>, more_before: bool, before: Seq) {
        if self.oldest() == Some(before) && page.iter().all(|message| message.seq < before) {
            self.more_before = more_before;
            page.into_iter().rev().for_each(|message| self.put(message));
        }
    }

    /// The page after the newest message, likewise. Where it reaches the tail, the window is at the newest again.
    pub(super) fn newer(&mut self, page: Vec<Rc<Message>>, after: Seq) {
        let joins = self.tail.is_some() && self.newest() == Some(after);
        if joins && page.iter().all(|message| message.seq > after) {
            for message in page {
                self.put(message);
            }
            self.join();
        }
    }

    /// Where the window reaches the tail, it is at the newest again. True where it is.
    pub(super) fn join(&mut self) -> bool {
        if self.newest() >= self.tail.as_ref().map(|tail| tail.from)
            && let Some(tail) = self.tail.take()
        {
            // A window that is older than nothing of the tail ends where the tail does.
            if tail.messages.first().is_some_and(|first| Some(first.seq) <= self.oldest()) {
                self.more_before = tail.from > Seq::ZERO;
            }
            tail.messages.into_iter().for_each(|message| self.put(message));
        }
        self.tail.is_none()
    }

    pub(super) fn is_too_long(&self) -> bool {
        self.len() > MOST
    }

    pub(super) fn last_is_full(&self) -> bool {
        self.chunks.last().is_none_or(|last| last.messages.len() >= CHUNK)
    }

    /// Holds the window to its size, by chunks, away from the reader. Of a chunk that has grown beyond the others only
    /// so much is let go as another would be.
    pub(super) fn trim(&mut self, reader_is_in_upper_half: bool) {
        while self.is_too_long() {
            let cut = CHUNK.max(self.len() - MOST);
            let end = if reader_is_in_upper_half { self.chunks.len() - 1 } else { 0 };
            if reader_is_in_upper_half && self.tail.is_none() {
                self.tail = Some(self.to_tail());
            }
            if self.chunks[end].messages.len() <= cut && self.chunks.len() > 1 {
                self.chunks.remove(end);
            } else if reader_is_in_upper_half {
                let messages = Rc::make_mut(&mut self.chunks[end].messages);
                messages.truncate(messages.len() - cut);
            } else {
                Rc::make_mut(&mut self.chunks[end].messages).drain(..cut);
            }
            self.more_before |= !reader_is_in_upper_half;
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
        let place = self.chunk_of(seq);
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

    /// The last chunk that begins at or before `seq`; none where all begin after it.
    fn chunk_of(&self, seq: Seq) -> Option<usize> {
        self.chunks.iter().rposition(|chunk| chunk.messages.first().is_some_and(|first| first.seq <= seq))
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

/// Folds an event into the message that it is about, where that is among these.
pub(super) fn fold_into(messages: &mut [Rc<Message>], target: Seq, event: &Event) {
    if let Ok(place) = messages.binary_search_by_key(&target, |message| message.seq)
        && messages[place].rev < event.seq
    {
        Rc::make_mut(&mut messages[place]).fold(event);
    }
}

/// What an event about all messages makes of these.
#[inline(never)]
fn amend(messages: &mut Vec<Rc<Message>>, event: &Event) {
    messages.drain(..messages.partition_point(|message| Some(message.seq) < event.body.target()));
    for message in messages {
        Rc::make_mut(message).forget(&event.by);
    }
}
