//! The newest changes of a room's messages: what a page of history that was made before them is brought up to date
//! with. Events that the cursor has passed do not come again.

use std::rc::Rc;

use shared::{Event, EventBody, Message, Seq};

use super::window::fold_into;

/// Most changes that are remembered.
const MOST: usize = 200;

/// The newest changes.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Recent {
    /// All changes after this seq, up to the cursor, are here.
    from: Seq,
    events: Rc<Vec<Event>>,
}

impl Recent {
    /// The cursor stands at `seq`, and what was before is not known.
    pub(super) fn begin(&mut self, seq: Seq) {
        *self = Self { from: seq, events: Rc::default() };
    }

    /// The cursor has just taken an event that is about a message.
    pub(super) fn push(&mut self, event: &Event) {
        let events = Rc::make_mut(&mut self.events);
        if let EventBody::Deleted { target } = event.body {
            // What the message said is not remembered any longer, neither in memory.
            events.iter_mut().filter(|one| one.body.target() == Some(target)).for_each(|one| one.body.erase());
        }
        if events.len() >= MOST {
            self.from = events.remove(0).seq;
        }
        events.push(event.clone());
    }

    /// Folds in what happened to these messages after `head`, at which they were valid. False where that is not known
    /// any more.
    pub(super) fn bring_up(&self, messages: &mut [Rc<Message>], head: Seq) -> bool {
        if head < self.from {
            return false;
        }
        for event in self.events.iter() {
            if let Some(target) = event.body.target() {
                fold_into(messages, target, event);
            }
        }
        true
    }
}
