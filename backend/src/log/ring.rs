//! A room's newest events, ready to be written to sockets: a bounded ring. A connection is a cursor into it.
//!
//! Invariants: the events held are contiguous and end at the head; each is encoded at most once per form, however
//! many connections take it. What has fallen off is in the log.

use std::{
    collections::VecDeque,
    sync::{Arc, OnceLock},
};

use bytes::Bytes;
use shared::{Event, Seq};

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
}

impl Ring {
    /// The log reached up to `head` when it was read. Only the first word counts: from then on every event comes by
    /// [`Ring::push`], and one that is in the log already and on its way here must find its place.
    pub(super) fn observe(&mut self, head: Seq) {
        if self.head == Seq::ZERO {
            self.head = head;
        }
    }

    /// The newest event known.
    pub(super) fn head(&self) -> Seq {
        self.head
    }

    /// Adds the event after the head. What came before a gap is let go: the events held stay contiguous.
    pub(super) fn push(&mut self, event: Event) {
        if event.seq <= self.head {
            return;
        }
        if event.seq != self.head.next() {
            self.held.clear();
            self.bytes = 0;
        }
        self.head = event.seq;
        self.bytes += weight(&event);
        self.held.push_back(Arc::new(Published::new(event)));
        while self.held.len() > EVENTS || (self.bytes > BYTES && self.held.len() > 1) {
            if let Some(oldest) = self.held.pop_front() {
                self.bytes -= weight(&oldest.event);
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
                    left = left.saturating_sub(weight(&published.event));
                    fits
                };
                Found::Events(self.held.iter().skip(skip).take_while(fits).map(Arc::clone).collect())
            }
            _ => Found::Log,
        }
    }
}

fn weight(event: &Event) -> usize {
    match &event.body {
        shared::EventBody::Posted { text, .. } => text.as_str().len() + 200,
        shared::EventBody::Unknown => 200,
    }
}

#[cfg(test)]
mod tests {
    use shared::{Author, ClientKey, EventBody, MessageText, Millis, PersonId, PersonName, RoomName};

    use super::*;

    fn event(seq: u64, text: &str) -> Event {
        Event {
            room: RoomName::lobby(),
            seq: Seq(seq),
            at: Millis(1),
            by: Author { id: PersonId::parse("a").unwrap(), name: PersonName::anonymous(), plain: false },
            key: ClientKey::parse("k").unwrap(),
            body: EventBody::Posted { text: MessageText::parse(text).unwrap(), reply_to: None, mentions: Vec::new() },
        }
    }

    fn seqs(ring: &Ring, cursor: u64) -> Option<Vec<u64>> {
        match ring.after(Seq(cursor), usize::MAX) {
            Found::Nothing => Some(Vec::new()),
            Found::Events(events) => Some(events.iter().map(|published| published.event.seq.0).collect()),
            Found::Log => None,
        }
    }

    #[test]
    fn a_cursor_takes_what_follows_it() {
        let mut ring = Ring::default();
        assert_eq!(seqs(&ring, 0), Some(vec![]));
        ring.observe(Seq(7));
        assert_eq!(seqs(&ring, 7), Some(vec![]));
        assert_eq!(seqs(&ring, 6), None, "7 is in the log alone");
        ring.push(event(8, "a"));
        ring.push(event(9, "b"));
        ring.push(event(9, "again"));
        assert_eq!(seqs(&ring, 7), Some(vec![8, 9]));
        assert_eq!(seqs(&ring, 8), Some(vec![9]));
        assert_eq!(seqs(&ring, 9), Some(vec![]));
        assert_eq!(seqs(&ring, 6), None);
        ring.observe(Seq(9));
        assert_eq!(seqs(&ring, 8), Some(vec![9]), "observing what is known changes nothing");
        ring.observe(Seq(10));
        assert_eq!((seqs(&ring, 8), seqs(&ring, 10)), (Some(vec![9]), Some(vec![])), "10 is committed, not published");
        ring.push(event(10, "c"));
        assert_eq!(seqs(&ring, 8), Some(vec![9, 10]), "and nobody is sent to the log for it");
    }

    #[test]
    fn an_event_after_a_gap_begins_anew() {
        let mut ring = Ring::default();
        ring.push(event(1, "a"));
        ring.push(event(3, "c"));
        assert_eq!(seqs(&ring, 2), Some(vec![3]));
        assert_eq!(seqs(&ring, 0), None);
    }

    #[test]
    fn memory_is_bounded_by_number_and_by_bytes() {
        let mut ring = Ring::default();
        (1..=5_000).for_each(|seq| ring.push(event(seq, "x")));
        assert_eq!(ring.held.len(), EVENTS);
        assert_eq!(seqs(&ring, 5_000 - EVENTS as u64).map(|seqs| seqs.len()), Some(EVENTS));
        assert_eq!(seqs(&ring, 5_000 - EVENTS as u64 - 1), None);
        (5_001..=5_400).for_each(|seq| ring.push(event(seq, &"x".repeat(4_000))));
        assert!(ring.bytes <= BYTES && ring.held.len() < 300, "{} bytes, {} events", ring.bytes, ring.held.len());
    }

    #[test]
    fn what_is_taken_at_once_is_bounded_by_bytes() {
        let mut ring = Ring::default();
        (1..=100).for_each(|seq| ring.push(event(seq, &"x".repeat(800))));
        let taken = |bytes| match ring.after(Seq(10), bytes) {
            Found::Events(events) => events.len(),
            Found::Nothing | Found::Log => 0,
        };
        assert_eq!((taken(1), taken(10_000), taken(usize::MAX)), (1, 10, 90));
    }

    #[test]
    fn an_event_is_encoded_once_per_form() {
        use std::sync::atomic::{AtomicUsize, Ordering};
        static ENCODED: AtomicUsize = AtomicUsize::new(0);
        let encode: fn(Form, &Event) -> Bytes = |form, _| {
            ENCODED.fetch_add(1, Ordering::Relaxed);
            Bytes::from(format!("{form:?}"))
        };
        let published = Published::new(event(1, "a"));
        for _ in 0..3 {
            assert_eq!(published.form(Form::Plain, encode), "Plain");
            assert_eq!(published.form(Form::V1, encode), "V1");
        }
        assert_eq!(ENCODED.load(Ordering::Relaxed), 2);
    }
}
