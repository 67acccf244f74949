//! The fan of a worker thread: it serves all followers of a room that are on this thread. Publishing wakes it once, and
//! it writes what is new to each follower's socket itself, so that a delivery costs a system call and little more.

use std::{
    cell::{Cell, RefCell},
    collections::{BTreeSet, HashMap},
    future::poll_fn,
    panic::{AssertUnwindSafe, catch_unwind},
    rc::{Rc, Weak},
    sync::Arc,
    task::Poll,
    time::Duration,
};

use bytes::Bytes;
use shared::{Person, PersonId, Seq};
use tokio::time::{Instant, sleep_until};

use super::{frames, outgoing::Shared};
use crate::log::{
    Bell, Room, RoomNumber,
    ring::{Form, Found, Segment},
    signals::Seen,
};

/// After so many followers others of the thread have their turn.
const TURN: usize = 256;
/// A round that took at least so long is followed by a rest as long as itself, in which what is published gathers, so
/// that the next round writes it in one go. Shorter ones are not: a rest cannot be shorter than the clock's tick.
const TIRING: Duration = Duration::from_millis(1);
/// The longest rest: what a message may wait here under load.
const REST: Duration = Duration::from_millis(5);
/// About the most bytes that are taken from a ring at once.
const TAKE: usize = 64 * 1024;

/// The fan of a worker thread; a cheap handle.
#[derive(Clone, Default)]
pub struct Fan {
    inner: Rc<Inner>,
}

#[derive(Default)]
struct Inner {
    bell: Arc<Bell>,
    rooms: RefCell<HashMap<RoomNumber, Rc<Local>>>,
    is_running: Cell<bool>,
}

/// A room's followers on this thread.
pub(super) struct Local {
    pub(super) room: Arc<Room>,
    fan: Rc<Inner>,
    followers: RefCell<Followers>,
    /// What was taken from the ring last, while all are served: the next follower most often wants the same.
    tail: RefCell<Option<Rc<Tail>>>,
    is_serving: Cell<bool>,
}

#[derive(Default)]
struct Followers {
    places: Vec<Option<Weak<Shared>>>,
    free: Vec<usize>,
}

/// What follows a cursor in the ring, in a form.
pub(super) struct Tail {
    after: Seq,
    form: Form,
    /// Each with the last event that is in it.
    pub(super) parts: Vec<(Bytes, Seq)>,
}

/// What a follower finds.
pub(super) enum Next {
    /// It has everything.
    Nothing,
    /// These follow.
    Tail(Rc<Tail>),
    /// What follows is in the log only.
    Log,
}

impl Fan {
    /// Begins to follow a room: from now on `out` is served when there is something new. Gives the room here, and the
    /// place among its followers.
    pub(super) fn follow(&self, room: &Arc<Room>, person: &Person, out: Weak<Shared>) -> (Rc<Local>, usize) {
        let local = Rc::clone(self.inner.rooms.borrow_mut().entry(room.number()).or_insert_with(|| {
            room.add_bell(&self.inner.bell);
            Rc::new(Local::new(Arc::clone(room), Rc::clone(&self.inner)))
        }));
        let place = local.followers.borrow_mut().add(out);
        room.join(person);
        if !self.inner.is_running.replace(true) {
            actix_web::rt::spawn(Rc::clone(&self.inner).run());
        }
        (local, place)
    }
}

impl Inner {
    async fn run(self: Rc<Self>) {
        let mut rested = Instant::now();
        loop {
            let mut rung = poll_fn(|cx| self.bell.poll_rung(cx)).await;
            if rested > Instant::now() {
                sleep_until(rested).await;
                rung.append(&mut self.rung_meanwhile().await);
            }
            let began = Instant::now();
            let mut turn = 0;
            for number in rung {
                let local = self.rooms.borrow().get(&number).cloned();
                if let Some(local) = local {
                    local.serve(&mut turn).await;
                }
            }
            let took = began.elapsed();
            rested = Instant::now() + if took < TIRING { Duration::ZERO } else { took.min(REST) };
        }
    }

    async fn rung_meanwhile(&self) -> BTreeSet<RoomNumber> {
        poll_fn(|cx| match self.bell.poll_rung(cx) {
            Poll::Ready(rung) => Poll::Ready(rung),
            Poll::Pending => Poll::Ready(BTreeSet::new()),
        })
        .await
    }
}

impl Local {
    fn new(room: Arc<Room>, fan: Rc<Inner>) -> Self {
        let (followers, tail) = (RefCell::default(), RefCell::default());
        Self { room, fan, followers, tail, is_serving: Cell::new(false) }
    }

    /// Serves all followers that have not everything.
    async fn serve(&self, turn: &mut usize) {
        let (head, signals) = self.room.newest();
        self.is_serving.set(true);
        let mut place = 0;
        loop {
            let out = match self.followers.borrow().places.get(place) {
                None => break,
                Some(follower) => follower.as_ref().and_then(Weak::upgrade),
            };
            place += 1;
            let Some(out) = out else { continue };
            // A fault in one connection must not end the others.
            let served = catch_unwind(AssertUnwindSafe(|| out.serve(self, head, signals)));
            if served.unwrap_or_else(|_| out.give_up()) {
                *turn += 1;
                if turn.is_multiple_of(TURN) {
                    tokio::task::yield_now().await;
                }
            }
        }
        self.is_serving.set(false);
        self.tail.take();
    }

    /// What follows a cursor.
    pub(super) fn after(&self, cursor: Seq, form: Form) -> Next {
        if let Some(tail) = &*self.tail.borrow()
            && (tail.after, tail.form) == (cursor, form)
        {
            return Next::Tail(Rc::clone(tail));
        }
        let segments = match self.room.after(cursor, TAKE) {
            Found::Nothing => return Next::Nothing,
            Found::Log => return Next::Log,
            Found::Segments(segments) => segments,
        };
        let part = |segment: Arc<Segment>| (segment.after(cursor, form, frames::events), segment.last());
        let tail = Rc::new(Tail { after: cursor, form, parts: segments.into_iter().map(part).collect() });
        // Kept no longer than that, because what is deleted meanwhile would be kept with it.
        if self.is_serving.get() {
            self.tail.replace(Some(Rc::clone(&tail)));
        }
        Next::Tail(tail)
    }

    /// The signals that have been sent out since `seen`, which is brought up to date.
    pub(super) fn signals(&self, seen: &mut Seen) -> Vec<Bytes> {
        self.room.signals(seen, frames::signal)
    }

    /// A follower goes.
    pub(super) fn leave(&self, place: usize, person: &PersonId) {
        let is_empty = {
            let mut followers = self.followers.borrow_mut();
            followers.remove(place);
            followers.is_empty()
        };
        if is_empty {
            self.room.remove_bell(&self.fan.bell);
            let last = self.fan.rooms.borrow_mut().remove(&self.room.number());
            drop(last);
        }
        self.room.part(person);
    }
}

impl Followers {
    fn add(&mut self, out: Weak<Shared>) -> usize {
        let place = self.free.pop().unwrap_or_else(|| {
            self.places.push(None);
            self.places.len() - 1
        });
        self.places[place] = Some(out);
        place
    }

    fn remove(&mut self, place: usize) {
        self.places[place] = None;
        self.free.push(place);
    }

    fn is_empty(&self) -> bool {
        self.places.len() == self.free.len()
    }
}
