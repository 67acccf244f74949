//! Links and what is typed for a room; names; and who is here and types.

use shared::{ClientFrame, LIMITS, Millis, Person, PersonName, RoomName, Seq, ServerFrame, Signal};

use super::super::{Action, Effect, Place, namesakes, typing_words};
use super::{Client, lobby, opened_empty, person, posted};

#[test]
fn a_link_leads_to_a_room_or_nowhere() {
    let room = |name| Place::Room(RoomName::parse(name).unwrap());
    let check = |path: &str, want| assert_eq!(Place::of_path(path), want, "{path}");
    check("/", room("lobby"));
    check("/r/lobby", room("lobby"));
    check("/r/a-1", room("a-1"));
    check("/r/a-1/", room("a-1"));
    check("/r/", Place::Nowhere);
    check("/r/A", Place::Nowhere);
    check("/r/%3Cb%3E", Place::Nowhere);
    let at = |name, seq| Place::At(RoomName::parse(name).unwrap(), Seq(seq));
    check("/r/lobby/1234", at("lobby", 1234));
    check("/r/a-1/18446744073709551615/", at("a-1", u64::MAX));
    for bad in ["0", "x", "-1", "+1", "1.5", "18446744073709551616", "1/2", "%31", "١"] {
        check(&["/r/a-1/", bad].concat(), at("a-1", 0));
    }
    check("/r/A/1", Place::Nowhere);
    for place in [room("lobby"), room("a-1"), at("lobby", 7), at("a-1", u64::MAX)] {
        assert_eq!(Place::of_path(&place.link().unwrap()), place);
    }
    assert_eq!(Place::Nowhere.link(), None);
    check("/x", Place::Nowhere);
    assert_eq!(Place::typed(" #Frontend "), Ok(RoomName::parse("frontend").unwrap()));
    assert!(Place::typed("a b").is_err());
}

#[test]
fn going_to_a_room_opens_it_and_too_many_are_left() {
    let mut client = Client::welcomed();
    client.take_effects();
    for n in 0..10 {
        client.act(Action::PlaceEntered(Place::Room(RoomName::parse(&format!("r{n}")).unwrap())));
        client.now += 1;
    }
    let effects = client.take_effects();
    let sent = |want: fn(&ClientFrame) -> bool| {
        effects.iter().filter(|effect| matches!(effect, Effect::Send { frame, .. } if want(frame))).count()
    };
    assert_eq!(sent(|frame| matches!(frame, ClientFrame::Open { .. })), 10);
    assert_eq!(sent(|frame| matches!(frame, ClientFrame::Leave { .. })), 3);
    assert!(client.app.room(&lobby()).is_none());
}

#[test]
fn a_name_is_checked_said_and_said_again_until_the_server_knows_it() {
    let mut client = Client::welcomed();
    client.take_effects();
    client.act(Action::NameTyped("x".repeat(33)));
    assert_eq!(&**client.app.name_problem().unwrap(), "Not taken: it is longer than 32 characters.");
    assert_eq!(client.take_effects(), []);
    client.act(Action::NameTyped("Ada".to_owned()));
    assert_eq!(client.app.name_problem(), None);
    let renames = |client: &mut Client| {
        let is_rename = |effect: &Effect| matches!(effect, Effect::Send { frame: ClientFrame::Rename { .. }, .. });
        client.take_effects().iter().filter(|effect| is_rename(effect)).count()
    };
    assert_eq!(renames(&mut client), 1);
    assert_eq!(client.app.me().unwrap().name.as_str(), "Ada");
    client.act(Action::SocketClosed { generation: client.generation(), code: 1006, reason: String::new() });
    client.wait(1_000);
    client.act(Action::SocketOpened { generation: client.generation() });
    client.hear(super::welcome("me"));
    assert_eq!(renames(&mut client), 1, "it was lost on the way");
    assert_eq!(client.app.me().unwrap().name.as_str(), "Ada");
}

#[test]
fn typing_is_said_every_three_seconds_and_heard_for_five() {
    let mut client = Client::welcomed();
    client.hear(opened_empty());
    client.take_effects();
    for _ in 0..7 {
        client.act(Action::ComposerTouched { room: lobby() });
        client.now += 1_000;
    }
    let typing = |effect: &&Effect| matches!(effect, Effect::Send { frame: ClientFrame::Typing { .. }, .. });
    assert_eq!(client.take_effects().iter().filter(typing).count(), 3);
    let people = vec![person("ada"), person("me")];
    client.hear(ServerFrame::Signal(Signal::Typing { room: lobby(), people }));
    let name = person("ada").name;
    assert_eq!(typing_words(client.room().typing()), [(&name, " is typing…")]);
    client.wait(4_999);
    assert!(client.room().typing().is_some());
    client.wait(1);
    assert!(client.room().typing().is_none());
}

#[test]
fn new_messages_are_spoken_of_once_in_two_seconds() {
    let mut client = Client::welcomed();
    client.hear(opened_empty());
    for (seq, by) in [(1, "ada"), (2, "bob"), (3, "me"), (4, "ada")] {
        client.hear(ServerFrame::Event(posted(seq, by, "k")));
    }
    client.wait(1_999);
    assert_eq!(&**client.app.speech().sentence(), "");
    client.wait(1);
    assert_eq!(&**client.app.speech().sentence(), "3 new messages from 2 people");
    client.hear(ServerFrame::Event(posted(5, "ada", "hello")));
    client.wait(2_000);
    assert_eq!(&**client.app.speech().sentence(), "ada: hello");
}

#[test]
fn a_name_that_the_server_knows_is_not_wished_for_again() {
    let named = |name: &str| Person { name: PersonName::parse(name).unwrap(), ..person("me") };
    let mut client = Client::welcomed();
    client.act(Action::NameTyped("Ada".to_owned()));
    let here = Signal::Here { room: lobby(), count: 1, people: Some(vec![named("Ada")]) };
    client.hear(ServerFrame::Signal(here));
    // Another page of the same person chooses another name.
    client.hear(ServerFrame::Signal(Signal::Renamed { room: lobby(), person: named("Grace") }));
    assert_eq!(client.app.me().unwrap().name.as_str(), "Grace");
    client.act(Action::SocketClosed { generation: client.generation(), code: 1006, reason: String::new() });
    client.wait(1_000);
    client.act(Action::SocketOpened { generation: client.generation() });
    client.take_effects();
    client.hear(ServerFrame::Welcome { you: named("Grace"), now: Millis(0), heartbeat_s: 25, limits: LIMITS });
    let renames = |effect: &Effect| matches!(effect, Effect::Send { frame: ClientFrame::Rename { .. }, .. });
    assert!(!client.take_effects().iter().any(renames));
}

#[test]
fn two_people_of_one_name_are_told_apart() {
    let mut client = Client::welcomed();
    client.hear(opened_empty());
    let said = |seq, id: &str, name: &str| {
        let mut event = posted(seq, id, "k");
        event.by.name = PersonName::parse(name).unwrap();
        ServerFrame::Event(event)
    };
    let namesakes = |client: &Client| {
        namesakes(client.room(), client.app.me()).iter().map(|id| id.as_str().to_owned()).collect::<Vec<_>>()
    };
    client.hear(said(1, "one", "Ada"));
    client.hear(said(2, "one", "Ada"));
    client.hear(said(3, "two", "Bob"));
    assert_eq!(namesakes(&client), [] as [&str; 0]);
    client.hear(said(4, "three", "Ada"));
    assert_eq!(namesakes(&client), ["one", "three"]);
    client.hear(said(5, "four", "me"));
    assert_eq!(namesakes(&client), ["one", "three", "four"], "but not oneself");
    let here = Signal::Here {
        room: lobby(),
        count: 1,
        people: Some(vec![Person { name: PersonName::parse("Bob").unwrap(), ..person("five") }]),
    };
    client.hear(ServerFrame::Signal(here));
    assert_eq!(namesakes(&client), ["one", "two", "three", "four", "five"]);
}
