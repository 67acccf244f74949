//! Tests of a room: nothing that is published is missed, and no wake-up is lost.

use std::{
    sync::atomic::{AtomicUsize, Ordering},
    task::{Context, Poll, Wake, Waker},
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
    of_room(&RoomName::lobby(), seq)
}

fn of_room(room: &RoomName, seq: u64) -> Entry {
    let event = Event {
        room: room.clone(),
        seq: Seq(seq),
        at: Millis(1),
        by: Author { id: PersonId::parse("p").unwrap(), name: PersonName::anonymous(), plain: false },
        key: ClientKey::parse("k").unwrap(),
        body: EventBody::Unknown { kind: "any".to_owned(), target: None, hash: shared::Hash::default() },
    };
    Entry { event, digest: Digest::default() }
}

fn last(found: &Found) -> Option<u64> {
    match found {
        Found::Segments(segments) => segments.last().map(|segment| segment.last().0),
        Found::Nothing | Found::Log => None,
    }
}

/// What a fan does: waits for the bell of a worker.
fn rung(bell: &Bell, waker: &Waker) -> Option<Vec<u64>> {
    match bell.poll_rung(&Context::from_waker(waker)) {
        Poll::Ready(rooms) => Some(rooms.into_iter().collect()),
        Poll::Pending => None,
    }
}

#[test]
fn a_commit_wakes_each_worker_once_however_many_follow() {
    let rooms = Rooms::default();
    let woken = Arc::<Wakes>::default();
    let waker = Waker::from(Arc::clone(&woken));
    let bells = [(); 3].map(|()| Arc::<Bell>::default());
    let names: Vec<_> = (0..20).map(|n| RoomName::parse(&format!("room-{n}")).unwrap()).collect();
    let followed: Vec<_> = names.iter().map(|name| rooms.enter(name)).collect();
    for (n, room) in followed.iter().enumerate() {
        // The third worker follows the first room only.
        bells.iter().take(if n == 0 { 3 } else { 2 }).for_each(|bell| room.add_bell(bell));
        (0..50).for_each(|n| room.join(&Person { id: PersonId::parse(&format!("p{n}")).unwrap(), ..person() }));
    }
    assert!(bells.iter().all(|bell| rung(bell, &waker).is_none()), "nothing is published");
    let commit = names.iter().map(|name| of_room(name, 1)).chain(names.iter().map(|name| of_room(name, 2)));
    rooms.publish(commit.collect());
    rooms.publish(vec![of_room(&names[0], 3)]);
    assert_eq!(woken.0.load(Ordering::SeqCst), 3, "a worker that has not looked yet is not woken again");
    assert_eq!(bells.each_ref().map(|bell| bell.wakes()), [1, 1, 1]);
    let numbers: Vec<_> = followed.iter().map(|room| room.number()).collect();
    assert_eq!(rung(&bells[0], &waker), Some(numbers.clone()));
    assert_eq!(rung(&bells[2], &waker), Some(numbers[..1].to_vec()));
    assert_eq!(last(&followed[0].after(Seq(0), usize::MAX)), Some(3));
    assert_eq!(rung(&bells[0], &waker), None);
    followed[0].remove_bell(&bells[0]);
    rooms.publish(vec![of_room(&names[0], 4)]);
    assert_eq!(rung(&bells[0], &waker), None, "nobody follows it there any more");
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
            let bell = Arc::<Bell>::default();
            room.add_bell(&bell);
            std::thread::spawn(move || {
                let waker = Waker::from(Arc::new(Unpark(std::thread::current())));
                let mut cursor = Seq::ZERO;
                while cursor.0 < EVENTS {
                    match room.after(cursor, 16_384) {
                        Found::Segments(segments) => {
                            for segment in segments {
                                assert_eq!(segment.last(), cursor.next());
                                cursor = segment.last();
                            }
                        }
                        // Fell off the ring: a real follower reads the log.
                        Found::Log => cursor = Seq(room.head().0.0.max(cursor.0)),
                        Found::Nothing => {
                            if rung(&bell, &waker).is_none() {
                                let before = std::time::Instant::now();
                                std::thread::park_timeout(std::time::Duration::from_secs(20));
                                assert!(before.elapsed().as_secs() < 20, "a wake-up was lost");
                            }
                        }
                    }
                }
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
    let bell = Arc::<Bell>::default();
    room.add_bell(&bell);
    room.join(&people[0]);
    let mut seen = Seen::default();
    let mut here = async || {
        std::future::poll_fn(|cx| bell.poll_rung(cx)).await;
        room.signals(&mut seen, encode)
    };
    assert_eq!(here().await.len(), 1);
    assert_eq!(began.elapsed(), std::time::Duration::ZERO, "the first at once");
    for person in &people[1..] {
        room.join(person);
    }
    let signals = here().await;
    assert_eq!(signals, ["here 50"], "49 joins are one signal");
    assert_eq!(began.elapsed(), PAUSE);
}

/// Somebody who follows the room and takes what comes.
struct Follower {
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
                room.join(&person(n));
                followers.push(Follower { seen: Seen::default(), last: Bytes::new() });
            }
        } else {
            room.typing(&person(tick % 100));
        }
        clock.tick().await;
        for Follower { seen, last } in &mut followers {
            for signal in room.signals(seen, encode) {
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
