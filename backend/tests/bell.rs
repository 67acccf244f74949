//! The bell of a worker, in every order in which threads can meet at it: no wake-up is lost.

#[expect(unreachable_pub, reason = "it is the module of the program, where these are public")]
#[path = "../src/log/bell.rs"]
mod bell;

/// The locks of the model, in the place of the real ones.
mod lock {
    pub(crate) use loom::sync::Mutex;
    use std::sync::PoisonError;

    use loom::sync::MutexGuard;

    pub(crate) fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
        mutex.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

use std::{collections::BTreeMap, future::poll_fn};

use bell::Bell;
use lock::{Mutex, lock};
use loom::{future::block_on, sync::Arc, thread};

/// A room as far as publishing goes: its head, and the bells of who follows it.
#[derive(Default)]
struct Room {
    head: u64,
    bells: Vec<Arc<Bell>>,
}

fn publish(room: &Mutex<Room>, number: u64) {
    let bells = {
        let mut room = lock(room);
        room.head += 1;
        room.bells.clone()
    };
    for bell in bells {
        bell.ring([number]);
    }
}

/// What a fan does, until it has seen these heads.
fn follow(rooms: &[(u64, Arc<Mutex<Room>>)], bell: &Bell, head: u64) {
    let mut cursors: BTreeMap<u64, u64> = rooms.iter().map(|(number, room)| (*number, lock(room).head)).collect();
    while cursors.values().any(|cursor| *cursor != head) {
        let rung = block_on(poll_fn(|cx| bell.poll_rung(cx)));
        assert!(!rung.is_empty());
        for (number, room) in rooms.iter().filter(|(number, _)| rung.contains(number)) {
            cursors.insert(*number, lock(room).head);
        }
    }
}

/// Every order in which the threads can meet, with at most three switches away from one that could go on: more find
/// nothing new in so short programs, and take minutes.
fn in_every_order(play: impl Fn() + Send + Sync + 'static) {
    let mut builder = loom::model::Builder::new();
    builder.preemption_bound = Some(3);
    builder.check(play);
}

#[test]
fn whatever_is_published_is_seen_however_the_threads_meet() {
    in_every_order(|| {
        let rooms = [0, 1].map(|number| (number, Arc::new(Mutex::new(Room::default()))));
        let bell = Arc::new(Bell::default());
        let publishers = rooms.clone().map(|(number, room)| {
            lock(&room).bells.push(Arc::clone(&bell));
            thread::spawn(move || publish(&room, number))
        });
        follow(&rooms, &bell, 1);
        for publisher in publishers {
            publisher.join().unwrap();
        }
        assert!(bell.wakes() <= 2);
    });
}

#[test]
fn who_comes_while_something_is_published_misses_nothing() {
    in_every_order(|| {
        let room = Arc::new(Mutex::new(Room::default()));
        let publisher = {
            let room = Arc::clone(&room);
            thread::spawn(move || {
                publish(&room, 0);
                publish(&room, 0);
            })
        };
        let bell = Arc::new(Bell::default());
        // In this order: first the bell, then the first look.
        lock(&room).bells.push(Arc::clone(&bell));
        follow(&[(0, room)], &bell, 2);
        publisher.join().unwrap();
    });
}
