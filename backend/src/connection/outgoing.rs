//! What goes out on a connection: its own replies in a short queue, and its cursors in rooms. It is written as far as
//! the socket takes it; what the socket does not take stays where it was, in the queue, the ring or the log, so that a
//! client which does not read costs no memory.

use std::{
    cell::{Cell, Ref, RefCell},
    collections::VecDeque,
    pin::Pin,
    rc::Rc,
    sync::Arc,
    task::{Context, Poll, Waker},
    time::Duration,
};

use bytes::Bytes;
use shared::{RoomName, Seq, close};
use smallvec::SmallVec;

use super::{
    Agreed,
    fan::{Fan, Local},
    follow::{Follow, Looking, Standing, Start},
    frames,
    socket::Socket,
    writing::{Broken, Unsent},
};
use crate::log::{ReadError, Stretch, ring::Form, signals::Seen};

/// While more than so many replies, or bytes of them, wait, the client is not read.
const REPLIES: usize = 64;
const REPLY_BYTES: usize = 256 * 1024;

/// What goes out on a connection; a handle that the conversation and the connection share.
#[derive(Clone)]
pub struct Outgoing {
    shared: Rc<Shared>,
}

pub(super) struct Shared {
    state: RefCell<State>,
    socket: Rc<dyn Socket>,
    fan: Fan,
    deflate: Option<Agreed>,
    stir: Stir,
}

struct State {
    replies: VecDeque<Bytes>,
    reply_bytes: usize,
    /// One in most connections, so that one needs no memory of its own.
    follows: SmallVec<[Follow; 1]>,
    unsent: Unsent,
    ending: Ending,
    /// A read of the log that is under way, for the cursor that stood there.
    reading: Option<(Standing, Reading)>,
}

type Reading = Pin<Box<dyn Future<Output = Result<Arc<Stretch>, ReadError>>>>;

/// How far the end of a connection has come.
enum Ending {
    /// Not at all.
    Open,
    /// This close frame follows what is there, and nothing follows it.
    Close(Bytes),
    /// It is being written.
    Closing,
    /// It has been written.
    Closed,
    /// Nothing goes out any more.
    Gone,
}

impl Outgoing {
    pub(super) fn new(socket: Rc<dyn Socket>, fan: Fan, deflate: Option<Agreed>) -> Self {
        let state = State {
            replies: VecDeque::new(),
            reply_bytes: 0,
            follows: SmallVec::new(),
            unsent: Unsent::default(),
            ending: Ending::Open,
            reading: None,
        };
        Self { shared: Rc::new(Shared { state: RefCell::new(state), socket, fan, deflate, stir: Stir::default() }) }
    }

    /// Queues a frame that is this client's own. It is compressed, where that was agreed on and gains something.
    pub fn reply(&self, frame: Bytes) {
        let mut state = self.shared.state.borrow_mut();
        if matches!(state.ending, Ending::Open) {
            let frame = match self.shared.deflate {
                Some(agreed) => agreed.deflate(frame),
                None => frame,
            };
            state.reply_bytes += frame.len();
            state.replies.push_back(frame);
        }
    }

    /// How events of `warren.v1` go out here.
    pub(super) fn v1_form(&self) -> Form {
        if self.shared.deflate.is_some() { Form::V1Deflated } else { Form::V1 }
    }

    /// Closes with a code and a reason, after what is there.
    pub fn close(&self, code: u16, reason: &str) {
        self.close_with(frames::close(Some(code), reason));
    }

    pub(super) fn close_with(&self, frame: Bytes) {
        self.shared.state.borrow_mut().close_with(frame);
    }

    /// Adds a cursor in a room; an earlier one there is let go.
    pub(super) fn follow(&self, start: Start) {
        let earlier = self.unfollow(start.room.name());
        let follow = Follow::begin(start, &self.shared.fan, Rc::downgrade(&self.shared));
        self.shared.state.borrow_mut().follows.push(follow);
        drop(earlier);
    }

    /// Takes away the cursor in a room.
    pub(super) fn unfollow(&self, room: &RoomName) -> Option<Follow> {
        let mut state = self.shared.state.borrow_mut();
        let at = state.follows.iter().position(|follow| follow.name() == room)?;
        Some(state.follows.swap_remove(at))
    }

    /// The cursors in rooms.
    pub(super) fn follows(&self) -> Ref<'_, [Follow]> {
        Ref::map(self.shared.state.borrow(), |state| state.follows.as_slice())
    }

    /// So many replies wait that the client is not to be read.
    pub(super) fn is_full(&self) -> bool {
        let state = self.shared.state.borrow();
        state.replies.len() >= REPLIES || state.reply_bytes >= REPLY_BYTES
    }

    /// The close frame has been written, or nothing can go out any more.
    pub(super) fn is_closed(&self) -> bool {
        matches!(self.shared.state.borrow().ending, Ending::Closed | Ending::Gone)
    }

    /// Nothing can go out any more.
    pub(super) fn is_gone(&self) -> bool {
        matches!(self.shared.state.borrow().ending, Ending::Gone)
    }

    /// For how long the client has taken nothing although something waited for it.
    pub(super) fn stalled_for(&self) -> Duration {
        self.shared.state.borrow().unsent.stalled_for()
    }

    /// Writes as much as the socket takes.
    pub(super) fn flush(&self) {
        self.shared.state.borrow_mut().flush(&*self.shared.socket, None);
    }

    /// The socket did not take everything.
    pub(super) fn is_blocked(&self) -> bool {
        self.shared.state.borrow().unsent.is_blocked()
    }

    /// A cursor has fallen off its ring, and what follows it can be taken.
    pub(super) fn wants_log(&self) -> bool {
        self.shared.state.borrow().wants_log()
    }

    /// Waits until the fan could not do all by itself.
    pub(super) async fn stirred(&self) {
        std::future::poll_fn(|cx| self.shared.stir.poll(cx)).await;
    }

    /// Waits until the socket takes something again.
    pub(super) async fn writable(&self) {
        let ready = std::future::poll_fn(|cx| self.shared.socket.poll_writable(cx)).await;
        let mut state = self.shared.state.borrow_mut();
        state.unsent.unblock();
        if ready.is_err() {
            state.gone();
        }
    }

    /// Reads the log for a cursor that has fallen off its ring. May be cut off, and then goes on where it was.
    pub(super) async fn read_log(&self) {
        std::future::poll_fn(|cx| self.poll_log(cx)).await;
    }

    fn poll_log(&self, cx: &mut Context<'_>) -> Poll<()> {
        let reading = {
            let mut state = self.shared.state.borrow_mut();
            state.reading.take().or_else(|| state.begin_reading())
        };
        let Some((standing, mut reading)) = reading else { return Poll::Pending };
        let read = reading.as_mut().poll(cx);
        let mut state = self.shared.state.borrow_mut();
        match read {
            Poll::Pending => {
                state.reading = Some((standing, reading));
                Poll::Pending
            }
            Poll::Ready(read) => {
                state.read(standing, read);
                Poll::Ready(())
            }
        }
    }

    /// Ends the direction to the client, whatever waits; and its cursors with it.
    pub(super) fn finish(&self) {
        let follows = {
            let mut state = self.shared.state.borrow_mut();
            state.gone();
            std::mem::take(&mut state.follows)
        };
        drop(follows);
        self.shared.socket.end();
    }

    /// Resets the connection.
    pub(super) fn cut(&self) {
        self.shared.state.borrow_mut().gone();
        self.shared.socket.cut();
    }
}

/// The connection's own task is to look: the fan could not do all. Both are on one thread.
#[derive(Default)]
struct Stir {
    is_set: Cell<bool>,
    waker: RefCell<Option<Waker>>,
}

impl Stir {
    fn set(&self) {
        self.is_set.set(true);
        if let Some(waker) = self.waker.take() {
            waker.wake();
        }
    }

    fn poll(&self, cx: &Context<'_>) -> Poll<()> {
        if self.is_set.take() {
            return Poll::Ready(());
        }
        match &mut *self.waker.borrow_mut() {
            Some(kept) => kept.clone_from(cx.waker()),
            none => *none = Some(cx.waker().clone()),
        }
        Poll::Pending
    }
}

impl Shared {
    /// Serves the cursor in a room, of which this is the newest. Says whether there was anything to do.
    pub(super) fn serve(&self, room: &Local, head: Seq, signals: Seen) -> bool {
        let mut state = self.state.borrow_mut();
        let Some(at) = state.follows.iter().position(|follow| follow.is_in(room)) else { return false };
        if state.follows[at].is_over() {
            let over = state.follows.swap_remove(at);
            // It comes back, and is told that the room is closed to it.
            state.resume_later();
            drop(state);
            drop(over);
            self.stir.set();
            return true;
        }
        let follow = &mut state.follows[at];
        if !follow.lacks(head, signals) {
            return false;
        }
        follow.look();
        // Its task waits for the socket, and writes then.
        if state.unsent.is_blocked() {
            return false;
        }
        state.flush(&*self.socket, Some((head, signals)));
        if state.unsent.is_blocked() || state.wants_log() || matches!(state.ending, Ending::Gone) {
            self.stir.set();
        }
        true
    }

    /// Serving it has failed where it never does: it ends, and comes back where its client does. Gives true.
    pub(super) fn give_up(&self) -> bool {
        tracing::error!("a connection is ended that could not be served");
        self.state.borrow_mut().gone();
        self.stir.set();
        true
    }
}

impl State {
    fn flush(&mut self, socket: &dyn Socket, newest: Option<(Seq, Seen)>) {
        while !self.unsent.is_blocked() && !matches!(self.ending, Ending::Closed | Ending::Gone) {
            let step = if !self.unsent.is_empty() {
                self.unsent.write(socket)
            } else if matches!(self.ending, Ending::Closing) {
                self.ending = Ending::Closed;
                return;
            } else if !self.replies.is_empty() {
                self.reply_bytes = 0;
                self.unsent.extend(std::mem::take(&mut self.replies));
                Ok(())
            } else if let Some(at) = self.follows.iter().position(|follow| follow.looking() == Looking::InRing) {
                let written = self.unsent.write_next(&mut self.follows[at], socket);
                if let Some((head, signals)) = newest {
                    self.follows[at].has(head, signals);
                }
                written
            } else if let Ending::Close(frame) = std::mem::replace(&mut self.ending, Ending::Closing) {
                self.unsent.extend([frame]);
                Ok(())
            } else {
                self.ending = Ending::Open;
                return;
            };
            if step == Err(Broken) {
                self.gone();
            }
        }
    }

    fn close_with(&mut self, frame: Bytes) {
        if matches!(self.ending, Ending::Open) {
            self.ending = Ending::Close(frame);
            // What a client has just posted comes back to it before the close frame.
            self.follows.iter_mut().for_each(Follow::look);
        }
    }

    fn gone(&mut self) {
        self.ending = Ending::Gone;
        self.replies.clear();
        self.unsent.clear();
        self.reading = None;
    }

    fn wants_log(&self) -> bool {
        // One stretch of it at a time, and only where the client takes what it has.
        let is_free = self.unsent.is_empty() && matches!(self.ending, Ending::Open);
        is_free && (self.reading.is_some() || self.behind().is_some())
    }

    fn behind(&self) -> Option<&Follow> {
        self.follows.iter().find(|follow| follow.looking() == Looking::InLog)
    }

    fn begin_reading(&self) -> Option<(Standing, Reading)> {
        let follow = self.behind()?;
        let (standing, reads, room) = (follow.standing(), follow.reads().clone(), follow.name().clone());
        let reading = async move { reads.after(&room, standing.cursor).await };
        Some((standing, Box::pin(reading)))
    }

    /// Takes what was read from the log, where the cursor still stands there.
    fn read(&mut self, standing: Standing, read: Result<Arc<Stretch>, ReadError>) {
        let Some(follow) = self.follows.iter_mut().find(|follow| follow.standing() == standing) else { return };
        match read {
            // The room says that there is more, and the log does not have it: reading again would not end.
            Ok(stretch) if stretch.last() <= standing.cursor || follow.is_over() => self.resume_later(),
            // What came next was dropped while this one stalled: with its cursor it gets a snapshot. (Who speaks plain has none.)
            Ok(stretch) if follow.form() != Form::Plain && stretch.skips(standing.cursor) => self.resume_later(),
            Ok(stretch) => {
                self.unsent.extend([stretch.after(standing.cursor, follow.form(), frames::events)]);
                follow.read(stretch.last());
            }
            Err(_) => self.resume_later(),
        }
    }

    /// Closes, to be resumed. No time is said: by their own backoff those who are told so together come back spread.
    fn resume_later(&mut self) {
        self.close_with(frames::close(Some(close::TRY_LATER), ""));
    }
}

#[cfg(test)]
mod tests;
