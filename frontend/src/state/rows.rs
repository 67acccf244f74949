//! What stands in the log, line by line: day lines, messages in groups of one author, and what is not settled yet.
//!
//! Invariants: a row's key is for life: a message of mine has the key that it was typed under, so that its
//! confirmation is a change in place. A message shows what I have asked for as if it were done already; a command that
//! was refused changes nothing, and is never out of sight.

use std::rc::Rc;

use shared::{Command, Message, Millis, Person, Reaction, Seq, is_soon_after};

use super::{Chunk, Entry, Fate, Room};

/// Most entries that are drawn with a chunk. Of a longer line only the end is seen, until what is before it has gone.
const MOST_ENTRIES: usize = 300;

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
        /// The message, with what is asked for folded in.
        message: Rc<Message>,
        /// Something of that is not in the log yet.
        pending: bool,
        /// What was asked for about it and refused, for now or for good.
        changes: Vec<Rc<Entry>>,
        /// Begins a group: with the author's name.
        first: bool,
    },
    /// A message that is not in the log yet, or will not be; or another command that was refused.
    Typed {
        /// For life.
        key: String,
        /// The entry of the outbox.
        entry: Rc<Entry>,
        /// Begins a group.
        first: bool,
    },
}

impl Room {
    /// The entries that are drawn with a chunk: those about its messages; and, with the last, all messages that are
    /// not settled, and what was refused of that which is about no message in sight.
    #[must_use]
    pub fn entries_of(&self, chunk: &Chunk) -> Rc<Vec<Rc<Entry>>> {
        let entries = self.outbox().entries();
        if entries.is_empty() {
            return Rc::clone(entries);
        }
        let is_last = self.window().chunks().last().is_some_and(|last| last.id == chunk.id);
        let is_here = |entry: &&Rc<Entry>| match entry.command.target() {
            Some(_) => {
                is_about_one_of(entry, &chunk.messages)
                    || is_last
                        && entry.is_in_trouble()
                        && !self.window().messages().any(|message| entry.changes(message))
            }
            None => is_last,
        };
        if is_last && entries.len() <= MOST_ENTRIES && entries.iter().all(|entry| is_here(&entry)) {
            return Rc::clone(entries);
        }
        let mut here: Vec<Rc<Entry>> = entries.iter().filter(is_here).cloned().collect();
        here.drain(..here.len().saturating_sub(MOST_ENTRIES));
        Rc::new(here)
    }

    /// The messages that a chunk's messages answer, and the `entries` that are drawn with it, as far as they are held:
    /// what is quoted there.
    #[must_use]
    pub fn answered_in(&self, chunk: &Chunk, entries: &[Rc<Entry>]) -> Rc<Vec<Rc<Message>>> {
        let answered = chunk.messages.iter().filter_map(|message| message.reply_to);
        let answered = answered.chain(entries.iter().filter_map(|entry| entry.reply_to()));
        let found: Vec<Rc<Message>> = answered.filter_map(|seq| self.window().held(seq)).cloned().collect();
        if found.is_empty() { Rc::default() } else { Rc::new(found) }
    }

    /// What is known of a message in sight with what is asked for about it folded in.
    #[must_use]
    pub fn message(&self, seq: Seq, me: Option<&Person>) -> Option<Rc<Message>> {
        self.window().get(seq).map(|message| folded(message, self.outbox().entries(), me).0)
    }
}

fn is_about_one_of(entry: &Entry, messages: &[Rc<Message>]) -> bool {
    messages.iter().any(|message| entry.changes(message))
}

/// A message with what `me` has asked for about it folded in, and whether that is anything.
fn folded(message: &Rc<Message>, entries: &[Rc<Entry>], me: Option<&Person>) -> (Rc<Message>, bool) {
    let (said, mut message) = (message, Rc::clone(message));
    let mut pending = false;
    for entry in entries.iter().filter(|entry| entry.changes(said)) {
        if entry.is_refused() || matches!(entry.fate, Fate::Settled { seq } if seq <= message.rev) {
            continue;
        }
        pending = true;
        let message = Rc::make_mut(&mut message);
        match (&entry.command, me) {
            (Command::Edit { text, mentions, .. }, _) if !message.is_deleted() => {
                message.text = Some(text.clone());
                message.mentions.clone_from(mentions);
                message.edited = Some(entry.typed_at);
            }
            (Command::Delete { .. }, _) => {
                (message.text, message.edited, message.reply_to) = (None, None, None);
                message.mentions.clear();
                message.reactions.clear();
            }
            (Command::React { emoji, on, .. }, Some(me)) if !message.is_deleted() => {
                for reaction in message.reactions.iter_mut().filter(|one| one.emoji == *emoji) {
                    reaction.by.retain(|who| who.id != me.id);
                }
                if *on {
                    match message.reactions.iter_mut().find(|one| one.emoji == *emoji) {
                        Some(reaction) => reaction.by.push(me.clone()),
                        None => message.reactions.push(Reaction { emoji: emoji.clone(), by: vec![me.clone()] }),
                    }
                }
                message.reactions.retain(|one| !one.by.is_empty());
            }
            _ => {}
        }
    }
    (message, pending)
}

/// The rows of some neighbouring messages and of the entries that are drawn with them ([`Room::entries_of`]).
/// `before` is the message before the first; `day_of` numbers the days as the reader's calendar has them.
#[must_use]
pub fn rows(
    before: Option<&Rc<Message>>,
    messages: &[Rc<Message>],
    entries: &[Rc<Entry>],
    me: Option<&Person>,
    day_of: &dyn Fn(Millis) -> u64,
) -> Vec<Row> {
    let me_id = me.map(|me| &me.id);
    let mut rows = Vec::with_capacity(messages.len() + entries.len() + 2);
    let mut day = before.map(|message| day_of(message.at));
    // Whether a row begins a group; puts the day line before it where one is due.
    let mut begins = |rows: &mut Vec<Row>, key: &str, at: Millis, goes_on: bool| {
        let new_day = day.replace(day_of(at)) != day;
        if new_day {
            rows.push(Row::Day { key: ["d", key].concat(), at });
        }
        new_day || !goes_on
    };
    let mut previous = before;
    for message in messages {
        let mine = Some(&message.by.id) == me_id;
        let key = if mine { ["m", message.key.as_str()].concat() } else { ["s", &message.seq.to_string()].concat() };
        let goes_on = previous.replace(message).is_some_and(|previous| message.goes_on(previous));
        let first = begins(&mut rows, &key, message.at, goes_on);
        let about = |entry: &&Rc<Entry>| entry.changes(message);
        let changes = entries.iter().filter(about).filter(|entry| entry.is_in_trouble()).cloned().collect();
        let (message, pending) = folded(message, entries, me);
        rows.push(Row::Said { key, message, pending, changes, first });
    }
    let newest = previous.map(|message| message.seq);
    let mut last = previous.map(|message| (Some(&message.by.id), message.at));
    for entry in entries {
        let is_shown = match &entry.command {
            // Its event is shown already.
            Command::Post { .. } => matches!(entry.fate, Fate::Settled { seq } if Some(seq) <= newest),
            _ => !entry.is_in_trouble() || is_about_one_of(entry, messages),
        };
        if is_shown {
            continue;
        }
        let key = ["m", entry.key.as_str()].concat();
        let is_soon = |(by, at)| by == me_id && is_soon_after(at, entry.typed_at);
        let goes_on = last.replace((me_id, entry.typed_at)).is_some_and(is_soon) && entry.reply_to().is_none();
        let first = begins(&mut rows, &key, entry.typed_at, goes_on);
        rows.push(Row::Typed { key, entry: Rc::clone(entry), first });
    }
    rows
}
