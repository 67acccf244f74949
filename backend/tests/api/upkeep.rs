//! Backup, restore and check, by the real program.

use std::{
    collections::BTreeMap,
    path::{Path, PathBuf},
};

use serde_json::json;
use tempfile::TempDir;

use crate::{
    client::{Client, bearer, event_in},
    copy::Copy,
    program::said,
    server::{config, spawn, start, timing},
};

mod faults;
mod refused;

/// What a command says about a data directory, and whether it calls that a success.
fn upkeep(data: &Path, arguments: &[&str]) -> (String, bool) {
    let (words, code) = said(&[arguments, &["--data", data.to_str().unwrap()]].concat());
    (words, code == Some(0))
}

/// The same, without holding up the clients of this test.
async fn upkeep_beside(data: &Path, arguments: &[&str]) -> (String, bool) {
    let (data, arguments) = (data.to_owned(), arguments.iter().map(ToString::to_string).collect::<Vec<_>>());
    let run = move || upkeep(&data, &arguments.iter().map(String::as_str).collect::<Vec<_>>());
    tokio::task::spawn_blocking(run).await.unwrap()
}

/// A server's data directory in which something was said, and the room as a client has it. It is stopped.
async fn stopped() -> (TempDir, Copy) {
    let (server, data) = spawn();
    let mut ada = Client::v1(&server).await;
    ada.open("lobby").await;
    for frame in [
        json!({"type": "rename", "name": "Ada"}),
        json!({"type": "post", "room": "lobby", "key": "1", "text": "first", "mentions": ["m"]}),
        json!({"type": "post", "room": "lobby", "key": "2", "text": "second", "reply_to": 1}),
        json!({"type": "edit", "room": "lobby", "key": "3", "target": 1, "text": "first, edited"}),
        json!({"type": "react", "room": "lobby", "key": "4", "target": 1, "emoji": "👍", "on": true}),
        json!({"type": "post", "room": "lobby", "key": "5", "text": "third"}),
        json!({"type": "delete", "room": "lobby", "key": "6", "target": 2}),
        json!({"type": "set_room", "room": "lobby", "key": "7", "title": "The Den"}),
        json!({"type": "delete", "room": "lobby", "key": "8", "target": 2}),
        json!({"type": "post", "room": "den", "key": "1", "text": "elsewhere"}),
    ] {
        ada.say(&frame).await;
        if frame["type"] != "rename" {
            assert_eq!(ada.reply().await["key"], frame["key"]);
        }
    }
    let copy = Copy::open(&mut ada, "lobby").await;
    server.stop().await;
    (data, copy)
}

/// The files of a directory, with what is in them.
fn files(directory: &Path) -> BTreeMap<PathBuf, Vec<u8>> {
    let files = std::fs::read_dir(directory).unwrap().map(|file| file.unwrap().path());
    files.filter(|file| file.is_file()).map(|file| (file.clone(), std::fs::read(&file).unwrap())).collect()
}

fn path(directory: &TempDir, name: &str) -> String {
    directory.path().join(name).to_str().unwrap().to_owned()
}

#[actix_web::test]
async fn a_backup_that_was_made_while_people_talk_is_restored_and_everybody_notices() {
    let (server, data) = spawn();
    let elsewhere = tempfile::tempdir().unwrap();
    let file = path(&elsewhere, "backup.sqlite");
    let token = bearer(&server).await;
    let mut ada = Client::v1_with(&server, &token).await;
    let mut copy = Copy::open(&mut ada, "lobby").await;
    ada.say(&json!({"type": "rename", "name": "Ada"})).await;
    let mut digests = vec![copy.digest];
    let arguments = ["backup", file.as_str()];
    let mut backup = Box::pin(upkeep_beside(data.path(), &arguments));
    // She talks until the backup is done.
    let (words, success) = loop {
        let n = digests.len();
        ada.say(&json!({"type": "post", "room": "lobby", "key": n.to_string(), "text": n.to_string()})).await;
        let event = event_in(&ada.next_of("event").await);
        copy.fold(&event);
        digests.push(copy.digest);
        if let std::task::Poll::Ready(done) = futures_util::poll!(backup.as_mut()) {
            break done;
        }
    };
    assert!(success && words.contains("1 room with ") && words.contains(&file), "{words}");
    assert_eq!(files(elsewhere.path()).len(), 1, "nothing else is left there");
    // While it runs, everything can be proved, and nothing can be restored.
    let (words, success) = upkeep_beside(data.path(), &["check"]).await;
    let proof = format!("lobby: complete to #{}, {}", digests.len() - 1, copy.digest);
    assert!(success && words.contains(&proof) && words.contains("all is well"), "{words}");
    let before = copy.cursor();
    let (words, success) = upkeep_beside(data.path(), &["restore", &file]).await;
    assert!(!success && words.contains("belongs to a running Warren (process "), "{words}");
    ada.post("lobby", "after", "after").await;
    ada.next_of("event").await;
    server.stop().await;
    let (words, success) = upkeep(data.path(), &["restore", &file]);
    assert!(success && words.contains("Restored 1 room with ") && words.contains("new history"), "{words}");
    let server = start(&config(&data), timing());
    let mut ada =
        Client::connect(&server.ws("/ws/v1"), &[("authorization", &format!("Bearer {token}"))]).await.unwrap();
    assert_eq!(ada.json().await["you"]["name"], "Ada", "people and their sessions are restored too");
    let opened = ada.open_with("lobby", &before).await;
    assert_eq!(opened["reset"], "epoch");
    let restored = Copy::of(&opened);
    let head = usize::try_from(restored.seq.0).unwrap();
    assert!(head < digests.len() && restored.digest == digests[head], "one moment of the log, whole");
    ada.post("lobby", "on", "and on").await;
    assert_eq!(ada.next_of("event").await["seq"], restored.seq.0 + 1);
    // What was there before is there still.
    let kept = files(data.path()).into_keys().find(|file| file.to_string_lossy().contains("before-restore-")).unwrap();
    assert!(words.contains(kept.to_str().unwrap()), "{words}");
    let (words, success) = upkeep(data.path(), &["check", kept.to_str().unwrap()]);
    assert!(success && words.contains(&format!("lobby: complete to #{}", digests.len())), "{words}");
}

#[actix_web::test]
async fn a_backup_is_the_same_and_holds_no_deleted_text() {
    let (data, copy) = stopped().await;
    let elsewhere = tempfile::tempdir().unwrap();
    let file = path(&elsewhere, "backup.sqlite");
    let (words, success) = upkeep(data.path(), &["backup", &file]);
    assert!(success && words.contains("2 rooms with 8 events"), "{words}");
    let bytes = std::fs::read(&file).unwrap();
    let has = |text: &str| bytes.windows(text.len()).any(|bytes| bytes == text.as_bytes());
    assert_eq!((has("second"), has("third")), (false, true));
    let (words, success) = upkeep(data.path(), &["check", &file]);
    assert!(success && words.contains(&copy.digest.to_string()) && words.contains("den: complete to #1"), "{words}");
    // Into a directory that is not there yet.
    let other = elsewhere.path().join("other-data");
    let (words, success) = upkeep(&other, &["restore", &file]);
    assert!(success && !words.contains("kept as"), "{words}");
    let server = start(&backend::config::Config { data: other, ..config(&elsewhere) }, timing());
    let restored = Copy::open(&mut Client::v1(&server).await, "lobby").await;
    assert_ne!(restored.epoch, copy.epoch);
    assert_eq!(restored, Copy { epoch: restored.epoch.clone(), ..copy });
    server.stop().await;
}

#[actix_web::test]
async fn a_backup_is_overwritten_only_by_force() {
    let (data, _) = stopped().await;
    let elsewhere = tempfile::tempdir().unwrap();
    let file = path(&elsewhere, "backup.sqlite");
    std::fs::write(&file, "the only copy of a poem").unwrap();
    let (words, success) = upkeep(data.path(), &["backup", &file]);
    assert!(!success && words.contains("is there already") && words.contains("--force"), "{words}");
    assert_eq!(std::fs::read(&file).unwrap(), b"the only copy of a poem");
    let (words, success) = upkeep(data.path(), &["backup", &file, "--force"]);
    assert!(success, "{words}");
    assert!(upkeep(data.path(), &["check", &file]).1);
    assert_eq!(files(elsewhere.path()).len(), 1);
}

#[actix_web::test]
async fn what_a_killed_server_left_in_its_write_ahead_log_is_set_aside_with_it() {
    let (data, _) = stopped().await;
    let elsewhere = tempfile::tempdir().unwrap();
    let file = path(&elsewhere, "backup.sqlite");
    assert!(upkeep(data.path(), &["backup", &file]).1);
    // What a killed server leaves: a database, and a write-ahead log with what was said last.
    let server = start(&config(&data), timing());
    let mut ada = Client::v1(&server).await;
    ada.open("lobby").await;
    ada.post("lobby", "last", "said last").await;
    ada.next_of("event").await;
    let killed = tempfile::tempdir().unwrap();
    for name in ["warren.sqlite", "warren.sqlite-wal", "warren.sqlite-shm"] {
        std::fs::copy(data.path().join(name), killed.path().join(name)).unwrap();
    }
    server.stop().await;
    let (words, success) = upkeep(killed.path(), &["restore", &file]);
    assert!(success, "{words}");
    let now = files(killed.path());
    let kept = now.keys().find(|file| file.to_string_lossy().contains("before-restore-")).unwrap();
    assert_eq!(now.len(), 3, "the database, the one before, the lock: {:?}", now.keys());
    let (words, success) = upkeep(killed.path(), &["check", kept.to_str().unwrap()]);
    assert!(success && words.contains("lobby: complete to #8"), "{words}");
    let (words, success) = upkeep(killed.path(), &["check"]);
    assert!(success && words.contains("lobby: complete to #7"), "{words}");
}

#[test]
fn each_command_is_explained() {
    for (arguments, words) in [
        (&["--help"][..], &["backup", "restore", "check", "Without a command it serves"][..]),
        (&["backup", "--help"], &["--force", "--data", "while the server runs"]),
        (&["restore", "--help"], &["must be stopped", "new history"]),
        (&["check", "--help"], &["the code 1", "--data"]),
    ] {
        let (help, code) = said(arguments);
        assert_eq!(code, Some(0));
        // Lines are wrapped as the terminal is wide.
        let help = help.split_whitespace().collect::<Vec<_>>().join(" ");
        for words in words {
            assert!(help.contains(words), "{words}: {help}");
        }
    }
    let (words, code) = said(&["backup"]);
    assert!(code == Some(2) && words.contains("<FILE>"), "{words}");
}
