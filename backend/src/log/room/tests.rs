//! Tests of a room: nothing that is published is missed, and no wake-up is lost.

use std::{
    sync::atomic::{AtomicUsize, Ordering},
    task::Wake,
};

use shared::{Author, ClientKey, Event, Millis, PersonName};

use super::*;
use crate::log::signals::PAUSE;

fn encode(signal: shared::Signal) -> Bytes {
    match signal {
        shared::Signal::Here { count, .. } => format!("here {count}").into(),
        shared::Signal::Typing { people, .. } => format!("typing {}", people.len()).into(),
        other => panic!("{other:?}"),
    }
}

#[derive(Default)]
struct Wakes(AtomicUsize);

impl Wake for Wakes {
    fn wake(self: Arc<Self>) {
        self.0.fetch_add(1, Ordering::SeqCst);
    }
}

fn person() -> Person {
    Person { id: PersonId::parse("p").unwrap(), name: PersonName::anonymous() }
}

fn event(seq: u64) -> Entry {
    let event = Event {
        room: RoomName::lobby(),
        seq: Seq(seq),
        at: Millis(1),
        by: Author { id: PersonId::parse("p").unwrap(), name: PersonName::anonymous(), plain: false },
        key: ClientKey::parse("k").unwrap(),
        body: EventBody::Unknown { kind: "any".to_owned(), target: None, hash: shared::Hash::default() },
    };
    Entry { event, digest: Digest::default() }
}

fn taken(news: &News) -> Vec<u64> {
    match news {
        News::Some(events, _) => events.iter().map(|event| event.seq().0).collect(),
        News::None | News::Log => Vec::new(),
    }
}

#[test]
fn a_follower_that_found_nothing_is_woken_once() {
    let rooms = Rooms::default();
    let room = rooms.enter(&RoomName::lobby());
    let follower = room.follow(&person());
    let wakes = Arc::<Wakes>::default();
    let called = Waker::from(Arc::clone(&wakes));
    let look = |cursor| room.news(follower, Seq(cursor), None, encode, usize::MAX, &called);
    assert!(matches!(look(0), News::None));
    rooms.publish(vec![event(1), event(2)]);
    rooms.publish(vec![event(3)]);
    assert_eq!(wakes.0.load(Ordering::SeqCst), 1, "it has not looked again yet");
    assert_eq!(taken(&look(0)), [1, 2, 3]);
    assert!(matches!(look(3), News::None));
    rooms.publish(vec![event(4)]);
    assert_eq!(wakes.0.load(Ordering::SeqCst), 2);
    room.unfollow(follower, &person().id);
    rooms.publish(vec![event(5)]);
    assert_eq!(wakes.0.load(Ordering::SeqCst), 2);
}

#[test]
fn under_concurrent_publishing_nothing_is_missed_and_nobody_sleeps_for_ever() {
    const EVENTS: u64 = 20_000;
    struct Unpark(std::thread::Thread);
    impl Wake for Unpark {
        fn wake(self: Arc<Self>) {
            self.0.unpark();
        }
    }
    let rooms = Rooms::default();
    let room = rooms.enter(&RoomName::lobby());
    let readers: Vec<_> = (0..3)
        .map(|_| {
            let room = Arc::clone(&room);
            let follower = room.follow(&person());
            std::thread::spawn(move || {
                let called = Waker::from(Arc::new(Unpark(std::thread::current())));
                let (mut cursor, mut sleeps) = (Seq::ZERO, 0_u64);
                while cursor.0 < EVENTS {
                    match room.news(follower, cursor, None, encode, 16_384, &called) {
                        News::Some(events, _) => {
                            for event in events {
                                assert_eq!(event.seq(), cursor.next());
                                cursor = event.seq();
                            }
                        }
                        // Fell off the ring: a real follower reads the log.
                        News::Log => cursor = Seq(room.head().0.0.max(cursor.0)),
                        News::None => {
                            sleeps += 1;
                            let before = std::time::Instant::now();
                            std::thread::park_timeout(std::time::Duration::from_secs(20));
                            assert!(before.elapsed().as_secs() < 20, "a wake-up was lost");
                        }
                    }
                }
                sleeps
            })
        })
        .collect();
    for seq in 1..=EVENTS {
        rooms.publish(vec![event(seq)]);
    }
    for reader in readers {
        reader.join().unwrap();
    }
}

#[test]
fn a_room_that_nobody_follows_costs_nothing() {
    let rooms = Rooms::default();
    let room = rooms.enter(&RoomName::lobby());
    assert!(Arc::ptr_eq(&room, &rooms.enter(&RoomName::lobby())));
    assert_eq!(rooms.len(), 1);
    drop(room);
    assert!(rooms.is_empty());
    rooms.publish(vec![event(1)]);
    assert!(rooms.is_empty());
}

#[tokio::test(start_paused = true)]
async fn signals_go_out_at_once_and_then_not_before_the_pause_is_over() {
    let rooms = Rooms::default();
    let room = rooms.enter(&RoomName::lobby());
    let began = Instant::now();
    let people: Vec<_> = (0..50)
        .map(|n| Person { id: PersonId::parse(&format!("p{n}")).unwrap(), name: PersonName::anonymous() })
        .collect();
    let follower = room.follow(&people[0]);
    let mut seen = Seen::default();
    let mut here = async || {
        std::future::poll_fn(|cx| {
            match room.news(follower, Seq::ZERO, Some(&mut seen), encode, usize::MAX, cx.waker()) {
                News::Some(_, signals) => std::task::Poll::Ready(signals),
                News::None | News::Log => std::task::Poll::Pending,
            }
        })
        .await
    };
    assert_eq!(here().await.len(), 1);
    assert_eq!(began.elapsed(), std::time::Duration::ZERO, "the first at once");
    for person in &people[1..] {
        room.follow(person);
    }
    let signals = here().await;
    assert_eq!(signals, ["here 50"], "49 joins are one signal");
    assert_eq!(began.elapsed(), PAUSE);
}

/// Somebody who follows the room and takes what comes.
struct Follower {
    number: u64,
    seen: Seen,
    last: Bytes,
}

#[tokio::test(start_paused = true)]
async fn five_thousand_people_who_come_at_once_are_told_so_in_few_frames() {
    const PEOPLE: u64 = 5_000;
    let rooms = Rooms::default();
    let room = rooms.enter(&RoomName::lobby());
    let person = |n: u64| Person { id: PersonId::parse(&format!("p{n}")).unwrap(), name: PersonName::anonymous() };
    let mut followers: Vec<Follower> = Vec::new();
    let (mut frames, mut typing) = (0_u64, 0_u64);
    let mut clock = tokio::time::interval(std::time::Duration::from_millis(50));
    clock.tick().await;
    // Five seconds in which a thousand come each, and ten in which a hundred type.
    for tick in 0..300 {
        if tick < 100 {
            for n in tick * PEOPLE / 100..(tick + 1) * PEOPLE / 100 {
                followers.push(Follower { number: room.follow(&person(n)), seen: Seen::default(), last: Bytes::new() });
            }
        } else {
            room.typing(&person(tick % 100));
        }
        clock.tick().await;
        for Follower { number, seen, last } in &mut followers {
            let news = room.news(*number, Seq::ZERO, Some(seen), encode, usize::MAX, Waker::noop());
            let News::Some(_, signals) = news else { continue };
            for signal in signals {
                if signal.starts_with(b"typing") {
                    typing += 1;
                } else {
                    frames += 1;
                    *last = signal;
                }
            }
        }
    }
    assert!(followers.iter().all(|follower| follower.last == "here 5000"), "in the end everybody knows");
    assert!(frames < 5 * PEOPLE, "{frames} frames; one for each join and follower would be 12,500,000");
    assert!(typing <= 4 * PEOPLE, "{typing} frames for 200 who type");
}
