//! Tests of the ring: it is contiguous and bounded, knows its head's digest, and forgets what is deleted.

use shared::{Author, ClientKey, MessageText, Millis, PersonId, PersonName, RoomName, Salt};

use super::*;

fn entry(seq: u64, body: EventBody) -> Entry {
    let event = Event {
        room: RoomName::lobby(),
        seq: Seq(seq),
        at: Millis(1),
        by: Author { id: PersonId::parse("a").unwrap(), name: PersonName::anonymous(), plain: false },
        key: ClientKey::parse("k").unwrap(),
        body,
    };
    Entry { event, digest: digest(seq) }
}

/// Any digest that is another for each seq.
fn digest(seq: u64) -> Digest {
    Digest([u8::try_from(seq % 251).unwrap(); 16])
}

fn kept(text: &str) -> Words {
    Words::Kept { salt: Salt([1; 16]), text: MessageText::parse(text).unwrap(), mentions: Vec::new() }
}

fn event(seq: u64, text: &str) -> Entry {
    entry(seq, EventBody::Posted { words: kept(text), reply_to: None })
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
    ring.observe(Seq(7), digest(7));
    assert_eq!(seqs(&ring, 7), Some(vec![]));
    assert_eq!(seqs(&ring, 6), None, "7 is in the log alone");
    ring.push(event(8, "a"));
    ring.push(event(9, "b"));
    ring.push(event(9, "again"));
    assert_eq!(seqs(&ring, 7), Some(vec![8, 9]));
    assert_eq!(seqs(&ring, 8), Some(vec![9]));
    assert_eq!(seqs(&ring, 9), Some(vec![]));
    assert_eq!(seqs(&ring, 6), None);
    ring.observe(Seq(9), digest(9));
    assert_eq!(seqs(&ring, 8), Some(vec![9]), "observing what is known changes nothing");
    ring.observe(Seq(10), digest(10));
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

/// Whom a message mentions can be more than what it says.
#[test]
fn what_stands_around_a_text_counts_too() {
    let mut ring = Ring::default();
    for seq in 1..=1_000 {
        let mentions = (0..50).map(|n| shared::PersonId::parse(&format!("{n:032}")).unwrap()).collect();
        let Words::Kept { salt, text, .. } = kept("x") else { panic!("these words are kept") };
        let words = Words::Kept { salt, text, mentions };
        ring.push(entry(seq, EventBody::Posted { words, reply_to: None }));
    }
    let Found::Events(taken) = ring.after(Seq(990), 16 * 1024) else { panic!("the events are held") };
    let written: usize = taken.iter().map(|one| serde_json::to_string(&one.event).unwrap().len()).sum();
    assert!(written < 24 * 1024, "{written} bytes");
    let held: usize = ring.held.iter().map(|one| serde_json::to_string(&one.event).unwrap().len()).sum();
    assert!(held <= BYTES * 3 / 2, "{held} bytes");
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
    let published = Published::new(event(1, "a").event);
    for _ in 0..3 {
        assert_eq!(published.form(Form::Plain, encode), "Plain");
        assert_eq!(published.form(Form::V1, encode), "V1");
    }
    assert_eq!(ENCODED.load(Ordering::Relaxed), 2);
}

#[test]
fn the_head_comes_with_its_digest() {
    let mut ring = Ring::default();
    assert_eq!(ring.head(), (Seq::ZERO, Digest::default()));
    ring.observe(Seq(7), digest(7));
    assert_eq!(ring.head(), (Seq(7), digest(7)));
    ring.push(event(8, "a"));
    assert_eq!(ring.head(), (Seq(8), digest(8)));
    ring.observe(Seq(9), digest(9));
    assert_eq!(ring.head(), (Seq(8), digest(8)));
}

#[test]
fn what_is_deleted_is_let_go_and_nothing_else() {
    let encode: fn(Form, &Event) -> Bytes = |_, event| Bytes::from(format!("{:?}", event.body));
    let target = Seq(1);
    let mut ring = Ring::default();
    ring.push(event(1, "secret"));
    ring.push(event(2, "other"));
    ring.push(entry(3, EventBody::Edited { target, words: kept("secret too") }));
    let written = |ring: &Ring| -> Vec<Bytes> {
        let Found::Events(events) = ring.after(Seq::ZERO, usize::MAX) else { panic!("the events are held") };
        events.iter().map(|event| event.form(Form::V1, encode)).collect()
    };
    let (before, weight_before) = (written(&ring), ring.bytes);
    ring.push(entry(4, EventBody::Deleted { target }));
    let after = written(&ring);
    assert_eq!((seqs(&ring, 0), ring.bytes), (Some(vec![1, 2, 3, 4]), weight_before + 201 - 6 - 10));
    assert_eq!(after[1], before[1]);
    for index in [0, 2] {
        let text = String::from_utf8(after[index].to_vec()).unwrap();
        assert!(!text.contains("secret") && text.contains("hash"), "{text}");
    }
}
