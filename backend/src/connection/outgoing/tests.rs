//! Tests of what goes out, on a socket that takes as much as the test says: every byte once and in order, and nothing
//! kept for a client that does not read.

use std::{cell::Cell, io::ErrorKind, io::IoSlice, io::Result as Io, sync::Arc, task::Waker};

use proptest::prelude::*;
use shared::{
    Author, ClientKey, Digest, Epoch, Event, EventBody, MessageText, Millis, Page, Person, PersonId, PersonName, Salt,
    Snapshot, Words,
};
use tokio::task::LocalSet;

use super::*;
use crate::log::{Ends, Entry, Place, Read, ReadLimits, Reader, Reads, Rooms, SessionRow};

/// A socket that takes so many bytes a time, and so many in all.
struct Narrow {
    taken: RefCell<Vec<u8>>,
    writes: Cell<usize>,
    at_a_time: Cell<usize>,
    room: Cell<usize>,
    waits: RefCell<Option<Waker>>,
    is_faulty: Cell<bool>,
}

impl Narrow {
    fn new(at_a_time: usize, room: usize) -> Rc<Self> {
        Rc::new(Self {
            taken: RefCell::default(),
            writes: Cell::new(0),
            at_a_time: Cell::new(at_a_time),
            room: Cell::new(room),
            waits: RefCell::default(),
            is_faulty: Cell::new(false),
        })
    }

    fn widen(&self, room: usize) {
        self.room.set(room);
        if let Some(waker) = self.waits.take() {
            waker.wake();
        }
    }

    fn texts(&self) -> Vec<String> {
        let taken = String::from_utf8_lossy(&self.taken.borrow()).into_owned();
        taken.split("\"message\":\"").skip(1).filter_map(|rest| rest.split('"').next().map(str::to_owned)).collect()
    }
}

impl Socket for Narrow {
    fn poll_read(&self, _: &mut Context<'_>) -> Poll<Io<Bytes>> {
        Poll::Pending
    }

    fn try_write(&self, parts: &[IoSlice<'_>]) -> Io<usize> {
        assert!(!self.is_faulty.get(), "a fault that the test wants");
        self.writes.set(self.writes.get() + 1);
        let all: Vec<u8> = parts.iter().flat_map(|part| part.to_vec()).collect();
        let taken = all.len().min(self.at_a_time.get()).min(self.room.get());
        if taken == 0 {
            return Err(ErrorKind::WouldBlock.into());
        }
        self.room.set(self.room.get() - taken);
        self.taken.borrow_mut().extend(&all[..taken]);
        Ok(taken)
    }

    fn poll_writable(&self, cx: &mut Context<'_>) -> Poll<Io<()>> {
        if self.room.get() > 0 {
            return Poll::Ready(Ok(()));
        }
        self.waits.replace(Some(cx.waker().clone()));
        Poll::Pending
    }

    fn end(&self) {}

    fn cut(&self) {}
}

/// A log that holds every event up to a seq, and has dropped those up to another.
struct Held {
    dropped: u64,
    head: u64,
}

impl Reader for Held {
    fn epoch(&self) -> &Epoch {
        unreachable!("nobody asks")
    }

    fn ends(&self, _: &RoomName, _: u32) -> Result<(Ends, Snapshot), ReadError> {
        unreachable!("nobody asks")
    }

    fn digests(&self, _: &RoomName, _: Seq, _: u32) -> Result<Vec<(Seq, Digest)>, ReadError> {
        unreachable!("nobody asks")
    }

    fn after(&self, _: &RoomName, after: Seq, most: u32, _: usize) -> Result<Vec<Event>, ReadError> {
        Ok((after.0.max(self.dropped) + 1..=self.head).take(most as usize).map(|seq| entry(seq).event).collect())
    }

    fn page(&self, _: &RoomName, _: Place, _: u32) -> Result<Page, ReadError> {
        unreachable!("nobody asks")
    }

    fn sessions(&self, _: &[[u8; 32]]) -> Result<Vec<Option<SessionRow>>, ReadError> {
        unreachable!("nobody asks")
    }
}

fn entry(seq: u64) -> Entry {
    let text = MessageText::parse(&format!("message {seq}")).unwrap();
    let words = Words::Kept { salt: Salt([1; 16]), text, mentions: Vec::new() };
    let event = Event {
        room: RoomName::lobby(),
        seq: Seq(seq),
        at: Millis(1),
        by: Author { id: PersonId::parse("p").unwrap(), name: PersonName::anonymous(), plain: false },
        key: ClientKey::parse("k").unwrap(),
        body: EventBody::Posted { words, reply_to: None },
    };
    Entry { event, digest: Digest::default() }
}

fn texts(seqs: impl IntoIterator<Item = u64>) -> Vec<String> {
    seqs.into_iter().map(|seq| format!("message {seq}")).collect()
}

fn start(rooms: &Rooms, cursor: u64, head: u64) -> Start {
    start_in(rooms, cursor, Held { dropped: 0, head })
}

fn start_in(rooms: &Rooms, cursor: u64, held: Held) -> Start {
    let person = Person { id: PersonId::parse("p").unwrap(), name: PersonName::anonymous() };
    let reads = Reads::on(held, rooms.kept().clone(), ReadLimits::default(), Arc::new(|read: Read| read()));
    Start { room: rooms.enter(&RoomName::lobby()), cursor: Seq(cursor), form: Form::Plain, person, reads }
}

/// Plays in a runtime whose time stands still.
fn play<T>(story: impl Future<Output = T>) -> T {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_time().start_paused(true).build().unwrap();
    LocalSet::new().block_on(&runtime, story)
}

/// So many clients of one fan, that follow the room and have everything.
fn crowd(rooms: &Rooms, count: usize) -> Vec<(Rc<Narrow>, Outgoing)> {
    let fan = Fan::default();
    let client = |_| {
        let socket = Narrow::new(usize::MAX, usize::MAX);
        let out = Outgoing::new(Rc::clone(&socket) as Rc<dyn Socket>, fan.clone(), None);
        out.follow(start(rooms, 0, 0));
        out.flush();
        (socket, out)
    };
    (0..count).map(client).collect()
}

/// The fan, and whoever else waits, has a turn.
async fn turn() {
    for _ in 0..3 {
        tokio::task::yield_now().await;
    }
}

/// What a connection's own task does, until nothing waits any more.
async fn settle(out: &Outgoing) {
    loop {
        turn().await;
        out.flush();
        if out.wants_log() {
            out.read_log().await;
        } else if out.is_blocked() && !out.is_closed() {
            out.writable().await;
        } else {
            return;
        }
    }
}

proptest! {
    /// However a socket cuts what is written, it gets every byte once and in order.
    #[test]
    fn every_byte_goes_once_and_in_order(
        at_a_time in 1_usize..700,
        commits in proptest::collection::vec(1_u64..40, 1..6),
        replies in 0_usize..4,
    ) {
        let (taken, seen) = play(async {
            let rooms = Rooms::default();
            let socket = Narrow::new(at_a_time, usize::MAX);
            let out = Outgoing::new(Rc::clone(&socket) as Rc<dyn Socket>, Fan::default(), None);
            out.follow(start(&rooms, 0, 0));
            let mut seq = 0;
            for count in commits {
                rooms.publish((seq + 1..=seq + count).map(entry).collect());
                seq += count;
                (0..replies).for_each(|_| out.reply(Bytes::from_static(b"<reply>")));
                settle(&out).await;
            }
            (socket.taken.borrow().clone(), (socket.texts(), seq))
        });
        let (texts_seen, seq) = seen;
        prop_assert_eq!(texts_seen, texts(1..=seq));
        let all = String::from_utf8_lossy(&taken).into_owned();
        prop_assert!(!all.replace("<reply>", "").contains("reply"));
    }
}

#[test]
fn what_a_socket_does_not_take_stays_in_the_ring_and_then_in_the_log() {
    play(async {
        let rooms = Rooms::default();
        let socket = Narrow::new(usize::MAX, 100);
        let out = Outgoing::new(Rc::clone(&socket) as Rc<dyn Socket>, Fan::default(), None);
        out.follow(start(&rooms, 0, 5_000));
        for seq in 1..=5_000 {
            rooms.publish(vec![entry(seq)]);
            turn().await;
            out.flush();
        }
        assert!(out.is_blocked() && socket.writes.get() <= 3, "it is not tried again before it is ready");
        let kept: usize = out.shared.state.borrow().unsent.kept();
        assert!(kept < 100, "{kept} bytes: the rest of one frame");
        assert!(out.stalled_for() == Duration::ZERO);
        tokio::time::advance(Duration::from_secs(7)).await;
        assert_eq!(out.stalled_for(), Duration::from_secs(7));
        socket.widen(usize::MAX);
        settle(&out).await;
        assert_eq!(socket.texts(), texts(1..=5_000));
        assert_eq!(out.stalled_for(), Duration::ZERO);
    });
}

#[test]
fn a_log_that_lacks_what_the_room_has_closes_the_connection() {
    play(async {
        let rooms = Rooms::default();
        let socket = Narrow::new(usize::MAX, usize::MAX);
        let out = Outgoing::new(Rc::clone(&socket) as Rc<dyn Socket>, Fan::default(), None);
        out.follow(start(&rooms, 0, 0));
        rooms.publish(vec![entry(5)]);
        settle(&out).await;
        assert!(out.is_closed());
        assert_eq!(*socket.taken.borrow(), frames::close(Some(close::TRY_LATER), ""));
    });
}

#[test]
fn whoever_stalls_at_what_is_dropped_meanwhile_is_closed_to_get_a_snapshot_and_plain_clients_go_on() {
    for (form, goes_on) in [(Form::V1, false), (Form::Plain, true)] {
        play(async {
            let rooms = Rooms::default();
            let socket = Narrow::new(usize::MAX, usize::MAX);
            let out = Outgoing::new(Rc::clone(&socket) as Rc<dyn Socket>, Fan::default(), None);
            let start = start_in(&rooms, 2, Held { dropped: 4, head: 6 });
            out.follow(Start { form, ..start });
            rooms.publish(vec![entry(6)]);
            settle(&out).await;
            assert_eq!(out.is_closed(), !goes_on, "{form:?}");
            if goes_on {
                assert_eq!(socket.texts(), texts([5, 6]));
            } else {
                assert_eq!(*socket.taken.borrow(), frames::close(Some(close::TRY_LATER), ""));
            }
        });
    }
}

#[test]
fn what_was_published_goes_before_the_close_frame_and_nothing_after_it() {
    play(async {
        let rooms = Rooms::default();
        let socket = Narrow::new(usize::MAX, usize::MAX);
        let out = Outgoing::new(Rc::clone(&socket) as Rc<dyn Socket>, Fan::default(), None);
        out.follow(start(&rooms, 0, 0));
        out.flush();
        rooms.publish(vec![entry(1)]);
        out.close(1000, "");
        out.reply(Bytes::from_static(b"too late"));
        settle(&out).await;
        assert!(out.is_closed() && !out.is_gone());
        assert_eq!(socket.texts(), texts([1]));
        assert!(socket.taken.borrow().ends_with(&frames::close(Some(1000), "")));
    });
}

#[test]
fn the_fan_writes_a_commit_to_each_follower_in_one_go() {
    play(async {
        let rooms = Rooms::default();
        let clients = crowd(&rooms, 600);
        // One of them takes nothing, which is nothing to the others.
        clients[3].0.room.set(0);
        rooms.publish((1..=16).map(entry).collect());
        let (last, _) = &clients[599];
        while last.taken.borrow().is_empty() {
            tokio::task::yield_now().await;
        }
        for (number, (socket, out)) in clients.iter().enumerate() {
            let expected = if number == 3 { Vec::new() } else { texts(1..=16) };
            assert_eq!((socket.writes.get(), socket.texts(), out.is_blocked()), (1, expected, number == 3));
        }
        // Those that are gone are not served, and the last one takes the room with it.
        for (_, out) in &clients {
            out.finish();
        }
        // The task that says who is here ends too.
        tokio::time::advance(Duration::from_secs(1)).await;
        turn().await;
        assert!(rooms.is_empty());
        rooms.publish(vec![entry(17)]);
    });
}

#[test]
fn a_fault_in_one_connection_ends_that_one_only() {
    play(async {
        let rooms = Rooms::default();
        let clients = crowd(&rooms, 3);
        clients[1].0.is_faulty.set(true);
        for seq in 1..=2 {
            rooms.publish(vec![entry(seq)]);
            turn().await;
        }
        for (number, (socket, out)) in clients.iter().enumerate() {
            let expected = if number == 1 { Vec::new() } else { texts(1..=2) };
            assert_eq!((socket.texts(), out.is_gone()), (expected, number == 1));
        }
    });
}
