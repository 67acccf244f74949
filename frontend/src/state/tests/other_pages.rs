//! Two pages of one browser, with one stored outbox between them.

use proptest::prelude::*;
use shared::{Refusal, RefusalCode, ServerFrame};

use super::super::{Action, Fate};
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

proptest! {
    /// Whoever types where, and whichever of the two pages sends: each once, in the order of the line.
    #[test]
    fn two_pages_post_each_message_once(steps in prop::collection::vec((0_u8..6, any::<bool>()), 0..60)) {
        let mut server = Server::default();
        let mut pages = [ready(Disk::default()), ready(Disk::default())];
        let mut disk = Disk::default();
        let mut typed = 0;
        for (n, (step, which)) in steps.iter().enumerate() {
            let which = usize::from(*which);
            let page = &mut pages[which];
            page.disk = disk.clone();
            page.now = 10_000 + n as u64;
            match step {
                0..=1 => {
                    page.type_in(&format!("k{n}"));
                    typed += 1;
                }
                2 => server.break_link(page),
                _ => {
                    server.serve(page);
                    server.take_one();
                    server.deliver_one(page);
                }
            }
            page.take_effects();
            disk = page.disk.clone();
            // The other page is told, sooner or later.
            if step % 2 == 0 {
                let entries = disk.entries.clone();
                pages[1 - which].act(Action::OutboxShared { entries });
            }
        }
        // One page after the other comes up and sends what is left.
        for _ in 0..2 {
            let mut page = Client::with(disk.clone());
            page.now = 1_000_000;
            page.act(Action::Started);
            server.settle(&mut page);
            prop_assert!(page.room().outbox().is_empty());
            disk = page.disk.clone();
        }
        let mut keys: Vec<String> = server.log.iter().map(|event| event.key.to_string()).collect();
        keys.sort();
        keys.dedup();
        prop_assert_eq!((server.log.len(), keys.len()), (typed, typed));
    }
}
