//! Tests of how often the log is read when many want the same, and of what is kept for them.

use super::*;
use crate::log::ring::Form;

#[test]
fn a_herd_reads_each_stretch_of_the_log_once() {
    let world = World::new(1_000, ReadLimits::default());
    let lobby = RoomName::lobby();
    // From every cursor to the end, one after the other.
    for from in (0..1_000).step_by(7) {
        let mut cursor = Seq(from);
        let mut got = String::new();
        while cursor < Seq(1_000) {
            let stretch = world.get(world.reads.after(&lobby, cursor)).unwrap();
            assert!(stretch.from() <= cursor && stretch.last() > cursor);
            got.push_str(std::str::from_utf8(&stretch.after(cursor, Form::V1, encode)).unwrap());
            cursor = stretch.last();
        }
        assert_eq!(got, spelled(from + 1..=1_000));
    }
    assert_eq!(world.count(), 8, "1,000 events in stretches of 128");
    assert!(world.get(world.reads.after(&lobby, Seq(1_000))).unwrap().events().is_empty());
    // And at once.
    let world = World::new(1_000, ReadLimits::default());
    let mut asked: Vec<_> = (0..1_000).map(|cursor| Box::pin(world.reads.after(&lobby, Seq(cursor)))).collect();
    for asked in &mut asked {
        assert!(poll(asked.as_mut()).is_pending());
    }
    assert_eq!(world.run(), 8);
    for (cursor, asked) in (0..).zip(&mut asked) {
        let Poll::Ready(Ok(stretch)) = poll(asked.as_mut()) else { panic!("no answer") };
        assert!(stretch.last() > Seq(cursor));
    }
}

#[test]
fn long_texts_make_short_stretches_that_are_read_once_too() {
    let world = World::new(0, ReadLimits::default());
    for seq in 1..=100 {
        world.commit(post(seq, &"x".repeat(4_000)));
    }
    let lobby = RoomName::lobby();
    let read_from = |from: u64| {
        let mut cursor = Seq(from);
        let mut seqs = String::new();
        while cursor < Seq(100) {
            let stretch = world.get(world.reads.after(&lobby, cursor)).unwrap();
            assert!(stretch.events().len() < 10, "bounded by bytes");
            seqs.push_str(std::str::from_utf8(&stretch.after(cursor, Form::V1, encode)).unwrap());
            cursor = stretch.last();
        }
        assert_eq!(seqs, spelled(from + 1..=100));
    };
    read_from(0);
    let once = world.count();
    assert!(once <= 16, "{once}");
    (0..100).for_each(read_from);
    assert_eq!(world.count(), once);
}

#[test]
fn an_encoding_is_made_once_for_all_who_stand_together() {
    static ENCODED: AtomicUsize = AtomicUsize::new(0);
    fn counted(form: Form, events: &[Event]) -> Bytes {
        ENCODED.fetch_add(1, Ordering::SeqCst);
        encode(form, events)
    }
    let world = World::new(5, ReadLimits::default());
    for _ in 0..1_000 {
        for (cursor, want) in [(0, "1 2 3 4 5 "), (3, "4 5 ")] {
            let stretch = world.get(world.reads.after(&RoomName::lobby(), Seq(cursor))).unwrap();
            assert_eq!(stretch.after(Seq(cursor), Form::V1, counted), want);
        }
    }
    assert_eq!((world.count(), ENCODED.load(Ordering::SeqCst)), (1, 2));
}

#[test]
fn digests_are_read_by_stretches_and_one_that_is_new_is_looked_for() {
    let world = World::new(300, ReadLimits::default());
    let events = lock(&world.store.events).clone();
    let digest = |seq: u64| digest_of(&events[..usize::try_from(seq).unwrap()]);
    let ends = Ends { first: Seq(1), head: Seq(300), digest: digest(300) };
    let ask = |seq, ends: &Ends| world.get(world.reads.digest(&RoomName::lobby(), Seq(seq), ends)).unwrap();
    for seq in 0..=300 {
        assert_eq!(ask(seq, &ends), Some(digest(seq)), "{seq}");
    }
    assert_eq!(world.count(), 3);
    world.commit(post(301, "hi"));
    world.commit(post(302, "hi"));
    let ends = Ends { head: Seq(302), digest: Digest::default(), ..ends };
    assert_eq!(
        ask(301, &ends),
        Some(digest_of(&lock(&world.store.events)[..301])),
        "it was not there at the last read"
    );
    assert_eq!(world.count(), 4);
}

#[test]
fn a_snapshot_is_read_and_encoded_once_and_an_older_one_is_given_only_while_no_reader_is_free() {
    let world = World::new(60, ReadLimits { readers: 1, waiting: 9 });
    let room = world.room();
    let opening = world.get(world.reads.snapshot(&room)).unwrap();
    room.observe(opening.ends().head, opening.ends().digest);
    assert_eq!((opening.snapshot().messages.len(), opening.ends().head), (50, Seq(60)));
    let mut encoded = 0;
    let mut frame = |reset| {
        let opening = world.get(world.reads.snapshot(&room)).unwrap();
        opening.frame(reset, Form::V1, |_| {
            encoded += 1;
            Bytes::from(vec![0; 1_000])
        })
    };
    let frames: Vec<_> = (0..100).map(|_| frame(None)).collect();
    assert!(frames.windows(2).all(|two| two[0].as_ptr() == two[1].as_ptr()), "the same bytes");
    frame(Some(shared::Reset::Epoch));
    assert_eq!((encoded, world.count()), (2, 1));
    let publish = |seq| {
        let entry = world.commit(post(seq, "hi"));
        world.rooms.publish(vec![entry]);
    };
    (61..=60 + OLD).for_each(publish);
    // The one reader is busy with something else.
    let mut busy = Box::pin(world.reads.after(room.name(), Seq::ZERO));
    assert!(poll(busy.as_mut()).is_pending());
    let ask = || Box::pin(world.reads.snapshot(&room));
    let Poll::Ready(Ok(older)) = poll(ask().as_mut()) else { panic!("there is one") };
    assert_eq!(older.ends().head, Seq(60));
    publish(61 + OLD);
    assert!(poll(ask().as_mut()).is_pending(), "too old");
    world.run();
    let before = world.count();
    let opening = world.get(ask()).unwrap();
    assert_eq!((opening.ends().head.0, world.count()), (61 + OLD, before + 1));
    publish(62 + OLD);
    let opening = world.get(ask()).unwrap();
    assert_eq!((opening.ends().head.0, world.count()), (62 + OLD, before + 2));
}

/// As where one page after another is loaded of a room in which nobody is.
#[test]
fn the_snapshot_of_a_room_that_nobody_follows_is_kept_until_its_log_goes_on() {
    let world = World::new(60, ReadLimits::default());
    let ask = || world.get(world.reads.snapshot(&world.room())).unwrap();
    let opening = ask();
    let sheet = ([1; 32], "br");
    assert!(opening.page(sheet).set(Bytes::from_static(b"drawn")).is_ok());
    assert!((0..100).all(|_| Arc::ptr_eq(&ask(), &opening)), "as long as nothing happens");
    assert_eq!(opening.page(sheet).get().unwrap(), "drawn");
    assert!(opening.page(([2; 32], "br")).get().is_none(), "on another sheet it is drawn anew");
    assert!(opening.page(sheet).get().is_none(), "and the earlier one is let go");
    let entry = world.commit(post(61, "hi"));
    let newer = ask();
    assert_eq!((newer.ends().head, newer.snapshot().messages.len()), (Seq(61), 50), "also before it is published");
    world.rooms.publish(vec![entry]);
    assert!(Arc::ptr_eq(&ask(), &newer));
    // Another history that is as long.
    *lock(&world.store.events) = Arc::new((1..=61).map(|seq| post(seq, "other")).collect());
    assert!(!Arc::ptr_eq(&ask(), &newer));
}

#[test]
fn what_is_deleted_is_kept_by_nobody_also_where_a_read_had_begun_before() {
    let world = World::new(10, ReadLimits::default());
    let (lobby, room) = (RoomName::lobby(), world.room());
    room.observe(Seq(10), digest_of(&lock(&world.store.events)));
    let stretch = Arc::downgrade(&world.get(world.reads.after(&lobby, Seq(0))).unwrap());
    let opening = Arc::downgrade(&world.get(world.reads.snapshot(&room)).unwrap());
    assert!(stretch.upgrade().is_some() && opening.upgrade().is_some(), "kept");
    let delete = |store: &Store, rooms: &Rooms| {
        let mut shared = lock(&store.events);
        let events = Arc::make_mut(&mut shared);
        events[4].body.erase();
        let deleted = event(events.len() as u64 + 1, EventBody::Deleted { target: Seq(5) });
        events.push(deleted.clone());
        let digest = digest_of(events);
        drop(shared);
        rooms.publish(vec![Entry { event: deleted, digest }]);
    };
    delete(&world.store, &world.rooms);
    assert!(stretch.upgrade().is_none() && opening.upgrade().is_none(), "gone at once");
    // The next is published in the middle of a read, which has seen the words and ends after it.
    let (store, rooms) = (Arc::clone(&world.store), world.rooms.clone());
    *lock(&world.store.meanwhile) = Some(Box::new(move || delete(&store, &rooms)));
    let stretch = Arc::downgrade(&world.get(world.reads.after(&lobby, Seq(0))).unwrap());
    let (store, rooms) = (Arc::clone(&world.store), world.rooms.clone());
    *lock(&world.store.meanwhile) = Some(Box::new(move || delete(&store, &rooms)));
    let opening = Arc::downgrade(&world.get(world.reads.snapshot(&room)).unwrap());
    assert!(stretch.upgrade().is_none() && opening.upgrade().is_none(), "not kept");
    let stretch = world.get(world.reads.after(&lobby, Seq(0))).unwrap();
    assert!(matches!(stretch.events()[4].body, EventBody::Posted { words: Words::Gone { .. }, .. }));
}

#[test]
fn what_is_kept_is_bounded() {
    let world = World::new(0, ReadLimits::default());
    for seq in 1..=10_000 {
        Arc::make_mut(&mut lock(&world.store.events)).push(post(seq, &"x".repeat(1_000)));
    }
    let first = Arc::downgrade(&world.get(world.reads.after(&RoomName::lobby(), Seq(0))).unwrap());
    assert!(first.upgrade().is_some());
    let mut kept = Vec::new();
    let mut cursor = Seq::ZERO;
    while cursor < Seq(10_000) {
        let stretch = world.get(world.reads.after(&RoomName::lobby(), cursor)).unwrap();
        cursor = stretch.last();
        kept.push(Arc::downgrade(&stretch));
    }
    assert!(first.upgrade().is_none(), "the oldest is let go");
    let events: usize = kept.iter().filter_map(std::sync::Weak::upgrade).map(|stretch| stretch.events().len()).sum();
    assert!((1_000..2_000).contains(&events), "{events}");
}
