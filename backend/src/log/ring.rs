//! A room's newest events, ready to be written to sockets: a bounded ring. A connection is a cursor into it.
//!
//! Invariants: the events held are contiguous and end at the head; each is encoded at most once per form, however
//! many connections take it; what was deleted has no words here. What has fallen off is in the log.

use std::{
    collections::VecDeque,
    sync::{Arc, OnceLock},
};

use bytes::Bytes;
use shared::{Digest, Event, EventBody, Seq, Words};

use super::{store::Entry, weight};

/// Most events held.
const EVENTS: usize = 1_024;
/// Most bytes of texts held, about.
const BYTES: usize = 1 << 20;

/// How an event is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Form {
    /// `{"name":…,"message":…,"time":…}`
    Plain,
    /// `warren.v1`
    V1,
}

/// An event and its encodings.
pub struct Published {
    event: Event,
    plain: OnceLock<Bytes>,
    v1: OnceLock<Bytes>,
}

impl Published {
    /// The event, not yet encoded.
    #[must_use]
    pub fn new(event: Event) -> Self {
        Self { event, plain: OnceLock::new(), v1: OnceLock::new() }
    }

    /// Its place in the log.
    #[must_use]
    pub fn seq(&self) -> Seq {
        self.event.seq
    }

    /// The event in a form, encoded by `encode` the first time that it is asked for. Empty where the form has no
    /// words for such an event.
    pub fn form(&self, form: Form, encode: fn(Form, &Event) -> Bytes) -> Bytes {
        let cell = match form {
            Form::Plain => &self.plain,
            Form::V1 => &self.v1,
        };
        cell.get_or_init(|| encode(form, &self.event)).clone()
    }
}

/// What a cursor finds in the ring.
pub(super) enum Found {
    /// It stands on the head.
    Nothing,
    /// These follow it.
    Events(Vec<Arc<Published>>),
    /// What follows it has fallen off, or never was here: read the log.
    Log,
}

#[derive(Default)]
pub(super) struct Ring {
    held: VecDeque<Arc<Published>>,
    bytes: usize,
    head: Seq,
    digest: Digest,
}

impl Ring {
    /// The log reached up to `head`, with this digest, when it was read. Only the first word counts: from then on every
    /// event comes by [`Ring::push`], and one that is in the log already and on its way here must find its place.
    pub(super) fn observe(&mut self, head: Seq, digest: Digest) {
        if self.head == Seq::ZERO {
            (self.head, self.digest) = (head, digest);
        }
    }

    /// The newest event known, and the digest of the log up to it.
    pub(super) fn head(&self) -> (Seq, Digest) {
        (self.head, self.digest)
    }

    /// Adds the event after the head. What came before a gap is let go: the events held stay contiguous.
    pub(super) fn push(&mut self, Entry { event, digest }: Entry) {
        if event.seq <= self.head {
            return;
        }
        if event.seq != self.head.next() {
            self.held.clear();
            self.bytes = 0;
        }
        if let EventBody::Deleted { target } = event.body {
            self.erase(target);
        }
        (self.head, self.digest) = (event.seq, digest);
        self.bytes += weight::of_event(&event);
        self.held.push_back(Arc::new(Published::new(event)));
        while self.held.len() > EVENTS || (self.bytes > BYTES && self.held.len() > 1) {
            if let Some(oldest) = self.held.pop_front() {
                self.bytes -= weight::of_event(&oldest.event);
            }
        }
    }

    /// Lets go what a message and its edits said, also where it is encoded already.
    fn erase(&mut self, message: Seq) {
        for held in &mut self.held {
            let is_of_it = held.event.seq == message || held.event.body.target() == Some(message);
            if is_of_it && words(&held.event).is_some() {
                let mut event = held.event.clone();
                event.body.erase();
                self.bytes = self.bytes + weight::of_event(&event) - weight::of_event(&held.event);
                *held = Arc::new(Published::new(event));
            }
        }
    }

    /// Events after `cursor`: at least one where there is one, and about `bytes` bytes of text at most.
    pub(super) fn after(&self, cursor: Seq, bytes: usize) -> Found {
        if cursor >= self.head {
            return Found::Nothing;
        }
        let oldest = self.head.0 - self.held.len() as u64;
        match usize::try_from(cursor.0.wrapping_sub(oldest)) {
            Ok(skip) if cursor.0 >= oldest => {
                let mut left = bytes;
                let fits = |published: &&Arc<Published>| {
                    let fits = left > 0;
                    left = left.saturating_sub(weight::of_event(&published.event));
                    fits
                };
                Found::Events(self.held.iter().skip(skip).take_while(fits).map(Arc::clone).collect())
            }
            _ => Found::Log,
        }
    }
}

/// What an event says that may be deleted one day.
fn words(event: &Event) -> Option<&Words> {
    match &event.body {
        EventBody::Posted { words, .. } | EventBody::Edited { words, .. } => Some(words),
        _ => None,
    }
}

#[cfg(test)]
mod tests;
