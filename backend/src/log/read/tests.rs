//! Tests of shared reads: how many there are, and that nobody is given less than what they know of.

use std::{
    collections::VecDeque,
    pin::{Pin, pin},
    sync::atomic::{AtomicUsize, Ordering},
    task::{Context, Poll, Waker},
};

use bytes::Bytes;
use shared::{Author, ClientKey, Event, EventBody, MessageText, Person, PersonId, PersonName, Snapshot, Words};

use super::*;
use crate::lock::Mutex;
use crate::log::{Entry, Rooms, ring::Form};

/// A log in memory. Its reads wait until the test runs them.
struct Store {
    epoch: Epoch,
    events: Mutex<Arc<Vec<Event>>>,
    reads: AtomicUsize,
    /// Done in the middle of the next read: after it has seen its moment, and before it ends.
    meanwhile: Mutex<Option<Box<dyn FnOnce() + Send>>>,
}

impl Store {
    fn see(&self) -> Arc<Vec<Event>> {
        self.reads.fetch_add(1, Ordering::SeqCst);
        let seen = Arc::clone(&lock(&self.events));
        let meanwhile = lock(&self.meanwhile).take();
        if let Some(meanwhile) = meanwhile {
            meanwhile();
        }
        seen
    }
}

fn digest_of(events: &[Event]) -> Digest {
    events.iter().fold(Digest::default(), Digest::after)
}

impl Reader for Arc<Store> {
    fn epoch(&self) -> &Epoch {
        &self.epoch
    }

    fn ends(&self, _room: &RoomName, messages: u32) -> Result<(Ends, Snapshot), ReadError> {
        let events = self.see();
        let head = Seq(events.len() as u64);
        let mut newest: Vec<_> = events.iter().filter_map(Message::posted).collect();
        newest.drain(..newest.len().saturating_sub(messages as usize));
        let snapshot = Snapshot { messages: newest, ..Snapshot::default() };
        Ok((Ends { first: Seq(1), head, digest: digest_of(&events) }, snapshot))
    }

    fn digests(&self, _room: &RoomName, from: Seq, most: u32) -> Result<Vec<(Seq, Digest)>, ReadError> {
        let events = self.see();
        let seqs = (from.0..=events.len() as u64).take(most as usize);
        Ok(seqs.map(|seq| (Seq(seq), digest_of(&events[..usize::try_from(seq).unwrap()]))).collect())
    }

    fn after(&self, _room: &RoomName, after: Seq, most: u32, bytes: usize) -> Result<Vec<Event>, ReadError> {
        let mut left = bytes;
        let mut fits = |event: &Event| {
            let fits = left > 0;
            left = left.saturating_sub(crate::log::weight::of_event(event));
            fits
        };
        let after = usize::try_from(after.0).unwrap();
        Ok(self.see().iter().skip(after).take(most as usize).take_while(|event| fits(event)).cloned().collect())
    }

    fn page(&self, _room: &RoomName, _place: Place, _limit: u32) -> Result<Page, ReadError> {
        self.see();
        Err(ReadError::Stopped)
    }

    fn sessions(&self, token_hashes: &[[u8; 32]]) -> Result<Vec<Option<SessionRow>>, ReadError> {
        self.see();
        let person = |hash: &[u8; 32]| {
            let id = PersonId::parse(&format!("p{}", hash[0])).unwrap();
            let person = Person { id, name: PersonName::anonymous() };
            (hash[1] == 0).then_some(SessionRow { person, ended: false, seen: Millis(0) })
        };
        Ok(token_hashes.iter().map(person).collect())
    }
}

fn post(seq: u64, text: &str) -> Event {
    let text = MessageText::parse(text).unwrap();
    let words = Words::Kept { text, salt: shared::Salt([7; 16]), mentions: Vec::new() };
    event(seq, EventBody::Posted { words, reply_to: None })
}

fn event(seq: u64, body: EventBody) -> Event {
    Event {
        room: RoomName::lobby(),
        seq: Seq(seq),
        at: Millis(seq),
        by: Author { id: PersonId::parse("p").unwrap(), name: PersonName::anonymous(), plain: false },
        key: ClientKey::parse(&seq.to_string()).unwrap(),
        body,
    }
}

/// A server's log, as far as reading goes.
struct World {
    store: Arc<Store>,
    rooms: Rooms,
    reads: Reads,
    ready: Arc<Mutex<VecDeque<Read>>>,
}

impl World {
    fn new(posts: u64, limits: ReadLimits) -> Self {
        let store = Arc::new(Store {
            epoch: Epoch::from("e".to_owned()),
            events: Mutex::new(Arc::new((1..=posts).map(|seq| post(seq, "hi")).collect())),
            reads: AtomicUsize::new(0),
            meanwhile: Mutex::default(),
        });
        let rooms = Rooms::default();
        let queue = Arc::<Mutex<VecDeque<Read>>>::default();
        let threads = Arc::clone(&queue);
        let threads: Threads = Arc::new(move |read| lock(&threads).push_back(read));
        let reads = Reads::on(Arc::clone(&store), rooms.kept().clone(), limits, threads);
        Self { store, rooms, reads, ready: queue }
    }

    fn room(&self) -> Arc<Room> {
        self.rooms.enter(&RoomName::lobby())
    }

    /// An event is committed; nobody is told yet.
    fn commit(&self, event: Event) -> Entry {
        let mut events = lock(&self.store.events);
        Arc::make_mut(&mut events).push(event.clone());
        Entry { event, digest: digest_of(&events) }
    }

    /// Runs what is ready, and what becomes ready by that.
    fn run(&self) -> usize {
        let mut ran = 0;
        while self.run_one() {
            ran += 1;
        }
        ran
    }

    fn run_one(&self) -> bool {
        let next = lock(&self.ready).pop_front();
        next.map(|read| read()).is_some()
    }

    /// Asks, and runs what that needs.
    fn get<T>(&self, asked: impl Future<Output = T>) -> T {
        let mut asked = pin!(asked);
        for _ in 0..10 {
            if let Poll::Ready(answer) = poll(asked.as_mut()) {
                return answer;
            }
            self.run();
        }
        panic!("no answer");
    }

    fn count(&self) -> usize {
        self.store.reads.load(Ordering::SeqCst)
    }
}

fn poll<T>(future: Pin<&mut impl Future<Output = T>>) -> Poll<T> {
    future.poll(&mut Context::from_waker(Waker::noop()))
}

fn spelled(seqs: impl Iterator<Item = u64>) -> String {
    seqs.map(|seq| seq.to_string() + " ").collect()
}

fn encode(_form: Form, events: &[Event]) -> Bytes {
    spelled(events.iter().map(|event| event.seq.0)).into()
}

mod herd;
mod line;

#[test]
fn who_asks_while_a_read_waits_shares_it_and_who_asks_while_it_runs_does_not() {
    let world = World::new(0, ReadLimits { readers: 1, waiting: 9 });
    let room = world.room();
    let ask = || Box::pin(world.reads.ends(&room, Seq::ZERO));
    let mut early: Vec<_> = (0..1_000).map(|_| ask()).collect();
    for asked in &mut early {
        assert!(poll(asked.as_mut()).is_pending());
    }
    let late = Arc::new(Mutex::new(Vec::new()));
    // In the middle of the read an event is committed; whoever asks from now on is to see it.
    *lock(&world.store.meanwhile) = Some({
        let (store, reads, rooms, late) =
            (Arc::clone(&world.store), world.reads.clone(), world.rooms.clone(), Arc::clone(&late));
        Box::new(move || {
            Arc::make_mut(&mut lock(&store.events)).push(post(1, "new"));
            let room = rooms.enter(&RoomName::lobby());
            let mut asked: Vec<_> = (0..1_000)
                .map(|_| {
                    let (reads, room) = (reads.clone(), Arc::clone(&room));
                    Box::pin(async move { reads.ends(&room, Seq::ZERO).await })
                })
                .collect();
            for asked in &mut asked {
                assert!(poll(asked.as_mut()).is_pending());
            }
            *lock(&late) = asked;
        })
    });
    assert_eq!(world.run(), 2);
    assert_eq!(world.count(), 2, "2,000 asked");
    for asked in &mut early {
        let Poll::Ready(Ok(ends)) = poll(asked.as_mut()) else { panic!("no answer") };
        assert_eq!(ends.head, Seq(0), "they asked before it was there");
    }
    for mut asked in std::mem::take(&mut *lock(&late)) {
        let Poll::Ready(Ok(ends)) = poll(asked.as_mut()) else { panic!("no answer") };
        assert_eq!(ends.head, Seq(1), "they knew of it");
    }
}

#[test]
fn where_a_log_ends_is_read_again_when_nobody_has_followed_the_room_meanwhile() {
    let world = World::new(3, ReadLimits::default());
    let room = world.room();
    let ends = world.get(world.reads.ends(&room, Seq::ZERO)).unwrap();
    room.observe(ends.head, ends.digest);
    assert_eq!(world.count(), 1);
    // Followed: what is published is known here.
    let entry = world.commit(post(4, "hi"));
    assert_eq!(world.get(world.reads.ends(&room, Seq(4))).unwrap().head, Seq(4), "it is not published yet");
    assert_eq!(world.count(), 2, "but somebody has it already");
    world.rooms.publish(vec![entry]);
    assert_eq!(world.get(world.reads.ends(&room, Seq(2))).unwrap().head, Seq(4));
    assert_eq!(world.count(), 2);
    // Nobody follows it when the next is published, which would then come neither by the ring nor by what is kept.
    drop(room);
    let entry = world.commit(post(5, "hi"));
    world.rooms.publish(vec![entry]);
    let ends = world.get(world.reads.ends(&world.room(), Seq::ZERO)).unwrap();
    assert_eq!((ends.head, ends.digest), (Seq(5), digest_of(&lock(&world.store.events))));
    let opening = world.get(world.reads.snapshot(&world.room())).unwrap();
    assert_eq!(opening.ends().head, Seq(5));
}
