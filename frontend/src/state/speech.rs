//! What is said aloud to those who do not see the page: messages of others, at most one sentence in two seconds, and
//! that the link was lost or found again.

use std::rc::Rc;

use shared::{Message, MessageText, PersonId};

use super::Now;

/// How long messages are gathered into one sentence, in milliseconds.
const GATHER_MS: u64 = 2_000;

/// Messages that wait to be spoken.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Waiting {
    since: Now,
    count: usize,
    authors: Vec<PersonId>,
    last: Rc<Message>,
}

/// The sentence of the moment, and what the next will be made of.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Speech {
    waiting: Option<Waiting>,
    sentence: Rc<str>,
    number: u32,
}

impl Speech {
    /// What to say.
    #[must_use]
    pub fn sentence(&self) -> &Rc<str> {
        &self.sentence
    }

    /// Counts the sentences: two in a row may be the same.
    #[must_use]
    pub fn number(&self) -> u32 {
        self.number
    }

    pub(super) fn deadline(&self) -> Option<Now> {
        self.waiting.as_ref().map(|waiting| waiting.since.plus(GATHER_MS))
    }

    /// Somebody else posted a message where the person is.
    pub(super) fn hear(&mut self, message: &Rc<Message>, now: Now) {
        let waiting = self.waiting.get_or_insert_with(|| Waiting {
            since: now,
            count: 0,
            authors: Vec::new(),
            last: Rc::clone(message),
        });
        waiting.count += 1;
        waiting.last = Rc::clone(message);
        if !waiting.authors.contains(&message.by.id) {
            waiting.authors.push(message.by.id.clone());
        }
    }

    /// Something that cannot wait.
    pub(super) fn say(&mut self, sentence: &str) {
        self.sentence = sentence.into();
        self.number = self.number.wrapping_add(1);
    }

    /// Another room: what waits is of no interest there.
    pub(super) fn hush(&mut self) {
        self.waiting = None;
    }

    pub(super) fn wake(&mut self, now: Now) {
        if self.deadline().is_none_or(|deadline| now < deadline) {
            return;
        }
        let Some(waiting) = self.waiting.take() else { return };
        let by = &waiting.last.by.name;
        self.say(&match (waiting.count, waiting.authors.len()) {
            (1, _) => [by.as_str(), ": ", waiting.last.text.as_ref().map_or("", MessageText::as_str)].concat(),
            (count, 1) => [&count.to_string(), " new messages from ", by.as_str()].concat(),
            (count, people) => [&count.to_string(), " new messages from ", &people.to_string(), " people"].concat(),
        });
    }
}
