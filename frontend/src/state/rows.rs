//! What stands in the log, line by line: day lines, messages in groups of one author, and what is not settled yet.
//!
//! Invariant: a row's key is for life. A message of mine has the key that it was typed under, so that its
//! confirmation is a change in place.

use std::rc::Rc;

use shared::{Message, Millis, PersonId};

use super::{Entry, Fate};

/// A group ends after such a pause, in milliseconds.
const GROUP_MS: u64 = 5 * 60 * 1000;

/// A line of the log.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Row {
    /// A new day begins.
    Day {
        /// For life.
        key: String,
        /// A time on that day.
        at: Millis,
    },
    /// A message of the log.
    Said {
        /// For life.
        key: String,
        /// The message.
        message: Rc<Message>,
        /// Begins a group: with the author's name.
        first: bool,
    },
    /// A message that is not in the log yet, or will not be.
    Typed {
        /// For life.
        key: String,
        /// The entry of the outbox.
        entry: Rc<Entry>,
        /// Begins a group.
        first: bool,
    },
}

/// Who spoke last, when, and on which day.
struct Before<'a> {
    by: Option<&'a PersonId>,
    at: Millis,
    day: i32,
}

/// The rows of some neighbouring messages and of the entries behind them. `before` is the message before the first;
/// `day_of` numbers the days as the reader's calendar has them.
#[must_use]
pub fn rows(
    before: Option<&Rc<Message>>,
    messages: &[Rc<Message>],
    entries: &[Rc<Entry>],
    me: Option<&PersonId>,
    day_of: &dyn Fn(Millis) -> i32,
) -> Vec<Row> {
    let mut rows = Vec::with_capacity(messages.len() + entries.len() + 2);
    let mut last = before.map(|message| Before { by: Some(&message.by.id), at: message.at, day: day_of(message.at) });
    // Whether a row begins a group; puts the day line before it where one is due.
    let mut begins = |rows: &mut Vec<Row>, key: &str, by, at: Millis, same_name: bool| {
        let day = day_of(at);
        let new_day = last.as_ref().is_none_or(|last| last.day != day);
        if new_day {
            rows.push(Row::Day { key: ["d", key].concat(), at });
        }
        let goes_on = |last: &Before<'_>| last.by == by && at.0.saturating_sub(last.at.0) < GROUP_MS;
        let first = new_day || !same_name || !last.as_ref().is_some_and(goes_on);
        last = Some(Before { by, at, day });
        first
    };
    let mut name = before.map(|message| &message.by.name);
    for message in messages {
        let mine = Some(&message.by.id) == me;
        let key = if mine { ["m", message.key.as_str()].concat() } else { ["s", &message.seq.to_string()].concat() };
        let same_name = name.replace(&message.by.name) == Some(&message.by.name);
        let first = begins(&mut rows, &key, Some(&message.by.id), message.at, same_name);
        rows.push(Row::Said { key, message: Rc::clone(message), first });
    }
    let newest = messages.last().or(before).map(|message| message.seq);
    for entry in entries {
        // Its event is shown already.
        if matches!(entry.fate, Fate::Settled { seq } if Some(seq) <= newest) {
            continue;
        }
        let key = ["m", entry.key.as_str()].concat();
        let first = begins(&mut rows, &key, me, entry.typed_at, true);
        rows.push(Row::Typed { key, entry: Rc::clone(entry), first });
    }
    rows
}
