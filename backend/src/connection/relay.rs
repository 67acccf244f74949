//! The relay: the response body of a WebSocket connection. The framework polls it whenever it can write more, and it
//! gives everything between the connection's cursors and the heads of its rooms, many frames in one chunk.
//!
//! No queue of events stands between a room and a connection: a client that reads slowly just has an older cursor.

use std::{
    pin::Pin,
    task::{Context, Poll},
};

use actix_web::body::{BodySize, BoxBody, MessageBody};
use bytes::{Bytes, BytesMut};
use shared::close;
use tokio::time::Instant;

use super::{
    frames,
    outgoing::{Ending, Outgoing, State},
};

/// About the most bytes of one chunk. The framework takes chunks until it holds 32 KiB, so that a write has two of
/// these; larger ones would make what it holds for a client that does not read twice as large.
const CHUNK: usize = 16 * 1024;

pub(super) struct Relay {
    outgoing: Outgoing,
    /// The body that the framework's WebSocket layer made. Dropping it would end what comes in.
    _keep: BoxBody,
}

impl Relay {
    pub(super) fn new(outgoing: Outgoing, keep: BoxBody) -> Self {
        Self { outgoing, _keep: keep }
    }
}

impl MessageBody for Relay {
    type Error = std::convert::Infallible;

    fn size(&self) -> BodySize {
        BodySize::Stream
    }

    fn poll_next(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Result<Bytes, Self::Error>>> {
        let mut state = self.outgoing.state_mut();
        let state = &mut *state;
        if matches!(state.ending, Ending::Done) {
            return Poll::Ready(None);
        }
        state.took_at = None;
        let was_full = state.is_full();
        let mut chunk = BytesMut::new();
        write_replies(state, &mut chunk);
        if state.replies.is_empty() {
            write_events(state, cx, &mut chunk);
            write_close(state, &mut chunk);
        }
        state.waker = Some(cx.waker().clone());
        if chunk.is_empty() {
            return Poll::Pending;
        }
        state.took_at = Some(Instant::now());
        // The conversation is not disturbed by each chunk, only by those that it waits for.
        if was_full || matches!(state.ending, Ending::CloseTaken) {
            self.outgoing.notify_taken();
        }
        Poll::Ready(Some(Ok(chunk.freeze())))
    }
}

impl Drop for Relay {
    fn drop(&mut self) {
        let follows = {
            let mut state = self.outgoing.state_mut();
            state.ending = Ending::Gone;
            state.replies.clear();
            std::mem::take(&mut state.follows)
        };
        drop(follows);
        self.outgoing.notify_taken();
    }
}

fn write_replies(state: &mut State, chunk: &mut BytesMut) {
    while chunk.len() < CHUNK
        && let Some(reply) = state.replies.pop_front()
    {
        state.reply_bytes -= reply.len();
        chunk.extend_from_slice(&reply);
    }
}

fn write_events(state: &mut State, cx: &mut Context<'_>, chunk: &mut BytesMut) {
    // A chunk of events may still go before the close frame: what a client has just posted comes back to it.
    if !matches!(state.ending, Ending::Open | Ending::Close(_)) {
        return;
    }
    let mut written = Ok(());
    for follow in &mut state.follows {
        written = written.and(follow.write_news(cx, chunk, CHUNK));
        // One read of the log at a time: what it gives waits in memory until the client takes it.
        if follow.is_reading() {
            break;
        }
    }
    if written.is_err() && matches!(state.ending, Ending::Open) {
        state.ending = Ending::Close(frames::close(Some(close::TRY_LATER), "1000"));
    }
    // Whoever had no turn in this chunk comes first in the next.
    if !chunk.is_empty() && state.follows.len() > 1 {
        state.follows.rotate_left(1);
    }
}

fn write_close(state: &mut State, chunk: &mut BytesMut) {
    if matches!(state.ending, Ending::Close(_))
        && let Ending::Close(frame) = std::mem::replace(&mut state.ending, Ending::CloseTaken)
    {
        chunk.extend_from_slice(&frame);
    }
}
