//! What `warren check` finds: each kind of damage is named, with its place, and the code is 1.

use rusqlite::Connection;

use super::{path, stopped, upkeep};

#[actix_web::test]
async fn each_kind_of_damage_is_named_with_its_place() {
    let (data, _) = stopped().await;
    let whole = std::fs::read(data.path().join("warren.sqlite")).unwrap();
    // In the lobby: 1 a post, 2 one that 6 deletes, 3 an edit of 1, 4 a reaction, 5 a post, 7 the title.
    for (damage, said) in [
        ("DELETE FROM events WHERE seq = 4", "lobby: #4 to #4 are missing"),
        ("DELETE FROM events WHERE seq = 7", "lobby: the room says that it ends with #7, and its log ends with #6"),
        ("UPDATE events SET at = 1 WHERE seq = 5", "lobby #5: its time is before"),
        ("UPDATE events SET author = 'somebody' WHERE seq = 5", "lobby #5: its digest is not that of the log"),
        ("UPDATE events SET digest = zeroblob(16) WHERE seq = 3", "lobby #3: its digest is not that of the log"),
        ("UPDATE events SET kind = 'noted' WHERE seq = 4", "lobby #4: its digest is not that of the log"),
        (
            "UPDATE events SET more = json_set(more, '$.on', json('false')) WHERE seq = 4",
            "lobby #4: what it says is not",
        ),
        ("UPDATE words SET text = 'tampered' WHERE text = 'third'", "lobby #5: what it says is not what it said"),
        ("UPDATE words SET salt = randomblob(16) WHERE text = 'third'", "lobby #5: what it says is not what it said"),
        ("DELETE FROM words WHERE text = 'third'", "lobby #5: its words are missing"),
        (
            "UPDATE events SET words = NULL WHERE seq = 5",
            "lobby #5: what it said is missing, and nobody has deleted it",
        ),
        ("UPDATE events SET key = '' WHERE seq = 5", "lobby #5: it cannot be read"),
        ("UPDATE rooms SET head = 9 WHERE name = 'lobby'", "lobby: the room says that it ends with #9"),
        ("UPDATE rooms SET digest = zeroblob(16) WHERE name = 'lobby'", "or its time or digest there is another"),
        ("UPDATE rooms SET title = 'Another' WHERE name = 'lobby'", "lobby: its title or topic is not what"),
        ("DELETE FROM keys WHERE key = '5'", "lobby #5: its key is not kept"),
        ("UPDATE keys SET seq = 3 WHERE key = '5'", "lobby #3: a key is kept that is not its event's"),
        ("UPDATE messages SET rev = 1 WHERE seq = 1", "lobby #1: the message is not what its events say"),
        ("UPDATE messages SET more = NULL WHERE seq = 1", "lobby #1: the message is not what its events say"),
        ("DELETE FROM messages WHERE seq = 5", "lobby #5: the message is not what its events say"),
        ("UPDATE messages SET seq = 4 WHERE seq = 5", "lobby #4: there is a message that nothing has posted"),
        ("UPDATE events SET more = '{\"reply_to\":1}' WHERE seq = 2", "lobby #2: it was deleted, and what it said"),
        (
            "INSERT INTO words VALUES (99, randomblob(16), 'nobody said this', NULL)",
            "texts are kept, and the events have",
        ),
        ("UPDATE rooms SET access = 2 WHERE name = 'lobby'", "lobby: who may do what there is not what its events say"),
        (
            "INSERT INTO roles SELECT id, 'p', 0 FROM rooms WHERE name = 'lobby'",
            "lobby: who may do what there is not what its events say",
        ),
        ("DELETE FROM meta", "the database has no epoch"),
        ("PRAGMA foreign_keys = OFF; DELETE FROM people", "point to nothing"),
    ] {
        for name in ["warren.sqlite-wal", "warren.sqlite-shm"] {
            drop(std::fs::remove_file(data.path().join(name)));
        }
        std::fs::write(data.path().join("warren.sqlite"), &whole).unwrap();
        let (words, success) = upkeep(data.path(), &["check"]);
        assert!(success, "it is whole before: {words}");
        let db = Connection::open(data.path().join("warren.sqlite")).unwrap();
        let damage = if damage.contains("events SET") || damage.contains("FROM events") {
            format!("{damage} AND room = (SELECT id FROM rooms WHERE name = 'lobby')")
        } else {
            damage.to_owned()
        };
        db.execute_batch(&damage).unwrap();
        db.close().unwrap();
        let (words, success) = upkeep(data.path(), &["check"]);
        assert!(!success && words.contains(said), "{damage}: {words}");
        assert!(words.contains("fault") && !words.contains("all is well"), "{damage}: {words}");
        let backup = path(&data, "backup.sqlite");
        let (words, success) = upkeep(data.path(), &["backup", &backup]);
        assert!(!success && words.contains("is damaged: it was not backed up"), "{damage}: {words}");
        assert!(!data.path().join("backup.sqlite").exists());
    }
}

#[actix_web::test]
async fn a_page_that_was_overwritten_is_found() {
    let (data, _) = stopped().await;
    let file = data.path().join("warren.sqlite");
    let whole = std::fs::read(&file).unwrap();
    let pages = whole.len() / 4_096;
    assert!(pages > 5);
    for page in 1..pages {
        let mut damaged = whole.clone();
        damaged[page * 4_096..(page + 1) * 4_096].fill(0xa5);
        std::fs::write(&file, damaged).unwrap();
        let (words, success) = upkeep(data.path(), &["check"]);
        assert!(!success, "page {page}: {words}");
    }
}
