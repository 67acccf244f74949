//! What stands in the log, line by line.

use std::rc::Rc;

use shared::{Command, Message, Millis, Seq};

use super::super::{Entry, Fate, Row, rows};
use super::{key, person, posted, text};

const DAY: u64 = 86_400_000;

fn day_of(at: Millis) -> u64 {
    at.0 / DAY
}

fn said(seq: u64, by: &str, at: u64) -> Rc<Message> {
    let mut message = Message::posted(&posted(seq, by, &format!("k{seq}"))).unwrap();
    message.at = Millis(at);
    Rc::new(message)
}

fn entry(named: &str, at: u64, fate: Fate) -> Rc<Entry> {
    let command = Command::Post { text: text("hi"), reply_to: None, mentions: Vec::new() };
    Rc::new(about(named, command, at, fate))
}

fn about(named: &str, command: Command, at: u64, fate: Fate) -> Entry {
    let (key, owner, typed_at) = (key(named), Some(person("me").id), Millis(at));
    Entry { key, owner, command, of: None, order: at, typed_at, fate, held: None, kept: true }
}

/// The rows as a short text: a day line is `|`, the beginning of a group a capital.
fn sketch(rows: &[Row]) -> String {
    rows.iter()
        .map(|row| match row {
            Row::Day { .. } => "|".to_owned(),
            Row::Said { message, first, .. } => {
                let by = message.by.name.as_str()[..1].to_owned();
                if *first { by.to_uppercase() } else { by }
            }
            Row::Typed { first, .. } => if *first { "M" } else { "m" }.to_owned(),
        })
        .collect()
}

#[test]
fn messages_of_one_author_within_five_minutes_are_a_group() {
    let me = person("me");
    let minute = 60_000;
    let messages = [
        said(1, "ada", DAY),
        said(2, "ada", DAY + minute),
        said(3, "bob", DAY + 2 * minute),
        said(4, "ada", DAY + 3 * minute),
        said(5, "ada", DAY + 8 * minute),
        said(6, "ada", 2 * DAY - 1),
        said(7, "ada", 2 * DAY),
        said(8, "me", 2 * DAY + 1),
    ];
    let entries = [entry("a", 2 * DAY + 2, Fate::Queued), entry("b", 2 * DAY + 10 * minute, Fate::Sent)];
    assert_eq!(sketch(&rows(None, &messages, &entries, Some(&me), &day_of)), "|AaBAAA|AMmM");
    assert_eq!(sketch(&rows(Some(&messages[0]), &messages[1..3], &[], Some(&me), &day_of)), "aB");
}

#[test]
fn a_row_keeps_its_key_when_it_is_confirmed() {
    let me = person("me");
    let key_of = |rows: &[Row]| match rows.last() {
        Some(Row::Said { key, .. } | Row::Typed { key, .. }) => key.clone(),
        other => panic!("{other:?}"),
    };
    let pending = rows(None, &[], &[entry("k1", DAY, Fate::Sent)], Some(&me), &day_of);
    let confirmed = rows(None, &[said(1, "me", DAY)], &[], Some(&me), &day_of);
    assert_eq!(key_of(&pending), key_of(&confirmed));
    let other = rows(None, &[said(1, "other", DAY)], &[], Some(&me), &day_of);
    assert_ne!(key_of(&pending), key_of(&other), "another's key is another's");
}

#[test]
fn a_settled_entry_is_not_shown_beside_its_message() {
    let entries = [entry("k2", DAY, Fate::Settled { seq: Seq(2) })];
    let shown = rows(None, &[said(1, "me", DAY), said(2, "me", DAY)], &entries, None, &day_of);
    assert_eq!(sketch(&shown), "|Mm");
}
