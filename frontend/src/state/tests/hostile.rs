//! A server that says anything at any time: nothing breaks, and nothing that was typed is lost unless it was answered.

use std::rc::Rc;

use proptest::prelude::*;
use shared::{
    About, Cursor, Digest, Emoji, Event, EventBody, Hash, Message, Millis, Offer, Page, Refusal, RefusalCode, Reset,
    RoomHead, RoomTitle, RoomTopic, Seq, ServerFrame, Words,
};
use shared::{Signal, Snapshot};

use super::super::{Action, Ask, Edge, Entry, KeptEntry, KeptRoom, Loaded, Place, Reader, StorageTrouble};
use super::{Client, disk::Disk, event, key, lobby, person, posted, text, welcome, words};

/// A seq that is near, or as far as can be.
fn seq() -> impl Strategy<Value = u64> {
    prop_oneof![9 => 0_u64..12, 1 => Just(u64::MAX), 1 => Just(u64::MAX - 1)]
}

fn messages() -> impl Strategy<Value = Vec<Message>> {
    prop::collection::vec((1_u64..12, any::<bool>(), seq()), 0..8).prop_map(|messages| {
        let message = |(seq, mine, rev)| {
            let by = if mine { "me" } else { "other" };
            let mut message = Message::posted(&posted(seq, by, &format!("k{seq}"))).unwrap();
            message.rev = Seq(rev);
            message
        };
        messages.into_iter().map(message).collect()
    })
}

fn body() -> impl Strategy<Value = EventBody> {
    let emoji = || Emoji::parse("👍").unwrap();
    let said = |gone| if gone { Words::Gone { hash: Hash([1; 16]) } } else { words("hi") };
    prop_oneof![
        4 => any::<bool>().prop_map(move |gone| EventBody::Posted { words: said(gone), reply_to: Some(Seq(u64::MAX)) }),
        1 => (seq(), any::<bool>()).prop_map(move |(seq, gone)| EventBody::Edited { target: Seq(seq), words: said(gone) }),
        1 => seq().prop_map(|seq| EventBody::Deleted { target: Seq(seq) }),
        1 => (seq(), any::<bool>())
            .prop_map(move |(seq, on)| EventBody::Reacted { target: Seq(seq), emoji: emoji(), on }),
        1 => Just(EventBody::RoomSet { title: RoomTitle::parse("x").ok(), topic: None }),
        1 => prop::option::of(seq()).prop_map(|target| EventBody::Unknown {
            kind: String::new(), target: target.map(Seq), hash: Hash([2; 16])
        }),
    ]
}

fn frame() -> impl Strategy<Value = ServerFrame> {
    let reset = prop_oneof![Just(None), Just(Some(Reset::Epoch)), Just(Some(Reset::Other))];
    let snapshot = prop::option::of((messages(), any::<bool>()));
    let opened =
        (seq(), snapshot, reset, any::<bool>()).prop_map(|(head, snapshot, reset, other)| ServerFrame::Opened {
            room: lobby(),
            epoch: if other { "f" } else { "e" }.to_owned().into(),
            first: Seq(1),
            head: Seq(head),
            digest: Digest([u8::try_from(head % 3).unwrap(); 16]),
            snapshot: snapshot.map(|(messages, more_before)| Snapshot {
                about: About::default(),
                messages,
                more_before,
            }),
            reset,
        });
    let event = (seq(), any::<bool>(), body(), any::<u64>()).prop_map(|(seq, mine, body, at)| {
        let by = if mine { "me" } else { "other" };
        let event = event(seq % 1_000_000, by, &format!("k{}", seq % 12), body);
        ServerFrame::Event(Event { seq: Seq(seq), at: Millis(at), ..event })
    });
    let named = || (0_u64..12).prop_map(|n| key(&format!("k{n}")));
    let refused = (prop::option::of(named()), any::<bool>(), prop::option::of(any::<u64>()));
    prop_oneof![
        3 => opened,
        6 => event,
        2 => (named(), prop::option::of(seq())).prop_map(|(key, seq)| ServerFrame::Settled {
            room: lobby(), key, seq: seq.map(Seq)
        }),
        2 => refused.prop_map(|(key, roomy, retry_after_ms)| ServerFrame::Refused {
            room: roomy.then(|| "lobby".to_owned()),
            key: key.map(String::from),
            refusal: Refusal { code: RefusalCode::BadCursor, message: String::new(), retry_after_ms },
        }),
        1 => Just(ServerFrame::Signal(Signal::Typing { room: lobby(), people: vec![person("me"), person("other")] })),
        1 => Just(ServerFrame::Signal(Signal::Here { room: lobby(), count: u32::MAX, people: None })),
        1 => seq().prop_map(|seq| ServerFrame::Pong {
            n: 0, now: Millis(0), rooms: vec![RoomHead { room: lobby(), seq: Seq(seq), digest: Digest::default() }]
        }),
        1 => Just(welcome("me")),
        1 => Just(welcome("another")),
        1 => Just(ServerFrame::Unknown),
    ]
}

fn action() -> impl Strategy<Value = Option<Action>> {
    let room = lobby;
    let ask = || {
        (0..4, seq()).prop_map(|(kind, number)| match kind {
            0 => Ask::Before(Seq(number)),
            1 => Ask::After(Seq(number)),
            2 => Ask::Around(Seq(number)),
            _ => Ask::At(Millis(number)),
        })
    };
    let page = (messages(), seq(), any::<bool>()).prop_map(|(messages, head, more)| Page {
        room: lobby(),
        epoch: "e".to_owned().into(),
        first: Seq(1),
        head: Seq(head),
        digest: Digest::default(),
        messages,
        more_before: more,
        more_after: more,
    });
    prop_oneof![
        Just(None),
        (0_u64..12).prop_map(move |n| Some(Action::MessageTyped {
            room: room(),
            key: key(&format!("k{n}")),
            text: text("hi")
        })),
        (0_u64..12).prop_map(move |n| Some(Action::TryAgainPressed { room: room(), key: key(&format!("k{n}")) })),
        (0_u64..12).prop_map(move |n| Some(Action::EditPressed { room: room(), key: key(&format!("k{n}")) })),
        (0_u64..12).prop_map(move |n| Some(Action::EditStarted { room: room(), seq: Seq(n) })),
        (0_u64..12, seq()).prop_map(move |(n, seq)| Some(Action::DeletePressed {
            room: room(),
            key: key(&format!("k{n}")),
            seq: Seq(seq)
        })),
        (0_u64..12, seq()).prop_map(move |(n, seq)| Some(Action::ReactPressed {
            room: room(),
            key: key(&format!("k{n}")),
            seq: Seq(seq),
            emoji: Emoji::parse("👍").unwrap()
        })),
        Just(Some(Action::RoomTold { room: room(), key: key("k1"), title: None, topic: RoomTopic::parse("x").ok() })),
        Just(Some(Action::StorageFailed(StorageTrouble::Full))),
        any::<u64>().prop_map(|number| Some(Action::Kept { number })),
        Just(Some(Action::OutboxShared { entries: Vec::new() })),
        Just(Some(Action::ReaderMoved { room: room(), reader: Reader::UpperHalf })),
        Just(Some(Action::EdgeReached { room: room(), edge: Edge::Oldest })),
        Just(Some(Action::EdgeReached { room: room(), edge: Edge::Newest })),
        Just(Some(Action::JumpPressed { room: room() })),
        seq().prop_map(move |seq| Some(Action::PlaceEntered(Place::At(room(), Seq(seq))))),
        seq().prop_map(move |at| Some(Action::DatePicked { room: room(), at: Millis(at) })),
        (0_u64..12).prop_map(move |n| Some(Action::ReplyStarted { room: room(), seq: Seq(n) })),
        Just(Some(Action::EscapePressed { room: room() })),
        (ask(), prop::option::of(page)).prop_map(move |(ask, page)| Some(Action::PageReceived {
            room: room(),
            ask,
            page
        })),
    ]
}

proptest! {
    #[test]
    fn whatever_the_server_says_nothing_breaks(steps in prop::collection::vec((frame(), action(), 0_u64..5_000), 0..80)) {
        let mut client = Client::welcomed();
        for (frame, action, ms) in steps {
            client.hear(frame);
            if let Some(action) = action {
                client.act(action);
            }
            client.wait(ms);
            if !client.app.line().is_welcomed() {
                client.act(Action::RetryPressed);
                client.act(Action::SocketOpened { generation: client.generation() });
                client.hear(welcome("me"));
            }
            let shown = client.shown();
            prop_assert!(shown.windows(2).all(|pair| pair[0] < pair[1]), "each once, in order: {shown:?}");
            prop_assert!(shown.len() <= 400);
        }
    }
}

#[test]
fn a_cursor_at_the_end_of_all_numbers_stays_there() {
    let cursor = Cursor { epoch: "e".to_owned().into(), seq: Seq(u64::MAX), digest: None };
    assert_eq!(cursor.seq.offer(Seq(u64::MAX)), Offer::Duplicate);
}

fn kept_room() -> impl Strategy<Value = KeptRoom> {
    (messages(), seq(), seq(), prop::option::of(any::<[u8; 16]>()), any::<bool>()).prop_map(
        |(messages, seq, since, digest, other)| KeptRoom {
            cursor: Cursor {
                epoch: if other { "f" } else { "7" }.to_owned().into(),
                seq: Seq(seq),
                digest: digest.map(Digest),
            },
            since: Seq(since),
            snapshot: Snapshot { about: About::default(), messages, more_before: other },
        },
    )
}

proptest! {
    /// Whatever stands in the database, what a sound server says then is what is shown.
    #[test]
    fn whatever_was_stored_the_copy_becomes_the_log(
        kept in prop::collection::vec(kept_room(), 0..3),
        early in any::<bool>(),
        typed in 0_usize..3,
    ) {
        let mut server = super::server::Server::default();
        server.epoch = 7;
        for n in 0..5 {
            server.append("other", &format!("o{n}"), EventBody::Posted { words: words("hi"), reply_to: None });
        }
        let rooms = kept.into_iter().map(|room| (lobby(), room)).collect();
        let mut client = Client::with(Disk { rooms, ..Disk::default() });
        for n in 0..typed {
            client.type_in(&format!("k{n}"));
        }
        if early {
            let garbage = Loaded { rooms: client.disk.rooms.clone(), entries: Vec::new(), me: None };
            client.act(Action::Loaded(Box::new(garbage)));
        }
        client.act(Action::Started);
        server.settle(&mut client);
        prop_assert_eq!(client.shown(), (1..=5 + typed as u64).collect::<Vec<_>>());
        prop_assert!(client.room().outbox().is_empty());
    }
}

#[test]
fn ten_thousand_stored_entries_in_one_room_are_a_line_like_any_other() {
    let mut first = Client::welcomed();
    first.type_in("k");
    let one = first.disk.entries[0].clone();
    let mut disk = Disk::default();
    for n in (0..10_000_u64).rev() {
        let entry = Entry { key: key(&format!("k{n}")), order: n, ..(*one).clone() };
        disk.entries.push(KeptEntry { room: lobby(), entry: Rc::new(entry) });
    }
    let mut client = Client::with(disk);
    client.act(Action::Started);
    client.meet("me");
    client.hear(super::opened_empty());
    let keys: Vec<_> = client.room().outbox().entries().iter().map(|entry| entry.key.to_string()).collect();
    assert_eq!(keys, (0..10_000).map(|n| format!("k{n}")).collect::<Vec<_>>());
    let drawn = client.room().entries_of(client.room().window().chunks().last().unwrap());
    assert_eq!((drawn.len(), drawn.last().map(|last| last.key.to_string())), (300, Some("k9999".to_owned())));
    for seq in 1..=100 {
        client.hear(ServerFrame::Event(posted(seq, "me", &format!("k{}", seq - 1))));
    }
    assert_eq!(client.room().outbox().entries().len(), 9_900);
    assert_eq!(client.disk.entries.len(), 9_900);
}

#[test]
fn stored_entries_of_a_thousand_rooms_open_no_more_rooms_than_a_connection_may_have() {
    let mut first = Client::welcomed();
    first.type_in("k");
    let one = first.disk.entries[0].clone();
    let room = |n: u64| shared::RoomName::parse(&format!("r{n}")).unwrap();
    let entry = |n| {
        let mut entry = one.clone();
        entry.room = room(n);
        entry
    };
    let mut client = Client::with(Disk { entries: (0..1_000).map(entry).collect(), ..Disk::default() });
    client.act(Action::Started);
    client.meet("me");
    let mut open: Vec<shared::RoomName> = Vec::new();
    let mut sent = 0;
    for _ in 0..10_000 {
        let effects = client.take_effects();
        if effects.is_empty() {
            break;
        }
        for effect in effects {
            let super::Effect::Send { frame, .. } = effect else { continue };
            match frame {
                shared::ClientFrame::Open { room, .. } => {
                    open.push(room.clone());
                    assert!(open.len() <= shared::LIMITS.open_rooms);
                    let mut opened = super::opened_empty();
                    if let ServerFrame::Opened { room: name, .. } = &mut opened {
                        *name = room;
                    }
                    client.hear(opened);
                }
                shared::ClientFrame::Leave { room } => open.retain(|other| *other != room),
                shared::ClientFrame::Post { room, key, .. } => {
                    sent += 1;
                    client.hear(ServerFrame::Settled { room, key, seq: None });
                }
                _ => {}
            }
        }
    }
    assert_eq!(sent, 1_000);
    assert!(client.disk.entries.is_empty());
}
