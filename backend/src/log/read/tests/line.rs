//! Tests of the line of reads: who waits in it, who is told to come back, and who is let go.

use super::*;

#[test]
fn people_who_come_together_are_looked_up_in_one_read() {
    let world = World::new(0, ReadLimits { readers: 1, waiting: 0 });
    let hash = |n: u8, kept: bool| {
        let mut hash = [0; 32];
        (hash[0], hash[1]) = (n, u8::from(!kept));
        hash
    };
    let ask = |n: u8| Box::pin(world.reads.session(hash(n, n.is_multiple_of(2))));
    let mut asked: Vec<_> = (0..200).map(ask).collect();
    for asked in &mut asked {
        assert!(poll(asked.as_mut()).is_pending());
    }
    assert_eq!(world.run(), 1);
    for (n, asked) in (0..).zip(&mut asked) {
        let Poll::Ready(Ok(session)) = poll(asked.as_mut()) else { panic!("no answer") };
        let want = u8::is_multiple_of(n, 2).then(|| format!("p{n}"));
        assert_eq!(session.map(|session| session.person.id.to_string()), want);
    }
}

#[test]
fn one_read_too_many_is_refused_unless_a_connection_waits_for_it() {
    let world = World::new(1, ReadLimits { readers: 2, waiting: 3 });
    let rooms: Vec<_> = (0..9).map(|n| world.rooms.enter(&RoomName::parse(&format!("r{n}")).unwrap())).collect();
    let mut asked: Vec<_> = rooms.iter().map(|room| Box::pin(world.reads.ends(room, Seq::ZERO))).collect();
    let states: Vec<_> = asked.iter_mut().map(|asked| poll(asked.as_mut())).collect();
    let busy = |state: &&Poll<_>| matches!(state, Poll::Ready(Err(ReadError::Busy)));
    assert_eq!(states.iter().filter(busy).count(), 4, "two run, three wait");
    // Sharing one that waits takes no place.
    let mut again = Box::pin(world.reads.ends(&rooms[4], Seq::ZERO));
    assert!(poll(again.as_mut()).is_pending());
    let mut served = Box::pin(world.reads.after(rooms[8].name(), Seq::ZERO));
    assert!(poll(served.as_mut()).is_pending(), "it waits");
    // Nobody waits for these any longer, so they are not read.
    drop(asked);
    assert_eq!(world.run(), 6);
    assert_eq!(world.count(), 2);
    assert!(matches!(poll(again.as_mut()), Poll::Ready(Ok(_))));
    assert!(matches!(poll(served.as_mut()), Poll::Ready(Ok(_))));
    assert!(world.get(world.reads.ends(&rooms[8], Seq::ZERO)).is_ok(), "there is place again");
}

#[test]
fn a_read_that_is_never_begun_ends_for_those_who_wait_and_a_panic_takes_no_place() {
    let world = World::new(1, ReadLimits { readers: 1, waiting: 9 });
    let room = world.room();
    let mut asked = Box::pin(world.reads.ends(&room, Seq::ZERO));
    assert!(poll(asked.as_mut()).is_pending());
    lock(&world.ready).clear();
    assert!(matches!(poll(asked.as_mut()), Poll::Ready(Err(ReadError::Stopped))));
    *lock(&world.store.meanwhile) = Some(Box::new(|| panic!("on purpose")));
    let mut asked = Box::pin(world.reads.ends(&room, Seq::ZERO));
    assert!(poll(asked.as_mut()).is_pending());
    let read = lock(&world.ready).pop_front().unwrap();
    assert!(std::panic::catch_unwind(std::panic::AssertUnwindSafe(read)).is_err());
    assert!(matches!(poll(asked.as_mut()), Poll::Ready(Err(ReadError::Stopped))));
    assert!(world.get(world.reads.ends(&room, Seq::ZERO)).is_ok());
}
