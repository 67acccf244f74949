//! Whatever is lost, doubled or reordered on the way, and however often the link breaks: when all is calm again the
//! client shows the log, and what was typed is in it, once, in order.

use proptest::prelude::*;
use shared::ServerFrame;

use super::super::{Action, Edge, Phase, Reader};
use super::{Client, key, lobby, server::Server, text};

#[derive(Clone, Copy, Debug)]
enum Op {
    Type,
    OtherPosts,
    FutureEvent,
    TakeOne,
    DeliverOne,
    DeliverPage,
    LoseOne,
    DoubleOne,
    SwapTwo,
    BreakLink,
    Busy,
    Wait(u64),
    ReadUp,
    ReadDown,
    Jump,
    PutAway,
    BringBack,
}

fn op() -> impl Strategy<Value = Op> {
    prop_oneof![
        3 => Just(Op::Type),
        3 => Just(Op::OtherPosts),
        1 => Just(Op::FutureEvent),
        8 => Just(Op::TakeOne),
        10 => Just(Op::DeliverOne),
        2 => Just(Op::DeliverPage),
        1 => Just(Op::LoseOne),
        1 => Just(Op::DoubleOne),
        1 => Just(Op::SwapTwo),
        1 => Just(Op::BreakLink),
        1 => Just(Op::Busy),
        2 => (0_u64..4_000).prop_map(Op::Wait),
        2 => Just(Op::ReadUp),
        1 => Just(Op::ReadDown),
        1 => Just(Op::Jump),
        1 => Just(Op::PutAway),
        1 => Just(Op::BringBack),
    ]
}

fn is_event(frame: Option<&ServerFrame>) -> bool {
    matches!(frame, Some(ServerFrame::Event(_)))
}

fn run(op: Op, n: usize, client: &mut Client, server: &mut Server) {
    let room = lobby();
    match op {
        Op::Type => {
            let named = format!("k{n}");
            client.act(Action::MessageTyped { room, key: key(&named), text: text(&named) });
        }
        Op::OtherPosts => server.append("other", &format!("o{n}")),
        Op::FutureEvent => server.append("future", &format!("f{n}")),
        Op::TakeOne => server.take_one(),
        Op::DeliverOne => server.deliver_one(client),
        Op::DeliverPage => server.deliver_page(client),
        // Only events: what is one's own (opened, settled) cannot be lost alone.
        Op::LoseOne if is_event(server.outbound.front()) => drop(server.outbound.pop_front()),
        Op::DoubleOne if is_event(server.outbound.front()) => {
            server.outbound.push_front(server.outbound.front().unwrap().clone());
        }
        Op::SwapTwo if is_event(server.outbound.front()) && is_event(server.outbound.get(1)) => {
            server.outbound.swap(0, 1);
        }
        Op::LoseOne | Op::DoubleOne | Op::SwapTwo => {}
        Op::BreakLink => server.break_link(client),
        Op::Busy => server.busy += 1,
        Op::Wait(ms) => client.wait(ms),
        Op::ReadUp => {
            client.act(Action::ReaderMoved { room: room.clone(), reader: Reader::UpperHalf });
            client.act(Action::EdgeReached { room, edge: Edge::Oldest });
        }
        Op::ReadDown => client.act(Action::EdgeReached { room, edge: Edge::Newest }),
        Op::Jump => client.act(Action::JumpPressed { room }),
        Op::PutAway => client.act(Action::PagePutAway),
        Op::BringBack => client.act(Action::Probed),
    }
    server.serve(client);
}

fn keys_of<'a>(events: impl IntoIterator<Item = &'a shared::Event>) -> Vec<String> {
    let mine = events.into_iter().filter(|event| event.by.id.as_str() == "me");
    mine.map(|event| event.key.to_string()).collect()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 512, ..ProptestConfig::default() })]

    #[test]
    fn any_delivery_ends_in_the_log(ops in prop::collection::vec(op(), 0..160)) {
        let (mut client, mut server) = (Client::new(), Server::default());
        client.act(Action::Started);
        server.serve(&mut client);
        for (n, op) in ops.iter().enumerate() {
            run(*op, n, &mut client, &mut server);
            let shown = client.shown();
            prop_assert!(shown.is_sorted(), "the window is in order: {shown:?}");
        }
        server.busy = 0;
        client.act(Action::Probed);
        client.act(Action::JumpPressed { room: lobby() });
        server.settle(&mut client);
        // Typed once each, in order, and nothing waits any more.
        let typed = ops.iter().enumerate().filter(|(_, op)| matches!(op, Op::Type)).map(|(n, _)| format!("k{n}"));
        prop_assert_eq!(keys_of(&server.log), typed.collect::<Vec<_>>());
        prop_assert!(client.room().outbox().is_empty(), "{:?}", client.room().outbox());
        prop_assert_eq!(client.room().phase(), &Phase::Open);
        prop_assert_eq!(client.room().cursor().unwrap().seq.0, server.log.len() as u64);
        // The window is the end of the log, without holes.
        client.act(Action::JumpPressed { room: lobby() });
        server.settle(&mut client);
        let held: Vec<_> = client.room().window().messages().map(|message| (**message).clone()).collect();
        let all = server.messages(0, server.log.len());
        prop_assert!(client.room().window().at_newest());
        // What was lost three times in a row is passed over, and the page says so.
        if !client.room().outdated() {
            prop_assert_eq!(&all[all.len() - held.len()..], &held[..]);
            let future = server.log.iter().any(|event| event.by.id.as_str() == "future");
            prop_assert!(held.len() >= all.len().min(8) || future);
        }
    }
}

#[test]
fn what_was_typed_offline_goes_out_in_order_when_the_link_is_back() {
    let (mut client, mut server) = (Client::new(), Server::default());
    for n in 0..5 {
        client.act(Action::MessageTyped { room: lobby(), key: key(&format!("k{n}")), text: text("hi") });
    }
    assert_eq!(client.room().outbox().entries().len(), 5);
    client.act(Action::Started);
    server.settle(&mut client);
    assert_eq!(keys_of(&server.log), ["k0", "k1", "k2", "k3", "k4"]);
    assert_eq!(client.shown(), [1, 2, 3, 4, 5]);
    assert!(client.room().outbox().is_empty());
}

#[test]
fn a_post_whose_answer_was_lost_is_not_posted_twice() {
    let (mut client, mut server) = (Client::new(), Server::default());
    client.act(Action::Started);
    server.settle(&mut client);
    client.act(Action::MessageTyped { room: lobby(), key: key("k"), text: text("hi") });
    server.serve(&mut client);
    server.take_one();
    assert_eq!(server.log.len(), 1, "it is in the log");
    server.break_link(&mut client);
    assert_eq!(client.room().outbox().entries().len(), 1, "and the client does not know");
    server.settle(&mut client);
    assert_eq!(keys_of(&server.log), ["k"]);
    assert!(client.room().outbox().is_empty());
}

#[test]
fn a_last_event_that_was_lost_is_found_by_the_second_pong() {
    let (mut client, mut server) = (Client::new(), Server::default());
    client.act(Action::Started);
    server.settle(&mut client);
    server.append("other", "o");
    server.outbound.clear();
    server.settle(&mut client);
    assert_eq!(client.shown(), [1]);
}
