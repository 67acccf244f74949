//! Where the room's history was replaced, what waits means the messages that it meant.

use shared::{Command, Event, EventBody, Message, Refusal, RefusalCode, Reset, Seq, ServerFrame, Snapshot};

use super::super::{Action, Effect, Row, rows};
use super::{Client, digest_of, event, key, lobby, opened, opened_empty, posted, text};

/// Another log under the same cursor.
fn replaced(log: &[Event]) -> ServerFrame {
    let messages = log.iter().filter_map(Message::posted).collect();
    let mut frame = opened(log.len() as u64, digest_of(log), true, Some(Reset::Epoch));
    if let ServerFrame::Opened { snapshot, .. } = &mut frame {
        *snapshot = Some(Snapshot { messages, ..Snapshot::default() });
    }
    frame
}

fn refuse(client: &mut Client, named: &str, code: RefusalCode) {
    let (room, key) = (Some("lobby".to_owned()), Some(named.to_owned()));
    client.hear(ServerFrame::Refused { room, key, refusal: Refusal::lasting(code, "No.") });
}

/// The changes that were sent, each with the message that it means.
fn changes(client: &mut Client) -> Vec<(String, String)> {
    let change = |effect| match effect {
        Effect::Send { frame, .. } => {
            Command::of_frame(frame).ok().and_then(|(_, key, of, _)| Some((key.to_string(), of?.to_string())))
        }
        _ => None,
    };
    client.take_effects().into_iter().filter_map(change).collect()
}

/// The texts of the messages in sight, and of what was not done to none of them.
fn shown(client: &Client) -> Vec<String> {
    let (room, me) = (client.room(), client.app.me());
    let chunks = room
        .window()
        .chunks()
        .iter()
        .flat_map(|chunk| rows(None, &chunk.messages, &room.entries_of(chunk), me, &|_| 0));
    let said = |row| match row {
        Row::Said { message, pending, changes, .. } => {
            let text = message.text.as_ref().map_or("-", |text| text.as_str());
            Some(format!("{text}{}{}", if pending { "…" } else { "" }, "!".repeat(changes.len())))
        }
        Row::Typed { entry, .. } => Some(format!("{}!", entry.key)),
        Row::Day { .. } => None,
    };
    chunks.filter_map(said).collect()
}

#[test]
fn in_another_history_each_change_is_of_the_message_that_was_meant() {
    let emoji = shared::Emoji::parse("👍").unwrap();
    let mut client = Client::welcomed();
    client.hear(opened_empty());
    for event in [posted(1, "me", "a"), posted(2, "other", "b"), posted(3, "me", "c")] {
        client.hear(ServerFrame::Event(event));
    }
    client.act(Action::SocketClosed { generation: client.generation(), code: 1006, reason: String::new() });
    client.act(Action::DeletePressed { room: lobby(), key: key("d"), seq: Seq(1) });
    client.act(Action::ReactPressed { room: lobby(), key: key("r"), seq: Seq(2), emoji });
    client.act(Action::ReplyStarted { room: lobby(), seq: Seq(3) });
    client.type_in("answer");
    assert_eq!(shown(&client), ["-…", "b…", "c", "answer!"]);
    client.wait(5_000);
    client.meet("me");
    // The first is another's now, the second stands elsewhere, and the third is gone.
    client.take_effects();
    let log = [posted(1, "other", "x"), posted(2, "me", "y"), posted(3, "other", "b")];
    client.hear(replaced(&log));
    assert_eq!(shown(&client), ["x", "y", "b…", "answer!"], "nothing happens to another in its place");
    let mut sent = changes(&mut client);
    refuse(&mut client, "d", RefusalCode::NoMessage);
    assert_eq!(shown(&client), ["x", "y", "b…", "d!", "answer!"], "what was not done is said");
    sent.extend(changes(&mut client));
    let reacted = EventBody::Reacted { target: Seq(3), emoji: shared::Emoji::parse("👍").unwrap(), on: true };
    client.hear(ServerFrame::Event(event(4, "me", "r", reacted)));
    sent.extend(changes(&mut client));
    let want = [("d", "me/a"), ("r", "other/b"), ("answer", "me/c")];
    assert_eq!(sent, want.map(|(key, of)| (key.to_owned(), of.to_owned())));
    assert_eq!(shown(&client), ["x", "y", "b", "d!", "answer!"]);
}

#[test]
fn what_was_refused_is_tried_again_with_the_message_that_was_meant_also_after_a_reload() {
    let mut client = Client::welcomed();
    client.hear(opened_empty());
    client.hear(ServerFrame::Event(posted(1, "me", "mine")));
    client.act(Action::EditStarted { room: lobby(), seq: Seq(1) });
    client.type_in("better");
    client.act(Action::DeletePressed { room: lobby(), key: key("d"), seq: Seq(1) });
    for named in ["better", "d"] {
        refuse(&mut client, named, RefusalCode::Other);
    }
    client.reconnect("me");
    client.hear(replaced(&[posted(1, "me", "another")]));
    let mut client = Client::with(client.disk);
    client.act(Action::Started);
    client.meet("me");
    client.hear(opened(1, digest_of(&[posted(1, "me", "another")]), false, None));
    client.take_effects();
    client.act(Action::TryAgainPressed { room: lobby(), key: key("d") });
    assert_eq!(changes(&mut client), [("d".to_owned(), "me/mine".to_owned())]);
    client.act(Action::EditPressed { room: lobby(), key: key("better") });
    assert!(client.room().editing().is_none(), "the message is not there");
    assert!(client.take_effects().contains(&Effect::FillComposer { room: lobby(), text: text("better") }));
    refuse(&mut client, "d", RefusalCode::NoMessage);
    client.act(Action::DiscardPressed { room: lobby(), key: key("d") });
    assert!(client.room().outbox().is_empty());
}
