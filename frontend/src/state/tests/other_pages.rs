//! Two pages of one browser, with one stored outbox between them.

use proptest::prelude::*;
use shared::{ClientFrame, ClientKey, Refusal, RefusalCode, ServerFrame};

use super::super::{Action, Effect, Fate};
use super::{Client, disk::Disk, key, lobby, opened_empty, posted, server::Server};

fn ready(disk: Disk) -> Client {
    let mut client = Client::with(disk);
    client.act(Action::Started);
    client.meet("me");
    client.hear(opened_empty());
    client
}

/// What the other page stored comes to this one.
fn share(from: &Client, to: &mut Client) {
    to.disk = from.disk.clone();
    to.act(Action::OutboxShared { entries: from.disk.entries.clone() });
}

fn keys(client: &Client) -> Vec<String> {
    client.room().outbox().entries().iter().map(|entry| entry.key.to_string()).collect()
}

#[test]
fn what_the_other_page_typed_is_seen_here_in_its_place() {
    let mut one = ready(Disk::default());
    let mut two = ready(Disk::default());
    one.type_in("a");
    two.now += 10;
    share(&one, &mut two);
    two.type_in("b");
    one.now += 20;
    share(&two, &mut one);
    one.type_in("c");
    share(&one, &mut two);
    assert_eq!((keys(&one), keys(&two)), (vec!["a".into(), "b".into(), "c".into()], keys(&one)));
}

#[test]
fn what_was_settled_or_taken_out_there_is_gone_here() {
    let mut one = ready(Disk::default());
    one.type_in("a");
    let mut two = ready(one.disk.clone());
    assert_eq!(keys(&two), ["a"]);
    one.hear(ServerFrame::Event(posted(1, "me", "a")));
    share(&one, &mut two);
    assert!(keys(&two).is_empty());
    two.type_in("b");
    assert_eq!(keys(&two), ["b"], "and the line moves on");
    assert_eq!(two.room().outbox().get(&key("b")).unwrap().fate, Fate::Sent);
}

#[test]
fn what_is_not_stored_yet_is_not_taken_for_gone() {
    let mut one = ready(Disk::default());
    one.prompt = false;
    one.type_in("a");
    one.act(Action::OutboxShared { entries: Vec::new() });
    assert_eq!(keys(&one), ["a"]);
}

#[test]
fn what_is_just_being_removed_does_not_come_back() {
    let mut one = ready(Disk::default());
    one.type_in("a");
    let before = one.disk.entries.clone();
    one.prompt = false;
    one.hear(ServerFrame::Event(posted(1, "me", "a")));
    one.act(Action::OutboxShared { entries: before });
    assert!(keys(&one).is_empty());
}

#[test]
fn a_refusal_there_is_one_here_and_so_is_a_second_try() {
    let mut one = ready(Disk::default());
    one.type_in("a");
    one.type_in("b");
    let mut two = ready(one.disk.clone());
    let refusal = Refusal::lasting(RefusalCode::TooLong, "No.");
    for named in ["a", "b"] {
        let (room, key) = (Some("lobby".to_owned()), Some(named.to_owned()));
        one.hear(ServerFrame::Refused { room, key, refusal: refusal.clone() });
    }
    share(&one, &mut two);
    let fate = |client: &Client, named: &str| client.room().outbox().get(&key(named)).unwrap().fate.clone();
    assert_eq!(fate(&two, "a"), Fate::Sent, "it is under way here too, and will be answered");
    assert_eq!(fate(&two, "b"), Fate::Refused { message: "Not sent: No.".into() });
    one.act(Action::TryAgainPressed { room: lobby(), key: key("b") });
    share(&one, &mut two);
    assert_eq!(fate(&two, "b"), Fate::Sent);
}

#[test]
fn a_second_try_goes_out_when_it_is_stored_that_it_is_one() {
    let mut one = ready(Disk::default());
    one.type_in("a");
    let refusal = Refusal::lasting(RefusalCode::TooLong, "No.");
    let (room, named) = (Some("lobby".to_owned()), Some("a".to_owned()));
    one.hear(ServerFrame::Refused { room, key: named, refusal });
    one.take_effects();
    one.prompt = false;
    one.act(Action::TryAgainPressed { room: lobby(), key: key("a") });
    let effects = one.take_effects();
    assert!(!effects.iter().any(|effect| matches!(effect, Effect::Send { .. })), "{effects:?}");
    let [Effect::Keep(keep)] = &effects[..] else { panic!("{effects:?}") };
    one.act(Action::Kept { number: keep.number });
    assert!(one.take_effects().iter().any(|effect| matches!(effect, Effect::Send { .. })));
}

#[test]
fn what_was_taken_out_there_is_not_stored_again_by_what_was_on_its_way_here() {
    let mut one = ready(Disk::default());
    one.type_in("a");
    let mut two = ready(one.disk.clone());
    one.type_in("b");
    two.prompt = false;
    // It is about to write that it was refused, when it hears that it is gone.
    let refusal = Refusal::lasting(RefusalCode::TooLong, "No.");
    let (room, named) = (Some("lobby".to_owned()), Some("a".to_owned()));
    two.hear(ServerFrame::Refused { room, key: named, refusal });
    let keep = |effect| match effect {
        Effect::Keep(keep) => Some(keep),
        _ => None,
    };
    let first = two.take_effects().into_iter().find_map(keep).unwrap();
    assert_eq!(first.entries.len(), 1);
    two.act(Action::OutboxShared { entries: Vec::new() });
    assert!(keys(&two).is_empty());
    two.act(Action::Kept { number: first.number });
    let second = two.take_effects().into_iter().find_map(keep).unwrap();
    assert_eq!(second.gone, [(lobby(), key("a"))]);
}

proptest! {
    /// Whoever types where, and whichever of the two pages sends and is refused: each once. What a page has heard to be
    /// taken out on the other is not sent by it, however late it heard.
    #[test]
    fn two_pages_post_each_message_once(
        steps in prop::collection::vec((0_u8..10, any::<bool>(), any::<bool>()), 0..200),
    ) {
        let mut server = Server::default();
        let mut pages = [Client::new(), Client::new()];
        for page in &mut pages {
            page.act(Action::Started);
        }
        let mut disk = Disk::default();
        let (mut typed, mut taken) = (Vec::new(), Vec::new());
        let mut heard: [Vec<ClientKey>; 2] = Default::default();
        for (n, (step, which, hears)) in steps.iter().enumerate() {
            let which = usize::from(*which);
            let page = &mut pages[which];
            page.disk = disk.clone();
            page.now = 10_000 + n as u64;
            match step {
                0..=1 => {
                    page.type_in(&format!("k{n}"));
                    typed.push(key(&format!("k{n}")));
                }
                2 => {
                    server.break_link(page);
                    page.act(Action::RetryPressed);
                }
                3..=5 => {
                    for _ in 0..*step {
                        server.serve(page);
                        server.take_one();
                        server.deliver_one(page);
                    }
                }
                6 => {
                    server.serve(page);
                    if let Some(ClientFrame::Post { key, .. }) = server.inbound.front() {
                        let (room, key) = (Some("lobby".to_owned()), Some(key.to_string()));
                        let refusal = Refusal::lasting(RefusalCode::TooLong, "No.");
                        server.outbound.push_back(ServerFrame::Refused { room, key, refusal });
                        server.inbound.pop_front();
                    }
                    while !server.outbound.is_empty() {
                        server.deliver_one(page);
                    }
                }
                _ => {
                    let entries = page.room().outbox().entries().clone();
                    if let Some(entry) = entries.iter().find(|entry| entry.is_refused()) {
                        let key = entry.key.clone();
                        taken.push(key.clone());
                        if *step == 7 {
                            page.act(Action::DiscardPressed { room: lobby(), key });
                        } else {
                            page.act(Action::EditPressed { room: lobby(), key });
                            page.type_in(&format!("e{n}"));
                            typed.push(super::key(&format!("e{n}")));
                        }
                    }
                }
            }
            disk = page.disk.clone();
            if *hears {
                let entries = disk.entries.clone();
                let other = &mut pages[1 - which];
                other.act(Action::OutboxShared { entries });
                let is_gone = |key: &&ClientKey| disk.entries.iter().all(|entry| entry.key != **key);
                heard[1 - which] = taken.iter().filter(is_gone).cloned().collect();
                // What it wanted to send before that is on its way.
                server.serve(other);
            }
            for (page, heard) in pages.iter_mut().zip(&heard) {
                for effect in &page.effects {
                    if let Effect::Send { frame: ClientFrame::Post { key, .. }, .. } = effect {
                        prop_assert!(!heard.contains(key), "{} is sent", key);
                    }
                }
            }
        }
        // One page after the other comes up and sends what is left.
        for _ in 0..2 {
            let mut page = Client::with(disk.clone());
            page.now = 1_000_000;
            page.act(Action::Started);
            server.settle(&mut page);
            prop_assert!(page.room().outbox().entries().iter().all(|entry| entry.is_refused()));
            disk = page.disk.clone();
        }
        let mut keys: Vec<String> = server.log.iter().map(|event| event.key.to_string()).collect();
        let all = keys.len();
        keys.sort();
        keys.dedup();
        prop_assert_eq!(all, keys.len());
        for key in typed {
            let is_there = server.log.iter().any(|event| event.key == key);
            let is_kept = disk.entries.iter().any(|entry| entry.key == key);
            prop_assert!(is_there || is_kept || taken.contains(&key), "{} is lost", key);
        }
    }
}

#[test]
fn what_another_page_shares_before_the_database_answers_stands_before_what_was_typed() {
    let mut before = Client::new();
    before.now = 5_000_000;
    before.act(Action::Started);
    before.type_in("a");
    let mut after = Client::with(before.disk);
    after.prompt = false;
    after.act(Action::Started);
    after.type_in("b");
    after.act(Action::OutboxShared { entries: after.disk.entries.clone() });
    after.type_in("c");
    after.act(Action::Loaded(Box::new(after.disk.load())));
    let keys: Vec<_> = after.room().outbox().entries().iter().map(|entry| entry.key.as_str()).collect();
    assert_eq!(keys, ["a", "b", "c"]);
}
