//! The outbox in the whole: what refusals, other people and lost answers do to what was typed.

use shared::{ClientFrame, Digest, Refusal, RefusalCode, Reset, Seq, ServerFrame};

use super::super::{Action, Effect, Fate, Notice, link_words};
use super::{Client, digest_of, key, lobby, opened, opened_empty, person, posted, text};

fn ready() -> Client {
    let mut client = Client::welcomed();
    client.hear(opened_empty());
    client.take_effects();
    client
}

fn type_in(client: &mut Client, named: &str) {
    client.type_in(named);
}

/// The keys that were sent.
fn sent(client: &mut Client) -> Vec<String> {
    let key = |effect| match effect {
        Effect::Send { frame: ClientFrame::Post { key, .. }, .. } => Some(key.to_string()),
        _ => None,
    };
    client.take_effects().into_iter().filter_map(key).collect()
}

fn refused(named: &str, retry_after_ms: Option<u64>) -> ServerFrame {
    let refusal = Refusal { code: RefusalCode::TooLong, message: "No.".to_owned(), retry_after_ms };
    ServerFrame::Refused { room: Some("lobby".to_owned()), key: Some(named.to_owned()), refusal }
}

fn fates(client: &Client) -> Vec<(String, Fate)> {
    client.room().outbox().entries().iter().map(|entry| (entry.key.to_string(), entry.fate.clone())).collect()
}

#[test]
fn one_is_under_way_at_a_time_and_its_event_is_its_acknowledgement() {
    let mut client = ready();
    type_in(&mut client, "a");
    type_in(&mut client, "b");
    assert_eq!(sent(&mut client), ["a"]);
    client.hear(ServerFrame::Event(posted(1, "me", "a")));
    assert_eq!(sent(&mut client), ["b"]);
    assert_eq!(client.shown(), [1]);
    assert_eq!(fates(&client), [("b".to_owned(), Fate::Sent)]);
}

#[test]
fn another_persons_event_with_my_key_settles_nothing() {
    let mut client = ready();
    type_in(&mut client, "a");
    client.hear(ServerFrame::Event(posted(1, "other", "a")));
    assert_eq!(fates(&client), [("a".to_owned(), Fate::Sent)]);
}

#[test]
fn a_refusal_that_passes_holds_the_line_in_order() {
    let mut client = ready();
    type_in(&mut client, "a");
    type_in(&mut client, "b");
    sent(&mut client);
    client.hear(refused("a", Some(800)));
    client.wait(799);
    assert!(sent(&mut client).is_empty());
    client.wait(1);
    assert_eq!(sent(&mut client), ["a"], "the same key again");
}

#[test]
fn a_refusal_that_stands_leaves_the_line_with_its_text() {
    let mut client = ready();
    type_in(&mut client, "a");
    type_in(&mut client, "b");
    sent(&mut client);
    client.hear(refused("a", None));
    assert_eq!(sent(&mut client), ["b"]);
    assert_eq!(fates(&client)[0].1, Fate::Refused { message: "Not sent: No.".into() });
    assert_eq!(&**client.app.speech().sentence(), "Not sent: No.");
    assert_eq!(client.room().outbox().entries()[0].text(), Some(&text("a")));
    client.hear(ServerFrame::Event(posted(1, "me", "b")));
    client.act(Action::TryAgainPressed { room: lobby(), key: key("a") });
    assert_eq!(sent(&mut client), ["a"]);
    client.hear(refused("a", None));
    client.act(Action::EditPressed { room: lobby(), key: key("a") });
    assert!(client.take_effects().contains(&Effect::FillComposer { room: lobby(), text: text("a") }));
    assert!(client.room().outbox().is_empty());
}

#[test]
fn what_has_an_unknown_fate_can_be_neither_edited_nor_discarded() {
    let mut client = ready();
    type_in(&mut client, "a");
    client.take_effects();
    client.act(Action::DiscardPressed { room: lobby(), key: key("a") });
    client.act(Action::EditPressed { room: lobby(), key: key("a") });
    assert_eq!(fates(&client), [("a".to_owned(), Fate::Sent)]);
    assert_eq!(client.take_effects(), []);
}

#[test]
fn settled_before_its_event_keeps_the_row_until_the_event_is_there() {
    let mut client = ready();
    type_in(&mut client, "a");
    client.hear(ServerFrame::Settled { room: lobby(), key: key("a"), seq: Some(Seq(2)) });
    assert_eq!(fates(&client), [("a".to_owned(), Fate::Settled { seq: Seq(2) })]);
    client.hear(ServerFrame::Event(posted(1, "other", "x")));
    assert_eq!(client.room().outbox().entries().len(), 1);
    client.hear(ServerFrame::Event(posted(2, "me", "a")));
    assert!(client.room().outbox().is_empty());
    assert_eq!(client.shown(), [1, 2]);
}

#[test]
fn what_somebody_else_left_becomes_a_draft_and_is_never_sent() {
    let mut client = ready();
    type_in(&mut client, "a");
    type_in(&mut client, "b");
    client.act(Action::DeletePressed { room: lobby(), key: key("d"), seq: Seq(1) });
    client.take_effects();
    client.reconnect("another");
    client.hear(opened(0, Digest::default(), false, None));
    let fill = Effect::FillComposer { room: lobby(), text: text("b") };
    let effects = client.take_effects();
    assert!(effects.contains(&fill), "never sent: a draft: {effects:?}");
    assert!(!effects.iter().any(|effect| matches!(effect, Effect::Send { frame: ClientFrame::Post { .. }, .. })));
    let unknown = "You are somebody else here now. It may have been sent before that: look before you try again.";
    assert_eq!(fates(&client), [("a".to_owned(), Fate::Refused { message: unknown.into() })]);
    assert_eq!(client.app.me(), Some(&person("another")));
    assert_eq!(client.disk.keys(), ["a"]);
    // Tried again, it is the other's.
    client.act(Action::TryAgainPressed { room: lobby(), key: key("a") });
    assert_eq!(sent(&mut client), ["a"]);
    assert_eq!(client.room().outbox().entries()[0].owner, Some(person("another").id));
}

#[test]
fn what_has_no_text_is_dropped_when_the_owner_is_gone() {
    let mut client = ready();
    client.hear(ServerFrame::Event(posted(1, "me", "x")));
    client.act(Action::DeletePressed { room: lobby(), key: key("d"), seq: Seq(1) });
    assert_eq!(fates(&client), [("d".to_owned(), Fate::Sent)]);
    client.reconnect("another");
    assert!(client.room().outbox().is_empty());
    assert_eq!(client.room().notice(), Some(Notice::SomebodyElses));
    assert!(client.disk.entries.is_empty());
}

#[test]
fn what_was_acknowledged_is_never_sent_again_by_somebody_else() {
    let mut client = ready();
    type_in(&mut client, "a");
    client.hear(ServerFrame::Settled { room: lobby(), key: key("a"), seq: Some(Seq(9)) });
    assert_eq!(sent(&mut client), ["a"]);
    client.reconnect("another");
    client.hear(opened(0, Digest::default(), true, Some(Reset::Epoch)));
    assert!(sent(&mut client).is_empty());
    assert!(client.room().outbox().is_empty());
}

#[test]
fn what_a_snapshot_jumped_over_is_asked_for_again() {
    let mut client = ready();
    type_in(&mut client, "a");
    client.hear(ServerFrame::Event(posted(5, "other", "x")));
    assert_eq!(sent(&mut client), ["a"]);
    // The event of "a" is somewhere before the snapshot, and will not be seen.
    client.hear(opened(60, Digest::default(), true, Some(Reset::TooFar)));
    assert_eq!(sent(&mut client), ["a"], "under its key");
    client.hear(ServerFrame::Settled { room: lobby(), key: key("a"), seq: Some(Seq(7)) });
    assert!(client.room().outbox().is_empty());
}

#[test]
fn what_was_settled_in_a_log_that_is_no_more_is_asked_for_again() {
    let mut client = ready();
    type_in(&mut client, "a");
    client.hear(ServerFrame::Settled { room: lobby(), key: key("a"), seq: Some(Seq(9)) });
    assert_eq!(sent(&mut client), ["a"]);
    client.reconnect("me");
    client.hear(opened(2, Digest::default(), true, Some(Reset::Epoch)));
    assert_eq!(sent(&mut client), ["a"], "under its key: the restored log may have it or not");
}

#[test]
fn what_was_settled_ahead_of_a_gap_in_a_log_that_lost_its_end_is_asked_for_again() {
    let mut client = ready();
    type_in(&mut client, "a");
    assert_eq!(sent(&mut client), ["a"]);
    // The event before it was lost on the way, and the server loses both: the cursor fits all the same.
    client.hear(ServerFrame::Event(posted(2, "me", "a")));
    client.reconnect("me");
    client.hear(opened(0, Digest::default(), false, None));
    assert_eq!(sent(&mut client), ["a"]);
}

#[test]
fn what_waits_for_a_room_that_is_refused_is_given_back() {
    let refused = |message: &str| ServerFrame::Refused {
        room: Some("lobby".to_owned()),
        key: None,
        refusal: Refusal::lasting(RefusalCode::Other, message),
    };
    let mut client = ready();
    type_in(&mut client, "a");
    type_in(&mut client, "b");
    client.hear(ServerFrame::Event(posted(5, "other", "x")));
    client.hear(refused("No more."));
    let said = |message: &str| Fate::Refused { message: message.into() };
    let unknown = "No more. It may have been sent before that: look before you try again.";
    let never = ("b".to_owned(), said("Not sent: No more."));
    assert_eq!(fates(&client), [("a".to_owned(), said(unknown)), never.clone()]);
    type_in(&mut client, "c");
    assert_eq!(fates(&client)[2].1, said("Not sent: No more."));
    assert!(link_words(&client.app).can_try);
    sent(&mut client);
    client.act(Action::TryAgainPressed { room: lobby(), key: key("a") });
    let opens = |effect: &Effect| matches!(effect, Effect::Send { frame: ClientFrame::Open { .. }, .. });
    let effects = client.take_effects();
    assert_eq!(effects.iter().filter(|effect| opens(effect)).count(), 1, "{effects:?}");
    assert!(!effects.iter().any(|effect| matches!(effect, Effect::Send { frame: ClientFrame::Post { .. }, .. })));
    client.hear(opened(0, Digest::default(), true, None));
    assert_eq!(sent(&mut client), ["a"]);
    assert_eq!(fates(&client)[0], never);
}

#[test]
fn a_server_that_cannot_write_is_said_to_and_its_message_can_be_taken_back() {
    let mut client = ready();
    type_in(&mut client, "a");
    type_in(&mut client, "b");
    for _ in 0..5 {
        client.hear(refused("a", Some(1_000)));
        client.wait(1_000);
    }
    let words = link_words(&client.app);
    assert_eq!((words.words.as_str(), words.loud), ("Nothing can be sent now: No.", true));
    assert_eq!(&**client.app.speech().sentence(), "Nothing can be sent now: No.");
    sent(&mut client);
    client.act(Action::DiscardPressed { room: lobby(), key: key("a") });
    assert_eq!(fates(&client).len(), 2, "it is under way");
    client.hear(refused("a", Some(1_000)));
    client.act(Action::DiscardPressed { room: lobby(), key: key("b") });
    assert_eq!(fates(&client).len(), 2, "it was not refused");
    client.act(Action::EditPressed { room: lobby(), key: key("a") });
    assert!(client.take_effects().contains(&Effect::FillComposer { room: lobby(), text: text("a") }));
    client.hear(refused("b", Some(1_000)));
    client.wait(1_000);
    client.hear(ServerFrame::Event(posted(1, "me", "b")));
    assert_eq!(link_words(&client.app).words, "Live");
}

#[test]
fn a_server_that_can_write_again_is_not_called_connected_again() {
    let mut client = ready();
    type_in(&mut client, "a");
    for _ in 0..5 {
        client.hear(refused("a", Some(1_000)));
        client.wait(1_000);
    }
    client.hear(ServerFrame::Event(posted(1, "me", "a")));
    assert_eq!(&**client.app.speech().sentence(), "Messages can be sent again.");
}

#[test]
fn a_reset_throws_the_window_away_and_says_so_and_keeps_the_outbox() {
    let mut client = ready();
    client.hear(ServerFrame::Event(posted(1, "other", "x")));
    type_in(&mut client, "a");
    client.reconnect("me");
    client.take_effects();
    client.hear(opened(0, Digest::default(), true, Some(Reset::Ahead)));
    assert_eq!(client.shown(), [] as [u64; 0]);
    assert_eq!(client.room().notice(), Some(Notice::Reset(Reset::Ahead)));
    let said = client.app.speech().sentence();
    assert!(said.starts_with("Connected again. The server had lost the newest part of this room"), "{said}");
    assert_eq!(sent(&mut client), ["a"]);
}

#[test]
fn until_opened_the_events_of_a_room_are_dropped_but_settle() {
    let mut client = ready();
    type_in(&mut client, "a");
    client.hear(ServerFrame::Event(posted(2, "other", "x")));
    let reopened = |effect: &Effect| matches!(effect, Effect::Send { frame: ClientFrame::Open { after: Some(after), .. }, .. } if after.seq.0 == 0);
    assert!(client.take_effects().iter().any(reopened), "a gap: the log is read again from the cursor");
    client.hear(ServerFrame::Event(posted(3, "me", "a")));
    assert_eq!(client.shown(), [] as [u64; 0]);
    assert_eq!(fates(&client), [("a".to_owned(), Fate::Settled { seq: Seq(3) })]);
    let log = [posted(1, "other", "w"), posted(2, "other", "x"), posted(3, "me", "a")];
    client.hear(opened(3, digest_of(&log), false, None));
    for event in log {
        client.hear(ServerFrame::Event(event));
    }
    assert_eq!(client.shown(), [1, 2, 3]);
    assert!(client.room().outbox().is_empty());
}
