//! Edits, deletions, reactions and what a room is called: as they are asked for, shown at once, and refused.

use std::rc::Rc;

use shared::{ClientFrame, Emoji, EventBody, Message, Refusal, RefusalCode, RoomTitle, Seq, ServerFrame};

use super::super::{Action, Effect, Fate, Place, Row, rows};
use super::{Client, event, key, lobby, opened_empty, person, posted, text, words};

/// A room with a message of mine (1) and one of another's (2).
fn ready() -> Client {
    let mut client = Client::welcomed();
    client.hear(opened_empty());
    client.hear(ServerFrame::Event(posted(1, "me", "mine")));
    client.hear(ServerFrame::Event(posted(2, "other", "theirs")));
    client.take_effects();
    client
}

fn thumb() -> Emoji {
    Emoji::parse("👍").unwrap()
}

fn react(client: &mut Client, named: &str, seq: u64) {
    client.act(Action::ReactPressed { room: lobby(), key: key(named), seq: Seq(seq), emoji: thumb() });
}

fn frames(client: &mut Client) -> Vec<ClientFrame> {
    let frame = |effect| match effect {
        Effect::Send { frame, .. } => Some(frame),
        _ => None,
    };
    client.take_effects().into_iter().filter_map(frame).collect()
}

fn shown(client: &Client) -> Vec<Row> {
    let room = client.room();
    let me = person("me");
    let chunk = room.window().chunks().last().unwrap();
    rows(None, &chunk.messages, &room.entries_of(chunk), Some(&me), &|_| 0)
}

fn said(client: &Client, seq: u64) -> (Rc<Message>, bool, usize) {
    let found = shown(client).into_iter().find_map(|row| match row {
        Row::Said { message, pending, changes, .. } if message.seq.0 == seq => Some((message, pending, changes.len())),
        _ => None,
    });
    found.unwrap()
}

fn refuse(client: &mut Client, named: &str) {
    let refusal = Refusal::lasting(RefusalCode::Deleted, "It was deleted.");
    let (room, key) = (Some("lobby".to_owned()), Some(named.to_owned()));
    client.hear(ServerFrame::Refused { room, key, refusal });
}

#[test]
fn an_edit_is_shown_at_once_and_confirmed_in_place() {
    let mut client = ready();
    client.act(Action::EditStarted { room: lobby(), seq: Seq(1) });
    assert_eq!(client.room().editing(), Some(Seq(1)));
    assert_eq!(client.take_effects(), [Effect::EditInComposer { room: lobby(), text: text("mine") }]);
    client.type_in("k");
    assert_eq!(client.room().editing(), None);
    let effects = client.take_effects();
    assert!(effects.contains(&Effect::RestoreComposer { room: lobby() }));
    let of = client.room().window().get(Seq(1)).map(|message| message.id());
    let (target, mentions) = (Seq(1), Vec::new());
    let frame = ClientFrame::Edit { room: lobby(), key: key("k"), target, of, text: text("k"), mentions };
    assert!(effects.contains(&Effect::Send { generation: client.generation(), frame }));
    assert_eq!(shown(&client).len(), 3, "a day and two messages, and no row for the edit");
    let (message, pending, _) = said(&client, 1);
    assert_eq!((message.text.clone(), pending), (Some(text("k")), true));
    client.hear(ServerFrame::Event(event(3, "me", "k", EventBody::Edited { target: Seq(1), words: words("k") })));
    let (message, pending, _) = said(&client, 1);
    assert_eq!((message.text.clone(), pending), (Some(text("k")), false));
    assert!(Rc::ptr_eq(&message, client.room().window().get(Seq(1)).unwrap()), "nothing is copied");
    assert!(client.room().outbox().is_empty() && client.disk.entries.is_empty());
}

#[test]
fn only_what_is_mine_and_there_is_edited_or_deleted() {
    let mut client = ready();
    for seq in [2, 3] {
        client.act(Action::EditStarted { room: lobby(), seq: Seq(seq) });
        client.act(Action::DeletePressed { room: lobby(), key: key("k"), seq: Seq(seq) });
    }
    assert_eq!((client.room().editing(), client.take_effects()), (None, Vec::new()));
    client.act(Action::DeletePressed { room: lobby(), key: key("d"), seq: Seq(1) });
    client.act(Action::DeletePressed { room: lobby(), key: key("e"), seq: Seq(1) });
    client.act(Action::EditStarted { room: lobby(), seq: Seq(1) });
    assert_eq!(client.room().editing(), None);
    assert_eq!(client.room().outbox().entries().len(), 1, "it is as good as deleted");
    let (message, pending, _) = said(&client, 1);
    assert!(message.is_deleted() && pending);
}

#[test]
fn an_edit_that_changes_nothing_is_not_made_and_one_that_is_cancelled_gives_the_draft_back() {
    let mut client = ready();
    client.act(Action::EditLastPressed { room: lobby() });
    assert_eq!(client.room().editing(), Some(Seq(1)));
    client.act(Action::MessageTyped { room: lobby(), key: key("k"), text: text("mine") });
    assert!(client.room().outbox().is_empty());
    assert!(client.take_effects().contains(&Effect::RestoreComposer { room: lobby() }));
    client.act(Action::EditLastPressed { room: lobby() });
    client.act(Action::EditCancelled { room: lobby() });
    assert!(client.take_effects().contains(&Effect::RestoreComposer { room: lobby() }));
    client.act(Action::EditCancelled { room: lobby() });
    assert_eq!(client.take_effects(), []);
}

#[test]
fn what_is_being_edited_is_still_when_the_person_comes_back() {
    let mut client = ready();
    client.act(Action::EditLastPressed { room: lobby() });
    let other = shared::RoomName::parse("other").unwrap();
    client.act(Action::PlaceEntered(Place::Room(other)));
    client.act(Action::PlaceEntered(Place::Room(lobby())));
    assert_eq!(client.room().editing(), Some(Seq(1)));
}

#[test]
fn a_reaction_goes_on_and_off_by_what_was_asked_for_last() {
    let mut client = ready();
    let has = |client: &Client| said(client, 2).0.has_reaction(&thumb(), &person("me").id);
    react(&mut client, "a", 2);
    assert!(has(&client));
    react(&mut client, "b", 2);
    assert!(!has(&client));
    client.hear(ServerFrame::Event(event(
        3,
        "me",
        "a",
        EventBody::Reacted { target: Seq(2), emoji: thumb(), on: true },
    )));
    assert!(!has(&client), "it is still to be taken back");
    let ons: Vec<bool> = frames(&mut client)
        .into_iter()
        .filter_map(|frame| match frame {
            ClientFrame::React { on, .. } => Some(on),
            _ => None,
        })
        .collect();
    assert_eq!(ons, [true, false]);
    client.hear(ServerFrame::Settled { room: lobby(), key: key("b"), seq: None });
    assert!(client.room().outbox().is_empty());
}

#[test]
fn a_refused_edit_keeps_its_text_beside_its_message() {
    let mut client = ready();
    client.act(Action::EditStarted { room: lobby(), seq: Seq(1) });
    client.type_in("k");
    refuse(&mut client, "k");
    let (message, pending, changes) = said(&client, 1);
    assert_eq!((message.text.clone(), pending, changes), (Some(text("mine")), false, 1));
    let message = "Not changed: It was deleted.".into();
    assert_eq!(client.room().outbox().entries()[0].fate, Fate::Refused { message });
    client.take_effects();
    client.act(Action::EditPressed { room: lobby(), key: key("k") });
    assert_eq!(client.room().editing(), Some(Seq(1)));
    assert_eq!(client.take_effects(), [Effect::EditInComposer { room: lobby(), text: text("k") }]);
    // Its message is gone: what was written is a message of its own now.
    client.type_in("again");
    client.hear(ServerFrame::Event(event(3, "me", "d", EventBody::Deleted { target: Seq(1) })));
    refuse(&mut client, "again");
    client.take_effects();
    client.act(Action::EditPressed { room: lobby(), key: key("again") });
    assert_eq!(client.take_effects(), [Effect::FillComposer { room: lobby(), text: text("again") }]);
    assert_eq!(client.room().editing(), None);
}

#[test]
fn what_is_refused_is_in_sight_also_where_its_message_is_not() {
    let mut client = ready();
    react(&mut client, "r", 2);
    refuse(&mut client, "r");
    client.act(Action::RoomTold { room: lobby(), key: key("t"), title: RoomTitle::parse("Den").ok(), topic: None });
    assert_eq!(client.room().about().title.as_str(), "Den");
    refuse(&mut client, "t");
    assert_eq!(client.room().about().title.as_str(), "");
    let typed = |client: &Client| {
        let key = |row| match row {
            Row::Typed { entry, .. } => Some(entry.key.to_string()),
            _ => None,
        };
        shown(client).into_iter().filter_map(key).collect::<Vec<_>>()
    };
    assert_eq!(said(&client, 2).2, 1);
    assert_eq!(typed(&client), ["t"]);
    // Another log, without the message.
    client.hear(super::opened(0, shared::Digest::default(), true, Some(shared::Reset::Epoch)));
    assert_eq!(typed(&client), ["r", "t"]);
    client.act(Action::DiscardPressed { room: lobby(), key: key("r") });
    client.act(Action::DiscardPressed { room: lobby(), key: key("t") });
    assert!(typed(&client).is_empty() && client.disk.entries.is_empty());
}

#[test]
fn a_title_is_told_only_where_it_changes() {
    let mut client = ready();
    let tell = |client: &mut Client, named: &str, title: &str| {
        client.act(Action::RoomTold {
            room: lobby(),
            key: key(named),
            title: RoomTitle::parse(title).ok(),
            topic: None,
        });
    };
    tell(&mut client, "a", "");
    assert!(client.room().outbox().is_empty());
    tell(&mut client, "b", "Den");
    tell(&mut client, "c", "Den");
    assert_eq!(client.room().outbox().entries().len(), 1);
}

#[test]
fn edits_and_deletions_are_not_spoken_and_not_counted() {
    let mut client = ready();
    client.wait(2_000);
    let number = client.app.speech().number();
    client.act(Action::ReaderMoved { room: lobby(), reader: super::super::Reader::UpperHalf });
    client.hear(ServerFrame::Event(event(3, "other", "e", EventBody::Edited { target: Seq(2), words: words("x") })));
    let on = EventBody::Reacted { target: Seq(1), emoji: thumb(), on: true };
    client.hear(ServerFrame::Event(event(4, "other", "r", on)));
    client.hear(ServerFrame::Event(event(5, "other", "d", EventBody::Deleted { target: Seq(2) })));
    client.wait(2_000);
    assert_eq!((client.app.speech().number(), client.room().unseen()), (number, 0));
}
