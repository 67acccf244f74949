//! A server to try the client with: a log, the rule for keys, and a wire that can be made bad.

use std::collections::VecDeque;

use shared::{
    ClientFrame, Event, EventBody, Message, Page, Refusal, RefusalCode, RoomHead, Seq, ServerFrame, Snapshot,
};

use super::super::{Action, Ask, Effect};
use super::{Client, lobby, person, posted, welcome};

/// Messages of a snapshot and of a page; small, so that windows have ends.
const PAGE: usize = 8;

#[derive(Default)]
pub(super) struct Server {
    pub(super) log: Vec<Event>,
    /// The connection that is up, and its wire in both directions.
    generation: Option<u32>,
    pub(super) inbound: VecDeque<ClientFrame>,
    pub(super) outbound: VecDeque<ServerFrame>,
    open: bool,
    session_asked: Option<u32>,
    pages: VecDeque<Ask>,
    /// How many of the next posts are refused for a while.
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
                Effect::FetchPage { ask, .. } => self.pages.push_back(ask),
                Effect::Close { .. }
                | Effect::Send { .. }
                | Effect::FillComposer { .. }
                | Effect::KeepVisited(_)
                | Effect::RegisterWorker
                | Effect::CheckUpdate
                | Effect::TakeUpdate => {}
            }
        }
        if let Some(generation) = self.session_asked.take() {
            client.act(Action::SessionAnswered { generation, granted: true });
        }
    }

    /// The link breaks, with all that was on it. The client learns of it.
    pub(super) fn break_link(&mut self, client: &mut Client) {
        if let Some(generation) = self.generation {
            self.cut();
            client.act(Action::SocketClosed { generation, code: 1006, reason: String::new() });
        }
    }

    fn cut(&mut self) {
        self.generation = None;
        self.open = false;
        self.inbound.clear();
        self.outbound.clear();
    }

    /// The server takes one frame.
    pub(super) fn take_one(&mut self) {
        match self.inbound.pop_front() {
            Some(ClientFrame::Open { after, .. }) => {
                self.open = true;
                let snapshot = after.is_none().then(|| Snapshot {
                    messages: self.messages(self.log.len().saturating_sub(PAGE), self.log.len()),
                    more_before: self.log.len() > PAGE,
                });
                let head = Seq(self.log.len() as u64);
                let (room, epoch) = (lobby(), "e".to_owned().into());
                let opened = ServerFrame::Opened { room, epoch, first: Seq(1), head, snapshot, reset: None };
                self.outbound.push_back(opened);
                if let Some(after) = after {
                    let missed = self.log[usize::try_from(after.seq.0).unwrap()..].iter().cloned();
                    self.outbound.extend(missed.map(ServerFrame::Event));
                }
            }
            Some(ClientFrame::Post { key, .. }) if self.busy > 0 => {
                self.busy -= 1;
                let refusal = Refusal::transient(RefusalCode::Busy, "Later.", 40);
                let (room, key) = (Some("lobby".to_owned()), Some(key.to_string()));
                self.outbound.push_back(ServerFrame::Refused { room, key, refusal });
            }
            Some(ClientFrame::Post { key, .. }) => {
                let known = self.log.iter().find(|event| event.key == key && event.by.id == person("me").id);
                if let Some(seq) = known.map(|event| event.seq) {
                    self.outbound.push_back(ServerFrame::Settled { room: lobby(), key, seq: Some(seq) });
                } else {
                    self.append("me", key.as_str());
                }
            }
            Some(ClientFrame::Ping { n }) => {
                let rooms = vec![RoomHead { room: lobby(), seq: Seq(self.log.len() as u64) }];
                self.outbound.push_back(ServerFrame::Pong { n, now: shared::Millis(0), rooms });
            }
            _ => {}
        }
    }

    pub(super) fn append(&mut self, by: &str, key: &str) {
        let mut event = posted(self.log.len() as u64 + 1, by, key);
        if by == "future" {
            event.body = EventBody::Unknown;
        }
        self.log.push(event.clone());
        if self.open {
            self.outbound.push_back(ServerFrame::Event(event));
        }
    }

    /// The client gets one frame.
    pub(super) fn deliver_one(&mut self, client: &mut Client) {
        if let (Some(frame), Some(generation)) = (self.outbound.pop_front(), self.generation) {
            client.act(Action::FramesReceived { generation, frames: vec![frame] });
        }
    }

    /// The client gets one page of history that it asked for.
    pub(super) fn deliver_page(&mut self, client: &mut Client) {
        let Some(ask) = self.pages.pop_front() else { return };
        let (from, to) = match ask {
            Ask::Before(seq) => {
                let to = usize::try_from(seq.0).unwrap() - 1;
                (to.saturating_sub(PAGE), to)
            }
            Ask::After(seq) => {
                let from = usize::try_from(seq.0).unwrap();
                (from, (from + PAGE).min(self.log.len()))
            }
        };
        let page = Page {
            room: lobby(),
            epoch: "e".to_owned().into(),
            first: Seq(1),
            head: Seq(self.log.len() as u64),
            messages: self.messages(from, to),
            more_before: from > 0,
            more_after: to < self.log.len(),
        };
        client.act(Action::PageReceived { room: lobby(), ask, page: Some(page) });
    }

    pub(super) fn messages(&self, from: usize, to: usize) -> Vec<Message> {
        self.log[from..to].iter().filter_map(Message::posted).collect()
    }

    /// Everything that is under way arrives, and the client has all the time it wants.
    pub(super) fn settle(&mut self, client: &mut Client) {
        // Twice the silence after which it pings: the second pong shows that something is missing for good.
        for _ in 0..40 {
            client.wait(6_000);
            for _ in 0..1_000 {
                self.serve(client);
                if self.inbound.is_empty() && self.outbound.is_empty() && self.pages.is_empty() {
                    break;
                }
                self.take_one();
                self.deliver_one(client);
                self.deliver_page(client);
                client.wait(1);
            }
        }
    }
}
