//! Edits, deletions, reactions and what a room is about: what each command becomes, for whom, and within one batch.

use shared::{Command as Ask, Emoji, EventBody, MessageId, RoomTitle, RoomTopic, Words};

use super::*;

fn ask(author: &str, key: &str, ask: Ask) -> Command {
    command("a", author, key, ask)
}

fn edit(author: &str, key: &str, target: u64, to: &str) -> Command {
    ask(author, key, Ask::Edit { target: Seq(target), text: text(to), mentions: Vec::new() })
}

fn delete(author: &str, key: &str, target: u64) -> Command {
    ask(author, key, Ask::Delete { target: Seq(target) })
}

fn react(author: &str, key: &str, target: u64, emoji: &str, on: bool) -> Command {
    ask(author, key, Ask::React { target: Seq(target), emoji: Emoji::parse(emoji).unwrap(), on })
}

fn set_room(key: &str, title: Option<&str>, topic: Option<&str>) -> Command {
    let (title, topic) = (title.map(|t| RoomTitle::parse(t).unwrap()), topic.map(|t| RoomTopic::parse(t).unwrap()));
    ask("p", key, Ask::SetRoom { title, topic })
}

#[expect(clippy::unnecessary_wraps, reason = "it is written beside those that are refused")]
fn fresh(seq: u64) -> Result<Appended, NotAppended> {
    Ok(Appended::Fresh(Seq(seq)))
}

fn wrong(wrong: Wrong) -> Result<Appended, NotAppended> {
    Err(NotAppended::Refused(wrong))
}

const UNCHANGED: Result<Appended, NotAppended> = Ok(Appended::Unchanged);

/// Appends one after the other, each in a batch of its own or all in one: the answers are to be the same.
fn check(rows: &[(Command, Result<Appended, NotAppended>)]) -> (Arc<Mutex<Kept>>, Arc<Mutex<Kept>>) {
    let (mut one_by_one, kept) = appender();
    for (command, want) in rows {
        let (_, answers) = one_by_one.append(std::slice::from_ref(command), Millis(1));
        assert_eq!(answers, [*want], "{command:?}");
    }
    let (mut at_once, kept_at_once) = appender();
    let commands: Vec<_> = rows.iter().map(|row| row.0.clone()).collect();
    let (_, answers) = at_once.append(&commands, Millis(1));
    assert_eq!(answers, rows.iter().map(|row| row.1).collect::<Vec<_>>(), "all at once");
    {
        let (one, other) = (kept.lock().unwrap(), kept_at_once.lock().unwrap());
        assert_eq!((&one.rooms, &one.messages), (&other.rooms, &other.messages), "digests and views are the same");
        assert_eq!((one.events.len(), one.erased.len()), (other.events.len(), other.erased.len()));
    }
    (kept, kept_at_once)
}

/// A command that says which message it means.
fn of(id: &str, command: Command) -> Command {
    match command {
        Command::Append(draft) => Command::Append(Draft { of: MessageId::parse(id).ok(), ..draft }),
        other => other,
    }
}

#[test]
fn a_change_is_made_to_the_message_that_is_meant_and_to_no_other_in_its_place() {
    let answer = |key, to| ask("q", key, Ask::Post { text: text("t"), reply_to: Some(Seq(to)), mentions: Vec::new() });
    let none = wrong(Wrong::NoMessage);
    let (kept, _) = check(&[
        (post("a", "p", "1"), fresh(1)),
        (post("a", "p", "2"), fresh(2)),
        (of("p/1", edit("p", "3", 1, "is meant")), fresh(3)),
        (of("p/9", edit("p", "4", 2, "is another of one's own")), none),
        (of("q/1", react("q", "5", 1, "👍", true)), none),
        (of("p/3", react("q", "6", 1, "👍", true)), none),
        (of("p/9", delete("p", "7", 2)), none),
        (of("p/1", answer("8", 1)), fresh(4)),
        (of("p/9", answer("9", 1)), fresh(5)),
        // It stands elsewhere in this history.
        (of("p/1", answer("10", 2)), fresh(6)),
        (of("p/1", react("q", "11", 2, "👍", true)), fresh(7)),
        (of("p/2", delete("p", "12", 99)), fresh(8)),
        (of("q/8", edit("q", "13", 1, "is elsewhere")), fresh(9)),
    ]);
    let kept = kept.lock().unwrap();
    let of_seq = |seq| &kept.messages[&(RoomName::parse("a").unwrap(), Seq(seq))];
    let answers = [4, 5, 6].map(|seq| of_seq(seq).reply_to);
    assert_eq!(answers, [Some(Seq(1)), None, Some(Seq(1))], "what was said is kept, and answers no other");
    assert_eq!(of_seq(1).reactions.len(), 1);
    assert_eq!(
        [1, 2, 4].map(|seq| of_seq(seq).text.as_ref().map(MessageText::as_str)),
        [Some("is meant"), None, Some("is elsewhere")]
    );
}

#[test]
fn each_change_is_an_event_or_is_nothing_or_is_refused() {
    let (kept, _) = check(&[
        (post("a", "p", "1"), fresh(1)),
        (edit("p", "2", 1, "t"), UNCHANGED),
        (edit("p", "3", 1, "other"), fresh(2)),
        (edit("q", "1", 1, "mine"), wrong(Wrong::NotYours)),
        (edit("p", "4", 2, "an edit is no message"), wrong(Wrong::NoMessage)),
        (edit("p", "5", 0, "x"), wrong(Wrong::NoMessage)),
        (edit("p", "6", u64::MAX, "x"), wrong(Wrong::NoMessage)),
        (command("b", "p", "7", Ask::Delete { target: Seq(1) }), wrong(Wrong::NoMessage)),
        (react("q", "2", 1, "👍", true), fresh(3)),
        (react("q", "3", 1, "👍", true), UNCHANGED),
        (react("q", "4", 1, "👎", false), UNCHANGED),
        (react("q", "5", 1, "❤", true), fresh(4)),
        (react("q", "6", 1, "❤\u{fe0f}", true), UNCHANGED),
        (react("q", "7", 1, "👍👍", true), wrong(Wrong::BadEmoji)),
        (react("q", "8", 1, "👍", false), fresh(5)),
        (delete("q", "9", 1), wrong(Wrong::NotYours)),
        (delete("p", "8", 1), fresh(6)),
        (delete("p", "9", 1), UNCHANGED),
        (delete("q", "10", 1), wrong(Wrong::NotYours)),
        (edit("p", "10", 1, "back"), wrong(Wrong::Deleted)),
        (react("q", "11", 1, "👍", true), wrong(Wrong::Deleted)),
        (react("q", "12", 1, "❤", false), wrong(Wrong::Deleted)),
        (set_room("11", Some("Den"), None), fresh(7)),
        (set_room("12", Some("Den"), Some("")), UNCHANGED),
        (set_room("13", Some("Den"), Some("cake")), fresh(8)),
        (set_room("14", Some(""), None), fresh(9)),
        (edit("p", "3", 1, "the key is another's"), Ok(Appended::Known(Seq(2)))),
        (post("a", "p", "8"), Ok(Appended::Known(Seq(6)))),
    ]);
    let kept = kept.lock().unwrap();
    let room = RoomName::parse("a").unwrap();
    let about = &kept.rooms[&room].about;
    assert_eq!((about.title.as_str(), about.topic.as_str(), about.rev), ("", "cake", Seq(9)));
    assert!(kept.messages[&(room.clone(), Seq(1))].is_deleted());
    assert_eq!(kept.erased, [(room, Seq(1))]);
}

#[test]
fn what_is_deleted_in_the_batch_that_posted_it_is_never_written() {
    let (_, kept) = check(&[
        (post("a", "p", "1"), fresh(1)),
        (edit("p", "2", 1, "other"), fresh(2)),
        (post("a", "p", "3"), fresh(3)),
        (delete("p", "4", 1), fresh(4)),
    ]);
    let kept = kept.lock().unwrap();
    let says = |index: usize| match &kept.events[index].event.body {
        EventBody::Posted { words, .. } | EventBody::Edited { words, .. } => matches!(words, Words::Kept { .. }),
        _ => false,
    };
    assert_eq!([0, 1, 2].map(says), [false, false, true]);
}

#[test]
fn digests_are_those_of_the_events_before_and_after_a_deletion() {
    let (kept, _) = check(&[
        (post("a", "p", "1"), fresh(1)),
        (edit("p", "2", 1, "other"), fresh(2)),
        (react("q", "3", 1, "👍", true), fresh(3)),
        (delete("p", "4", 1), fresh(4)),
    ]);
    let kept = kept.lock().unwrap();
    let mut digest = Digest::default();
    for (Entry { event, digest: kept }, erase) in kept.events.iter().zip([false, true, false, false]) {
        let mut event = event.clone();
        if erase {
            event.body.erase();
        }
        digest = digest.after(&event);
        assert_eq!(digest, *kept);
    }
    assert_eq!(kept.rooms[&RoomName::parse("a").unwrap()].digest, digest);
}

#[test]
fn what_changed_nothing_changes_nothing_when_it_comes_again_later() {
    let (mut appender, _) = appender();
    let mut answers = |commands: &[Command]| appender.append(commands, Millis(1)).1;
    let line = [react("p", "on", 1, "👍", true), react("p", "off", 1, "👍", false)];
    answers(&[post("a", "p", "1"), react("p", "2", 1, "👍", true)]);
    assert_eq!(answers(&line), [UNCHANGED, fresh(3)]);
    // Their answers were lost: both are sent again, and what was meant last must stay.
    assert_eq!(answers(&line), [UNCHANGED, Ok(Appended::Known(Seq(3)))]);
}

#[test]
fn a_message_holds_so_many_kinds_and_so_many_reactions() {
    let (mut appender, _) = appender();
    appender.append(&[post("a", "p", "1")], Millis(1));
    let kinds: Vec<_> = emojis::iter().take(21).map(emojis::Emoji::as_str).collect();
    for (n, kind) in kinds.iter().enumerate() {
        let (_, answers) = appender.append(&[react("q", &n.to_string(), 1, kind, true)], Millis(1));
        assert_eq!(answers[0].is_ok(), n < 20, "kind {n}");
    }
    for n in 20..=500 {
        let (_, answers) = appender.append(&[react(&format!("p{n}"), "1", 1, kinds[0], true)], Millis(1));
        assert_eq!(answers[0].is_ok(), n < 500, "reaction {n}");
    }
    let (_, answers) =
        appender.append(&[react("q", "off", 1, kinds[5], false), react("r", "1", 1, kinds[0], true)], Millis(1));
    assert!(answers.iter().all(Result::is_ok), "{answers:?}");
}

#[test]
fn a_refusal_for_good_holds_nothing_up_and_a_failed_commit_decides_nothing() {
    let (mut appender, kept) = appender();
    let line = Line::default();
    let in_line = |command: Command| match command {
        Command::Append(draft) => Command::Append(Draft { line: line.clone(), ..draft }),
        other => other,
    };
    let commands =
        [post("a", "p", "1"), delete("p", "2", 7), delete("p", "3", 1), edit("p", "4", 1, "gone")].map(in_line);
    kept.lock().unwrap().fail = Some(StoreError::Full);
    let (_, answers) = appender.append(&commands, Millis(1));
    assert_eq!(answers, [Err(NotAppended::Storage); 4], "also what was wrong only by what was not written");
    let commands = [post("a", "p", "1"), delete("p", "2", 7), delete("p", "3", 1), edit("p", "4", 1, "gone")];
    let (_, answers) = appender.append(&commands, Millis(1));
    assert_eq!(answers, [fresh(1), wrong(Wrong::NoMessage), fresh(2), wrong(Wrong::Deleted)]);
}
