//! Answering a message: what is typed says which one, once; and what ends an answer ends nothing else.

use shared::{ClientFrame, Digest, EventBody, Refusal, RefusalCode, Reset, RoomName, Seq, ServerFrame};

use super::super::{Action, Effect, Place, Row, rows};
use super::{Client, event, key, lobby, opened, opened_empty, person, posted, text, words};

/// A room with a message of another and one of mine.
fn ready() -> Client {
    let mut client = Client::welcomed();
    client.hear(opened_empty());
    client.hear(ServerFrame::Event(posted(1, "other", "one")));
    client.hear(ServerFrame::Event(posted(2, "me", "two")));
    client.take_effects();
    client
}

fn reply(client: &mut Client, seq: u64) {
    client.act(Action::ReplyStarted { room: lobby(), seq: Seq(seq) });
}

fn go(client: &mut Client, room: &str) {
    client.act(Action::PlaceEntered(Place::Room(RoomName::parse(room).unwrap())));
}

/// What the newest post that was sent answers.
fn answered(client: &mut Client) -> Option<Seq> {
    let answers = |effect: &Effect| match effect {
        Effect::Send { frame: ClientFrame::Post { reply_to, .. }, .. } => Some(*reply_to),
        _ => None,
    };
    client.take_effects().iter().rev().find_map(answers).unwrap()
}

#[test]
fn what_is_typed_answers_the_message_once() {
    let mut client = ready();
    reply(&mut client, 1);
    assert_eq!(client.room().replying(), Some(Seq(1)));
    client.type_in("a");
    assert_eq!(answered(&mut client), Some(Seq(1)));
    assert_eq!(client.room().replying(), None);
    client.hear(ServerFrame::Event(posted(3, "me", "a")));
    client.type_in("b");
    assert_eq!(answered(&mut client), None);
}

#[test]
fn an_answer_survives_other_rooms() {
    let mut client = ready();
    reply(&mut client, 1);
    for n in 0..12 {
        go(&mut client, &format!("r{n}"));
        client.now += 1;
    }
    go(&mut client, "lobby");
    assert_eq!(client.room().replying(), Some(Seq(1)));
}

#[test]
fn what_is_answered_is_known_wherever_the_log_is_by_then() {
    let mut client = ready();
    reply(&mut client, 1);
    for seq in 3..=500 {
        client.hear(ServerFrame::Event(posted(seq, "other", &format!("k{seq}"))));
    }
    assert!(client.room().window().get(Seq(1)).is_none());
    assert_eq!(client.room().replying_to().map(|message| message.by.name.as_str()), Some("other"));
}

#[test]
fn an_answer_ends_where_its_message_or_its_history_does_or_by_the_persons_will() {
    let ended = |end: &dyn Fn(&mut Client)| {
        let mut client = ready();
        reply(&mut client, 2);
        end(&mut client);
        client.room().replying().is_none()
    };
    let deleted = |target| ServerFrame::Event(event(3, "me", "d", EventBody::Deleted { target: Seq(target) }));
    assert!(ended(&|client| client.hear(deleted(2))));
    assert!(!ended(&|client| client.hear(deleted(1))), "another message");
    assert!(ended(&|client| client.act(Action::DeletePressed { room: lobby(), key: key("d"), seq: Seq(2) })));
    assert!(ended(&|client| client.act(Action::ReplyCancelled { room: lobby() })));
    assert!(ended(&|client| client.act(Action::EscapePressed { room: lobby() })));
    assert!(ended(&|client| client.act(Action::EditStarted { room: lobby(), seq: Seq(2) })));
    let reset = |client: &mut Client, reset| {
        client.reconnect("me");
        client.hear(opened(100, Digest::default(), true, Some(reset)));
    };
    assert!(ended(&|client| reset(client, Reset::Epoch)));
    assert!(!ended(&|client| reset(client, Reset::TooFar)), "the numbers are the same");
}

#[test]
fn an_edit_is_set_aside_by_an_answer() {
    let mut client = ready();
    client.act(Action::EditStarted { room: lobby(), seq: Seq(2) });
    client.take_effects();
    reply(&mut client, 1);
    let aside = Effect::SetEditAside { room: lobby(), said: Some(text("two")) };
    assert_eq!(client.take_effects(), [aside, Effect::RestoreComposer { room: lobby() }]);
    assert_eq!((client.room().editing(), client.room().replying()), (None, Some(Seq(1))));
}

#[test]
fn what_is_not_there_or_says_nothing_cannot_be_answered() {
    let mut client = ready();
    client.hear(ServerFrame::Event(event(3, "other", "d", EventBody::Deleted { target: Seq(1) })));
    for seq in [0, 1, 3, u64::MAX] {
        reply(&mut client, seq);
        assert_eq!(client.room().replying(), None, "{seq}");
    }
}

#[test]
fn escape_ends_the_edit_or_the_answer_and_else_leads_to_the_newest() {
    let mut client = ready();
    client.act(Action::ReaderMoved { room: lobby(), reader: super::super::Reader::UpperHalf });
    client.act(Action::EditStarted { room: lobby(), seq: Seq(2) });
    client.take_effects();
    client.act(Action::EscapePressed { room: lobby() });
    assert_eq!(client.take_effects(), [Effect::RestoreComposer { room: lobby() }]);
    reply(&mut client, 1);
    client.act(Action::EscapePressed { room: lobby() });
    assert_eq!(client.room().replying(), None);
    assert_eq!(client.room().reader(), super::super::Reader::UpperHalf, "one thing at a time");
    client.act(Action::EscapePressed { room: lobby() });
    assert_eq!(client.room().reader(), super::super::Reader::AtNewest);
}

#[test]
fn an_answer_says_which_message_it_answers_also_where_that_is_not_held_any_more() {
    let mut client = ready();
    reply(&mut client, 1);
    let of = client.room().replying_to().map(|message| message.id());
    client.hear(opened(9, Digest::default(), true, Some(Reset::TooFar)));
    assert!(client.room().window().is_empty());
    client.type_in("a");
    assert!(of.is_some() && client.disk.entries[0].of == of);
    assert_eq!(client.room().replying(), None, "what is typed next answers nothing");
}

#[test]
fn a_refused_answer_that_is_taken_back_is_one_still() {
    let mut client = ready();
    reply(&mut client, 1);
    client.type_in("a");
    let refusal = Refusal::lasting(RefusalCode::TooLong, "No.");
    client.hear(ServerFrame::Refused { room: Some("lobby".into()), key: Some("a".into()), refusal });
    client.act(Action::EditPressed { room: lobby(), key: key("a") });
    assert_eq!(client.room().replying(), Some(Seq(1)));
}

#[test]
fn an_answer_quotes_what_is_held_and_begins_a_group() {
    let mut client = ready();
    let body = EventBody::Posted { words: words("three"), reply_to: Some(Seq(1)) };
    client.hear(ServerFrame::Event(event(3, "me", "three", body)));
    let body = EventBody::Posted { words: words("four"), reply_to: Some(Seq(u64::MAX)) };
    client.hear(ServerFrame::Event(event(4, "me", "four", body)));
    reply(&mut client, 2);
    client.type_in("five");
    let chunk = client.room().window().chunks().last().unwrap();
    let entries = client.room().entries_of(chunk);
    let quoted = client.room().answered_in(chunk, &entries);
    assert_eq!(quoted.iter().map(|message| message.seq.0).collect::<Vec<_>>(), [1, 2]);
    let rows = rows(None, &chunk.messages, &entries, Some(&person("me")), &|_| 0);
    let firsts = rows.iter().filter_map(|row| match row {
        Row::Day { .. } => None,
        Row::Said { first, .. } | Row::Typed { first, .. } => Some(*first),
    });
    assert_eq!(firsts.collect::<Vec<_>>(), [true, true, true, true, true]);
}
