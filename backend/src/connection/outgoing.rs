//! What goes out on a connection: its own replies in a short queue, and its cursors in rooms. The conversation fills
//! it, the relay empties it; both live on one thread.

use std::{
    cell::{Ref, RefCell, RefMut},
    collections::VecDeque,
    rc::Rc,
    task::Waker,
    time::Duration,
};

use bytes::Bytes;
use shared::RoomName;
use tokio::{sync::Notify, time::Instant};

use super::{follow::Follow, frames};

/// While more than so many replies, or bytes of them, wait, the client is not read.
const REPLIES: usize = 64;
const REPLY_BYTES: usize = 256 * 1024;

/// What goes out on a connection; a handle that the conversation and the relay share.
#[derive(Clone)]
pub struct Outgoing {
    shared: Rc<Shared>,
}

struct Shared {
    state: RefCell<State>,
    /// What [`Outgoing::taken`] waits for.
    taken: Notify,
}

pub(super) struct State {
    pub(super) replies: VecDeque<Bytes>,
    pub(super) reply_bytes: usize,
    pub(super) follows: Vec<Follow>,
    pub(super) waker: Option<Waker>,
    pub(super) ending: Ending,
    /// When the framework last took something, where it has not come back since: it cannot write.
    pub(super) took_at: Option<Instant>,
}

impl State {
    pub(super) fn is_full(&self) -> bool {
        self.replies.len() >= REPLIES || self.reply_bytes >= REPLY_BYTES
    }
}

/// How far the end of a connection has come.
pub(super) enum Ending {
    /// Not at all.
    Open,
    /// This close frame follows the replies, and nothing follows it.
    Close(Bytes),
    /// It has been taken.
    CloseTaken,
    /// The stream ends.
    Done,
    /// The relay is gone: nothing goes out any more.
    Gone,
}

impl Outgoing {
    pub(super) fn new() -> Self {
        let state = State {
            replies: VecDeque::new(),
            reply_bytes: 0,
            follows: Vec::new(),
            waker: None,
            ending: Ending::Open,
            took_at: None,
        };
        Self { shared: Rc::new(Shared { state: RefCell::new(state), taken: Notify::new() }) }
    }

    /// Queues a frame that is this client's own.
    pub fn reply(&self, frame: Bytes) {
        let mut state = self.state_mut();
        if matches!(state.ending, Ending::Open) {
            state.reply_bytes += frame.len();
            state.replies.push_back(frame);
            wake(state);
        }
    }

    /// Closes with a code and a reason, after the replies that are queued.
    pub fn close(&self, code: u16, reason: &str) {
        self.close_with(frames::close(Some(code), reason));
    }

    pub(super) fn close_with(&self, frame: Bytes) {
        let mut state = self.state_mut();
        if matches!(state.ending, Ending::Open) {
            state.ending = Ending::Close(frame);
            wake(state);
        }
    }

    /// Ends the stream, whatever waits.
    pub(super) fn finish(&self) {
        let mut state = self.state_mut();
        if !matches!(state.ending, Ending::Gone) {
            state.ending = Ending::Done;
            wake(state);
        }
    }

    /// Adds a cursor in a room; an earlier one there is let go.
    pub(super) fn follow(&self, follow: Follow) {
        let earlier = self.unfollow(follow.name());
        let mut state = self.state_mut();
        state.follows.push(follow);
        wake(state);
        drop(earlier);
    }

    /// Takes away the cursor in a room.
    pub(super) fn unfollow(&self, room: &RoomName) -> Option<Follow> {
        let mut state = self.state_mut();
        let at = state.follows.iter().position(|follow| follow.name() == room)?;
        Some(state.follows.swap_remove(at))
    }

    /// The cursors in rooms.
    pub(super) fn follows(&self) -> Ref<'_, [Follow]> {
        Ref::map(self.shared.state.borrow(), |state| state.follows.as_slice())
    }

    /// So many replies wait that the client is not to be read.
    pub(super) fn is_full(&self) -> bool {
        self.shared.state.borrow().is_full()
    }

    /// The close frame has been taken, or nothing can go out any more.
    pub(super) fn is_closed(&self) -> bool {
        matches!(self.shared.state.borrow().ending, Ending::CloseTaken | Ending::Done | Ending::Gone)
    }

    /// Nothing can go out any more.
    pub(super) fn is_gone(&self) -> bool {
        matches!(self.shared.state.borrow().ending, Ending::Gone)
    }

    /// For how long the client has taken nothing although something waited for it.
    pub(super) fn stalled_for(&self) -> Duration {
        self.shared.state.borrow().took_at.map_or(Duration::ZERO, |at| at.elapsed())
    }

    /// Waits until the relay has made room where the queue was full, has taken the close frame, or is gone.
    pub(super) async fn taken(&self) {
        self.shared.taken.notified().await;
    }

    pub(super) fn notify_taken(&self) {
        self.shared.taken.notify_one();
    }

    pub(super) fn state_mut(&self) -> RefMut<'_, State> {
        self.shared.state.borrow_mut()
    }
}

/// Wakes the relay, after the borrow is over.
fn wake(mut state: RefMut<'_, State>) {
    let waker = state.waker.take();
    drop(state);
    if let Some(waker) = waker {
        waker.wake();
    }
}
