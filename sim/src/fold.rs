//! The fold of a log, written a second time and as plainly as can be, to compare the others with.

use std::collections::BTreeMap;

use shared::{Event, EventBody, Message, Seq};

/// The messages of a room, by seq.
pub type View = BTreeMap<Seq, Message>;

/// The view of a log.
#[must_use]
pub fn fold(events: &[Event]) -> View {
    let mut view = View::new();
    for event in events {
        let Event { seq, at, by, key, body, .. } = event.clone();
        match body {
            EventBody::Posted { text, reply_to, mentions } => {
                view.insert(seq, Message { seq, at, by, key, text, reply_to, mentions, rev: seq });
            }
            EventBody::Unknown => {}
        }
    }
    view
}

/// The event that is said is the event that is in the log.
#[must_use]
pub fn same_event(known: &Event, said: &Event) -> bool {
    known == said
}

/// The message that is said is the message of the fold.
#[must_use]
pub fn same_message(known: &Message, said: &Message) -> bool {
    known == said
}

/// What an event says, where that is a text.
#[must_use]
pub fn text_of(event: &Event) -> Option<String> {
    match &event.body {
        EventBody::Posted { text, .. } => Some(text.to_string()),
        EventBody::Unknown => None,
    }
}
