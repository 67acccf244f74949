//! What is taken out of a log again is taken out of every copy: in sight, beside it, and in the browser's database.

use shared::{Author, Emoji, EventBody, PersonName, Seq, ServerFrame, Snapshot};

use super::super::{Action, Ask, Edge, Effect, Place};
use super::window::page;
use super::{Client, author, event, lobby, opened_empty, person, posted};

/// The server has forgotten somebody.
fn forgotten(seq: u64, who: &str) -> ServerFrame {
    let nobody = Author { name: PersonName::anonymous(), ..author(who) };
    ServerFrame::Event(shared::Event { by: nobody, ..event(seq, who, "gone", EventBody::Forgotten) })
}

fn dropped(seq: u64, target: u64) -> ServerFrame {
    ServerFrame::Event(event(seq, "warren", "dropped", EventBody::Dropped { target: Seq(target) }))
}

/// A client in a room of so many messages, by two people in turn.
fn ready(head: u64) -> Client {
    let mut client = Client::welcomed();
    client.hear(opened_empty());
    for seq in 1..=head {
        client.hear(ServerFrame::Event(posted(seq, ["ada", "bob"][usize::from(seq % 2 == 0)], &seq.to_string())));
    }
    client
}

/// All names in what is shown and in what is kept.
fn names(client: &mut Client) -> Vec<String> {
    client.wait(2_000);
    let (_, kept) = client.disk.rooms.iter().find(|(name, _)| *name == lobby()).unwrap();
    let shown = client.room().window().messages().map(|message| (**message).clone());
    let mut names: Vec<_> = shown
        .chain(kept.snapshot.messages.clone())
        .flat_map(|message| {
            let reacted = message.reactions.into_iter().flat_map(|reaction| reaction.by).map(|person| person.name);
            reacted.chain([message.by.name]).map(String::from).collect::<Vec<_>>()
        })
        .collect();
    names.sort();
    names.dedup();
    names
}

#[test]
fn of_who_is_forgotten_the_name_goes_from_what_is_shown_and_kept() {
    let mut client = ready(4);
    let react = EventBody::Reacted { target: Seq(2), emoji: Emoji::parse("👍").unwrap(), on: true };
    client.hear(ServerFrame::Event(event(5, "ada", "r", react)));
    assert_eq!(names(&mut client), ["ada", "bob"]);
    client.hear(forgotten(6, "ada"));
    assert_eq!(names(&mut client), ["Anonymous", "bob"]);
    assert_eq!(client.shown(), [1, 2, 3, 4]);
    assert_eq!(client.room().cursor().unwrap().seq, Seq(6));
}

#[test]
fn what_a_room_drops_is_neither_shown_nor_kept() {
    let mut client = ready(130);
    client.hear(dropped(131, 101));
    client.wait(2_000);
    assert_eq!(client.shown(), (101..=130).collect::<Vec<_>>());
    assert!(!client.room().window().more_before());
    let kept: Vec<_> = client.disk.rooms[0].1.snapshot.messages.iter().map(|message| message.seq.0).collect();
    assert_eq!(kept, client.shown());
    client.hear(ServerFrame::Event(posted(132, "bob", "132")));
    client.hear(dropped(133, 133));
    assert_eq!(client.shown(), [] as [u64; 0]);
    client.hear(ServerFrame::Event(posted(134, "bob", "134")));
    assert_eq!(client.shown(), [134], "and it goes on");
    client.take_effects();
    client.act(Action::EdgeReached { room: lobby(), edge: Edge::Oldest });
    assert!(!client.take_effects().iter().any(|effect| matches!(effect, Effect::FetchPage { .. })));
}

#[test]
fn what_is_dropped_is_not_answered() {
    let mut client = ready(4);
    for (seq, dropped_up_to, answers) in [(3, 3, true), (4, 5, false)] {
        client.act(Action::ReplyStarted { room: lobby(), seq: Seq(seq) });
        let head = client.room().cursor().unwrap().seq.0;
        client.hear(dropped(head + 1, dropped_up_to));
        assert_eq!(client.room().replying_to().is_some(), answers, "{seq}");
    }
}

#[test]
fn who_reads_what_is_dropped_is_at_the_newest_then() {
    let mut client = Client::welcomed();
    client.hear(ServerFrame::Opened {
        room: lobby(),
        epoch: "e".to_owned().into(),
        first: Seq(1),
        head: Seq(500),
        digest: shared::Digest::default(),
        snapshot: Some(Snapshot {
            messages: super::window::messages(451..=500),
            more_before: true,
            ..Snapshot::default()
        }),
        reset: None,
    });
    client.act(Action::PlaceEntered(Place::At(lobby(), Seq(100))));
    let ask = Ask::Around(Seq(100));
    client.act(Action::PageReceived { room: lobby(), ask, page: Some(page(76..=125, 500)) });
    assert_eq!((client.shown().first(), client.room().window().at_newest()), (Some(&76), false));
    client.hear(dropped(501, 110));
    assert_eq!(
        (client.shown().first(), client.room().window().at_newest()),
        (Some(&110), false),
        "it stays where it is"
    );
    client.hear(dropped(502, 460));
    assert_eq!((client.shown(), client.room().window().at_newest()), ((460..=500).collect(), true));
}

#[test]
fn a_page_that_was_made_before_does_not_bring_back_what_is_gone() {
    let mut client = Client::welcomed();
    client.hear(ServerFrame::Opened {
        room: lobby(),
        epoch: "e".to_owned().into(),
        first: Seq(1),
        head: Seq(100),
        digest: shared::Digest::default(),
        snapshot: Some(Snapshot {
            messages: super::window::messages(51..=100),
            more_before: true,
            ..Snapshot::default()
        }),
        reset: None,
    });
    client.act(Action::EdgeReached { room: lobby(), edge: Edge::Oldest });
    client.take_effects();
    client.hear(forgotten(101, &person("other").name.to_string()));
    let ask = Ask::Before(Seq(51));
    client.act(Action::PageReceived { room: lobby(), ask, page: Some(page(1..=50, 100)) });
    assert_eq!(client.shown().first(), Some(&51));
    let again = client
        .take_effects()
        .iter()
        .any(|effect| matches!(effect, Effect::FetchPage { ask: Ask::Before(Seq(51)), .. }));
    assert!(again, "it is asked for again");
}
