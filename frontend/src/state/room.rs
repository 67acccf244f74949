//! A room as the client knows it: a cursor into its log, and what hangs on that.
//!
//! The one rule: settle first (an event of mine settles its outbox entry, wherever the cursor stands), then offer it
//! to the cursor. The cursor is the only notion here of "how far".

use std::rc::Rc;

use shared::{ClientFrame, Cursor, Epoch, Event, EventBody, Message, Offer, Page, Person, PersonId, Reset, RoomName};
use shared::{Seq, Snapshot};

use super::{Here, Now, Outbox, Typing, Window, presence};

/// Whether the room is followed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Phase {
    /// Not followed.
    Closed,
    /// `open` was sent. Until `opened`, the room's events are dropped.
    Opening,
    /// The events up to `head` are on their way.
    CatchingUp {
        /// Where the log ended when the room was opened.
        head: Seq,
    },
    /// All is here that the server has.
    Open,
    /// The server would not open it.
    Refused {
        /// Why, as a sentence.
        message: Rc<str>,
        /// When to ask again, where the refusal passes.
        again: Option<Now>,
    },
}

/// Something about the room that the person should know.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Notice {
    /// What was held of the room did not fit the server's log and was thrown away.
    Reset(Reset),
}

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

/// What became of an event.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Taken {
    /// It is in. The message that it posted, where it was one.
    Applied(Option<Rc<Message>>),
    /// Known already, or not awaited.
    Dropped,
    /// Something is missing before it.
    Gap,
}

/// A room.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Room {
    pub(super) phase: Phase,
    pub(super) cursor: Option<Cursor>,
    pub(super) window: Window,
    pub(super) outbox: Outbox,
    pub(super) here: Option<Here>,
    pub(super) typing: Option<Typing>,
    pub(super) paging: Paging,
    pub(super) reader: Reader,
    pub(super) unseen: u32,
    pub(super) notice: Option<Notice>,
    /// It has events of a kind that this version does not know.
    pub(super) outdated: bool,
    /// When the person was last here.
    pub(super) used: Now,
    /// When the server was last told that the person types here.
    pub(super) typing_told: Option<Now>,
    /// How often in a row the log was asked for again at one cursor.
    gaps: u8,
    /// The cursor at the last `pong` that knew of more.
    behind_at: Option<Seq>,
}

impl Room {
    pub(super) fn new(used: Now) -> Self {
        Self {
            phase: Phase::Closed,
            cursor: None,
            window: Window::default(),
            outbox: Outbox::default(),
            here: None,
            typing: None,
            paging: Paging::Idle,
            reader: Reader::AtNewest,
            unseen: 0,
            notice: None,
            outdated: false,
            used,
            typing_told: None,
            gaps: 0,
            behind_at: None,
        }
    }

    /// Whether the room is followed.
    #[must_use]
    pub fn phase(&self) -> &Phase {
        &self.phase
    }

    /// Up to where the log is known.
    #[must_use]
    pub fn cursor(&self) -> Option<&Cursor> {
        self.cursor.as_ref()
    }

    /// What is shown of the log.
    #[must_use]
    pub fn window(&self) -> &Window {
        &self.window
    }

    /// What is not settled yet.
    #[must_use]
    pub fn outbox(&self) -> &Outbox {
        &self.outbox
    }

    /// Who is here, where the server has said so.
    #[must_use]
    pub fn here(&self) -> Option<&Here> {
        self.here.as_ref()
    }

    /// Who types.
    #[must_use]
    pub fn typing(&self) -> Option<&Typing> {
        self.typing.as_ref()
    }

    /// How the last request for history went.
    #[must_use]
    pub fn paging(&self) -> Paging {
        self.paging
    }

    /// Messages that came while the reader was not at the newest.
    #[must_use]
    pub fn unseen(&self) -> u32 {
        self.unseen
    }

    /// Where the reader is.
    #[must_use]
    pub fn reader(&self) -> Reader {
        self.reader
    }

    /// What the person should know.
    #[must_use]
    pub fn notice(&self) -> Option<Notice> {
        self.notice
    }

    /// It has events that only a newer version can show.
    #[must_use]
    pub fn outdated(&self) -> bool {
        self.outdated
    }

    /// The server would not open it, and that was its last word.
    pub(super) fn refused_for_good(&self) -> Option<Rc<str>> {
        match &self.phase {
            Phase::Refused { message, again: None } => Some(Rc::clone(message)),
            _ => None,
        }
    }

    /// The person wants it all the same: it is to be opened again.
    pub(super) fn try_again(&mut self) {
        if self.refused_for_good().is_some() {
            self.phase = Phase::Closed;
        }
    }

    /// The frame that opens it: from the cursor where there is one.
    pub(super) fn open(&mut self, name: &RoomName) -> ClientFrame {
        self.phase = Phase::Opening;
        ClientFrame::Open { room: name.clone(), after: self.cursor.clone() }
    }

    /// The frame that opens it anew, with the newest messages.
    pub(super) fn open_newest(&mut self, name: &RoomName) -> ClientFrame {
        self.cursor = None;
        self.open(name)
    }

    /// The link is gone, and with it what was true only now.
    pub(super) fn link_lost(&mut self) {
        self.phase = Phase::Closed;
        self.outbox.link_lost();
        self.here = None;
        self.typing = None;
        self.typing_told = None;
        self.behind_at = None;
    }

    /// `opened` came. False where it does not fit what was asked, so that the room has to be opened anew.
    pub(super) fn opened(
        &mut self,
        epoch: Epoch,
        head: Seq,
        snapshot: Option<Snapshot>,
        reset: Option<Reset>,
        me: Option<&PersonId>,
    ) -> bool {
        self.behind_at = None;
        if let Some(reset) = reset {
            self.notice = Some(Notice::Reset(reset));
            self.outbox.log_reset();
        }
        if let Some(snapshot) = snapshot {
            for message in snapshot.messages.iter().filter(|message| Some(&message.by.id) == me) {
                self.outbox.settle(&message.key, message.seq);
            }
            // The snapshot may have jumped over the event of what is under way.
            self.outbox.ask_again();
            self.window.replace(snapshot);
            self.gaps = 0;
            self.paging = Paging::Idle;
            self.cursor = Some(Cursor { epoch, seq: head, digest: None });
            self.phase = Phase::Open;
            self.outbox.passed(head);
            return true;
        }
        let Some(cursor) = self.cursor.as_ref().filter(|cursor| cursor.epoch == epoch) else {
            self.cursor = None;
            return false;
        };
        let here = cursor.seq;
        self.phase = if here >= head { Phase::Open } else { Phase::CatchingUp { head } };
        true
    }

    /// An event came.
    pub(super) fn take(&mut self, event: &Event, me: Option<&PersonId>) -> Taken {
        if Some(&event.by.id) == me {
            self.outbox.settle(&event.key, event.seq);
        }
        if !matches!(self.phase, Phase::CatchingUp { .. } | Phase::Open) {
            return Taken::Dropped;
        }
        let Some(cursor) = &mut self.cursor else { return Taken::Dropped };
        match cursor.seq.offer(event.seq) {
            Offer::Duplicate => return Taken::Dropped,
            // The log has been asked for this twice already: what is missing is nothing that this version can read.
            Offer::Gap if self.gaps >= 2 => self.outdated = true,
            Offer::Gap => {
                self.gaps += 1;
                return Taken::Gap;
            }
            Offer::Apply => self.gaps = 0,
        }
        cursor.seq = event.seq;
        let message = Message::posted(event).map(Rc::new);
        match &message {
            Some(message) => self.window.apply(Rc::clone(message)),
            None if event.body == EventBody::Unknown => self.outdated = true,
            None => {}
        }
        if matches!(self.phase, Phase::CatchingUp { head } if event.seq >= head) {
            self.phase = Phase::Open;
        }
        self.outbox.passed(event.seq);
        Taken::Applied(message)
    }

    /// `pong` says where the log ends. True where the room was behind it at the last `pong` too, and nothing has
    /// come since: then something is broken, and the log has to be asked.
    pub(super) fn is_stuck(&mut self, head: Seq) -> bool {
        let behind = self.cursor.as_ref().map(|cursor| cursor.seq).filter(|seq| *seq < head);
        let stuck = behind.is_some() && behind == self.behind_at && self.phase != Phase::Opening;
        self.behind_at = behind;
        stuck
    }

    /// The page to ask for when the reader comes near an end of the window.
    pub(super) fn ask(&mut self, edge: Edge) -> Option<Ask> {
        if matches!(self.paging, Paging::Asked(_)) {
            return None;
        }
        let ask = match edge {
            Edge::Oldest if self.window.more_before() => Ask::Before(self.window.oldest()?),
            Edge::Newest if !self.window.at_newest() => Ask::After(self.window.newest()?),
            Edge::Oldest | Edge::Newest => return None,
        };
        self.paging = Paging::Asked(ask);
        Some(ask)
    }

    /// A page came. True where the window now reaches to `page.head`, which the cursor has left behind: then the
    /// log is to be read again from there, so that nothing is missing between.
    pub(super) fn page(&mut self, ask: Ask, page: Option<Page>, me: Option<&PersonId>) -> bool {
        if self.paging != Paging::Asked(ask) {
            return false;
        }
        let Some(page) = page else {
            self.paging = Paging::Failed(ask);
            return false;
        };
        self.paging = Paging::Idle;
        let Some(cursor) = self.cursor.as_ref().filter(|cursor| cursor.epoch == page.epoch) else { return false };
        for message in page.messages.iter().filter(|message| Some(&message.by.id) == me) {
            self.outbox.settle(&message.key, message.seq);
        }
        let (head, here) = (page.head, cursor.seq);
        let mut behind = false;
        match ask {
            Ask::Before(before) => self.window.older(page, before),
            Ask::After(after) if self.window.newer(page, after) => {
                self.window.caught_up();
                behind = head < here;
            }
            Ask::After(_) => {}
        }
        if behind && let Some(cursor) = &mut self.cursor {
            cursor.seq = head;
        }
        self.outbox.passed(here.min(head));
        behind
    }

    /// A person in the room has another name.
    pub(super) fn renamed(&mut self, person: &Person) {
        if let Some(here) = &mut self.here {
            here.people = presence::renamed(&here.people, person);
        }
        if let Some(typing) = &mut self.typing {
            typing.people = presence::renamed(&typing.people, person);
        }
    }

    /// Whether [`Room::tidy`] has something to do.
    pub(super) fn is_untidy(&self) -> bool {
        self.window.is_too_long() || self.window.last_is_full() && !self.outbox.is_waiting()
    }

    /// After every change: the window keeps its size and its chunks.
    pub(super) fn tidy(&mut self) {
        self.window.trim(self.reader == Reader::UpperHalf);
        if !self.outbox.is_waiting() {
            self.window.end_full_chunk();
        }
    }
}
