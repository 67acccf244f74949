//! Tests of a room's signals.

use shared::PersonName;

use super::*;

fn person(id: &str, name: &str) -> Person {
    Person { id: PersonId::parse(id).unwrap(), name: PersonName::parse(name).unwrap() }
}

/// A signal in short.
fn short(signal: Signal) -> Bytes {
    let names = |people: &[Person]| people.iter().map(|p| p.name.to_string()).collect::<Vec<_>>().join(",");
    let short = match signal {
        Signal::Here { count, people, .. } => {
            format!("here {count} {}", people.as_deref().map_or_else(|| "-".to_owned(), names))
        }
        Signal::Typing { people, .. } => format!("typing {}", names(&people)),
        Signal::Renamed { person, .. } => format!("renamed {}", person.name),
        Signal::Unread(_) | Signal::Forgotten { .. } | Signal::Unknown => "none of a room".to_owned(),
    };
    short.into()
}

/// What a connection that has seen `seen` is told, in short.
fn told(signals: &mut Signals, seen: &mut Seen) -> Vec<String> {
    let told = signals.since(&RoomName::lobby(), seen, short);
    told.iter().map(|said| String::from_utf8(said.to_vec()).unwrap()).collect()
}

#[test]
fn people_are_counted_not_connections() {
    let (mut signals, mut seen, now) = (Signals::default(), Seen::default(), Instant::now());
    signals.join(&person("a", "Ada"));
    assert!(signals.send_out(now));
    assert_eq!(told(&mut signals, &mut seen), ["here 1 Ada"]);
    signals.join(&person("a", "Ada"));
    assert!(!signals.waiting(), "a second tab is no news");
    signals.join(&person("b", "Bob"));
    signals.part(&person("a", "").id);
    signals.send_out(now);
    assert_eq!(told(&mut signals, &mut seen), ["here 2 Ada,Bob"]);
    signals.part(&person("a", "").id);
    signals.send_out(now);
    assert_eq!(told(&mut signals, &mut seen), ["here 1 Bob"]);
    assert_eq!(told(&mut signals, &mut seen), Vec::<String>::new());
}

#[test]
fn joins_are_coalesced_and_above_two_hundred_counted() {
    let (mut signals, mut seen) = (Signals::default(), Seen::default());
    for n in 0..201 {
        signals.join(&person(&format!("p{n}"), "N"));
    }
    signals.send_out(Instant::now());
    assert_eq!(told(&mut signals, &mut seen), ["here 201 -"]);
}

#[test]
fn typing_ends_by_itself_by_a_post_and_by_leaving() {
    let (mut signals, mut seen, now) = (Signals::default(), Seen::default(), Instant::now());
    signals.typing(&person("z", "Zed"), now);
    assert!(!signals.waiting(), "one who is not here does not type here");
    for id in ["a", "b", "c"] {
        signals.join(&person(id, id));
        signals.typing(&person(id, id), now);
    }
    signals.send_out(now);
    assert_eq!(told(&mut signals, &mut seen), ["here 3 a,b,c", "typing a,b,c"]);
    signals.stop_typing(&person("a", "").id);
    signals.part(&person("b", "").id);
    signals.send_out(now);
    assert_eq!(told(&mut signals, &mut seen), ["here 2 a,c", "typing c"]);
    assert_eq!(signals.next_end(), Some(now + TYPING));
    signals.typing(&person("c", "c"), now + TYPING / 2);
    assert!(!signals.waiting(), "saying it again is no news");
    assert!(!signals.send_out(now + TYPING));
    assert!(signals.send_out(now + TYPING * 2));
    assert_eq!(told(&mut signals, &mut seen), ["typing "]);
}

#[test]
fn renames_reach_those_who_were_there() {
    let (mut signals, mut seen, now) = (Signals::default(), Seen::default(), Instant::now());
    signals.join(&person("a", "Ada"));
    signals.send_out(now);
    told(&mut signals, &mut seen);
    assert!(!signals.rename(&person("a", "Ada")), "no change");
    assert!(!signals.rename(&person("b", "Bob")), "not here");
    assert!(signals.rename(&person("a", "Countess")));
    signals.send_out(now);
    assert_eq!(told(&mut signals, &mut seen), ["renamed Countess", "here 1 Countess"]);
    assert_eq!(told(&mut signals, &mut Seen::default()), ["here 1 Countess"], "who comes later reads the list");
    for n in 0..100 {
        signals.rename(&person("a", &format!("N{n}")));
    }
    signals.send_out(now);
    let all = told(&mut signals, &mut seen);
    assert_eq!((all.len(), all.last().map(String::as_str)), (RENAMES + 1, Some("here 1 N99")), "bounded");
}

#[test]
fn each_version_is_encoded_once_and_its_bytes_are_shared() {
    let (mut signals, now) = (Signals::default(), Instant::now());
    for id in ["a", "b"] {
        signals.join(&person(id, id));
    }
    signals.send_out(now);
    let mut first = Seen::default();
    signals.since(&RoomName::lobby(), &mut first, short);
    signals.rename(&person("a", "Ada"));
    signals.typing(&person("b", "b"), now);
    signals.send_out(now);
    let take = |signals: &mut Signals, encode: Encode| signals.since(&RoomName::lobby(), &mut first.clone(), encode);
    let taken = take(&mut signals, short);
    assert_eq!(taken, ["renamed Ada", "here 2 Ada,b", "typing b"]);
    let again = take(&mut signals, |signal| panic!("encoded twice: {signal:?}"));
    assert!(taken.iter().zip(&again).all(|(one, other)| one.as_ptr() == other.as_ptr()), "the same bytes");
    // What has changed meanwhile is in the next version.
    signals.part(&person("b", "").id);
    assert_eq!(take(&mut signals, short), taken);
    signals.send_out(now);
    assert_eq!(take(&mut signals, short), ["renamed Ada", "here 1 Ada", "typing "]);
}

#[test]
fn the_pause_grows_with_the_room() {
    let mut signals = Signals::default();
    let check = |signals: &mut Signals, people: usize, want: u64| {
        for n in signals.here.len()..people {
            signals.join(&person(&format!("p{n}"), "N"));
        }
        assert_eq!(signals.pause(), Duration::from_millis(want), "{people} people");
    };
    check(&mut signals, 0, 300);
    check(&mut signals, 200, 300);
    check(&mut signals, 400, 600);
    check(&mut signals, 2_000, 3_000);
    check(&mut signals, 3_200, 4_800);
    check(&mut signals, 10_000, 4_800);
}
