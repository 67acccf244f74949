//! What is said aloud to those who do not see the page: messages of others, at most one sentence in two seconds, and
//! that the link was lost or found again.
//!
//! Invariant: what a message said is not said after it was deleted or changed, nor left to be read here.

use std::rc::Rc;

use shared::{Event, EventBody, Message, PersonId, RoomName, Seq, markdown::plain};

use super::Now;

/// How long messages are gathered into one sentence, in milliseconds.
const GATHER_MS: u64 = 2_000;

/// Most characters of a message that are said aloud.
const MOST_SAID: usize = 500;

/// Messages that wait to be spoken.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Waiting {
    room: RoomName,
    since: Now,
    count: usize,
    /// How many of them mention the listener.
    to_me: usize,
    authors: Vec<PersonId>,
    last: Rc<Message>,
}

/// The sentence of the moment, and what the next will be made of.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Speech {
    waiting: Option<Waiting>,
    sentence: Rc<str>,
    number: u32,
    /// The message whose text the sentence is.
    spoken: Option<(RoomName, Seq)>,
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

    /// Somebody else posted a message where the person is; `to_me` where it mentions them.
    pub(super) fn hear(&mut self, room: &RoomName, message: &Rc<Message>, to_me: bool, now: Now) {
        let waiting = self.waiting.get_or_insert_with(|| Waiting {
            room: room.clone(),
            since: now,
            count: 0,
            to_me: 0,
            authors: Vec::new(),
            last: Rc::clone(message),
        });
        waiting.count += 1;
        waiting.to_me += usize::from(to_me);
        waiting.last = Rc::clone(message);
        if !waiting.authors.contains(&message.by.id) {
            waiting.authors.push(message.by.id.clone());
        }
    }

    /// Something that cannot wait.
    pub(super) fn say(&mut self, sentence: &str) {
        self.spoken = None;
        self.sentence = sentence.into();
        self.number = self.number.wrapping_add(1);
    }

    /// The sentence with more to it.
    pub(super) fn say_more(&mut self, sentence: &str) {
        let spoken = self.spoken.take();
        self.say(sentence);
        self.spoken = spoken;
    }

    /// A message may say something else now, or nothing.
    pub(super) fn changed(&mut self, event: &Event) {
        let Some(target) = event.body.target() else { return };
        if let Some(waiting) = self.waiting.as_mut().filter(|one| one.room == event.room && one.last.seq == target) {
            Rc::make_mut(&mut waiting.last).fold(event);
        }
        let says = matches!(event.body, EventBody::Edited { .. } | EventBody::Deleted { .. });
        if says && self.spoken.as_ref().is_some_and(|(room, seq)| *room == event.room && *seq == target) {
            self.blank();
        }
    }

    /// All of a room may say something else now.
    pub(super) fn loaded_anew(&mut self, room: &RoomName) {
        self.waiting.take_if(|waiting| waiting.room == *room);
        if self.spoken.as_ref().is_some_and(|(of, _)| of == room) {
            self.blank();
        }
    }

    /// Takes back what was said; that is nothing to say.
    fn blank(&mut self) {
        self.spoken = None;
        self.sentence = Rc::default();
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
        let text = waiting.last.text.as_ref().map(|text| plain(text.as_str(), MOST_SAID));
        let by = waiting.last.by.name.as_str();
        let (count, authors) = (waiting.count.to_string(), waiting.authors.len().to_string());
        if waiting.count == 1 {
            // Where there is no text, it was deleted meanwhile.
            if let Some(text) = text {
                let says = if waiting.to_me > 0 { " mentions you: " } else { ": " };
                self.say(&[by, says, &text].concat());
                self.spoken = Some((waiting.room, waiting.last.seq));
            }
            return;
        }
        let (from, people) = if waiting.authors.len() == 1 { (by, "") } else { (authors.as_str(), " people") };
        let to_me = waiting.to_me.to_string();
        let mentions = match waiting.to_me {
            0 => ["", "", ""],
            1 => [", one mentions you", "", ""],
            _ => [", ", &to_me, " mention you"],
        };
        self.say(&[&count, " new messages from ", from, people, mentions[0], mentions[1], mentions[2]].concat());
    }
}
