//! A room's newest events, ready to be written to sockets: a bounded ring of segments. A connection is a cursor into it.
//!
//! Invariants: the events held are contiguous and end at the head; a segment is encoded at most once per form, however
//! many connections take it; what was deleted has no words here. What has fallen off is in the log.

use std::{
    collections::VecDeque,
    sync::{Arc, OnceLock},
};

use bytes::Bytes;
use shared::{Digest, Event, EventBody, Seq, Words};

use super::{store::Entry, weight};

/// Most events held: those of eight commits, so that a client which takes a little longer than the others under a full
/// load need not read the log.
const EVENTS: usize = 8_192;
/// Most bytes of texts held, about.
const BYTES: usize = 2 << 20;
/// A segment is closed at so many bytes of text, about: few enough that a client which stopped in the middle of one
/// holds little, and many enough that a system call for each is cheap.
const SEGMENT: usize = 16 * 1024;

/// How events are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Form {
    /// `{"name":…,"message":…,"time":…}`, a frame for each.
    Plain,
    /// `warren.v1`: one frame, with an event or an array of them.
    V1,
    /// The same, compressed where that makes it smaller.
    V1Deflated,
}

/// Writes events in a form. Empty where the form has no words for them.
pub type Encode = fn(Form, &[Event]) -> Bytes;

/// Events that were committed together, and their encodings.
pub struct Segment {
    /// Boxed: a vector grown for one event has room for four, and at a quiet rate most segments have one.
    events: Box<[Event]>,
    weight: usize,
    plain: OnceLock<Bytes>,
    v1: OnceLock<Bytes>,
    v1_deflated: OnceLock<Bytes>,
}

impl Segment {
    fn new(events: Box<[Event]>) -> Self {
        let weight = events.iter().map(weight::of_event).sum();
        let (plain, v1, v1_deflated) = Default::default();
        Self { events, weight, plain, v1, v1_deflated }
    }

    /// The first event's place in the log.
    fn first(&self) -> Seq {
        self.events.first().map_or(Seq::ZERO, |event| event.seq)
    }

    /// The last event's place in the log.
    #[must_use]
    pub fn last(&self) -> Seq {
        self.events.last().map_or(Seq::ZERO, |event| event.seq)
    }

    /// The events after a cursor in a form. The whole is encoded the first time that it is asked for; what a cursor
    /// inside it lacks is encoded for that cursor alone.
    pub fn after(&self, cursor: Seq, form: Form, encode: Encode) -> Bytes {
        let skip = self.events.partition_point(|event| event.seq <= cursor);
        if skip > 0 {
            return encode(form, &self.events[skip..]);
        }
        let cell = match form {
            Form::Plain => &self.plain,
            Form::V1 => &self.v1,
            Form::V1Deflated => &self.v1_deflated,
        };
        cell.get_or_init(|| encode(form, &self.events)).clone()
    }
}

/// What a cursor finds in the ring.
pub enum Found {
    /// It stands on the head.
    Nothing,
    /// What follows it is in these; the first may begin before it.
    Segments(Vec<Arc<Segment>>),
    /// What follows it has fallen off, or never was here: read the log.
    Log,
}

#[derive(Default)]
pub(super) struct Ring {
    held: VecDeque<Arc<Segment>>,
    events: usize,
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

    /// Adds the events after the head. What came before a gap is let go: the events held stay contiguous.
    pub(super) fn push(&mut self, entries: impl IntoIterator<Item = Entry>) {
        let (mut open, mut weight) = (Vec::new(), 0);
        for Entry { event, digest } in entries {
            if event.seq <= self.head {
                continue;
            }
            if event.seq != self.head.next() {
                open.clear();
                self.held.clear();
                (weight, self.events, self.bytes) = (0, 0, 0);
            }
            match event.body {
                EventBody::Deleted { target } => {
                    self.change(|event| speaks_of(event, target), |event| event.body.erase());
                    open.iter_mut().filter(|event| speaks_of(event, target)).for_each(|event| event.body.erase());
                }
                EventBody::Forgotten => {
                    let (is_theirs, name) = (|one: &Event| one.by.id == event.by.id, &event.by.name);
                    self.change(is_theirs, |one| one.by.name.clone_from(name));
                    open.iter_mut().filter(|one| is_theirs(one)).for_each(|one| one.by.name.clone_from(name));
                }
                EventBody::Dropped { target } => {
                    self.drop_before(target);
                    // What was said later about what is gone, is gone too.
                    let is_late =
                        |one: &Event| matches!(&one.body, EventBody::Edited { target: of, .. } if *of < target);
                    self.change(is_late, |one| one.body.erase());
                    open.iter_mut().filter(|one| is_late(one)).for_each(|one| one.body.erase());
                }
                _ => {}
            }
            (self.head, self.digest) = (event.seq, digest);
            weight += weight::of_event(&event);
            open.push(event);
            if weight >= SEGMENT {
                self.close(std::mem::take(&mut open));
                weight = 0;
            }
        }
        if !open.is_empty() {
            self.close(open);
        }
    }

    fn close(&mut self, events: Vec<Event>) {
        let segment = Segment::new(events.into_boxed_slice());
        self.events += segment.events.len();
        self.bytes += segment.weight;
        self.held.push_back(Arc::new(segment));
        while (self.events > EVENTS || self.bytes > BYTES)
            && self.held.len() > 1
            && let Some(oldest) = self.held.pop_front()
        {
            self.events -= oldest.events.len();
            self.bytes -= oldest.weight;
        }
    }

    /// Changes what is held, also where it is encoded already.
    fn change(&mut self, which: impl Fn(&Event) -> bool, change: impl Fn(&mut Event)) {
        for held in &mut self.held {
            if held.events.iter().any(&which) {
                let mut events = held.events.clone();
                events.iter_mut().filter(|event| which(event)).for_each(&change);
                let segment = Segment::new(events);
                self.bytes = self.bytes + segment.weight - held.weight;
                *held = Arc::new(segment);
            }
        }
    }

    /// Lets go of the segments that have something before a seq.
    fn drop_before(&mut self, before: Seq) {
        while self.held.front().is_some_and(|oldest| oldest.first() < before)
            && let Some(oldest) = self.held.pop_front()
        {
            self.events -= oldest.events.len();
            self.bytes -= oldest.weight;
        }
    }

    /// What follows `cursor`: at least a segment where there is one, and about `bytes` bytes of text at most.
    pub(super) fn after(&self, cursor: Seq, bytes: usize) -> Found {
        if cursor >= self.head {
            return Found::Nothing;
        }
        let is_here = self.held.front().is_some_and(|oldest| oldest.first() <= cursor.next());
        if !is_here {
            return Found::Log;
        }
        let from = self.held.partition_point(|segment| segment.last() <= cursor);
        let mut left = bytes;
        let fits = |segment: &&Arc<Segment>| {
            let fits = left > 0;
            left = left.saturating_sub(segment.weight);
            fits
        };
        Found::Segments(self.held.range(from..).take_while(fits).map(Arc::clone).collect())
    }
}

/// The event has words of a message, which may be deleted one day.
fn speaks_of(event: &Event, message: Seq) -> bool {
    match &event.body {
        EventBody::Posted { words: Words::Kept { .. }, .. } => event.seq == message,
        EventBody::Edited { target, words: Words::Kept { .. } } => *target == message,
        _ => false,
    }
}

#[cfg(test)]
mod tests;
