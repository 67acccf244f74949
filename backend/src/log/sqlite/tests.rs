//! Tests of the SQLite store: what is committed is there after reopening, and views are folds.

use shared::{Author, Digest, Event, EventBody, MessageText, Millis, PersonName, Salt, Words};
use tempfile::TempDir;

use super::*;
use crate::log::{Entry, Kept, Place, ReadLimits, Reader as _, Reads, SqliteReader};

mod changes;
mod erasing;
mod migrating;
mod tidying;

fn open() -> (SqliteStore, TempDir) {
    let data = tempfile::tempdir().unwrap();
    (SqliteStore::open(data.path(), "first").unwrap(), data)
}

fn event(room: &str, seq: u64, text: &str) -> Event {
    let text = MessageText::parse(text).unwrap();
    let mentions = vec![PersonId::parse("q").unwrap(); usize::from(seq == 3)];
    Event {
        room: RoomName::parse(room).unwrap(),
        seq: Seq(seq),
        at: Millis(1_000 + seq),
        by: Author {
            id: PersonId::parse("p").unwrap(),
            name: PersonName::parse("Ada").unwrap(),
            plain: seq.is_multiple_of(2),
        },
        key: ClientKey::parse(&seq.to_string()).unwrap(),
        body: EventBody::Posted {
            words: Words::Kept { salt: Salt([9; 16]), text, mentions },
            reply_to: (seq > 1).then_some(Seq(1)),
        },
    }
}

/// A batch of events that post, after what the store has.
fn batch(store: &mut SqliteStore, events: &[Event]) -> Batch {
    let mut batch = Batch::default();
    for event in events {
        let known = batch.rooms.remove(&event.room);
        let mut state = known.unwrap_or_else(|| store.room(&event.room).unwrap());
        (state.head, state.at, state.digest) = (event.seq, event.at, state.digest.after(event));
        batch.events.push(Entry { event: event.clone(), digest: state.digest });
        batch.rooms.insert(event.room.clone(), state);
        batch.messages.insert((event.room.clone(), event.seq), Message::posted(event).unwrap());
    }
    batch
}

fn commit(store: &mut SqliteStore, events: &[Event]) -> Result<(), StoreError> {
    let batch = batch(store, events);
    store.commit(&batch)
}

fn rows(data: &TempDir) -> Vec<String> {
    let db = Connection::open(schema::file(data.path())).unwrap();
    let mut all = db.prepare("SELECT * FROM messages ORDER BY room, seq").unwrap();
    let columns = all.column_count();
    let row = |row: &rusqlite::Row<'_>| {
        (0..columns).map(|n| row.get::<_, rusqlite::types::Value>(n).map(|value| format!("{value:?}"))).collect()
    };
    all.query_map([], row).unwrap().map(Result::unwrap).collect()
}

#[test]
fn what_is_committed_is_there_after_reopening() {
    let (mut store, data) = open();
    let events =
        [event("a", 1, "one"), event("a", 2, "two \u{202e} ünï"), event("b", 1, "other"), event("a", 3, "three")];
    commit(&mut store, &events).unwrap();
    drop(store);
    let mut store = SqliteStore::open(data.path(), "second").unwrap();
    assert_eq!(store.epoch().as_str(), "first", "the epoch is the file's");
    let room = RoomName::parse("a").unwrap();
    let digest = [0, 1, 3].iter().fold(Digest::default(), |digest, index| digest.after(&events[*index]));
    let state = RoomState { head: Seq(3), at: Millis(1_003), digest, ..RoomState::default() };
    assert_eq!(store.room(&room).unwrap(), state);
    assert_eq!(store.room(&RoomName::parse("c").unwrap()).unwrap(), RoomState::default());
    let key = |n: &str| ClientKey::parse(n).unwrap();
    assert_eq!(store.find(&room, &events[0].by.id, &key("2")).unwrap(), Some(Found::Event(Seq(2))));
    assert_eq!(store.find(&room, &events[0].by.id, &key("9")).unwrap(), None);
    let reader = SqliteReader::new(data.path(), store.epoch().clone());
    let read = reader.after(&room, Seq(0), 100, usize::MAX).unwrap();
    assert_eq!(read, [events[0].clone(), events[1].clone(), events[3].clone()]);
    let page = reader.page(&room, Place::Newest, 2).unwrap();
    assert_eq!(page.messages, [Message::posted(&events[1]).unwrap(), Message::posted(&events[3]).unwrap()]);
}

#[test]
fn reading_the_log_is_bounded_by_number_and_by_bytes() {
    let (mut store, data) = open();
    let events: Vec<_> = (1..=100).map(|seq| event("a", seq, &"x".repeat(1_000))).collect();
    commit(&mut store, &events).unwrap();
    let reader = SqliteReader::new(data.path(), store.epoch().clone());
    let count = |most, bytes| reader.after(&RoomName::parse("a").unwrap(), Seq(10), most, bytes).unwrap().len();
    assert_eq!(count(7, usize::MAX), 7);
    assert_eq!(count(1_000, usize::MAX), 90);
    assert_eq!(count(1_000, 12_000), 10);
    assert_eq!(count(1_000, 1), 1, "at least one, or there would be no progress");
}

#[actix_web::test]
async fn a_page_from_a_time_begins_with_the_first_message_of_it_or_later() {
    let (mut store, data) = open();
    let page = async |store: &SqliteStore, at| {
        let reads =
            Reads::new(SqliteReader::new(data.path(), store.epoch().clone()), Kept::default(), ReadLimits::default());
        let page = reads.page(RoomName::parse("a").unwrap(), Place::At(Millis(at)), 2).await.unwrap();
        page.messages.iter().map(|message| message.seq.0).collect::<Vec<_>>()
    };
    assert_eq!(page(&store, 0).await, [0; 0]);
    let times = [10, 10, 10, 20, 30, 30, 40];
    let at = |(at, seq)| Event { at: Millis(at), ..event("a", seq, "x") };
    let events: Vec<_> = times.into_iter().zip(1..).map(at).collect();
    // Not every event is a message.
    let mut all = batch(&mut store, &events);
    for seq in [1, 5] {
        all.messages.remove(&(RoomName::parse("a").unwrap(), Seq(seq)));
    }
    store.commit(&all).unwrap();
    for (time, want) in [(0, vec![2, 3]), (10, vec![2, 3]), (11, vec![4, 6]), (20, vec![4, 6]), (21, vec![6, 7])] {
        assert_eq!(page(&store, time).await, want, "from {time}");
    }
    for (time, want) in [(30, vec![6, 7]), (31, vec![7]), (40, vec![7]), (41, vec![]), (u64::MAX, vec![])] {
        assert_eq!(page(&store, time).await, want, "from {time}");
    }
}

#[test]
fn nothing_read_outlives_its_batch() {
    let (mut store, data) = open();
    commit(&mut store, &[event("a", 1, "one")]).unwrap();
    let room = RoomName::parse("a").unwrap();
    store.room(&room).unwrap();
    store.release();
    // Somebody with the database's own tools has changed it meanwhile.
    let db = Connection::open(schema::file(data.path())).unwrap();
    db.execute_batch("UPDATE rooms SET title = 'Den'").unwrap();
    assert_eq!(store.room(&room).unwrap().about.title.as_str(), "Den");
    assert!(store.scrub(), "nor is it in the way of an erasure");
    store.unscrubbed = true;
    assert!(store.scrub());
}

#[test]
fn the_number_of_a_room_that_was_rolled_back_is_not_remembered() {
    let (mut store, _data) = open();
    commit(&mut store, &[event("a", 1, "one")]).unwrap();
    let failed = commit(&mut store, &[event("b", 1, "one"), event("a", 1, "again")]);
    assert!(matches!(failed, Err(StoreError::Failed(_))), "{failed:?}");
    commit(&mut store, &[event("c", 1, "one")]).unwrap();
    commit(&mut store, &[event("b", 1, "one")]).unwrap();
    for room in ["b", "c"] {
        let state = store.room(&RoomName::parse(room).unwrap()).unwrap();
        assert_eq!(state.digest, Digest::default().after(&event(room, 1, "one")), "{room}");
    }
}

#[test]
fn views_are_folds_of_the_log() {
    let (mut store, data) = open();
    let events: Vec<_> = (1..=2_500).map(|seq| event("a", seq, &format!("text {seq}"))).collect();
    commit(&mut store, &events).unwrap();
    commit(&mut store, &[event("b", 1, "b")]).unwrap();
    let before = rows(&data);
    assert_eq!(before.len(), 2_501);
    let db = Connection::open(schema::file(data.path())).unwrap();
    db.execute_batch("UPDATE messages SET author = 'spoiled' WHERE seq % 7 = 0; DELETE FROM messages WHERE seq > 2000")
        .unwrap();
    assert_ne!(rows(&data), before);
    store.refold().unwrap();
    assert_eq!(rows(&data), before);
}

#[test]
fn a_batch_is_kept_whole_or_not_at_all() {
    let (mut store, data) = open();
    commit(&mut store, &[event("a", 1, "one")]).unwrap();
    // The second event's seq is taken, so the first must not stay either.
    let failed = commit(&mut store, &[event("a", 2, "two"), event("a", 1, "again")]);
    assert!(matches!(failed, Err(StoreError::Failed(_))), "{failed:?}");
    assert_eq!(rows(&data).len(), 1);
    commit(&mut store, &[event("a", 2, "two")]).unwrap();
    assert_eq!(rows(&data).len(), 2);
}

#[test]
fn a_full_disk_is_known_as_such() {
    let (mut store, _data) = open();
    commit(&mut store, &[event("a", 1, "one")]).unwrap();
    let pages: i64 = store.db.query_row("PRAGMA page_count", [], |row| row.get(0)).unwrap();
    store.db.pragma_update(None, "max_page_count", pages).unwrap();
    let events: Vec<_> = (2..=200).map(|seq| event("a", seq, &"x".repeat(4_000))).collect();
    assert!(matches!(commit(&mut store, &events), Err(StoreError::Full)));
    store.db.pragma_update(None, "max_page_count", 1_000_000).unwrap();
    commit(&mut store, &events).unwrap();
}

#[test]
fn a_commit_is_synced() {
    let (store, _data) = open();
    let pragma = |name: &str| store.db.query_row(&format!("PRAGMA {name}"), [], |row| row.get::<_, i64>(0)).unwrap();
    assert_eq!((pragma("synchronous"), pragma("secure_delete")), (2, 1));
    let mode: String = store.db.query_row("PRAGMA journal_mode", [], |row| row.get(0)).unwrap();
    assert_eq!(mode, "wal");
}
