//! The bell of a worker, in every order in which threads can meet at it: no wake-up is lost.

#[expect(unreachable_pub, reason = "it is the module of the program, where these are public")]
#[path = "../src/log/bell.rs"]
mod bell;

/// The locks of the model, in the place of the real ones.
mod lock {
    pub(crate) use loom::sync::Mutex;
    use loom::sync::MutexGuard;

    pub(crate) fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
        mutex.lock().unwrap()
    }
}

use std::{collections::BTreeSet, future::poll_fn};

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
    bells.iter().for_each(|bell| bell.ring([number]));
}

/// What a fan does, until it has seen these heads.
fn follow(rooms: &[Arc<Mutex<Room>>], bell: &Bell, heads: &[u64]) {
    let look = |cursors: &mut Vec<u64>, number: usize| cursors[number] = lock(&rooms[number]).head;
    let mut cursors = vec![0; rooms.len()];
    (0..rooms.len()).for_each(|number| look(&mut cursors, number));
    while cursors != heads {
        let rung: BTreeSet<u64> = block_on(poll_fn(|cx| bell.poll_rung(cx)));
        assert!(!rung.is_empty());
        rung.iter().for_each(|&number| look(&mut cursors, usize::try_from(number).unwrap()));
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
        let rooms: Vec<_> = (0..2).map(|_| Arc::new(Mutex::new(Room::default()))).collect();
        let bell = Arc::new(Bell::default());
        rooms.iter().for_each(|room| lock(room).bells.push(Arc::clone(&bell)));
        let publishers: Vec<_> = (0..2_u64)
            .map(|number| {
                let room = Arc::clone(&rooms[usize::try_from(number).unwrap()]);
                thread::spawn(move || publish(&room, number))
            })
            .collect();
        follow(&rooms, &bell, &[1, 1]);
        publishers.into_iter().for_each(|publisher| publisher.join().unwrap());
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
        follow(&[room], &bell, &[2]);
        publisher.join().unwrap();
    });
}
