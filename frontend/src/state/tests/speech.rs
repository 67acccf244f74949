//! What is said aloud: as it is by then, and no longer than it is so.

use shared::{Digest, EventBody, Reset, Seq, ServerFrame};

use super::super::Action;
use super::{Client, event, lobby, opened, opened_empty, posted, words};

#[test]
fn what_was_said_aloud_and_deleted_or_changed_is_in_the_live_region_no_longer() {
    let bodies = [EventBody::Deleted { target: Seq(1) }, EventBody::Edited { target: Seq(1), words: words("second") }];
    for body in bodies {
        let mut client = Client::welcomed();
        client.hear(opened_empty());
        client.hear(ServerFrame::Event(posted(1, "other", "first")));
        client.wait(2_000);
        assert_eq!(&**client.app.speech().sentence(), "other: first");
        // Wherever the person is by then.
        client.act(Action::PlaceEntered(super::super::Place::Room(shared::RoomName::parse("den").unwrap())));
        client.hear(ServerFrame::Event(event(2, "other", "e", body)));
        assert_eq!(&**client.app.speech().sentence(), "");
    }
}

#[test]
fn what_waits_to_be_said_aloud_is_said_as_it_is_by_then() {
    let said = |events: Vec<shared::Event>| {
        let mut client = Client::welcomed();
        client.hear(opened_empty());
        for event in events {
            client.hear(ServerFrame::Event(event));
        }
        client.wait(2_000);
        client.app.speech().sentence().to_string()
    };
    let delete = |seq, target| event(seq, "other", "d", EventBody::Deleted { target: Seq(target) });
    let edit = event(2, "other", "e", EventBody::Edited { target: Seq(1), words: words("second") });
    assert_eq!(said(vec![posted(1, "other", "first"), edit]), "other: second");
    assert_eq!(said(vec![posted(1, "other", "first"), delete(2, 1)]), "");
    let two = vec![posted(1, "other", "first"), posted(2, "other", "x"), delete(3, 2)];
    assert_eq!(said(two), "2 new messages from other");
}

#[test]
fn what_waits_to_be_said_aloud_is_not_where_the_room_was_loaded_anew() {
    let mut client = Client::welcomed();
    client.hear(opened_empty());
    client.hear(ServerFrame::Event(posted(1, "other", "first")));
    client.hear(opened(9, Digest::default(), true, Some(Reset::TooFar)));
    client.act(Action::NoticeDismissed { room: lobby() });
    client.wait(2_000);
    assert!(!client.app.speech().sentence().contains("first"));
}

#[test]
fn what_is_said_aloud_is_the_words_without_their_markup_and_has_an_end() {
    let said = |text: &str| {
        let mut client = Client::welcomed();
        client.hear(opened_empty());
        client.hear(ServerFrame::Event(event(1, "ada", "k", EventBody::Posted { words: words(text), reply_to: None })));
        client.wait(2_000);
        client.app.speech().sentence().to_string()
    };
    assert_eq!(said("**so**\n> [it](https://a.example) is"), "ada: so it is");
    assert_eq!(said(&"x".repeat(4_000)).chars().count(), "ada: ".len() + 500);
}
