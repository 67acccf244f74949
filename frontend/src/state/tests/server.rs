//! A server to try the client with: a log, the rules for commands, keys and cursors, and a wire that can be made bad.

use std::collections::VecDeque;

use shared::{
    About, ClientFrame, ClientKey, Command, Cursor, Digest, Event, EventBody, Hash, Message, MessageId, Page, Refusal,
    RefusalCode, Reset, RoomHead, Seq, ServerFrame, Snapshot,
};

use super::super::{Action, Ask, Effect, Keep};
use super::{Client, event, lobby, person, welcome, words};

/// A cursor that is further behind is answered with a snapshot.
const TOO_FAR: usize = 40;

#[derive(Default)]
pub(super) struct Server {
    /// Messages of a snapshot and of a page; 0 for a few, so that windows have ends.
    pub(super) page: usize,
    pub(super) log: Vec<Event>,
    /// The digest after each of them.
    digests: Vec<Digest>,
    /// Commands of the client that changed nothing.
    changed_nothing: Vec<ClientKey>,
    pub(super) refused: Vec<ClientKey>,
    pub(super) epoch: u32,
    /// The connection that is up, and its wire in both directions.
    generation: Option<u32>,
    pub(super) inbound: VecDeque<ClientFrame>,
    pub(super) outbound: VecDeque<ServerFrame>,
    open: bool,
    session_asked: Option<u32>,
    asked: VecDeque<Ask>,
    pages: VecDeque<(Ask, Page)>,
    keeps: VecDeque<Keep>,
    pub(super) resets: Vec<Reset>,
    /// How many of the next commands are refused for a while.
    pub(super) busy: u32,
}

impl Server {
    /// Does what the client wants done.
    pub(super) fn serve(&mut self, client: &mut Client) {
        for effect in client.take_effects() {
            match effect {
                Effect::Connect { generation } => {
                    self.cut();
                    self.generation = Some(generation);
                    client.act(Action::SocketOpened { generation });
                    self.outbound.push_back(welcome("me"));
                }
                Effect::Close { generation } if self.generation == Some(generation) => self.cut(),
                Effect::Send { generation, frame } if self.generation == Some(generation) => {
                    self.inbound.push_back(frame);
                }
                Effect::AskSession { generation } => self.session_asked = Some(generation),
                Effect::FetchPage { ask, .. } => self.asked.push_back(ask),
                Effect::Keep(keep) => self.keeps.push_back(keep),
                _ => {}
            }
        }
        if let Some(generation) = self.session_asked.take() {
            client.act(Action::SessionAnswered { generation, granted: true });
        }
    }

    /// The database does one thing that it was asked for.
    pub(super) fn write_one(&mut self, client: &mut Client) {
        if let Some(keep) = self.keeps.pop_front() {
            client.disk.write(&keep);
            client.act(Action::Kept { number: keep.number });
        }
    }

    /// The client is gone, with what was not written.
    pub(super) fn crash(&mut self, client: &mut Client) {
        self.cut();
        self.asked.clear();
        self.pages.clear();
        self.keeps.clear();
        let (now, disk) = (client.now, client.disk.clone());
        *client = Client { now, prompt: client.prompt, ..Client::with(disk) };
        client.act(Action::Started);
        if !client.prompt {
            client.act(Action::Loaded(Box::new(client.disk.load())));
        }
    }

    /// The link breaks, with all that was on it. The client learns of it.
    pub(super) fn break_link(&mut self, client: &mut Client) {
        if let Some(generation) = self.generation {
            self.cut();
            client.act(Action::SocketClosed { generation, code: 1006, reason: String::new() });
        }
    }

    /// The server loses the newest events, and restarts.
    pub(super) fn roll_back(&mut self, events: usize, client: &mut Client) {
        self.log.truncate(self.log.len().saturating_sub(events));
        self.digests.truncate(self.log.len());
        self.asked.clear();
        self.pages.clear();
        self.break_link(client);
    }

    fn cut(&mut self) {
        self.generation = None;
        self.open = false;
        self.inbound.clear();
        self.outbound.clear();
    }

    fn page(&self) -> usize {
        if self.page == 0 { 8 } else { self.page }
    }

    fn digest_at(&self, seq: usize) -> Digest {
        seq.checked_sub(1).map_or_else(Digest::default, |last| self.digests[last])
    }

    fn epoch(&self) -> shared::Epoch {
        self.epoch.to_string().into()
    }

    fn reset(&self, cursor: &Cursor) -> Option<Reset> {
        let (head, at) = (self.log.len(), usize::try_from(cursor.seq.0).unwrap_or(usize::MAX));
        if cursor.epoch != self.epoch() {
            return Some(Reset::Epoch);
        }
        if at > head {
            return Some(Reset::Ahead);
        }
        if cursor.digest.is_some_and(|digest| digest != self.digest_at(at)) {
            return Some(Reset::Diverged);
        }
        (head - at > TOO_FAR).then_some(Reset::TooFar)
    }

    /// The server takes one frame.
    pub(super) fn take_one(&mut self) {
        match self.inbound.pop_front() {
            Some(ClientFrame::Open { after, .. }) => {
                self.open = true;
                let head = self.log.len();
                let reset = after.as_ref().and_then(|after| self.reset(after));
                self.resets.extend(reset);
                let good = after.filter(|_| reset.is_none());
                let snapshot = good.is_none().then(|| {
                    let (messages, about) = self.fold();
                    let skipped = messages.len().saturating_sub(self.page());
                    Snapshot { about, more_before: skipped > 0, messages: messages[skipped..].to_vec() }
                });
                self.outbound.push_back(ServerFrame::Opened {
                    room: lobby(),
                    epoch: self.epoch(),
                    first: Seq(1),
                    head: Seq(head as u64),
                    digest: self.digest_at(head),
                    snapshot,
                    reset,
                });
                if let Some(after) = good {
                    let missed = self.erased().split_off(usize::try_from(after.seq.0).unwrap()).into_iter();
                    self.outbound.extend(missed.map(ServerFrame::Event));
                }
            }
            Some(ClientFrame::Ping { n }) => {
                let (seq, digest) = (Seq(self.log.len() as u64), self.digest_at(self.log.len()));
                let rooms = if self.open { vec![RoomHead { room: lobby(), seq, digest }] } else { Vec::new() };
                self.outbound.push_back(ServerFrame::Pong { n, now: shared::Millis(0), rooms });
            }
            Some(frame) => {
                if let Ok((_, key, of, command)) = Command::of_frame(frame) {
                    self.carry_out("me", key, of.as_ref(), command);
                }
            }
            None => {}
        }
    }

    /// A command of the client is answered.
    fn carry_out(&mut self, by: &str, key: ClientKey, of: Option<&MessageId>, command: Command) {
        if self.busy > 0 {
            self.busy -= 1;
            return self.refuse(&key, Refusal::transient(RefusalCode::Busy, "Later.", 40));
        }
        let known = self.log.iter().find(|event| event.key == key && event.by.id == person(by).id);
        if let Some(seq) = known.map(|event| Some(event.seq)).or(self.changed_nothing.contains(&key).then_some(None)) {
            return self.outbound.push_back(ServerFrame::Settled { room: lobby(), key, seq });
        }
        match self.judge(by, of, command) {
            Err(code) => self.refuse(&key, Refusal::lasting(code, "No.")),
            Ok(Some(body)) => self.append(by, key.as_str(), body),
            Ok(None) => {
                self.changed_nothing.push(key.clone());
                self.outbound.push_back(ServerFrame::Settled { room: lobby(), key, seq: None });
            }
        }
    }

    fn refuse(&mut self, key: &ClientKey, refusal: Refusal) {
        if refusal.retry_after_ms.is_none() && !self.refused.contains(key) {
            self.refused.push(key.clone());
        }
        let (room, key) = (Some("lobby".to_owned()), Some(key.to_string()));
        self.outbound.push_back(ServerFrame::Refused { room, key, refusal });
    }

    /// What a command becomes; none where it changes nothing.
    pub(super) fn judge(
        &self,
        by: &str,
        of: Option<&MessageId>,
        command: Command,
    ) -> Result<Option<EventBody>, RefusalCode> {
        let (messages, about) = self.fold();
        let meant = |seq| messages.iter().find(|message| of.map_or(message.seq == seq, |of| message.is(of)));
        let target = command.target().map(meant);
        let target = target.map(|found| found.ok_or(RefusalCode::NoMessage)).transpose()?;
        let me = person(by).id;
        if let (Some(message), false) = (target, matches!(command, Command::React { .. }))
            && message.by.id != me
        {
            return Err(RefusalCode::NotYours);
        }
        if target.is_some_and(Message::is_deleted) {
            let again = matches!(command, Command::Delete { .. });
            return if again { Ok(None) } else { Err(RefusalCode::Deleted) };
        }
        let now = target.map(|message| (message.seq, message.text.clone()));
        let changes = match &command {
            Command::Edit { text, .. } => now.as_ref().is_some_and(|(_, said)| said.as_ref() != Some(text)),
            Command::React { emoji, on, .. } => target.is_some_and(|message| message.has_reaction(emoji, &me) != *on),
            Command::SetRoom { title, topic } => {
                title.as_ref().is_some_and(|title| *title != about.title)
                    || topic.as_ref().is_some_and(|topic| *topic != about.topic)
            }
            Command::Post { .. } | Command::Delete { .. } => true,
        };
        let target = target.map_or(Seq::ZERO, |message| message.seq);
        Ok(changes.then(|| match command {
            Command::Post { text, reply_to, .. } => EventBody::Posted { words: words(text.as_str()), reply_to },
            Command::Edit { text, .. } => EventBody::Edited { target, words: words(text.as_str()) },
            Command::Delete { .. } => EventBody::Deleted { target },
            Command::React { emoji, on, .. } => EventBody::Reacted { target, emoji, on },
            Command::SetRoom { title, topic } => EventBody::RoomSet { title, topic },
        }))
    }

    /// Somebody else does something, if that is allowed and changes anything.
    pub(super) fn other(&mut self, named: &str, command: Command) {
        if let Ok(Some(body)) = self.judge("other", None, command) {
            self.append("other", named, body);
        }
    }

    /// An event of a kind that the client does not know.
    pub(super) fn future(&mut self, named: &str, target: Option<Seq>) {
        self.append("other", named, EventBody::Unknown { kind: "pinned".to_owned(), target, hash: Hash([3; 16]) });
    }

    pub(super) fn append(&mut self, by: &str, named: &str, body: EventBody) {
        let event = event(self.log.len() as u64 + 1, by, named, body);
        self.digests.push(self.digest_at(self.log.len()).after(&event));
        self.log.push(event.clone());
        if self.open {
            self.outbound.push_back(ServerFrame::Event(event));
        }
    }

    /// The log as it is read after deletions: without the words that were deleted.
    fn erased(&self) -> Vec<Event> {
        let mut log = self.log.clone();
        for event in &self.log {
            if let EventBody::Deleted { target } = event.body {
                let is_about = |one: &&mut Event| one.seq == target || one.body.target() == Some(target);
                log.iter_mut().filter(is_about).for_each(|one| one.body.erase());
            }
        }
        log
    }

    /// The client gets one frame.
    pub(super) fn deliver_one(&mut self, client: &mut Client) {
        if let (Some(frame), Some(generation)) = (self.outbound.pop_front(), self.generation) {
            client.act(Action::FramesReceived { generation, frames: vec![frame] });
        }
    }

    /// A page is made, as the log is now.
    pub(super) fn make_page(&mut self) {
        let Some(ask) = self.asked.pop_front() else { return };
        let (messages, _) = self.fold();
        let (from, to) = match ask {
            Ask::Before(seq) => {
                let to = messages.partition_point(|message| message.seq < seq);
                (to.saturating_sub(self.page()), to)
            }
            Ask::After(seq) => {
                let from = messages.partition_point(|message| message.seq <= seq);
                (from, (from + self.page()).min(messages.len()))
            }
            Ask::Around(seq) => {
                let at = messages.partition_point(|message| message.seq < seq);
                (at.saturating_sub(self.page() / 2), (at + self.page() - self.page() / 2).min(messages.len()))
            }
            Ask::At(time) => {
                let from = messages.partition_point(|message| message.at < time);
                (from, (from + self.page()).min(messages.len()))
            }
        };
        let page = Page {
            room: lobby(),
            epoch: self.epoch(),
            first: Seq(1),
            head: Seq(self.log.len() as u64),
            digest: self.digest_at(self.log.len()),
            more_before: from > 0,
            more_after: to < messages.len(),
            messages: messages[from..to].to_vec(),
        };
        self.pages.push_back((ask, page));
    }

    /// The client gets one page of history that was made before.
    pub(super) fn deliver_page(&mut self, client: &mut Client) {
        if let Some((ask, page)) = self.pages.pop_front() {
            client.act(Action::PageReceived { room: lobby(), ask, page: Some(page) });
        }
    }

    /// All messages, and what the room is about, as the log says.
    pub(super) fn fold(&self) -> (Vec<Message>, About) {
        let (mut messages, mut about) = (Vec::<Message>::new(), About::default());
        for event in &self.log {
            about.fold(event);
            if let Some(target) = event.body.target()
                && let Ok(place) = messages.binary_search_by_key(&target, |message| message.seq)
            {
                messages[place].fold(event);
            }
            messages.extend(Message::posted(event));
        }
        (messages, about)
    }

    /// Everything that is under way arrives, and the client has all the time it wants.
    pub(super) fn settle(&mut self, client: &mut Client) {
        // Twice the silence after which it pings: the second pong shows that something is missing for good.
        for _ in 0..40 {
            client.wait(6_000);
            for _ in 0..1_000 {
                self.serve(client);
                let idle = self.inbound.is_empty() && self.outbound.is_empty() && self.asked.is_empty();
                if idle && self.pages.is_empty() && self.keeps.is_empty() {
                    break;
                }
                self.take_one();
                self.deliver_one(client);
                self.make_page();
                self.deliver_page(client);
                self.write_one(client);
                client.wait(1);
            }
        }
    }

    /// A command was answered, and became no event.
    pub(super) fn has_answered(&self, key: &ClientKey) -> bool {
        self.changed_nothing.contains(key) || self.refused.contains(key)
    }
}
