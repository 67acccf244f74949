//! Tests of the writer's steps: what is durable, published and answered after each of them.

use std::task::Poll;

use futures_util::FutureExt as _;
use shared::{Author, ClientKey, MessageText, PersonId, PersonName, RoomName, Seq};
use tempfile::TempDir;

use super::*;
use crate::log::{Draft, Reader as _, SqliteReader, SqliteStore};

fn log() -> (Log, Writer<SqliteStore>, TempDir) {
    let data = tempfile::tempdir().unwrap();
    let store = SqliteStore::open(data.path(), "e").unwrap();
    let (log, writer) = Log::with_writer(store, Arc::new(|| Millis(1)), system_salts());
    (log, writer, data)
}

fn post(key: &str) -> Command {
    Command::Append(Draft {
        room: RoomName::lobby(),
        by: Author { id: PersonId::parse("p").unwrap(), name: PersonName::anonymous(), plain: false },
        key: ClientKey::parse(key).unwrap(),
        command: shared::Command::Post { text: MessageText::parse("t").unwrap(), reply_to: None, mentions: Vec::new() },
        of: None,
        remember: None,
        line: crate::log::Line::default(),
    })
}

fn head(data: &TempDir, log: &Log) -> u64 {
    let reader = SqliteReader::new(data.path(), log.epoch().clone());
    reader.ends(&RoomName::lobby(), 0).unwrap().0.head.0
}

#[test]
fn each_step_does_its_own_part_and_no_more() {
    let (log, mut writer, data) = log();
    assert!(writer.take().commands().is_empty(), "it does not wait");
    let room = log.rooms().enter(&RoomName::lobby());
    let mut answers = [log.submit(post("1")).unwrap(), log.submit(post("2")).unwrap()];
    let taken = writer.take();
    assert_eq!((taken.commands().len(), head(&data, &log)), (2, 0));
    let mut done = writer.append(taken);
    assert_eq!((head(&data, &log), room.head().0), (2, Seq::ZERO), "durable, and nobody knows");
    assert_eq!((done.events().len(), done.answers()[1]), (2, Ok(Appended::Fresh(Seq(2)))));
    writer.publish(&mut done);
    assert_eq!(room.head().0, Seq(2));
    let answered = |answers: &mut [Submitted; 2]| answers.each_mut().map(futures_util::FutureExt::now_or_never);
    assert_eq!(answered(&mut answers), [None, None]);
    writer.answer(done);
    assert_eq!(answered(&mut answers), [1, 2].map(|seq| Some(Ok(Appended::Fresh(Seq(seq))))));
}

#[test]
fn a_writer_that_ends_between_two_steps_answers_nobody_with_a_success() {
    let (log, mut writer, data) = log();
    let answer = log.submit(post("1")).unwrap();
    let taken = writer.take();
    drop(writer.append(taken));
    drop(writer);
    assert_eq!(answer.now_or_never(), Some(Err(NotAppended::Stopping)));
    assert!(matches!(log.submit(post("2")), Err(NotAppended::Stopping)));
    assert_eq!(head(&data, &log), 1, "the retry will find it there");
}

#[test]
fn what_stands_before_the_end_is_written_and_what_comes_after_is_refused() {
    let (log, mut writer, data) = log();
    let before = log.submit(post("1")).unwrap();
    log.commands.try_send(None).unwrap();
    let after = log.submit(post("2")).unwrap();
    let taken = writer.take();
    let done = writer.append(taken);
    writer.answer(done);
    assert!(writer.take().commands().is_empty(), "nothing is taken after the end");
    writer.close();
    let mut cx = std::task::Context::from_waker(std::task::Waker::noop());
    assert_eq!(Pin::new(&mut { before }).poll(&mut cx), Poll::Ready(Ok(Appended::Fresh(Seq(1)))));
    assert_eq!(Pin::new(&mut { after }).poll(&mut cx), Poll::Ready(Err(NotAppended::Stopping)));
    assert_eq!(head(&data, &log), 1);
}

#[tokio::test]
async fn an_erasure_that_a_reader_holds_up_is_finished_by_itself() {
    let data = tempfile::tempdir().unwrap();
    let store = SqliteStore::open(data.path(), "e").unwrap();
    let log = Log::start(store, Arc::new(|| Millis(1)), system_salts()).unwrap();
    let draft = |key: &str, command| match post(key) {
        Command::Append(draft) => Command::Append(Draft { command, ..draft }),
        other => other,
    };
    let text = MessageText::parse("forget-me").unwrap();
    let said = shared::Command::Post { text, reply_to: None, mentions: Vec::new() };
    assert_eq!(log.submit(draft("1", said)).unwrap().await, Ok(Appended::Fresh(Seq(1))));
    let reader = rusqlite::Connection::open(data.path().join("warren.sqlite")).unwrap();
    let moment = reader.unchecked_transaction().unwrap();
    moment.query_row("SELECT count(*) FROM words", [], |_| Ok(())).unwrap();
    let deleted = shared::Command::Delete { target: Seq(1) };
    assert_eq!(log.submit(draft("2", deleted)).unwrap().await, Ok(Appended::Fresh(Seq(2))));
    let in_files = || {
        let files = std::fs::read_dir(data.path()).unwrap().map(|file| std::fs::read(file.unwrap().path()).unwrap());
        files.collect::<Vec<_>>().concat().windows(9).any(|bytes| bytes == b"forget-me")
    };
    // Meanwhile the log goes on.
    assert_eq!(log.submit(post("3")).unwrap().await, Ok(Appended::Fresh(Seq(3))));
    assert!(in_files(), "a reader still sees it");
    moment.finish().unwrap();
    let mut tick = tokio::time::interval(Duration::from_millis(20));
    let gone = async {
        while in_files() {
            tick.tick().await;
        }
    };
    tokio::time::timeout(Duration::from_secs(20), gone).await.expect("it is tried again");
    tokio::task::spawn_blocking(move || log.finish()).await.unwrap();
}

#[test]
fn a_commit_waits_for_as_many_as_the_one_before_had_and_not_long() {
    let (send, mut line) = mpsc::channel(BATCH);
    let mut waiting = vec![0];
    gather(&mut line, &mut waiting, 1, || panic!("one who sends alone does not wait"));
    let mut looks = 0;
    gather(&mut line, &mut waiting, 16, || {
        looks += 1;
        (0..10).for_each(|n| send.try_send(n).unwrap());
    });
    assert_eq!((waiting.len(), looks), (21, 2), "it has enough, and takes what is there");
    gather(&mut line, &mut waiting, 100, || looks += 1);
    assert_eq!((waiting.len(), looks), (21, 7), "nobody comes any more");
    assert_eq!((0..2 * BATCH).filter(|n| send.try_send(*n).is_ok()).count(), BATCH);
    gather(&mut line, &mut waiting, 100, || panic!("there are more than enough"));
    assert_eq!(waiting.len(), BATCH, "as many as a commit may have");
}
