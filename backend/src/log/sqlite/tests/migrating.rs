//! A database of an older format becomes one of this: nothing is lost, and it can be proved and erased like a new one.

use std::path::Path;

use super::*;

/// A data directory as the first version left it.
fn first_version(data: &Path) {
    let mut db = Connection::open(schema::file(data)).unwrap();
    schema::configure(&db).unwrap();
    schema::older(&mut db, "first", 1).unwrap();
    db.execute_batch("INSERT INTO rooms VALUES (1, 'a', 1, 3, 1003), (2, 'b', 1, 1, 1001)").unwrap();
    for (room, seq, text, more) in [
        (1, 1, "one", None),
        (2, 1, "other", None),
        (1, 2, "two", Some(r#"{"reply_to":1}"#)),
        (1, 3, "three", Some(r#"{"reply_to":1,"mentions":["q"]}"#)),
    ] {
        let row = rusqlite::params![room, seq, 1_000 + seq, "p", "Ada", seq % 2 == 0, seq.to_string(), text, more];
        db.execute("INSERT INTO events VALUES (?1,?2,?3,?4,?5,?6,?7,'posted',NULL,?8,?9)", row).unwrap();
        db.execute("INSERT INTO messages VALUES (?1,?2,?3,?4,?5,?6,?7,?8,?9,?2)", row).unwrap();
        db.execute("INSERT INTO keys VALUES (?1,'p',?2,?3)", rusqlite::params![room, seq.to_string(), seq]).unwrap();
    }
}

#[test]
fn the_first_format_becomes_this_one_and_a_copy_is_kept() {
    let data = tempfile::tempdir().unwrap();
    first_version(data.path());
    let mut store = SqliteStore::open(data.path(), "second").unwrap();
    assert_eq!(store.epoch().as_str(), "first", "it is the same history");
    let room = RoomName::parse("a").unwrap();
    let reader = SqliteReader::new(data.path(), store.epoch().clone());
    let events = reader.after(&room, Seq::ZERO, 100, usize::MAX).unwrap();
    let salt_of = |event: &Event| match event.body {
        EventBody::Posted { words: Words::Kept { salt, .. }, .. } => salt,
        _ => panic!("{event:?}"),
    };
    let salts: std::collections::HashSet<_> = events.iter().map(salt_of).collect();
    assert_eq!(salts.len(), 3, "each has a salt of its own");
    let expected: Vec<_> = ["one", "two", "three"]
        .iter()
        .zip(1..)
        .zip(&events)
        .map(|((text, seq), found)| {
            let mut expected = event("a", seq, text);
            if let EventBody::Posted { words: Words::Kept { salt, .. }, .. } = &mut expected.body {
                *salt = salt_of(found);
            }
            expected
        })
        .collect();
    assert_eq!(events, expected);
    let digest = events.iter().fold(Digest::default(), Digest::after);
    assert_eq!(store.room(&room).unwrap().digest, digest);
    let messages: Vec<_> = events.iter().filter_map(Message::posted).collect();
    assert_eq!(reader.page(&room, Place::Newest, 9).unwrap().messages, messages);
    let next = event("a", 4, "four");
    commit(&mut store, std::slice::from_ref(&next)).unwrap();
    assert_eq!(store.room(&room).unwrap().digest, digest.after(&next), "and it goes on");
    assert!(data.path().join("warren.before-1.sqlite").exists());
}

#[test]
fn what_was_written_by_an_older_version_can_be_erased() {
    let data = tempfile::tempdir().unwrap();
    first_version(data.path());
    let mut store = SqliteStore::open(data.path(), "second").unwrap();
    let room = RoomName::parse("a").unwrap();
    let mut message = store.message(&room, Seq(3)).unwrap().unwrap();
    let target = Seq(3);
    let deleted = Event { seq: Seq(4), body: EventBody::Deleted { target }, ..event("a", 4, "x") };
    message.fold(&deleted);
    let mut batch = batch(&mut store, &[]);
    let mut state = store.room(&room).unwrap();
    (state.head, state.digest) = (Seq(4), state.digest.after(&deleted));
    batch.events.push(Entry { event: deleted, digest: state.digest });
    batch.rooms.insert(room.clone(), state);
    batch.messages.insert((room.clone(), target), message);
    batch.erased.push((room, target));
    store.commit(&batch).unwrap();
    assert!(store.scrub());
    let files =
        ["warren.sqlite", "warren.sqlite-wal"].map(|file| std::fs::read(data.path().join(file)).unwrap()).concat();
    let has = |text: &str| files.windows(text.len()).any(|bytes| bytes == text.as_bytes());
    assert_eq!((has("three"), has("two")), (false, true));
}

#[test]
fn a_backup_of_the_first_format_is_made_and_restored_as_one_of_this() {
    use crate::upkeep::{Job, backup, check, restore};
    let (data, other) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    first_version(data.path());
    let said = std::sync::Arc::new(std::sync::Mutex::<Vec<String>>::default());
    let job = || {
        let said = std::sync::Arc::clone(&said);
        Job::begin(move |words| said.lock().unwrap().push(format!("{words:?}")))
    };
    let file = other.path().join("backup.sqlite");
    assert!(check(data.path(), None, &job()).unwrap_err().to_string().contains("older version"));
    backup(data.path(), &file, false, &job()).unwrap();
    let has_said = |words: &str| said.lock().unwrap().iter().any(|said| said.contains(words));
    assert!(has_said("of an older version, not checked"));
    let place = other.path().join("data");
    restore(&place, &file, &job()).unwrap();
    assert!(has_said("Restored 2 rooms with 4 events"));
    assert_eq!(check(&place, None, &job()).unwrap().faults, 0);
    let store = SqliteStore::open(&place, "new").unwrap();
    assert!(!["first", "new"].contains(&store.epoch().as_str()));
}

/// The first version took any number for a seq, and SQLite's functions for JSON make a fraction of a great one.
#[test]
fn whatever_the_first_format_holds_is_brought_over() {
    let data = tempfile::tempdir().unwrap();
    first_version(data.path());
    let db = Connection::open(schema::file(data.path())).unwrap();
    let rows = [("posted", Some("great"), Some(r#"{"reply_to":18446744073709551615}"#)), ("pinned", None, None)];
    for ((kind, text, more), seq) in rows.into_iter().zip(2_i64..) {
        let row = rusqlite::params![seq, seq.to_string(), kind, text, more];
        db.execute("INSERT INTO events VALUES (2,?1,1001,'p','Ada',0,?2,?3,NULL,?4,?5)", row).unwrap();
    }
    db.execute_batch("UPDATE rooms SET head = 3 WHERE id = 2").unwrap();
    drop(db);
    let store = SqliteStore::open(data.path(), "second").unwrap();
    let reader = SqliteReader::new(data.path(), store.epoch().clone());
    let events = reader.after(&RoomName::parse("b").unwrap(), Seq(1), 100, usize::MAX).unwrap();
    assert!(matches!(events[0].body, EventBody::Posted { reply_to: Some(Seq(u64::MAX)), .. }), "{:?}", events[0]);
    assert!(matches!(&events[1].body, EventBody::Unknown { kind, .. } if kind == "pinned"), "{:?}", events[1]);
}

#[test]
fn the_keys_of_the_second_format_are_known_in_this_one() {
    let data = tempfile::tempdir().unwrap();
    let mut db = Connection::open(schema::file(data.path())).unwrap();
    schema::configure(&db).unwrap();
    schema::older(&mut db, "first", 2).unwrap();
    db.execute_batch(
        "INSERT INTO rooms (id, name, first, head, at) VALUES (1, 'a', 1, 0, 0), (2, 'b', 1, 0, 0);
         INSERT INTO keys (room, author, key, seq) VALUES (1, 'p', 'k', 7), (1, 'q', 'k', 8), (2, 'p', 'k', 0);",
    )
    .unwrap();
    drop(db);
    let mut store = SqliteStore::open(data.path(), "second").unwrap();
    let mut find = |room: &str, author: &str, key: &str| {
        let (room, author) = (RoomName::parse(room).unwrap(), PersonId::parse(author).unwrap());
        store.find(&room, &author, &ClientKey::parse(key).unwrap()).unwrap()
    };
    assert_eq!(find("a", "p", "k"), Some(Found::Event(Seq(7))));
    assert_eq!(find("a", "q", "k"), Some(Found::Event(Seq(8))));
    assert_eq!(find("b", "p", "k"), Some(Found::Unchanged));
    assert_eq!((find("b", "q", "k"), find("a", "k", "p")), (None, None));
    assert!(data.path().join("warren.before-2.sqlite").exists());
}
