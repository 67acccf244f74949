//! Tests of appending, on a store in memory that can be told to fail.

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, atomic::AtomicBool},
};

use shared::{Author, ClientKey, Digest, Epoch, MessageText, PersonId, PersonName};

use super::*;
use crate::log::store::{Batch, PersonRow};

mod changes;

/// What the store in memory holds, and how it is to fail.
#[derive(Default)]
struct Kept {
    events: Vec<Entry>,
    unchanged: Vec<(RoomName, PersonId, ClientKey)>,
    rooms: BTreeMap<RoomName, RoomState>,
    messages: BTreeMap<(RoomName, Seq), Message>,
    erased: Vec<(RoomName, Seq)>,
    people: Vec<PersonRow>,
    commits: usize,
    fail: Option<StoreError>,
}

struct Memory {
    epoch: Epoch,
    kept: Arc<Mutex<Kept>>,
}

impl Store for Memory {
    fn epoch(&self) -> &Epoch {
        &self.epoch
    }

    fn room(&mut self, room: &RoomName) -> Result<RoomState, StoreError> {
        Ok(self.kept.lock().unwrap().rooms.get(room).cloned().unwrap_or_default())
    }

    fn find(&mut self, room: &RoomName, author: &PersonId, key: &ClientKey) -> Result<Option<Found>, StoreError> {
        let kept = self.kept.lock().unwrap();
        let same = |Entry { event, .. }: &&Entry| event.room == *room && event.by.id == *author && event.key == *key;
        let unchanged = kept.unchanged.contains(&(room.clone(), author.clone(), key.clone()));
        let event = kept.events.iter().find(same).map(|entry| Found::Event(entry.event.seq));
        Ok(event.or(unchanged.then_some(Found::Unchanged)))
    }

    fn message(&mut self, room: &RoomName, seq: Seq) -> Result<Option<Message>, StoreError> {
        Ok(self.kept.lock().unwrap().messages.get(&(room.clone(), seq)).cloned())
    }

    fn commit(&mut self, batch: &Batch) -> Result<(), StoreError> {
        let mut kept = self.kept.lock().unwrap();
        kept.commits += 1;
        if let Some(error) = kept.fail.take() {
            return Err(error);
        }
        let batch = batch.clone();
        kept.events.extend(batch.events);
        kept.unchanged.extend(batch.unchanged);
        kept.rooms.extend(batch.rooms);
        kept.messages.extend(batch.messages);
        kept.erased.extend(batch.erased);
        kept.people.extend(batch.people);
        Ok(())
    }
}

fn appender() -> (Appender<Memory>, Arc<Mutex<Kept>>) {
    let kept = Arc::<Mutex<Kept>>::default();
    let salts = Arc::new(|| Ok([7; 16]));
    (Appender::new(Memory { epoch: Epoch::from("e".to_owned()), kept: Arc::clone(&kept) }, salts), kept)
}

fn command(room: &str, author: &str, key: &str, command: shared::Command) -> Command {
    Command::Append(Draft {
        room: RoomName::parse(room).unwrap(),
        by: Author { id: PersonId::parse(author).unwrap(), name: PersonName::anonymous(), plain: false },
        key: ClientKey::parse(key).unwrap(),
        command,
        of: None,
        remember: None,
        line: Line::default(),
    })
}

fn text(text: &str) -> MessageText {
    MessageText::parse(text).unwrap()
}

fn post(room: &str, author: &str, key: &str) -> Command {
    command(room, author, key, shared::Command::Post { text: text("t"), reply_to: None, mentions: Vec::new() })
}

fn seqs(events: &[Entry]) -> Vec<(&str, u64)> {
    events.iter().map(|Entry { event, .. }| (event.room.as_str(), event.seq.0)).collect()
}

#[test]
fn seqs_are_contiguous_per_room_and_a_batch_is_one_commit() {
    let (mut appender, kept) = appender();
    let commands = [post("a", "p", "1"), post("b", "p", "1"), post("a", "q", "1"), post("a", "p", "2")];
    let (events, answers) = appender.append(&commands, Millis(5));
    assert_eq!(seqs(&events), [("a", 1), ("b", 1), ("a", 2), ("a", 3)]);
    assert_eq!(answers, [1, 1, 2, 3].map(|seq| Ok(Appended::Fresh(Seq(seq)))));
    let (events, _) = appender.append(&[post("a", "p", "3")], Millis(6));
    assert_eq!(seqs(&events), [("a", 4)]);
    assert_eq!(kept.lock().unwrap().commits, 2);
}

#[test]
fn a_key_becomes_one_event_however_often_it_comes() {
    let (mut appender, kept) = appender();
    let (events, answers) = appender.append(&[post("a", "p", "k"), post("a", "p", "k")], Millis(1));
    assert_eq!((events.len(), answers), (1, vec![Ok(Appended::Fresh(Seq(1))), Ok(Appended::Known(Seq(1)))]));
    let (events, answers) = appender.append(&[post("a", "p", "k")], Millis(2));
    assert_eq!((events.len(), answers), (0, vec![Ok(Appended::Known(Seq(1)))]));
    assert_eq!(kept.lock().unwrap().commits, 1, "a retry alone costs no commit");
    let (_, answers) = appender.append(&[post("b", "p", "k"), post("a", "q", "k")], Millis(3));
    assert_eq!(answers, [Ok(Appended::Fresh(Seq(1))), Ok(Appended::Fresh(Seq(2)))], "per room, and per author");
}

#[test]
fn time_never_goes_back_in_a_room() {
    let (mut appender, _) = appender();
    let mut at = |now: u64| appender.append(&[post("a", "p", &now.to_string())], Millis(now)).0[0].event.at.0;
    assert_eq!([at(100), at(50), at(101)], [100, 100, 101]);
}

#[test]
fn a_failed_commit_refuses_all_and_leaves_no_trace() {
    let (mut appender, kept) = appender();
    appender.append(&[post("a", "p", "known")], Millis(1));
    kept.lock().unwrap().fail = Some(StoreError::Full);
    let commands = || [post("a", "p", "1"), post("a", "p", "1"), post("a", "p", "known")];
    let (events, answers) = appender.append(&commands(), Millis(2));
    assert_eq!(events, []);
    let refused = Err(NotAppended::Storage);
    assert_eq!(answers, [refused, refused, Ok(Appended::Known(Seq(1)))], "what is in the log stays so");
    let (events, answers) = appender.append(&commands(), Millis(3));
    assert_eq!(seqs(&events), [("a", 2)], "the same again gets the seq that was not used");
    assert_eq!(answers[..2], [Ok(Appended::Fresh(Seq(2))), Ok(Appended::Known(Seq(2)))]);
}

#[test]
fn after_an_unsound_commit_nothing_is_taken() {
    let (mut appender, kept) = appender();
    kept.lock().unwrap().fail = Some(StoreError::Unsound("the sync failed".to_owned()));
    for _ in 0..2 {
        let (events, answers) = appender.append(&[post("a", "p", "1")], Millis(1));
        assert_eq!((events.len(), answers), (0, vec![Err(NotAppended::Unsound)]));
    }
    assert!(appender.is_unsound());
    assert_eq!(kept.lock().unwrap().commits, 1, "the disk is not asked again");
}

#[test]
fn a_person_is_kept_with_their_first_post_and_only_if_that_is() {
    let (mut appender, kept) = appender();
    let flag = Arc::<AtomicBool>::default();
    let command = || match post("a", "p", "1") {
        Command::Append(draft) => Command::Append(Draft {
            of: None,
            remember: Some(Remember { session: [7; 32], device: "here".into(), kept: Arc::clone(&flag) }),
            ..draft
        }),
        other => other,
    };
    kept.lock().unwrap().fail = Some(StoreError::Failed("busy".to_owned()));
    appender.append(&[command()], Millis(1));
    assert!(!flag.load(Ordering::Acquire) && kept.lock().unwrap().people.is_empty());
    appender.append(&[command()], Millis(1));
    assert!(flag.load(Ordering::Acquire));
    assert_eq!(kept.lock().unwrap().people[0].session, Some(([7; 32], "here".into())));
}

#[test]
fn what_stands_behind_a_refused_draft_does_not_overtake_it() {
    let (mut appender, kept) = appender();
    let line = Line::default();
    let in_line = |key: &str, line: &Line| match post("a", "p", key) {
        Command::Append(draft) => Command::Append(Draft { line: line.clone(), ..draft }),
        other => other,
    };
    kept.lock().unwrap().fail = Some(StoreError::Full);
    let (_, answers) = appender.append(&[in_line("1", &line)], Millis(1));
    assert_eq!(answers, [Err(NotAppended::Storage)]);
    // The disk has room again before anybody has heard of it.
    let (events, answers) = appender.append(&[in_line("2", &line), post("a", "q", "other")], Millis(2));
    assert_eq!(answers, [Err(NotAppended::Storage), Ok(Appended::Fresh(Seq(1)))], "others are not held up");
    assert_eq!(events.len(), 1);
    let again = Line::default();
    let (_, answers) = appender.append(&[in_line("1", &again), in_line("2", &again)], Millis(3));
    assert_eq!(answers, [Ok(Appended::Fresh(Seq(2))), Ok(Appended::Fresh(Seq(3)))]);
}

#[test]
fn a_post_does_not_take_back_a_name() {
    let (mut appender, kept) = appender();
    let rename = Command::Rename(Rename {
        person: PersonId::parse("p").unwrap(),
        name: PersonName::parse("Ada").unwrap(),
        remember: None,
    });
    let post = match post("a", "p", "1") {
        Command::Append(draft) => Command::Append(Draft {
            of: None,
            remember: Some(Remember { session: [7; 32], device: "here".into(), kept: Arc::default() }),
            ..draft
        }),
        other => other,
    };
    appender.append(&[rename, post], Millis(1));
    let renamed: Vec<bool> = kept.lock().unwrap().people.iter().map(|person| person.renamed).collect();
    assert_eq!(renamed, [true, false]);
}

#[test]
fn salts_come_from_where_it_was_told() {
    let (mut appender, _) = appender();
    let (events, _) = appender.append(&[post("a", "p", "1")], Millis(1));
    let shared::EventBody::Posted { words: shared::Words::Kept { salt, .. }, .. } = &events[0].event.body else {
        panic!("{events:?}")
    };
    assert_eq!(*salt, Salt([7; 16]));
    let salts = crate::log::system_salts();
    assert_ne!(salts().unwrap(), salts().unwrap());
}
