//! What a message is edited into, and what else goes through the composer meanwhile: no text is lost, and none gets
//! where it does not belong.

use shared::{Digest, Refusal, RefusalCode, Reset, Seq, ServerFrame};

use super::super::{Action, Effect, Notice};
use super::{Client, key, lobby, opened, opened_empty, posted, text};

/// A room with two messages of mine.
fn ready() -> Client {
    let mut client = Client::welcomed();
    client.hear(opened_empty());
    client.hear(ServerFrame::Event(posted(1, "me", "one")));
    client.hear(ServerFrame::Event(posted(2, "me", "two")));
    client.take_effects();
    client
}

fn refuse(client: &mut Client, named: &str) {
    let refusal = Refusal::lasting(RefusalCode::TooLong, "No.");
    let (room, key) = (Some("lobby".to_owned()), Some(named.to_owned()));
    client.hear(ServerFrame::Refused { room, key, refusal });
    client.take_effects();
}

fn edit(client: &mut Client, seq: u64) -> Vec<Effect> {
    client.act(Action::EditStarted { room: lobby(), seq: Seq(seq) });
    client.take_effects()
}

#[test]
fn what_comes_back_while_a_message_is_edited_waits_with_the_draft() {
    let mut client = ready();
    client.type_in("a");
    refuse(&mut client, "a");
    edit(&mut client, 1);
    client.act(Action::EditPressed { room: lobby(), key: key("a") });
    assert_eq!(client.take_effects(), [Effect::FillDraft { room: lobby(), text: text("a") }]);
    assert_eq!(client.room().editing(), Some(Seq(1)));
    client.act(Action::EditCancelled { room: lobby() });
    assert_eq!(client.take_effects(), [Effect::RestoreComposer { room: lobby() }], "and it comes with the draft");
}

#[test]
fn what_somebody_else_left_does_not_get_into_an_edit() {
    let mut client = ready();
    client.type_in("a");
    client.type_in("b");
    edit(&mut client, 1);
    client.reconnect("another");
    let effects = client.take_effects();
    assert!(effects.contains(&Effect::FillDraft { room: lobby(), text: text("b") }), "{effects:?}");
    assert!(!effects.iter().any(|effect| matches!(effect, Effect::FillComposer { .. })));
}

#[test]
fn a_second_edit_sets_the_first_aside() {
    let mut client = ready();
    edit(&mut client, 1);
    let aside = Effect::SetEditAside { room: lobby(), said: Some(text("one")) };
    assert_eq!(edit(&mut client, 2), [aside, Effect::EditInComposer { room: lobby(), text: text("two") }]);
    assert_eq!(client.room().editing(), Some(Seq(2)));
    assert_eq!(edit(&mut client, 2), [], "and the same one goes on");
    // A refused edit comes back as one, over another.
    client.act(Action::MessageTyped { room: lobby(), key: key("e"), text: text("better") });
    refuse(&mut client, "e");
    edit(&mut client, 1);
    client.act(Action::EditPressed { room: lobby(), key: key("e") });
    let aside = Effect::SetEditAside { room: lobby(), said: Some(text("one")) };
    assert_eq!(client.take_effects(), [aside, Effect::EditInComposer { room: lobby(), text: text("better") }]);
}

#[test]
fn an_edit_outlives_the_history_that_it_was_begun_in() {
    let mut client = ready();
    edit(&mut client, 1);
    client.reconnect("me");
    client.take_effects();
    client.hear(opened(0, Digest::default(), true, Some(Reset::Epoch)));
    let effects = client.take_effects();
    let aside =
        effects.iter().position(|effect| *effect == Effect::SetEditAside { room: lobby(), said: Some(text("one")) });
    let restored = effects.iter().position(|effect| *effect == Effect::RestoreComposer { room: lobby() });
    assert!(aside.is_some() && aside < restored, "{effects:?}");
    assert_eq!((client.room().editing(), client.room().notice()), (None, Some(Notice::EditEnded)));
    assert!(client.app.speech().sentence().contains("is in the message box"));
}

#[test]
fn an_edit_goes_on_where_the_history_is_the_same() {
    let mut client = ready();
    edit(&mut client, 1);
    client.reconnect("me");
    client.hear(opened(100, Digest::default(), true, Some(Reset::TooFar)));
    assert_eq!(client.room().editing(), Some(Seq(1)));
}

#[test]
fn a_draft_that_was_just_sent_is_not_shown_again() {
    let mut client = ready();
    client.prompt = false;
    client.type_in("a");
    assert!(client.room().is_taken("a") && !client.room().is_taken("b"));
    let keep = client.take_effects().into_iter().find_map(|effect| match effect {
        Effect::Keep(keep) => Some(keep),
        _ => None,
    });
    client.act(Action::Kept { number: keep.unwrap().number });
    assert!(!client.room().is_taken("a"), "another of the same words is a draft");
}
