//! The gate: checks WebSocket frames (RFC 6455) byte by byte as they arrive, before the framework collects them.
//!
//! The framework looks at a frame's declared length only when the whole frame has arrived, and at UTF-8 only when the
//! whole message has. The gate ends the stream at the first byte that is wrong, so that a frame that declares 4 GiB
//! costs nothing, and so that everything good before it is still delivered. What ended it is its [`Verdict`].
//!
//! Where compression was agreed on, it inflates what came compressed as it comes, and gives the decoder behind it plain
//! messages: it knows no compression.

use std::{
    cell::RefCell,
    pin::Pin,
    rc::Rc,
    task::{Context, Poll},
};

use actix_web::{dev::Payload, error::PayloadError};
use bytes::Bytes;
use futures_util::{Stream, StreamExt as _};
use shared::close;

use super::deflate::Agreed;

mod check;
mod passing;
mod utf8;

pub(super) use check::Verdict;
use check::{Check, End, Passed};

/// What comes in on a connection, behind the gate. Clones share it: one is read by the framework's decoder, another
/// asks why it ended.
#[derive(Clone)]
pub struct Incoming {
    shared: Rc<RefCell<Gate>>,
}

struct Gate {
    payload: Payload,
    check: Check,
    verdict: Option<Verdict>,
    ended: bool,
}

impl Incoming {
    /// A gate that lets messages of at most `most` bytes pass, compressed ones too where that was agreed on.
    pub(super) fn new(payload: Payload, most: usize, agreed: Option<Agreed>) -> Self {
        let gate = Gate { payload, check: Check::new(most, agreed.is_some()), verdict: None, ended: false };
        Self { shared: Rc::new(RefCell::new(gate)) }
    }

    /// Why the gate ended the stream; none where the client did.
    pub(super) fn verdict(&self) -> Option<Verdict> {
        self.shared.borrow().verdict
    }

    /// Reads on and throws away, until the client ends. Closing a socket with bytes unread would reset it, and the
    /// client might never see the close frame.
    pub(super) async fn drain(&self) {
        std::future::poll_fn(|cx| {
            let mut gate = self.shared.borrow_mut();
            loop {
                match gate.payload.poll_next_unpin(cx) {
                    Poll::Ready(Some(Ok(_))) => {}
                    Poll::Ready(Some(Err(_)) | None) => return Poll::Ready(()),
                    Poll::Pending => return Poll::Pending,
                }
            }
        })
        .await;
    }
}

impl Stream for Incoming {
    type Item = Result<Bytes, PayloadError>;

    fn poll_next(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        let gate = &mut *self.shared.borrow_mut();
        while !gate.ended {
            let Poll::Ready(chunk) = gate.payload.poll_next_unpin(cx) else { return Poll::Pending };
            match chunk {
                Some(Ok(chunk)) => {
                    let Passed { bytes, end } = gate.check.pass(&chunk);
                    gate.ended = end.is_some();
                    if let Some(End::Wrong(verdict)) = end {
                        gate.verdict = Some(verdict);
                    }
                    // Of a compressed message nothing passes until it is whole.
                    if !bytes.is_empty() {
                        return Poll::Ready(Some(Ok(bytes)));
                    }
                }
                Some(Err(error)) => {
                    gate.ended = true;
                    tracing::debug!(%error, "the connection broke");
                }
                None => gate.ended = true,
            }
        }
        Poll::Ready(None)
    }
}

impl Verdict {
    /// The close code that says it.
    pub(super) fn code(self) -> u16 {
        match self {
            Self::Protocol(_) => close::PROTOCOL_ERROR,
            Self::NotUtf8 | Self::Corrupt => close::INVALID,
            Self::TooBig => close::TOO_BIG,
        }
    }

    /// The close reason that says it.
    pub(super) fn reason(self) -> &'static str {
        match self {
            Self::Protocol(why) => why,
            Self::NotUtf8 => "not UTF-8",
            Self::Corrupt => "not compressed as agreed",
            Self::TooBig => "message too big",
        }
    }
}
