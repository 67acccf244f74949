//! Writing to a socket: what was begun goes on first, and what was not begun goes back to where it came from.

use std::{
    collections::VecDeque,
    io::{ErrorKind, IoSlice},
    time::Duration,
};

use bytes::{Buf as _, Bytes};
use tokio::time::Instant;

use super::{fan::Next, follow::Follow, socket::Socket};

/// Most parts of one write.
const PARTS: usize = 32;

/// What is to be written before all else: the rest of a frame that was begun, and a connection's own frames.
#[derive(Default)]
pub(super) struct Unsent {
    parts: VecDeque<Bytes>,
    is_blocked: bool,
    stalled_since: Option<Instant>,
}

/// The connection is broken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Broken;

impl Unsent {
    pub(super) fn is_empty(&self) -> bool {
        self.parts.is_empty()
    }

    /// The socket takes nothing now.
    pub(super) fn is_blocked(&self) -> bool {
        self.is_blocked
    }

    /// It may take something again.
    pub(super) fn unblock(&mut self) {
        self.is_blocked = false;
    }

    pub(super) fn clear(&mut self) {
        *self = Self::default();
    }

    /// For how long it has taken nothing.
    pub(super) fn stalled_for(&self) -> Duration {
        self.stalled_since.map_or(Duration::ZERO, |since| since.elapsed())
    }

    /// Bytes that are kept here.
    #[cfg(test)]
    pub(super) fn kept(&self) -> usize {
        self.parts.iter().map(Bytes::len).sum()
    }

    pub(super) fn extend(&mut self, parts: impl IntoIterator<Item = Bytes>) {
        self.parts.extend(parts.into_iter().filter(|part| !part.is_empty()));
    }

    /// Writes what is here, as far as the socket takes it.
    pub(super) fn write(&mut self, socket: &dyn Socket) -> Result<(), Broken> {
        let mut parts = std::mem::take(&mut self.parts);
        let mut slices = [IoSlice::new(&[]); PARTS];
        for (slice, part) in slices.iter_mut().zip(&parts) {
            *slice = IoSlice::new(part);
        }
        let mut taken = self.try_write(socket, &slices[..parts.len().min(PARTS)])?;
        while taken > 0
            && let Some(part) = parts.front_mut()
        {
            let here = taken.min(part.len());
            part.advance(here);
            taken -= here;
            if part.is_empty() {
                parts.pop_front();
            }
        }
        // Most connections have nothing of their own for a long time then, and need no room for it.
        if !parts.is_empty() {
            self.parts = parts;
        }
        Ok(())
    }

    /// Writes what follows a cursor in its ring, as far as the socket takes it, and moves the cursor as far. Of a part that
    /// was begun, the rest is kept here; the others are not.
    pub(super) fn write_next(&mut self, follow: &mut Follow, socket: &dyn Socket) -> Result<(), Broken> {
        let tail = match follow.next() {
            Next::Tail(tail) => tail,
            Next::Log => return Ok(()),
            Next::Nothing => {
                self.extend(follow.signals());
                return Ok(());
            }
        };
        let mut slices = [IoSlice::new(&[]); PARTS];
        for (slice, (part, _)) in slices.iter_mut().zip(&tail.parts) {
            *slice = IoSlice::new(part);
        }
        let count = tail.parts.len().min(PARTS);
        let mut taken = self.try_write(socket, &slices[..count])?;
        for (part, last) in &tail.parts[..count] {
            if taken == 0 && !part.is_empty() {
                break;
            }
            follow.advance(*last);
            if taken < part.len() {
                self.parts.push_back(part.slice(taken..));
                break;
            }
            taken -= part.len();
        }
        Ok(())
    }

    fn try_write(&mut self, socket: &dyn Socket, slices: &[IoSlice<'_>]) -> Result<usize, Broken> {
        if slices.iter().all(|slice| slice.is_empty()) {
            return Ok(0);
        }
        loop {
            match socket.try_write(slices) {
                Ok(0) => return Err(Broken),
                Ok(taken) => {
                    self.stalled_since = None;
                    return Ok(taken);
                }
                Err(error) if error.kind() == ErrorKind::WouldBlock => {
                    self.is_blocked = true;
                    self.stalled_since.get_or_insert_with(Instant::now);
                    return Ok(0);
                }
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                Err(_) => return Err(Broken),
            }
        }
    }
}
