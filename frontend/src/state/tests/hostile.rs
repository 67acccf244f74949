//! A server that says anything at any time: nothing breaks, and nothing that was typed is lost unless it was answered.

use proptest::prelude::*;
use shared::{
    Cursor, EventBody, Message, Millis, Offer, Page, Refusal, RefusalCode, Reset, RoomHead, Seq, ServerFrame,
};
use shared::{Signal, Snapshot};

use super::super::{Action, Ask, Edge, Reader};
use super::{Client, key, lobby, person, posted, text, welcome};

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

fn frame() -> impl Strategy<Value = ServerFrame> {
    let reset = prop_oneof![Just(None), Just(Some(Reset::Epoch)), Just(Some(Reset::Other))];
    let snapshot = prop::option::of((messages(), any::<bool>()));
    let opened =
        (seq(), snapshot, reset, any::<bool>()).prop_map(|(head, snapshot, reset, other)| ServerFrame::Opened {
            room: lobby(),
            epoch: if other { "f" } else { "e" }.to_owned().into(),
            first: Seq(1),
            head: Seq(head),
            snapshot: snapshot.map(|(messages, more_before)| Snapshot { messages, more_before }),
            reset,
        });
    let event = (seq(), any::<bool>(), any::<bool>(), any::<u64>()).prop_map(|(seq, mine, known, at)| {
        let mut event = posted(seq % 1_000_000, if mine { "me" } else { "other" }, &format!("k{}", seq % 12));
        (event.seq, event.at) = (Seq(seq), Millis(at));
        if !known {
            event.body = EventBody::Unknown;
        }
        ServerFrame::Event(event)
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
            n: 0, now: Millis(0), rooms: vec![RoomHead { room: lobby(), seq: Seq(seq) }]
        }),
        1 => Just(welcome("me")),
        1 => Just(welcome("another")),
        1 => Just(ServerFrame::Unknown),
    ]
}

fn action() -> impl Strategy<Value = Option<Action>> {
    let room = lobby;
    let ask = || prop_oneof![seq().prop_map(|seq| Ask::Before(Seq(seq))), seq().prop_map(|seq| Ask::After(Seq(seq)))];
    let page = (messages(), seq(), any::<bool>()).prop_map(|(messages, head, more)| Page {
        room: lobby(),
        epoch: "e".to_owned().into(),
        first: Seq(1),
        head: Seq(head),
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
        Just(Some(Action::ReaderMoved { room: room(), reader: Reader::UpperHalf })),
        Just(Some(Action::EdgeReached { room: room(), edge: Edge::Oldest })),
        Just(Some(Action::EdgeReached { room: room(), edge: Edge::Newest })),
        Just(Some(Action::JumpPressed { room: room() })),
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
