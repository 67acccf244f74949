//! Whatever is lost, doubled or reordered on the way, however often the link breaks and the page is gone: when all is
//! calm again the client shows the log, and what was typed is in it, once, in order.

use proptest::prelude::*;
use shared::{Command, Emoji, EventBody, RoomTitle, Seq, ServerFrame};

use super::super::{Action, Edge, Phase, Reader};
use super::{Client, digest_of, key, lobby, person, server::Server, text, words};

#[derive(Clone, Copy, Debug)]
enum Op {
    Type,
    Edit(usize),
    Delete(usize),
    React(usize),
    Tell(u8),
    OtherPosts,
    OtherEdits(usize),
    OtherDeletes(usize),
    OtherReacts(usize, bool),
    OtherTells(u8),
    /// Somebody changes a message just beyond an end of the window, and the client knows of it at once.
    ChangeBeyond(usize, bool),
    FutureEvent(usize),
    TakeOne,
    DeliverOne,
    MakePage,
    DeliverPage,
    WriteOne,
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
    Crash,
    RollBack(usize),
    Restore,
}

fn op() -> impl Strategy<Value = Op> {
    let n = || 0_usize..30;
    prop_oneof![
        4 => Just(Op::Type),
        1 => n().prop_map(Op::Edit),
        1 => n().prop_map(Op::Delete),
        1 => n().prop_map(Op::React),
        1 => (0_u8..3).prop_map(Op::Tell),
        6 => Just(Op::OtherPosts),
        2 => n().prop_map(Op::OtherEdits),
        1 => n().prop_map(Op::OtherDeletes),
        2 => (n(), any::<bool>()).prop_map(|(n, on)| Op::OtherReacts(n, on)),
        1 => (0_u8..3).prop_map(Op::OtherTells),
        1 => n().prop_map(Op::FutureEvent),
        12 => Just(Op::TakeOne),
        14 => Just(Op::DeliverOne),
        2 => Just(Op::MakePage),
        2 => Just(Op::DeliverPage),
        8 => Just(Op::WriteOne),
        1 => Just(Op::LoseOne),
        1 => Just(Op::DoubleOne),
        1 => Just(Op::SwapTwo),
        1 => Just(Op::BreakLink),
        1 => Just(Op::Busy),
        2 => (0_u64..4_000).prop_map(Op::Wait),
        3 => Just(Op::ReadUp),
        2 => Just(Op::ReadDown),
        1 => Just(Op::Jump),
        1 => Just(Op::PutAway),
        1 => Just(Op::BringBack),
        1 => Just(Op::Crash),
    ]
}

/// With what a server's disk can do as well.
fn worse() -> impl Strategy<Value = Op> {
    prop_oneof![30 => op(), 1 => (1_usize..12).prop_map(Op::RollBack), 1 => Just(Op::Restore)]
}

fn is_event(frame: Option<&ServerFrame>) -> bool {
    matches!(frame, Some(ServerFrame::Event(_)))
}

/// The n-th message from the end of those that are in sight.
fn in_sight(client: &Client, n: usize) -> Option<Seq> {
    client.room().window().messages().rev().nth(n).map(|message| message.seq)
}

fn someones(server: &Server, n: usize) -> Seq {
    server.fold().0.iter().rev().nth(n).map_or(Seq(1), |message| message.seq)
}

fn thumb() -> Emoji {
    Emoji::parse("👍").unwrap()
}

fn title(n: u8) -> Option<RoomTitle> {
    RoomTitle::parse(["", "Den", "Café"][usize::from(n)]).ok()
}

fn run(op: Op, n: usize, client: &mut Client, server: &mut Server) {
    let room = lobby();
    let named = format!("k{n}");
    match op {
        Op::Type => client.type_in(&named),
        Op::Edit(at) => {
            if let Some(seq) = in_sight(client, at) {
                client.act(Action::EditStarted { room: room.clone(), seq });
                if client.room().editing().is_some() {
                    client.type_in(&named);
                }
            }
        }
        Op::Delete(at) => {
            if let Some(seq) = in_sight(client, at) {
                client.act(Action::DeletePressed { room, key: key(&named), seq });
            }
        }
        Op::React(at) => {
            if let Some(seq) = in_sight(client, at) {
                client.act(Action::ReactPressed { room, key: key(&named), seq, emoji: thumb() });
            }
        }
        Op::Tell(to) => client.act(Action::RoomTold { room, key: key(&named), title: title(to), topic: None }),
        Op::OtherPosts => server.other(&named, Command::Post { text: text(&named), reply_to: None, mentions: vec![] }),
        Op::OtherEdits(at) => {
            let target = someones(server, at);
            server.other(&named, Command::Edit { target, text: text(&named), mentions: vec![] });
        }
        Op::OtherDeletes(at) => server.other(&named, Command::Delete { target: someones(server, at) }),
        Op::OtherReacts(at, on) => {
            server.other(&named, Command::React { target: someones(server, at), emoji: thumb(), on });
        }
        Op::OtherTells(to) => server.other(&named, Command::SetRoom { title: title(to), topic: None }),
        Op::ChangeBeyond(at, before) => {
            let window = client.room().window();
            let seqs = window.oldest().zip(window.newest());
            let (messages, _) = server.fold();
            let all = messages.iter().map(|message| message.seq);
            let beyond = match seqs {
                Some((oldest, _)) if before => all.rev().filter(|seq| *seq < oldest).nth(at),
                Some((_, newest)) => all.filter(|seq| *seq > newest).nth(at),
                None => None,
            };
            if let Some(target) = beyond {
                server.other(&named, Command::Edit { target, text: text(&named), mentions: vec![] });
                while !server.outbound.is_empty() {
                    server.deliver_one(client);
                }
            }
        }
        Op::FutureEvent(at) => server.future(&named, (at % 2 == 0).then(|| someones(server, at))),
        Op::TakeOne => server.take_one(),
        Op::DeliverOne => server.deliver_one(client),
        Op::MakePage => server.make_page(),
        Op::DeliverPage => server.deliver_page(client),
        Op::WriteOne => server.write_one(client),
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
        Op::Crash => server.crash(client),
        Op::RollBack(events) => server.roll_back(events, client),
        Op::Restore => {
            server.epoch += 1;
            server.roll_back(3, client);
        }
    }
    server.serve(client);
}

fn keys_of<'a>(events: impl IntoIterator<Item = &'a shared::Event>) -> Vec<String> {
    let mine = events.into_iter().filter(|event| event.by.id.as_str() == "me");
    mine.map(|event| event.key.to_string()).collect()
}

/// What is shown, what is kept, and what is claimed of it, is the log.
fn is_the_log(client: &Client, server: &Server) -> Result<(), TestCaseError> {
    let room = client.room();
    let (all, about) = server.fold();
    let held: Vec<_> = room.window().messages().map(|message| (**message).clone()).collect();
    prop_assert!(room.window().at_newest());
    prop_assert_eq!(&all[all.len() - held.len()..], &held[..]);
    prop_assert!(held.len() >= all.len().min(8));
    prop_assert_eq!(room.window().more_before(), held.len() < all.len());
    prop_assert_eq!((room.about().title, room.about().rev), (about.title, about.rev));
    let cursor = room.cursor().unwrap();
    prop_assert_eq!((cursor.seq.0, cursor.digest), (server.log.len() as u64, Some(digest_of(&server.log))));
    let sync = room.sync().unwrap();
    prop_assert!(sync.complete && sync.verified == Some(sync.to), "{:?}", sync);
    let (_, kept) = client.disk.rooms.iter().find(|(name, _)| *name == lobby()).unwrap();
    prop_assert_eq!(&kept.cursor, cursor);
    let messages = &kept.snapshot.messages;
    prop_assert_eq!(&all[all.len() - messages.len()..], &messages[..]);
    Ok(())
}

/// All becomes calm.
fn calm(client: &mut Client, server: &mut Server) {
    server.busy = 0;
    client.act(Action::Probed);
    client.act(Action::JumpPressed { room: lobby() });
    server.settle(client);
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 512, ..ProptestConfig::default() })]

    #[test]
    fn any_delivery_ends_in_the_log(ops in prop::collection::vec(op(), 0..160)) {
        let (mut client, mut server) = (Client::new(), Server::default());
        client.prompt = false;
        let mut typed: Vec<String> = Vec::new();
        server.crash(&mut client);
        server.serve(&mut client);
        for (n, op) in ops.iter().enumerate() {
            run(*op, n, &mut client, &mut server);
            let shown = client.shown();
            prop_assert!(shown.is_sorted(), "the window is in order: {shown:?}");
            if client.room().outbox().get(&key(&format!("k{n}"))).is_some() {
                typed.push(format!("k{n}"));
            }
            if matches!(op, Op::Crash) {
                // What was not written yet is gone with the page; all the more it must not have been sent.
                let known = [keys_of(&server.log), client.disk.keys()].concat();
                typed.retain(|named| known.contains(named) || server.has_answered(&key(named)));
            }
        }
        calm(&mut client, &mut server);
        is_the_log(&client, &server)?;
        // Each once, in order; what was refused is there to be seen, and nothing else waits.
        let refused: Vec<String> = server.refused.iter().map(ToString::to_string).collect();
        let left: Vec<String> = client.room().outbox().entries().iter().map(|entry| entry.key.to_string()).collect();
        prop_assert_eq!(&left, &refused);
        typed.retain(|named| !server.has_answered(&key(named)));
        prop_assert_eq!(keys_of(&server.log), typed);
        prop_assert_eq!(client.disk.keys(), left);
        prop_assert_eq!(client.room().phase(), &Phase::Open);
        prop_assert_eq!(client.app.me(), Some(&person("me")));
    }

    /// A server whose disk is rolled back or restored loses what it loses; but what is shown is what it has.
    #[test]
    fn whatever_the_servers_disk_does_the_copy_is_the_log(ops in prop::collection::vec(worse(), 0..160)) {
        let (mut client, mut server) = (Client::new(), Server::default());
        server.crash(&mut client);
        server.serve(&mut client);
        for (n, op) in ops.iter().enumerate() {
            run(*op, n, &mut client, &mut server);
        }
        calm(&mut client, &mut server);
        is_the_log(&client, &server)?;
        prop_assert!(!client.room().outbox().is_waiting(), "{:?}", client.room().outbox());
    }
}

#[test]
fn what_was_typed_offline_goes_out_in_order_when_the_link_is_back() {
    let (mut client, mut server) = (Client::new(), Server::default());
    client.act(Action::Started);
    for n in 0..5 {
        client.type_in(&format!("k{n}"));
    }
    assert_eq!(client.room().outbox().entries().len(), 5);
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
    client.type_in("k");
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
    server.other("o", Command::Post { text: text("o"), reply_to: None, mentions: vec![] });
    server.outbound.clear();
    server.settle(&mut client);
    assert_eq!(client.shown(), [1]);
}

/// A reader who goes up and down in a long room.
fn reading() -> impl Strategy<Value = Op> {
    let n = || 0_usize..500;
    prop_oneof![
        20 => Just(Op::ReadUp),
        12 => Just(Op::ReadDown),
        20 => Just(Op::MakePage),
        20 => Just(Op::DeliverPage),
        1 => Just(Op::Jump),
        12 => (0_usize..50, any::<bool>()).prop_map(|(n, before)| Op::ChangeBeyond(n, before)),
        4 => Just(Op::OtherPosts),
        6 => n().prop_map(Op::OtherEdits),
        2 => n().prop_map(Op::OtherDeletes),
        3 => (n(), any::<bool>()).prop_map(|(n, on)| Op::OtherReacts(n, on)),
        1 => n().prop_map(Op::FutureEvent),
        3 => Just(Op::TakeOne),
        12 => Just(Op::DeliverOne),
        1 => Just(Op::LoseOne),
        1 => Just(Op::BreakLink),
        1 => Just(Op::Wait(3_000)),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 96, ..ProptestConfig::default() })]

    /// Wherever the reader is, and however old the pages are: what is shown is a piece of the log, with all changes.
    #[test]
    fn wherever_the_reader_is_a_piece_of_the_log_is_shown(ops in prop::collection::vec(reading(), 0..300)) {
        let (mut client, mut server) = (Client::new(), Server::default());
        server.page = 50;
        for n in 0..600 {
            server.append("other", &format!("m{n}"), EventBody::Posted { words: words("hi"), reply_to: None });
        }
        client.act(Action::Started);
        server.settle(&mut client);
        for (n, op) in ops.iter().enumerate() {
            run(*op, n, &mut client, &mut server);
        }
        client.act(Action::Probed);
        server.settle(&mut client);
        let (all, _) = server.fold();
        let held: Vec<_> = client.room().window().messages().map(|message| (**message).clone()).collect();
        let from = all.iter().position(|message| message.seq == held[0].seq).unwrap();
        prop_assert!(held.len() <= 400);
        prop_assert_eq!(&all[from..from + held.len()], &held[..]);
        client.act(Action::JumpPressed { room: lobby() });
        server.settle(&mut client);
        is_the_log(&client, &server)?;
    }
}
