//! What a backup and a restore refuse: each in its own words, and nothing is touched.

use std::process::Command;

use rusqlite::Connection;

use super::{files, path, stopped, upkeep};
use crate::program::said;

/// Files that are no database of ours: each with the words that say so.
fn bad_files(directory: &tempfile::TempDir, good: &[u8]) -> Vec<(String, &'static str)> {
    let file = |name: &str| path(directory, name);
    std::fs::write(file("poem"), "this is no database, but somebody's only copy of a poem").unwrap();
    std::fs::write(file("empty"), "").unwrap();
    std::fs::write(file("half"), &good[..good.len() / 2]).unwrap();
    std::fs::write(file("newer"), good).unwrap();
    let newer = Connection::open(file("newer")).unwrap();
    newer.pragma_update(None, "user_version", 999).unwrap();
    newer.close().unwrap();
    let foreign = Connection::open(file("foreign")).unwrap();
    foreign.execute_batch("CREATE TABLE cats (name TEXT)").unwrap();
    foreign.close().unwrap();
    std::fs::write(file("tampered"), good).unwrap();
    let tampered = Connection::open(file("tampered")).unwrap();
    tampered.execute_batch("UPDATE words SET text = 'another' WHERE text = 'third'").unwrap();
    tampered.close().unwrap();
    [
        ("missing", "there is no database"),
        (".", "is a directory"),
        ("empty", "is empty"),
        ("poem", "not a database"),
        ("foreign", "a database of another program"),
        ("newer", "a newer version of Warren (its format is 999"),
        ("half", "malformed"),
        ("tampered", "is damaged: it was not"),
    ]
    .map(|(name, words)| (file(name), words))
    .into()
}

#[actix_web::test]
async fn a_file_that_is_not_good_is_not_restored_and_nothing_is_touched() {
    let (data, _) = stopped().await;
    let elsewhere = tempfile::tempdir().unwrap();
    let backup = path(&elsewhere, "backup.sqlite");
    assert!(upkeep(data.path(), &["backup", &backup]).1);
    let bad = bad_files(&elsewhere, &std::fs::read(&backup).unwrap());
    let (before, sources) = (files(data.path()), files(elsewhere.path()));
    for (file, why) in bad {
        let (words, success) = upkeep(data.path(), &["restore", &file]);
        assert!(!success && words.contains(why) && words.contains("warren: "), "{file}: {words}");
        let mut after = files(data.path());
        // The lock says who held it last.
        let lock = data.path().join("warren.lock");
        after.insert(lock.clone(), before[&lock].clone());
        assert!(after == before, "{file}: {:?}", after.keys());
        assert!(files(elsewhere.path()) == sources, "{file}: nothing is made beside it");
        let nowhere = elsewhere.path().join("nowhere");
        assert!(!upkeep(&nowhere, &["restore", &file]).1);
        assert!(!nowhere.exists(), "{file}");
    }
}

#[actix_web::test]
async fn a_data_directory_that_is_not_good_is_not_backed_up_and_nothing_is_left() {
    let (data, _) = stopped().await;
    let elsewhere = tempfile::tempdir().unwrap();
    let bad = bad_files(&elsewhere, &std::fs::read(data.path().join("warren.sqlite")).unwrap());
    let (backups, nowhere) = (tempfile::tempdir().unwrap(), elsewhere.path().join("nowhere"));
    let backup = path(&backups, "backup.sqlite");
    let (words, success) = upkeep(&nowhere, &["backup", &backup]);
    assert!(!success && words.contains("there is no database") && words.contains("nowhere"), "{words}");
    assert!(!nowhere.exists());
    for (file, why) in bad.into_iter().filter(|(file, _)| std::path::Path::new(file).is_file()) {
        let data = tempfile::tempdir().unwrap();
        std::fs::copy(&file, data.path().join("warren.sqlite")).unwrap();
        let (words, success) = upkeep(data.path(), &["backup", &backup]);
        assert!(!success && words.contains(why), "{file}: {words}");
        assert!(files(backups.path()).is_empty(), "{file}");
        let (words, success) = upkeep(data.path(), &["check"]);
        assert!(!success, "{file}: {words}");
    }
}

#[actix_web::test]
async fn a_place_where_no_backup_can_stand_is_named() {
    let (data, _) = stopped().await;
    let elsewhere = tempfile::tempdir().unwrap();
    let before = files(data.path());
    for (file, why) in [
        (path(&elsewhere, "none/backup"), "there is no directory"),
        (path(&elsewhere, "."), "is a directory"),
        ("/".to_owned(), "is not the name of a file"),
        (path(&data, "warren.sqlite"), "is the server's own"),
        (path(&data, "warren.sqlite-wal"), "is the server's own"),
        (path(&data, "warren.lock"), "is the server's own"),
    ] {
        let (words, success) = upkeep(data.path(), &["backup", "--force", &file]);
        assert!(!success && words.contains(why), "{file}: {words}");
    }
    assert!(files(elsewhere.path()).is_empty());
    let mut after = files(data.path());
    after.retain(|file, _| before.contains_key(file));
    assert!(after == before);
}

/// A disk without room, as near as a test without a disk of its own comes to it: files may not grow beyond a size.
#[cfg(unix)]
#[actix_web::test]
async fn a_disk_without_room_leaves_nothing_behind() {
    let (data, _) = stopped().await;
    let elsewhere = tempfile::tempdir().unwrap();
    let backup = path(&elsewhere, "backup.sqlite");
    let (words, success) = upkeep(data.path(), &["backup", &backup]);
    assert!(success, "{words}");
    let size = std::fs::metadata(&backup).unwrap().len();
    let before = files(data.path());
    for (arguments, place) in [(vec!["backup", "--force"], elsewhere.path()), (vec!["restore"], data.path())] {
        // In blocks of 512 bytes: half of what it takes.
        let script = format!("trap '' XFSZ; ulimit -f {}; exec \"$0\" \"$@\"", size / 1_024);
        let output = Command::new("sh")
            .args(["-c", &script, env!("CARGO_BIN_EXE_warren")])
            .args(&arguments)
            .args([&backup, "--data", data.path().to_str().unwrap()])
            .output()
            .unwrap();
        let words = String::from_utf8(output.stderr).unwrap();
        assert!(!output.status.success() && words.contains("cannot be"), "{arguments:?}: {words}");
        let there: Vec<_> =
            files(place).into_keys().filter(|file| file.to_string_lossy().contains("partial")).collect();
        assert!(there.is_empty(), "{arguments:?}: {there:?}");
    }
    assert_eq!(files(data.path())[&data.path().join("warren.sqlite")], before[&data.path().join("warren.sqlite")]);
    assert!(upkeep(data.path(), &["check", &backup]).1, "the backup of before is whole");
}

#[test]
fn a_check_of_nothing_says_so() {
    let nowhere = tempfile::tempdir().unwrap();
    let (words, success) = upkeep(&nowhere.path().join("none"), &["check"]);
    assert!(!success && words.contains("there is no database"), "{words}");
    assert!(files(nowhere.path()).is_empty());
    let (words, code) = said(&["check", "/nowhere.sqlite"]);
    assert!(code == Some(1) && words.contains("there is no database /nowhere.sqlite"), "{words}");
}

#[actix_web::test]
async fn what_is_called_off_leaves_nothing_behind() {
    use backend::upkeep::{Job, backup, check, restore};
    let (data, _) = stopped().await;
    let elsewhere = tempfile::tempdir().unwrap();
    let [good, other] = ["good.sqlite", "other.sqlite"].map(|name| elsewhere.path().join(name));
    backup(data.path(), &good, false, &Job::begin(|_| {})).unwrap();
    let before = (files(data.path())[&data.path().join("warren.sqlite")].clone(), files(elsewhere.path()));
    let called_off = || {
        let job = Job::begin(|_| {});
        job.call_off();
        job
    };
    for done in [
        backup(data.path(), &other, false, &called_off()),
        restore(data.path(), &good, &called_off()),
        check(data.path(), None, &called_off()).map(drop),
    ] {
        let words = done.unwrap_err().to_string();
        assert!(words.contains("called off"), "{words}");
    }
    assert_eq!(
        (&files(data.path())[&data.path().join("warren.sqlite")], files(elsewhere.path())),
        (&before.0, before.1)
    );
    assert!(files(data.path()).into_keys().all(|file| !file.to_string_lossy().contains("partial")));
}

#[actix_web::test]
async fn what_somebody_reads_is_not_replaced() {
    let (data, _) = stopped().await;
    let elsewhere = tempfile::tempdir().unwrap();
    let backup = path(&elsewhere, "backup.sqlite");
    assert!(upkeep(data.path(), &["backup", &backup]).1);
    let file = data.path().join("warren.sqlite");
    let (reader, writer) = (Connection::open(&file).unwrap(), Connection::open(&file).unwrap());
    writer.execute_batch("INSERT INTO meta VALUES ('before', 'x')").unwrap();
    let moment = reader.unchecked_transaction().unwrap();
    moment.query_row("SELECT count(*) FROM events", [], |_| Ok(())).unwrap();
    writer.execute_batch("INSERT INTO meta VALUES ('after', 'x')").unwrap();
    let (words, success) = upkeep(data.path(), &["restore", &backup]);
    assert!(!success && words.contains("somebody reads it at the moment"), "{words}");
    assert!(files(data.path()).into_keys().all(|file| !file.to_string_lossy().contains("restore")));
    moment.finish().unwrap();
    let found: i64 = reader.query_row("SELECT count(*) FROM meta", [], |row| row.get(0)).unwrap();
    assert_eq!(found, 4, "it is as it was: the epoch, the key for pushes, and these two");
    assert!(upkeep(data.path(), &["restore", &backup]).1);
}
