//! A room as the client knows it: a cursor into its log, and what hangs on that.
//!
//! The one rule: settle first (an event of mine settles its outbox entry, wherever the cursor stands), then offer it
//! to the cursor. The cursor is the only notion here of "how far".

use std::rc::Rc;

use shared::{About, ClientFrame, Command, Cursor, Message, MessageId, MessageText, Person, Reset, RoomName, Seq};

use super::{
    Ask, Fate, Here, KeptRoom, Now, Outbox, Paging, Reader, Sync, Target, Typing, Window, keep::KEPT_MESSAGES,
    presence, proof::Proof, recent::Recent,
};

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
    /// An event could not be read, also when it was asked for again, so the room was loaded anew.
    Unreadable,
    /// Likewise, while a message was being edited.
    EditEnded,
    /// Changes that were made as somebody else were not sent.
    SomebodyElses,
    /// A link has led to no message; this is the nearest.
    NoSuchMessage,
    /// A link has led to a message that was deleted.
    MessageDeleted,
    /// Nothing was said at the day that was picked, nor later.
    NothingSince,
    /// What a link has led to could not be loaded.
    NotLoaded,
}

/// What has to be done so that the copy is the log again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Mend {
    /// Read on from the cursor.
    ReadAgain,
    /// Take the newest messages.
    TakeAnew,
    /// Wait: neither has helped.
    Wait,
}

/// A room.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Room {
    pub(super) phase: Phase,
    pub(super) cursor: Option<Cursor>,
    pub(super) proof: Proof,
    pub(super) about: About,
    pub(super) window: Window,
    pub(super) recent: Recent,
    pub(super) outbox: Outbox,
    pub(super) here: Option<Here>,
    pub(super) typing: Option<Typing>,
    pub(super) paging: Paging,
    pub(super) reader: Reader,
    pub(super) unseen: u32,
    pub(super) notice: Option<Notice>,
    /// The message of one's own that is being edited.
    pub(super) editing: Option<(Seq, MessageId)>,
    /// The message that is being answered. Never while one is edited.
    pub(super) replying: Option<Rc<Message>>,
    /// What comes after this is new to the person: a line stands before it.
    pub(super) divider: Option<Seq>,
    /// It has events of a kind that this version does not know.
    pub(super) outdated: bool,
    /// When the person was last here.
    pub(super) used: Now,
    /// When the server was last told that the person types here.
    pub(super) typing_told: Option<Now>,
    /// How often in a row the log was asked for again at one cursor.
    pub(super) gaps: u8,
    /// The cursor at the last `pong` that knew of more.
    pub(super) behind_at: Option<Seq>,
    /// Where the log is to be brought, while it cannot be asked for.
    pub(super) sought: Option<Ask>,
    /// Where it was brought.
    pub(super) target: Option<Target>,
    /// How often it was brought anywhere.
    pub(super) arrivals: u32,
    /// The page that is under way was asked for twice.
    pub(super) asked_again: bool,
    pub(super) mend: Option<Mend>,
    /// How often the server had no use for the cursor.
    pub(super) resets: u32,
    /// The cursor, and from where it was folded, as they were last given away to be kept.
    pub(super) kept: Option<(Cursor, Seq)>,
    /// What changed is to be kept without waiting.
    pub(super) keep_now: bool,
    /// What is shown came with the page, or a page of history, valid at this; it is yet to be seen that it is of the log that
    /// is followed.
    pub(super) painted: Option<Cursor>,
}

impl Room {
    pub(super) fn new(used: Now) -> Self {
        Self {
            phase: Phase::Closed,
            cursor: None,
            proof: Proof::default(),
            about: About::default(),
            window: Window::default(),
            recent: Recent::default(),
            outbox: Outbox::default(),
            here: None,
            typing: None,
            paging: Paging::Idle,
            reader: Reader::AtNewest,
            unseen: 0,
            notice: None,
            editing: None,
            replying: None,
            divider: None,
            outdated: false,
            used,
            typing_told: None,
            gaps: 0,
            behind_at: None,
            sought: None,
            target: None,
            arrivals: 0,
            asked_again: false,
            mend: None,
            resets: 0,
            kept: None,
            keep_now: false,
            painted: None,
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

    /// How much of the log is here, and what is proven of it; none before the room was opened for the first time.
    #[must_use]
    pub fn sync(&self) -> Option<Sync> {
        let to = self.cursor.as_ref()?.seq;
        let Proof { since, verified, .. } = self.proof;
        Some(Sync { to, since, verified, complete: self.phase == Phase::Open })
    }

    /// What the room is called and about, with what is asked for folded in.
    #[must_use]
    pub fn about(&self) -> About {
        let mut about = self.about.clone();
        for entry in self.outbox.entries().iter().filter(|entry| !entry.is_refused()) {
            let passed = matches!(entry.fate, Fate::Settled { seq } if seq <= about.rev);
            if let (Command::SetRoom { title, topic }, false) = (&entry.command, passed) {
                about.title = title.as_ref().unwrap_or(&about.title).clone();
                about.topic = topic.as_ref().unwrap_or(&about.topic).clone();
            }
        }
        about
    }

    /// The message that is being edited.
    #[must_use]
    pub fn editing(&self) -> Option<Seq> {
        self.editing.as_ref().map(|(seq, _)| *seq)
    }

    /// A text that was taken from the composer, and is kept nowhere else yet: as a stored draft it is not to be shown.
    #[must_use]
    pub fn is_taken(&self, draft: &str) -> bool {
        let is_it = |text: &MessageText| text.as_str() == draft;
        self.outbox.entries().iter().any(|entry| !entry.kept && entry.text().is_some_and(is_it))
    }

    /// The message before which the line stands that marks off what is new: where the message before it is known to be
    /// read, and so not where the window only begins.
    #[must_use]
    pub fn first_new(&self) -> Option<Seq> {
        let read = self.divider?;
        let mut messages = self.window.chunks().iter().flat_map(|chunk| chunk.messages.iter());
        let mut is_known = !self.window.more_before();
        let first = messages.find(|message| {
            let is_new = message.seq > read;
            is_known |= !is_new;
            is_new
        });
        first.filter(|_| is_known).map(|message| message.seq)
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

    /// What the page brought of it: a copy that is no older than what is kept. What is typed may be about what is kept,
    /// so the cursor is that one's as soon as it is known.
    pub(super) fn painted(&mut self, brought: KeptRoom) {
        let cursor = brought.cursor.clone();
        self.adopt(brought);
        self.proof.taken(cursor.seq);
        self.kept = None;
        self.painted = Some(cursor);
    }

    /// What was kept of it, where nothing better is here. What is shown stays, where the page brought it: it has what
    /// the events after the cursor will bring.
    pub(super) fn adopt(&mut self, kept: KeptRoom) {
        if self.phase != Phase::Closed || self.cursor.is_some() && self.painted.is_none() {
            return;
        }
        self.kept = Some((kept.cursor.clone(), kept.since));
        self.proof.adopted(kept.since);
        self.recent.begin(kept.cursor.seq);
        // Another tab may have kept more since the page was written.
        if self.painted.as_ref().is_none_or(|brought| brought.seq < kept.cursor.seq) {
            self.painted = None;
            self.about = kept.snapshot.about.clone();
            self.window.replace(kept.snapshot);
        } else if kept.snapshot.messages.is_empty() {
            // From there on all messages come as events, those before the page's too.
            self.window.has_before(kept.snapshot.more_before);
        }
        self.cursor = Some(kept.cursor);
    }

    /// Something has changed since it was last given away to be kept.
    pub(super) fn is_unkept(&self) -> bool {
        let now = self.cursor.as_ref().map(|cursor| (cursor, self.proof.since));
        now.is_some() && now != self.kept.as_ref().map(|(cursor, since)| (cursor, *since))
    }

    /// It as it is to be kept; none while a page knows more of its newest messages than the cursor.
    pub(super) fn to_keep(&self) -> Option<KeptRoom> {
        let cursor = self.cursor.clone()?;
        let (mut messages, more_before) = self.window.newest_messages();
        messages.retain(|message| message.seq <= cursor.seq);
        debug_assert!(messages.len() <= KEPT_MESSAGES, "a window gives no more than that");
        if messages.iter().any(|message| message.rev > cursor.seq) || self.about.rev > cursor.seq {
            return None;
        }
        let snapshot = shared::Snapshot { about: self.about.clone(), messages, more_before };
        Some(KeptRoom { cursor, since: self.proof.since, snapshot })
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
