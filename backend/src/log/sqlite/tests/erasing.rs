//! What is deleted is in no file any more: not in the database, not in the write-ahead log, not in an index of it.

use std::{path::Path, sync::Arc};

use shared::Command as Ask;

use super::*;
use crate::log::{Appender, Command, Draft, Line};

/// Salts that can be looked for.
fn salt(n: u64) -> [u8; 16] {
    let mut salt = *b"salt........salt";
    salt[4..12].copy_from_slice(&n.wrapping_mul(0x9e37_79b9_7f4a_7c15).to_be_bytes());
    salt
}

fn appender(data: &Path) -> Appender<SqliteStore> {
    let drawn = Arc::new(std::sync::atomic::AtomicU64::new(0));
    let salts = Arc::new(move || Ok(salt(drawn.fetch_add(1, std::sync::atomic::Ordering::Relaxed))));
    Appender::new(SqliteStore::open(data, "e").unwrap(), salts)
}

fn ask(room: &str, key: &str, command: Ask) -> Command {
    Command::Append(Draft {
        room: RoomName::parse(room).unwrap(),
        by: Author { id: PersonId::parse("p").unwrap(), name: PersonName::anonymous(), plain: false },
        key: ClientKey::parse(key).unwrap(),
        command,
        of: None,
        remember: None,
        line: Line::default(),
    })
}

fn post(room: &str, key: &str, text: &str) -> Command {
    let mentions = vec![PersonId::parse(&format!("mentioned{key}{room}")).unwrap()];
    ask(room, key, Ask::Post { text: MessageText::parse(text).unwrap(), reply_to: None, mentions })
}

fn edit(room: &str, key: &str, target: u64, text: &str) -> Command {
    let text = MessageText::parse(text).unwrap();
    ask(room, key, Ask::Edit { target: Seq(target), text, mentions: Vec::new() })
}

fn delete(room: &str, key: &str, target: u64) -> Command {
    ask(room, key, Ask::Delete { target: Seq(target) })
}

fn append(appender: &mut Appender<SqliteStore>, commands: &[Command]) {
    let (_, answers) = appender.append(commands, Millis(1));
    assert!(answers.iter().all(Result::is_ok), "{answers:?}");
}

/// All bytes of all files of a data directory.
fn files(data: &Path) -> Vec<u8> {
    let files = std::fs::read_dir(data).unwrap().map(|file| std::fs::read(file.unwrap().path()).unwrap());
    files.collect::<Vec<_>>().concat()
}

/// How many of `needles` are in the data directory's files. They all begin with the same 4 bytes.
fn found(data: &Path, needles: &[Vec<u8>]) -> usize {
    let files = files(data);
    let Some(start) = needles.first().map(|needle| needle[..4].to_vec()) else { return 0 };
    let mut there = std::collections::HashSet::new();
    for at in 0..files.len().saturating_sub(4) {
        if files[at..].starts_with(&start) {
            there.extend(needles.iter().filter(|needle| files[at..].starts_with(needle)));
        }
    }
    there.len()
}

fn needle(text: &str) -> Vec<Vec<u8>> {
    vec![text.as_bytes().to_vec()]
}

/// Many messages of many sizes in rooms that grow beside each other, so that rows are moved from page to page.
#[test]
fn of_many_messages_those_that_are_deleted_leave_nothing_behind() {
    let data = tempfile::tempdir().unwrap();
    let mut appender = appender(data.path());
    let sizes = [0, 20, 300, 900, 3_000, 3_900];
    let (mut tokens, mut seqs) = (Vec::new(), [0_u64; 3]);
    for n in 0..900_usize {
        let (place, room) = (n % 3, ["a", "b", "c"][n % 3]);
        // Not evenly: some rooms' rows go between others'.
        let long = "x".repeat(sizes[n * 7 % 6] + n % 17);
        let (first, second) = (format!("text-{n:05}-post"), format!("text-{n:05}-edit"));
        seqs[place] += 1;
        let seq = seqs[place];
        append(&mut appender, &[post(room, &n.to_string(), &format!("{first}{long}"))]);
        if n % 4 == 0 {
            seqs[place] += 1;
            append(&mut appender, &[edit(room, &format!("e{n}"), seq, &format!("{second}{long}{long:.40}"))]);
        }
        tokens.push((room, seq, first, (n % 4 == 0).then_some(second)));
    }
    let of = |deleted: bool| -> Vec<Vec<u8>> {
        let those = tokens.iter().enumerate().filter(|(n, _)| (n * 31 % 7 < 4) == deleted);
        those
            .flat_map(|(_, (_, _, first, second))| [Some(first), second.as_ref()])
            .flatten()
            .map(|token| token.as_bytes().to_vec())
            .collect()
    };
    let (gone, kept) = (of(true), of(false));
    assert_eq!((found(data.path(), &gone), found(data.path(), &kept)), (gone.len(), kept.len()));
    let deletions: Vec<_> = tokens
        .iter()
        .enumerate()
        .filter(|(n, _)| n * 31 % 7 < 4)
        .map(|(n, (room, seq, ..))| delete(room, &format!("d{n}"), *seq))
        .collect();
    for some in deletions.chunks(50) {
        append(&mut appender, some);
    }
    assert!(appender.scrub());
    assert_eq!((found(data.path(), &gone), found(data.path(), &kept)), (0, kept.len()));
    // A text that is gone could be guessed where its salt is not.
    let salts: Vec<_> = (0..2_000).map(|n| salt(n).to_vec()).collect();
    assert_eq!(found(data.path(), &salts), kept.len());
    let mentioned = |n: usize| format!("mentioned{n}{}", ["a", "b", "c"][n % 3]).into_bytes();
    let mentioned: Vec<_> = (0..900).filter(|n| n * 31 % 7 < 4).map(mentioned).collect();
    assert_eq!(found(data.path(), &mentioned), 0);
}

#[test]
fn a_text_of_many_pages_that_was_edited_is_gone_whole() {
    let data = tempfile::tempdir().unwrap();
    let mut appender = appender(data.path());
    // 16 KiB in UTF-8.
    let long = |word: &str| "🦫".repeat(3_900) + word;
    append(&mut appender, &[post("a", "1", &long("first-end")), post("a", "2", &long("other-end"))]);
    append(&mut appender, &[edit("a", "3", 1, &long("second-end"))]);
    append(&mut appender, &[post("a", "4", "and on")]);
    let count = |word: &str| found(data.path(), &needle(word));
    assert_eq!(["first-end", "second-end", "other-end"].map(count), [1, 1, 1]);
    append(&mut appender, &[delete("a", "5", 1)]);
    assert!(appender.scrub());
    assert_eq!(["first-end", "second-end", "other-end"].map(count), [0, 0, 1]);
    append(&mut appender, &[delete("a", "6", 2)]);
    assert!(appender.scrub());
    assert_eq!(found(data.path(), &needle("🦫🦫")), 0);
}

#[test]
fn a_reader_holds_an_erasure_up_only_as_long_as_it_reads() {
    let data = tempfile::tempdir().unwrap();
    let mut appender = appender(data.path());
    append(&mut appender, &[post("a", "1", "secret")]);
    let reader = Connection::open(schema::file(data.path())).unwrap();
    let moment = reader.unchecked_transaction().unwrap();
    let texts = |db: &Connection| -> Vec<String> {
        let mut all = db.prepare("SELECT text FROM words").unwrap();
        all.query_map([], |row| row.get(0)).unwrap().map(Result::unwrap).collect()
    };
    assert_eq!(texts(&moment), ["secret"]);
    append(&mut appender, &[delete("a", "2", 1)]);
    assert!(!appender.scrub(), "it is read");
    assert_eq!(found(data.path(), &needle("secret")), 1);
    append(&mut appender, &[post("a", "3", "the log goes on")]);
    assert_eq!(texts(&moment), ["secret"], "a reader sees one moment");
    moment.finish().unwrap();
    assert!(appender.scrub());
    assert_eq!((found(data.path(), &needle("secret")), texts(&reader)[0].trim_matches('\0')), (0, ""));
}

#[test]
fn what_a_killed_server_had_not_finished_is_finished_at_the_next_start() {
    let data = tempfile::tempdir().unwrap();
    let mut appender = appender(data.path());
    append(&mut appender, &[post("a", "1", "secret")]);
    append(&mut appender, &[delete("a", "2", 1)]);
    // The files as they are when it is killed now.
    let copy = tempfile::tempdir().unwrap();
    for file in std::fs::read_dir(data.path()).unwrap().map(Result::unwrap) {
        std::fs::copy(file.path(), copy.path().join(file.file_name())).unwrap();
    }
    assert_eq!(found(copy.path(), &needle("secret")), 1);
    let mut store = SqliteStore::open(copy.path(), "e").unwrap();
    assert_eq!(found(copy.path(), &needle("secret")), 0);
    assert!(store.message(&RoomName::parse("a").unwrap(), Seq(1)).unwrap().unwrap().is_deleted());
}
