//! Pages of a room's history: which is asked for, and what becomes of it.
//!
//! Invariant: a page may be older than the cursor or newer. What happened to its messages since is folded in before
//! they are shown; what it knows more is left alone by the events that come later.

use std::rc::Rc;

use shared::{Message, Page, PersonId, Seq};

use super::Room;

/// Which page of history.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ask {
    /// The messages before this one.
    Before(Seq),
    /// The messages after this one.
    After(Seq),
}

/// How the last request for a page went.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Paging {
    /// None is under way.
    Idle,
    /// This one is under way.
    Asked(Ask),
    /// This one could not be had.
    Failed(Ask),
}

/// An end of the window.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Edge {
    /// The oldest message.
    Oldest,
    /// The newest message.
    Newest,
}

/// Where the reader is in the window.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reader {
    /// At the newest message, following.
    AtNewest,
    /// Nearer to the newest.
    LowerHalf,
    /// Nearer to the oldest.
    UpperHalf,
}

impl Room {
    /// The page to ask for when the reader comes near an end of the window.
    pub(super) fn ask(&mut self, edge: Edge) -> Option<Ask> {
        if matches!(self.paging, Paging::Asked(_)) {
            return None;
        }
        let ask = match edge {
            Edge::Oldest if self.window.more_before() => Ask::Before(self.window.oldest()?),
            Edge::Newest if !self.window.join() => Ask::After(self.window.newest()?),
            Edge::Oldest | Edge::Newest => return None,
        };
        self.paging = Paging::Asked(ask);
        self.asked_again = false;
        Some(ask)
    }

    /// A page came, or could not be had. True where it is so old that it has to be asked for again.
    pub(super) fn page(&mut self, ask: Ask, page: Option<Page>, me: Option<&PersonId>) -> bool {
        if self.paging != Paging::Asked(ask) {
            return false;
        }
        let Some(mut page) = page else {
            self.paging = Paging::Failed(ask);
            return false;
        };
        self.paging = Paging::Idle;
        let Some(cursor) = self.cursor.as_ref().filter(|cursor| cursor.epoch == page.epoch) else { return false };
        let mut messages: Vec<Rc<Message>> = std::mem::take(&mut page.messages).into_iter().map(Rc::new).collect();
        if page.head < cursor.seq && !self.recent.bring_up(&mut messages, page.head) {
            // Once: a server that answers with old pages for ever is not asked for ever.
            let again = !self.asked_again;
            self.paging = if again { Paging::Asked(ask) } else { Paging::Failed(ask) };
            self.asked_again = again;
            return again;
        }
        for message in messages.iter().filter(|message| Some(&message.by.id) == me) {
            self.outbox.settle(&message.key, message.seq);
        }
        let seen = cursor.seq.min(page.head);
        match ask {
            Ask::Before(before) => self.window.older(messages, page.more_before, before),
            Ask::After(after) => self.window.newer(messages, after),
        }
        self.outbox.passed(seen);
        false
    }
}
