//! The copy and the log: what is proven, what is found to differ, and how it is mended.

use shared::{
    ClientFrame, Digest, Event, EventBody, Hash, Message, Millis, Page, Reset, RoomHead, Seq, ServerFrame, Snapshot,
};

use super::super::{Action, Ask, Edge, Effect, Notice, Phase, Reader, diagnosis, sync_words};
use super::{Client, digest_of, event, key, lobby, opened, opened_empty, posted, text, words};

fn log(events: u64) -> Vec<Event> {
    (1..=events).map(|seq| posted(seq, "other", &format!("k{seq}"))).collect()
}

fn pong(seq: u64, digest: Digest) -> ServerFrame {
    ServerFrame::Pong { n: 1, now: Millis(0), rooms: vec![RoomHead { room: lobby(), seq: Seq(seq), digest }] }
}

/// For each `open` that was sent: whether it had a cursor.
fn opens(client: &mut Client) -> Vec<bool> {
    let open = |effect| match effect {
        Effect::Send { frame: ClientFrame::Open { after, .. }, .. } => Some(after.is_some()),
        _ => None,
    };
    client.take_effects().into_iter().filter_map(open).collect()
}

fn snapshot(log: &[Event], reset: Option<Reset>) -> ServerFrame {
    let messages = log.iter().filter_map(Message::posted).collect();
    let mut frame = opened(log.len() as u64, digest_of(log), true, reset);
    if let ServerFrame::Opened { snapshot, .. } = &mut frame {
        *snapshot = Some(Snapshot { messages, ..Snapshot::default() });
    }
    frame
}

fn following(log: &[Event]) -> Client {
    let mut client = Client::welcomed();
    client.hear(opened_empty());
    for event in log {
        client.hear(ServerFrame::Event(event.clone()));
    }
    client.take_effects();
    client
}

#[test]
fn a_copy_from_the_first_event_on_is_verified_by_the_next_pong() {
    let log = log(3);
    let mut client = following(&log);
    assert_eq!(sync_words(client.room()), "Complete to #3, not yet verified");
    client.hear(pong(3, digest_of(&log)));
    assert_eq!(sync_words(client.room()), "Complete to #3, verified");
    assert_eq!(client.room().cursor().unwrap().digest, Some(digest_of(&log)));
}

#[test]
fn a_digest_that_comes_before_its_event_waits_for_it() {
    let log = log(3);
    let mut client = following(&log[..2]);
    client.hear(pong(3, digest_of(&log)));
    assert_eq!(opens(&mut client), [] as [bool; 0]);
    client.hear(ServerFrame::Event(log[2].clone()));
    assert_eq!(sync_words(client.room()), "Complete to #3, verified");
    // An older one says nothing.
    client.hear(pong(2, Digest([9; 16])));
    assert_eq!(opens(&mut client), [] as [bool; 0]);
}

#[test]
fn while_events_keep_coming_the_digest_is_asked_for_all_the_same() {
    let log = log(10);
    let mut client = following(&log[..1]);
    for event in &log[1..] {
        client.wait(10_000);
        client.hear(ServerFrame::Event(event.clone()));
    }
    let is_ping = |effect: &Effect| matches!(effect, Effect::Send { frame: ClientFrame::Ping { .. }, .. });
    assert!(client.take_effects().iter().any(is_ping));
}

#[test]
fn a_snapshot_is_taken_on_trust_and_what_follows_is_proven() {
    let log = log(5);
    let mut client = Client::welcomed();
    client.hear(snapshot(&log[..4], None));
    assert_eq!(sync_words(client.room()), "Complete to #4, verified from #4");
    client.hear(ServerFrame::Event(log[4].clone()));
    assert_eq!(sync_words(client.room()), "Complete to #5, not yet verified");
    client.hear(pong(5, digest_of(&log)));
    assert_eq!(sync_words(client.room()), "Complete to #5, verified from #4");
    client.hear(ServerFrame::Event(posted(6, "other", "k6")));
    assert_eq!(sync_words(client.room()), "Complete to #6, verified to #5");
    client.act(Action::SocketClosed { generation: client.generation(), code: 1006, reason: String::new() });
    assert_eq!(sync_words(client.room()), "Complete to #6 when last connected");
}

#[test]
fn a_digest_that_differs_is_mended_by_a_reset_and_reported() {
    let mut log = log(3);
    let mut client = following(&log);
    log[1] = posted(2, "other", "changed");
    client.hear(pong(3, digest_of(&log)));
    assert_eq!(opens(&mut client), [true], "from the cursor");
    client.hear(snapshot(&log, Some(Reset::Diverged)));
    assert_eq!(client.room().notice(), Some(Notice::Reset(Reset::Diverged)));
    assert_eq!(client.room().window().get(Seq(2)).unwrap().text, Some(text("changed")));
    let report = diagnosis(&client.app);
    assert!(report.contains("mismatches: 1\n") && report.contains("resets: 1\n"), "{report}");
    client.hear(pong(3, digest_of(&log)));
    assert_eq!(opens(&mut client), [] as [bool; 0]);
    assert_eq!(sync_words(client.room()), "Complete to #3, verified from #3");
}

#[test]
fn a_server_that_sees_no_difference_is_asked_for_everything_and_not_for_ever() {
    let mut log = log(3);
    let mut client = following(&log);
    log[1] = posted(2, "other", "changed");
    client.hear(pong(3, digest_of(&log)));
    assert_eq!(opens(&mut client), [true]);
    client.hear(opened(3, digest_of(&log), false, None));
    assert_eq!(opens(&mut client), [false], "without a cursor");
    assert_eq!(client.room().notice(), Some(Notice::Reset(Reset::Diverged)));
    client.hear(snapshot(&log, None));
    assert_eq!(opens(&mut client), [] as [bool; 0]);
    assert_eq!(client.room().phase(), &Phase::Open);
    assert_eq!(client.disk.rooms[0].1.cursor.digest, Some(digest_of(&log)));
}

#[test]
fn a_reset_without_a_snapshot_is_no_recovery() {
    let log = log(3);
    let mut client = following(&log);
    client.reconnect("me");
    assert_eq!(opens(&mut client), [true]);
    client.hear(opened(3, digest_of(&log), false, Some(Reset::TooFar)));
    assert_eq!(opens(&mut client), [false]);
    client.hear(opened(3, digest_of(&log), false, None));
    assert_eq!(opens(&mut client), [] as [bool; 0]);
    client.wait(5_000);
    assert_eq!(opens(&mut client), [false]);
}

#[test]
fn a_difference_that_shows_itself_while_catching_up_is_mended_too() {
    let mut log = log(4);
    let mut client = following(&log[..2]);
    log[0] = posted(1, "other", "changed");
    client.reconnect("me");
    assert_eq!(opens(&mut client), [true]);
    client.hear(opened(4, digest_of(&log), false, None));
    client.hear(ServerFrame::Event(log[2].clone()));
    assert_eq!(opens(&mut client), [] as [bool; 0]);
    client.hear(ServerFrame::Event(log[3].clone()));
    assert_eq!(opens(&mut client), [true]);
}

#[test]
fn an_event_from_the_future_counts_and_is_covered() {
    let mut log = log(2);
    log.push(event(3, "other", "f", EventBody::Unknown { kind: "pinned".into(), target: None, hash: Hash([1; 16]) }));
    let mut client = following(&log);
    client.hear(pong(3, digest_of(&log)));
    assert!(client.room().outdated());
    assert_eq!(sync_words(client.room()), "Complete to #3, verified");
}

#[test]
fn an_event_that_stays_unreadable_is_jumped_over_by_a_snapshot_once() {
    let log = log(4);
    let mut client = following(&log[..1]);
    for want in [true, true, false] {
        client.hear(ServerFrame::Event(log[2].clone()));
        assert_eq!(opens(&mut client), [want]);
        if want {
            client.hear(opened(3, digest_of(&log[..3]), false, None));
        }
    }
    assert_eq!(client.room().notice(), Some(Notice::Unreadable));
    assert!(!client.room().outdated());
    client.hear(snapshot(&log[..3], None));
    assert_eq!(client.shown(), [1, 2, 3]);
    // And where that does not help, there is no hurry.
    client.hear(ServerFrame::Event(posted(5, "other", "x")));
    assert_eq!(opens(&mut client), [] as [bool; 0]);
    assert!(matches!(client.room().phase(), Phase::Refused { again: Some(_), .. }));
    client.wait(29_999);
    assert_eq!(opens(&mut client), [] as [bool; 0]);
    client.wait(1);
    assert_eq!(opens(&mut client), [true]);
    client.hear(opened(4, digest_of(&log), false, None));
    client.hear(ServerFrame::Event(log[3].clone()));
    assert_eq!((client.shown(), client.room().phase()), (vec![1, 2, 3, 4], &Phase::Open));
}

#[test]
fn a_last_event_that_stays_unreadable_is_jumped_over_too() {
    let log = log(2);
    let mut client = following(&log[..1]);
    for want in [true, true, false] {
        client.hear(pong(2, digest_of(&log)));
        assert_eq!(opens(&mut client), [] as [bool; 0]);
        client.hear(pong(2, digest_of(&log)));
        assert_eq!(opens(&mut client), [want]);
        if want {
            client.hear(opened(2, digest_of(&log), false, None));
        }
    }
    client.hear(snapshot(&log, None));
    assert_eq!(client.shown(), [1, 2]);
}

/// A room that begins with a message at 1 and whose newest are shown, with `changes` behind them.
fn with_older_page(changes: u64) -> (Client, Vec<Event>) {
    let log = log(4);
    let mut client = Client::welcomed();
    let mut frame = snapshot(&log, None);
    if let ServerFrame::Opened { snapshot: Some(snapshot), .. } = &mut frame {
        snapshot.messages.drain(..2);
        snapshot.more_before = true;
    }
    client.hear(frame);
    client.act(Action::ReaderMoved { room: lobby(), reader: Reader::UpperHalf });
    client.act(Action::EdgeReached { room: lobby(), edge: Edge::Oldest });
    client.take_effects();
    for n in 0..changes {
        let body = EventBody::Edited { target: Seq(1 + n % 2), words: words(&format!("e{n}")) };
        client.hear(ServerFrame::Event(event(5 + n, "other", &format!("e{n}"), body)));
    }
    (client, log)
}

fn old_page(log: &[Event], head: u64) -> Action {
    let page = Page {
        room: lobby(),
        epoch: "e".to_owned().into(),
        first: Seq(1),
        head: Seq(head),
        digest: Digest::default(),
        messages: log[..2].iter().filter_map(Message::posted).collect(),
        more_before: false,
        more_after: true,
    };
    Action::PageReceived { room: lobby(), ask: Ask::Before(Seq(3)), page: Some(page) }
}

#[test]
fn a_page_that_was_made_before_an_edit_is_brought_up_to_date() {
    let (mut client, log) = with_older_page(2);
    client.act(old_page(&log, 4));
    assert_eq!(client.shown(), [1, 2, 3, 4]);
    let said = |seq| client.room().window().get(Seq(seq)).unwrap().text.clone();
    assert_eq!((said(1), said(2)), (Some(text("e0")), Some(text("e1"))));
}

#[test]
fn a_page_that_is_too_old_is_asked_for_once_more() {
    let (mut client, log) = with_older_page(300);
    client.act(old_page(&log, 4));
    assert_eq!(client.shown(), [3, 4]);
    let ask = Ask::Before(Seq(3));
    assert_eq!(client.take_effects(), [Effect::FetchPage { room: lobby(), ask }]);
    client.act(old_page(&log, 4));
    assert_eq!(client.room().paging(), super::super::Paging::Failed(ask));
    assert!(!client.take_effects().contains(&Effect::FetchPage { room: lobby(), ask }));
    client.act(Action::EdgeReached { room: lobby(), edge: Edge::Oldest });
    assert_eq!(client.take_effects(), [Effect::FetchPage { room: lobby(), ask }]);
    client.act(old_page(&log, 304));
    assert_eq!(client.shown(), [1, 2, 3, 4]);
}

#[test]
fn a_report_has_positions_and_no_words_of_anybody() {
    let mut client = following(&log(3));
    client.type_in("secret");
    client.reconnect("me");
    let report = diagnosis(&client.app);
    for needed in ["Warren ", "storage: on", "offline connection broken. (1006)", "cursor: e 3 ", "sent: 1"] {
        assert!(report.contains(needed), "{needed}: {report}");
    }
    for secret in ["secret", "k1", "lobby", "other"] {
        assert!(!report.contains(secret), "{secret}: {report}");
    }
    let digest = String::from(client.room().cursor().unwrap().digest.unwrap());
    assert!(report.contains(&digest));
    assert_eq!(client.room().outbox().get(&key("secret")).map(|entry| entry.kept), Some(true));
}

#[test]
fn what_a_deleted_message_said_is_remembered_nowhere() {
    let mut client = Client::welcomed();
    client.hear(opened_empty());
    client.hear(ServerFrame::Event(posted(1, "other", "first")));
    client.hear(ServerFrame::Event(event(
        2,
        "other",
        "e",
        EventBody::Edited { target: Seq(1), words: words("second") },
    )));
    client.hear(ServerFrame::Event(event(3, "other", "d", EventBody::Deleted { target: Seq(1) })));
    // The key of an event says "first" too in these tests; a text is in quotes with its type before it.
    let check = |client: &Client| {
        let all = format!("{:?} {:?}", client.app, client.disk);
        for said in ["MessageText(\"first\")", "MessageText(\"second\")", "other: "] {
            assert!(!all.contains(said), "{said}: {all}");
        }
    };
    check(&client);
    client.wait(5_000);
    check(&client);
}

#[test]
fn too_far_behind_is_the_same_history() {
    let mut client = following(&log(3));
    client.act(Action::SocketClosed { generation: client.generation(), code: 1006, reason: String::new() });
    client.act(Action::ReactPressed {
        room: lobby(),
        key: key("r"),
        seq: Seq(2),
        emoji: shared::Emoji::parse("👍").unwrap(),
    });
    client.wait(5_000);
    client.meet("me");
    client.hear(snapshot(&log(3), Some(Reset::TooFar)));
    assert!(!client.room().outbox().entries()[0].is_refused());
}
