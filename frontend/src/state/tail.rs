//! The newest messages of a room whose window ends before them: what is kept for the next start, and what a jump to
//! the newest shows at once.
//!
//! Invariant: all messages after `from` are here, with everything folded in up to the cursor.

use std::rc::Rc;

use shared::{Message, Seq};

use super::keep::KEPT_MESSAGES;

/// The newest messages.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Tail {
    /// The newest message that is older than these; 0 where there is none.
    pub(super) from: Seq,
    /// Oldest first, at most [`KEPT_MESSAGES`].
    pub(super) messages: Vec<Rc<Message>>,
}

impl Tail {
    /// The tail of `newest_first`, which has one message more than a tail may have, where there are so many.
    pub(super) fn of<'a>(newest_first: impl Iterator<Item = &'a Rc<Message>>, more_before: bool) -> Self {
        let mut messages: Vec<Rc<Message>> = newest_first.cloned().collect();
        messages.reverse();
        // Where all that there are fit in, what lies before them is only known to lie before the first.
        let before_all = || messages.first().map_or(Seq::ZERO, |first| Seq(first.seq.0.saturating_sub(1)));
        let from = if more_before && messages.len() <= KEPT_MESSAGES { before_all() } else { Seq::ZERO };
        let mut tail = Self { from, messages };
        tail.trim();
        tail
    }

    /// A new message.
    pub(super) fn push(&mut self, message: Rc<Message>) {
        if self.messages.last().is_none_or(|last| last.seq < message.seq) {
            self.messages.push(message);
            self.trim();
        }
    }

    fn trim(&mut self) {
        if self.messages.len() > KEPT_MESSAGES {
            self.from = self.messages.remove(0).seq;
        }
    }
}
