//! Pages of a room's history: which is asked for, and what becomes of it.
//!
//! Invariant: a page may be older than the cursor or newer. What happened to its messages since is folded in before
//! they are shown; what it knows more is left alone by the events that come later.

use std::rc::Rc;

use shared::{Cursor, Message, Millis, Page, PersonId, Seq};

use super::{Notice, Room};

/// Which page of history.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ask {
    /// The messages before this one.
    Before(Seq),
    /// The messages after this one.
    After(Seq),
    /// This message between others.
    Around(Seq),
    /// The messages from this time on.
    At(Millis),
}

impl Ask {
    /// The word and the number by which the server is asked (`docs/protocol.md`, History).
    #[must_use]
    pub fn words(self) -> (&'static str, u64) {
        match self {
            Self::Before(Seq(seq)) => ("before", seq),
            Self::After(Seq(seq)) => ("after", seq),
            Self::Around(Seq(seq)) => ("around", seq),
            Self::At(Millis(at)) => ("at", at),
        }
    }

    /// The window becomes that page, instead of growing by it.
    pub(super) fn seeks(self) -> bool {
        matches!(self, Self::Around(_) | Self::At(_))
    }
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
        if self.sought.is_some() || matches!(self.paging, Paging::Asked(_)) {
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
            self.cannot_page(ask);
            return false;
        };
        self.paging = Paging::Idle;
        let Some(cursor) = self.cursor.as_ref().filter(|cursor| cursor.epoch == page.epoch) else {
            if ask.seeks() {
                self.cannot_page(ask);
            }
            return false;
        };
        let mut messages: Vec<Rc<Message>> = std::mem::take(&mut page.messages).into_iter().map(Rc::new).collect();
        if page.head < cursor.seq && !self.recent.bring_up(&mut messages, page.head) {
            // Once: a server that answers with old pages for ever is not asked for ever.
            let again = !self.asked_again;
            self.asked_again = again;
            if again {
                self.paging = Paging::Asked(ask);
            } else {
                self.cannot_page(ask);
            }
            return again;
        }
        // It is ahead of the cursor, and stays only if the log comes to be the one that it was made of.
        if page.head > cursor.seq.max(self.painted.as_ref().map(|brought| brought.seq).unwrap_or_default()) {
            self.painted = Some(Cursor { epoch: page.epoch, seq: page.head, digest: Some(page.digest) });
        }
        for message in messages.iter().filter(|message| Some(&message.by.id) == me) {
            self.outbox.settle(&message.key, message.seq);
        }
        let seen = cursor.seq.min(page.head);
        match ask {
            Ask::Before(before) => self.window.older(messages, page.more_before, before),
            Ask::After(after) => self.window.newer(messages, after),
            Ask::Around(_) | Ask::At(_) => self.begin_at(ask, messages, page.more_before),
        }
        self.outbox.passed(seen);
        false
    }

    /// The window becomes a page, and the log is brought to what was sought in it.
    fn begin_at(&mut self, ask: Ask, page: Vec<Rc<Message>>, more_before: bool) {
        let first = page.first().map(|message| message.seq);
        if first.is_some() {
            self.window.become_page(page, more_before);
        }
        match (ask, first) {
            (Ask::At(_), Some(first)) => self.arrive(first),
            (Ask::At(_), None) => {
                self.read_newest();
                self.notice = Some(Notice::NothingSince);
            }
            (Ask::Around(seq), _) => self.reach(seq),
            (Ask::Before(_) | Ask::After(_), _) => {}
        }
    }

    fn cannot_page(&mut self, ask: Ask) {
        self.paging = Paging::Failed(ask);
        if ask.seeks() {
            self.notice = Some(Notice::NotLoaded);
        }
    }

    /// To the newest messages.
    pub(super) fn read_newest(&mut self) {
        self.stop_seeking();
        self.reader = Reader::AtNewest;
        self.unseen = 0;
        if !self.window.at_newest() {
            self.window.jump();
            self.paging = Paging::Idle;
        }
    }
}
