//! The window: pages and events in any order are the log, and rows stay in their chunks.

use std::{collections::HashMap, rc::Rc};

use proptest::prelude::*;
use shared::{Digest, EventBody, Message, Page, Seq, ServerFrame, Snapshot};

use super::super::{Action, Ask, Edge, Reader, Window};
use super::{Client, event, lobby, posted, text, words};

fn message(seq: u64) -> Message {
    Message::posted(&posted(seq, "other", &format!("k{seq}"))).unwrap()
}

pub(super) fn messages(seqs: impl IntoIterator<Item = u64>) -> Vec<Message> {
    seqs.into_iter().map(message).collect()
}

/// What `Window::newer` and `Window::older` take of a page.
fn rcs(seqs: std::ops::RangeInclusive<u64>) -> Vec<Rc<Message>> {
    messages(seqs).into_iter().map(Rc::new).collect()
}

pub(super) fn page(seqs: std::ops::RangeInclusive<u64>, head: u64) -> Page {
    Page {
        room: super::lobby(),
        epoch: "e".to_owned().into(),
        first: Seq(1),
        head: Seq(head),
        digest: Digest::default(),
        more_before: *seqs.start() > 1,
        more_after: *seqs.end() < head,
        messages: messages(seqs),
    }
}

fn of(seqs: std::ops::RangeInclusive<u64>) -> Window {
    let mut window = Window::default();
    let more_before = *seqs.start() > 1;
    window.replace(Snapshot { messages: messages(seqs), more_before, ..Snapshot::default() });
    window.end_full_chunk();
    window
}

fn seqs(window: &Window) -> Vec<u64> {
    window.messages().map(|message| message.seq.0).collect()
}

#[test]
fn a_page_is_put_before_or_after_only_where_it_joins() {
    let mut window = of(51..=100);
    window.older(rcs(1..=20), false, Seq(21));
    assert_eq!(seqs(&window), (51..=100).collect::<Vec<_>>(), "it was asked for another window");
    window.older(rcs(1..=50), false, Seq(51));
    assert_eq!(seqs(&window), (1..=100).collect::<Vec<_>>());
    assert!(!window.more_before());
}

#[test]
fn the_window_is_trimmed_away_from_the_reader() {
    let mut window = of(1_001..=1_050);
    for start in (501..=951).rev().step_by(50) {
        window.older(rcs(start..=start + 49), true, Seq(start + 50));
        window.trim(true);
        window.end_full_chunk();
    }
    assert!(window.len() <= 400);
    assert_eq!(window.oldest(), Some(Seq(501)));
    assert!(!window.at_newest(), "the newest were let go");
    window.apply(Rc::new(message(1_051)));
    assert!(!seqs(&window).contains(&1_051), "an event that does not join up is not shown");
    let mut last = window.newest().unwrap().0;
    while last < 1_051 {
        let to = (last + 50).min(1_051);
        window.newer(rcs(last + 1..=to), Seq(last));
        window.trim(false);
        last = to;
    }
    assert!(window.at_newest() && window.more_before() && window.len() <= 400);
    let held = seqs(&window);
    assert_eq!(held, (held[0]..=1_051).collect::<Vec<_>>());
}

/// A row that waits keeps the last chunk open, so it can grow beyond all others; it must not be let go as one.
#[test]
fn who_always_has_something_on_the_way_sees_the_newest_messages_all_the_same() {
    let mut client = Client::welcomed();
    client.hear(super::opened_empty());
    client.act(Action::MessageTyped { room: lobby(), key: super::key("waits"), text: text("waits") });
    for seq in 1..=1_000 {
        client.hear(ServerFrame::Event(posted(seq, "other", &format!("k{seq}"))));
        let shown = client.shown();
        let least = u64::min(seq, 350);
        assert!(shown.len() <= 400 && shown.len() as u64 >= least, "{} at {seq}", shown.len());
        assert_eq!(shown, (seq + 1 - shown.len() as u64..=seq).collect::<Vec<_>>());
    }
    client.hear(ServerFrame::Event(posted(1_001, "me", "waits")));
    assert!(client.room().outbox().is_empty() && client.shown().len() >= 350, "{}", client.shown().len());
}

#[test]
fn a_page_that_ended_the_log_once_does_not_reach_what_came_long_after() {
    let mut window = of(1..=400);
    for seq in 401..=410 {
        window.end_full_chunk();
        window.apply(Rc::new(message(seq)));
    }
    window.trim(true);
    let newest = window.newest().unwrap().0;
    assert!(!window.at_newest() && newest < 410);
    for seq in 411..=600 {
        window.apply(Rc::new(message(seq)));
    }
    window.newer(rcs(newest + 1..=410), Seq(newest));
    assert!(!window.at_newest(), "501 and on are held, and 411 to 500 are not");
    assert_eq!(window.newest(), Some(Seq(410)));
    window.newer(rcs(411..=500), Seq(410));
    assert!(window.at_newest());
    let held = seqs(&window);
    assert_eq!(held, (held[0]..=600).collect::<Vec<_>>());
}

#[test]
fn a_newer_rev_replaces_and_an_older_one_does_not() {
    let mut window = of(1..=3);
    let mut edited = message(2);
    edited.rev = Seq(9);
    window.apply(Rc::new(edited.clone()));
    window.apply(Rc::new(message(2)));
    assert_eq!(window.messages().nth(1).map(|message| message.rev), Some(Seq(9)));
    assert_eq!(window.len(), 3);
}

proptest! {
    /// Pages and live events in any order: the same as all of it in order; and no message changes its chunk.
    #[test]
    fn pages_and_events_in_any_order_are_the_log(
        start in 1_u64..200,
        steps in prop::collection::vec(prop_oneof![Just(true), Just(false)], 0..120),
        waiting in prop::collection::vec(any::<bool>(), 120),
    ) {
        let mut head = start + 49;
        let mut window = of(start..=head);
        let mut chunk_of: HashMap<u64, u32> = HashMap::new();
        for (live, waiting) in steps.into_iter().zip(waiting) {
            if live {
                head += 1;
                window.apply(Rc::new(message(head)));
            } else if let Some(before) = window.oldest().filter(|before| before.0 > 1) {
                let from = before.0.saturating_sub(50).max(1);
                window.older(rcs(from..=before.0 - 1), from > 1, before);
            }
            if !waiting {
                window.end_full_chunk();
            }
            for chunk in window.chunks() {
                for message in chunk.messages.iter() {
                    let known = *chunk_of.entry(message.seq.0).or_insert(chunk.id);
                    prop_assert_eq!(known, chunk.id, "a row has moved to another chunk");
                }
            }
            let held = seqs(&window);
            prop_assert_eq!(&held, &(held[0]..=head).collect::<Vec<_>>());
        }
    }
}

/// A client whose reader has gone so far up that the newest messages were let go.
fn far_up() -> Client {
    let mut client = Client::welcomed();
    client.hear(ServerFrame::Opened {
        room: lobby(),
        epoch: "e".to_owned().into(),
        first: Seq(1),
        head: Seq(600),
        digest: Digest::default(),
        snapshot: Some(Snapshot { messages: messages(551..=600), more_before: true, ..Snapshot::default() }),
        reset: None,
    });
    client.act(Action::ReaderMoved { room: lobby(), reader: Reader::UpperHalf });
    for start in (101..=501).rev().step_by(50) {
        client.act(Action::EdgeReached { room: lobby(), edge: Edge::Oldest });
        let (ask, page) = (Ask::Before(Seq(start + 50)), Some(page(start..=start + 49, 600)));
        client.act(Action::PageReceived { room: lobby(), ask, page });
    }
    assert!(!client.room().window().at_newest());
    client
}

#[test]
fn a_jump_needs_no_link() {
    let mut client = far_up();
    client.act(Action::SocketClosed { generation: client.generation(), code: 1006, reason: String::new() });
    client.act(Action::JumpPressed { room: lobby() });
    assert!(client.room().window().at_newest());
    assert_eq!(client.shown(), (201..=600).collect::<Vec<_>>());
    assert!(client.room().window().more_before());
}

#[test]
fn what_comes_while_the_reader_is_far_up_is_there_after_the_jump_and_in_what_is_kept() {
    let mut client = far_up();
    client.hear(ServerFrame::Event(posted(601, "other", "new")));
    client.hear(ServerFrame::Event(event(
        602,
        "other",
        "e",
        EventBody::Edited { target: Seq(590), words: words("x") },
    )));
    client.hear(ServerFrame::Event(event(603, "other", "d", EventBody::Deleted { target: Seq(591) })));
    assert_eq!(client.room().unseen(), 1);
    let (_, kept) = &client.disk.rooms[0];
    assert_eq!(kept.cursor.seq, Seq(603), "a deletion is kept at once");
    let said = |seq| kept.snapshot.messages.iter().find(|one| one.seq.0 == seq).unwrap().text.clone();
    assert_eq!((said(590), said(591)), (Some(text("x")), None));
    client.act(Action::JumpPressed { room: lobby() });
    assert_eq!(client.shown(), (502..=601).collect::<Vec<_>>());
    let said = |seq| client.room().window().get(Seq(seq)).unwrap().text.clone();
    assert_eq!((said(590), said(591)), (Some(text("x")), None));
}
