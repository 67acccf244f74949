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
        Found::Segments(segments) => Some(events_after(cursor, &segments).map(|event| event.seq.0).collect()),
        Found::Log => None,
    }
}

fn events_after(cursor: u64, segments: &[Arc<Segment>]) -> impl Iterator<Item = &Event> {
    segments.iter().flat_map(|segment| segment.events.iter()).filter(move |event| event.seq.0 > cursor)
}

fn push(ring: &mut Ring, entry: Entry) {
    ring.push([entry]);
}

#[test]
fn a_cursor_takes_what_follows_it() {
    let mut ring = Ring::default();
    assert_eq!(seqs(&ring, 0), Some(vec![]));
    ring.observe(Seq(7), digest(7));
    assert_eq!(seqs(&ring, 7), Some(vec![]));
    assert_eq!(seqs(&ring, 6), None, "7 is in the log alone");
    push(&mut ring, event(8, "a"));
    push(&mut ring, event(9, "b"));
    push(&mut ring, event(9, "again"));
    assert_eq!(seqs(&ring, 7), Some(vec![8, 9]));
    assert_eq!(seqs(&ring, 8), Some(vec![9]));
    assert_eq!(seqs(&ring, 9), Some(vec![]));
    assert_eq!(seqs(&ring, 6), None);
    ring.observe(Seq(9), digest(9));
    assert_eq!(seqs(&ring, 8), Some(vec![9]), "observing what is known changes nothing");
    ring.observe(Seq(10), digest(10));
    assert_eq!((seqs(&ring, 8), seqs(&ring, 10)), (Some(vec![9]), Some(vec![])), "10 is committed, not published");
    push(&mut ring, event(10, "c"));
    assert_eq!(seqs(&ring, 8), Some(vec![9, 10]), "and nobody is sent to the log for it");
}

#[test]
fn an_event_after_a_gap_begins_anew() {
    let mut ring = Ring::default();
    push(&mut ring, event(1, "a"));
    push(&mut ring, event(3, "c"));
    assert_eq!(seqs(&ring, 2), Some(vec![3]));
    assert_eq!(seqs(&ring, 0), None);
}

#[test]
fn memory_is_bounded_by_number_and_by_bytes() {
    let mut ring = Ring::default();
    let (last, longest) = (2 * EVENTS as u64, 4_000);
    (1..=last).for_each(|seq| push(&mut ring, event(seq, "x")));
    assert_eq!((ring.held.len(), ring.events), (EVENTS, EVENTS));
    assert_eq!(seqs(&ring, last - EVENTS as u64).map(|seqs| seqs.len()), Some(EVENTS));
    assert_eq!(seqs(&ring, last - EVENTS as u64 - 1), None);
    (last + 1..=last + 1_000).for_each(|seq| push(&mut ring, event(seq, &"x".repeat(longest))));
    assert!(ring.bytes <= BYTES && ring.held.len() <= BYTES / longest, "{} bytes", ring.bytes);
    assert_eq!(ring.held.iter().map(|segment| segment.weight).sum::<usize>(), ring.bytes);
}

/// Whom a message mentions can be more than what it says.
#[test]
fn what_stands_around_a_text_counts_too() {
    let mut ring = Ring::default();
    for seq in 1..=1_000 {
        let mentions = (0..50).map(|n| shared::PersonId::parse(&format!("{n:032}")).unwrap()).collect();
        let Words::Kept { salt, text, .. } = kept("x") else { panic!("these words are kept") };
        let words = Words::Kept { salt, text, mentions };
        push(&mut ring, entry(seq, EventBody::Posted { words, reply_to: None }));
    }
    let bytes_of = |event: &Event| serde_json::to_string(event).unwrap().len();
    let Found::Segments(taken) = ring.after(Seq(990), 16 * 1024) else { panic!("the events are held") };
    let written: usize = events_after(990, &taken).map(bytes_of).sum();
    assert!(written < 24 * 1024, "{written} bytes");
    let held: usize = ring.held.iter().flat_map(|segment| segment.events.iter()).map(bytes_of).sum();
    assert!(held <= BYTES * 3 / 2, "{held} bytes");
}

#[test]
fn what_is_taken_at_once_is_bounded_by_bytes() {
    let mut ring = Ring::default();
    (1..=100).for_each(|seq| push(&mut ring, event(seq, &"x".repeat(800))));
    let taken = |bytes| match ring.after(Seq(10), bytes) {
        Found::Segments(segments) => segments.len(),
        Found::Nothing | Found::Log => 0,
    };
    assert_eq!((taken(1), taken(10_000), taken(usize::MAX)), (1, 10, 90));
}

#[test]
fn events_of_a_commit_are_a_segment_of_at_most_about_sixteen_kibibytes() {
    let mut ring = Ring::default();
    ring.push((1..=10).map(|seq| event(seq, "x")));
    assert_eq!((ring.held.len(), ring.events), (1, 10));
    ring.push((11..=110).map(|seq| event(seq, &"x".repeat(800))));
    assert!(ring.held.iter().all(|segment| segment.weight < SEGMENT + 1_100 && segment.last() >= segment.first()));
    assert_eq!(ring.held.iter().map(|segment| segment.events.len()).collect::<Vec<_>>(), [10, 17, 17, 17, 17, 17, 15]);
    assert_eq!(seqs(&ring, 0), Some((1..=110).collect()));
    assert_eq!(seqs(&ring, 17), Some((18..=110).collect()), "also from a cursor inside one");
}

#[test]
fn a_gap_within_a_commit_begins_anew() {
    let mut ring = Ring::default();
    ring.push([event(1, "a"), event(2, "b"), event(4, "d"), event(5, "e")]);
    assert_eq!((seqs(&ring, 3), seqs(&ring, 2), ring.events), (Some(vec![4, 5]), None, 2));
}

#[test]
fn a_segment_is_encoded_once_per_form_and_its_end_for_a_cursor_inside_it() {
    use std::sync::atomic::{AtomicUsize, Ordering};
    static ENCODED: AtomicUsize = AtomicUsize::new(0);
    let encode: Encode = |form, events| {
        ENCODED.fetch_add(1, Ordering::Relaxed);
        Bytes::from(format!("{form:?} {}", events.len()))
    };
    let segment = Segment::new((1..=3).map(|seq| event(seq, "a").event).collect());
    for _ in 0..3 {
        assert_eq!(segment.after(Seq(0), Form::Plain, encode), "Plain 3");
        assert_eq!(segment.after(Seq(0), Form::V1, encode), "V1 3");
    }
    assert_eq!(ENCODED.load(Ordering::Relaxed), 2);
    assert_eq!(segment.after(Seq(1), Form::V1, encode), "V1 2");
    assert_eq!(segment.after(Seq(0), Form::V1, encode), "V1 3");
    assert_eq!(ENCODED.load(Ordering::Relaxed), 3);
}

#[test]
fn the_head_comes_with_its_digest() {
    let mut ring = Ring::default();
    assert_eq!(ring.head(), (Seq::ZERO, Digest::default()));
    ring.observe(Seq(7), digest(7));
    assert_eq!(ring.head(), (Seq(7), digest(7)));
    push(&mut ring, event(8, "a"));
    assert_eq!(ring.head(), (Seq(8), digest(8)));
    ring.observe(Seq(9), digest(9));
    assert_eq!(ring.head(), (Seq(8), digest(8)));
}

#[test]
fn what_is_deleted_is_let_go_and_nothing_else() {
    let encode: Encode = |_, events| Bytes::from(format!("{:?}", events[0].body));
    let target = Seq(1);
    let mut ring = Ring::default();
    push(&mut ring, event(1, "secret"));
    push(&mut ring, event(2, "other"));
    push(&mut ring, entry(3, EventBody::Edited { target, words: kept("secret too") }));
    let written = |ring: &Ring| -> Vec<Bytes> {
        let Found::Segments(segments) = ring.after(Seq::ZERO, usize::MAX) else { panic!("the events are held") };
        segments.iter().map(|segment| segment.after(Seq::ZERO, Form::V1, encode)).collect()
    };
    let (before, weight_before) = (written(&ring), ring.bytes);
    push(&mut ring, entry(4, EventBody::Deleted { target }));
    let after = written(&ring);
    assert_eq!((seqs(&ring, 0), ring.bytes), (Some(vec![1, 2, 3, 4]), weight_before + 201 - 6 - 10));
    assert_eq!(after[1], before[1]);
    for index in [0, 2] {
        let text = String::from_utf8(after[index].to_vec()).unwrap();
        assert!(!text.contains("secret") && text.contains("hash"), "{text}");
    }
}

#[test]
fn what_is_deleted_in_the_same_commit_is_not_said_either() {
    let mut ring = Ring::default();
    let target = Seq(1);
    ring.push([event(1, "secret"), event(2, "other"), entry(3, EventBody::Deleted { target })]);
    let Found::Segments(segments) = ring.after(Seq::ZERO, usize::MAX) else { panic!("the events are held") };
    let said = format!("{:?}", events_after(0, &segments).collect::<Vec<_>>());
    assert!(!said.contains("secret") && said.contains("other"), "{said}");
}

#[test]
fn of_who_is_forgotten_the_name_goes_also_where_it_was_encoded() {
    let of = |person: &str, called: &str, entry: Entry| {
        let by =
            Author { id: PersonId::parse(person).unwrap(), name: PersonName::parse(called).unwrap(), plain: false };
        Entry { event: Event { by, ..entry.event }, ..entry }
    };
    let mut ring = Ring::default();
    push(&mut ring, of("b", "Bob", event(1, "x")));
    push(&mut ring, of("a", "Ada", event(2, "y")));
    let encode: Encode =
        |_, events| Bytes::from(events.iter().map(|event| event.by.name.as_str()).collect::<Vec<_>>().join(" "));
    let names = |ring: &Ring| {
        let Found::Segments(segments) = ring.after(Seq(0), usize::MAX) else { panic!("they are here") };
        segments.iter().map(|segment| segment.after(Seq(0), Form::V1, encode)).collect::<Vec<_>>()
    };
    assert_eq!(names(&ring), ["Bob", "Ada"]);
    let said = [of("a", "Ada", event(3, "z")), of("a", "Anonymous", entry(4, EventBody::Forgotten))];
    ring.push(said);
    assert_eq!(names(&ring), ["Bob", "Anonymous", "Anonymous Anonymous"]);
}

#[test]
fn what_a_room_drops_is_not_held() {
    let mut ring = Ring::default();
    for seq in 1..=6 {
        push(&mut ring, event(seq, "x"));
    }
    push(&mut ring, entry(7, EventBody::Dropped { target: Seq(4) }));
    assert_eq!((seqs(&ring, 2), seqs(&ring, 3)), (None, Some(vec![4, 5, 6, 7])));
    // Also what was said about it since.
    push(&mut ring, entry(8, EventBody::Edited { target: Seq(5), words: kept("edited") }));
    ring.push([
        entry(9, EventBody::Edited { target: Seq(5), words: kept("edited") }),
        entry(10, EventBody::Dropped { target: Seq(6) }),
    ]);
    let Found::Segments(segments) = ring.after(Seq(5), usize::MAX) else { panic!("they are here") };
    assert!(!format!("{:?}", events_after(5, &segments).collect::<Vec<_>>()).contains("edited"));
    push(&mut ring, entry(11, EventBody::Dropped { target: Seq(11) }));
    assert_eq!((seqs(&ring, 9), seqs(&ring, 10)), (None, Some(vec![11])));
    assert_eq!((ring.events, ring.held.len()), (1, 1));
}
