//! A clock on the wall that is far off, or is set while the page is open: it is only said to people. Nothing waits by
//! it, nothing is lost by it, and what was typed keeps its order.

use proptest::prelude::*;
use shared::{ClientFrame, ServerFrame};

use super::super::{Action, Effect};
use super::{Client, disk::Disk, opened_empty, posted, welcome};

/// The beginning of 1970, of 2023 and of 2100, and the last moment that a browser's calendar has, in milliseconds.
const CLOCKS: [u64; 4] = [0, 1_700_000_000_000, 4_102_444_800_000, 8_640_000_000_000_000];

fn offline(disk: Disk, wall: u64) -> Client {
    let mut client = Client::with(disk);
    client.wall = wall;
    client.act(Action::Started);
    client
}

fn typed(client: &Client) -> Vec<String> {
    client.room().outbox().entries().iter().map(|entry| entry.key.to_string()).collect()
}

/// The keys of what is posted, each answered by its event.
fn posts_of(client: &mut Client) -> Vec<String> {
    let mut posted_keys = Vec::new();
    client.act(Action::SocketOpened { generation: client.generation() });
    client.hear(welcome("me"));
    client.hear(opened_empty());
    while let Some(key) = client.take_effects().into_iter().find_map(|effect| match effect {
        Effect::Send { frame: ClientFrame::Post { key, .. }, .. } => Some(key),
        _ => None,
    }) {
        posted_keys.push(key.to_string());
        client.hear(ServerFrame::Event(posted(posted_keys.len() as u64, "me", key.as_str())));
    }
    posted_keys
}

#[test]
fn what_was_typed_goes_out_in_its_order_however_the_clock_was_set_meanwhile() {
    for clocks in [[1, 0, 1], [1, 2, 0], [3, 1, 1], [0, 3, 0]] {
        let mut client = offline(Disk::default(), CLOCKS[clocks[0]]);
        client.type_in("a");
        client.wall = CLOCKS[clocks[1]];
        client.type_in("b");
        // Another page of later, when the clock is another one again.
        let mut client = offline(client.disk.clone(), CLOCKS[clocks[2]]);
        client.type_in("c");
        assert_eq!(typed(&client), ["a", "b", "c"], "{clocks:?}");
        assert_eq!(client.disk.keys(), ["a", "b", "c"], "{clocks:?}");
        assert_eq!(posts_of(&mut client), ["a", "b", "c"], "{clocks:?}");
        assert!(client.room().outbox().is_empty() && client.disk.entries.is_empty());
        assert_eq!(client.shown(), [1, 2, 3]);
    }
}

#[test]
fn a_clock_that_is_set_is_one_question_to_the_server_and_no_lost_link() {
    let mut client = Client::welcomed();
    client.hear(opened_empty());
    client.wait(1_000);
    for (n, wall) in CLOCKS.into_iter().enumerate() {
        client.take_effects();
        client.wall = wall;
        for _ in 0..50 {
            client.act(Action::NoticeDismissed { room: super::lobby() });
        }
        let asked = client.take_effects();
        let pings = asked.iter().filter_map(|effect| match effect {
            Effect::Send { frame: ClientFrame::Ping { n, .. }, .. } => Some(*n),
            _ => None,
        });
        let pings: Vec<u32> = pings.collect();
        assert!(pings.len() <= 1, "{pings:?}");
        for n in pings {
            client.hear(ServerFrame::Pong { n, now: shared::Millis(1), rooms: Vec::new() });
        }
        client.type_in(&format!("k{n}"));
        client.hear(ServerFrame::Event(posted(n as u64 + 1, "me", &format!("k{n}"))));
        client.wait(500);
        assert!(client.app.line().is_welcomed(), "at {wall}");
    }
    assert_eq!(client.shown(), [1, 2, 3, 4]);
}

proptest! {
    /// `wait` fails where the state wants to be woken again and again.
    #[test]
    fn nothing_hangs_by_a_clock_that_jumps_with_every_step(
        steps in prop::collection::vec((0_u64..=8_640_000_000_000_000, 0_u64..20_000, any::<bool>()), 0..40),
    ) {
        let mut client = offline(Disk::default(), 0);
        for (n, (wall, ms, types)) in steps.iter().enumerate() {
            client.wall = *wall;
            if *types {
                client.type_in(&format!("k{n}"));
            }
            client.wait(*ms);
        }
        let all: Vec<String> = (0..steps.len()).filter(|n| steps[*n].2).map(|n| format!("k{n}")).collect();
        prop_assert_eq!(typed(&client), all.clone());
        prop_assert_eq!(client.disk.keys(), all.clone());
        client.act(Action::RetryPressed);
        prop_assert_eq!(posts_of(&mut client), all);
    }
}
