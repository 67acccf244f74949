//! That a log in memory holds what was committed: the real writer appends, and the reader gives it back.

use std::sync::Arc;

use backend::log::{Command, Draft, Line, Log, NotAppended, system_salts};
use shared::{Author, MessageText, Millis};

use super::*;

fn room() -> RoomName {
    RoomName::lobby()
}

fn post(key: &str, text: &str) -> Command {
    let by = Author { id: PersonId::parse("p1").unwrap(), name: PersonName::anonymous(), plain: false };
    let text = MessageText::parse(text).unwrap();
    Command::Append(Draft {
        room: room(),
        by,
        key: ClientKey::parse(key).unwrap(),
        command: shared::Command::Post { text, reply_to: None, mentions: Vec::new() },
        of: None,
        remember: None,
        line: Line::default(),
    })
}

#[tokio::test]
async fn what_is_posted_is_read_in_order_and_a_key_counts_once() {
    let shelf = Shelf::new(Epoch::from("k3v9x0".to_owned()));
    let log = Log::start(shelf.clone(), Arc::new(|| Millis(1)), system_salts()).unwrap();
    for (key, text) in [("1", "one"), ("2", "two"), ("1", "one again"), ("3", "three")] {
        let submitted: Result<_, NotAppended> = log.submit(post(key, text));
        submitted.unwrap().await.unwrap();
    }
    let events = shelf.after(&room(), Seq(1), 10, 1_000).unwrap();
    assert_eq!(events.iter().map(|event| event.seq.0).collect::<Vec<_>>(), [2, 3]);
    assert_eq!(shelf.after(&room(), Seq::ZERO, 10, 1).unwrap().len(), 1, "at least one");
    let (ends, snapshot) = shelf.ends(&room(), 2).unwrap();
    assert_eq!(ends.head, Seq(3));
    assert_eq!(shelf.digests(&room(), Seq(3), 10).unwrap(), [(Seq(3), ends.digest)]);
    assert_eq!((snapshot.messages.len(), snapshot.more_before), (2, true));
    let page = shelf.page(&room(), Place::Before(Seq(3)), 1).unwrap();
    assert_eq!((page.messages[0].seq, page.more_before, page.more_after), (Seq(2), true, true));
    // It waits for the writer's thread, which no runtime may do.
    tokio::task::spawn_blocking(move || log.finish()).await.unwrap();
}
