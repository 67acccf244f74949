//! Messages and what a room is about: the views that people read, folded from a room's events.
//!
//! Invariant: there is one fold, this one, at both ends. Whatever is folded carries `rev`, the newest event in it, and
//! is not touched by events up to there; so a page and the live events may come in any order.

use serde::{Deserialize, Serialize};

use crate::{
    Author, ClientKey, Digest, Emoji, Epoch, Event, EventBody, MessageId, MessageText, Millis, Person, PersonId,
    PersonName, RoomName, RoomTitle, RoomTopic, Seq, Words,
};

/// A message with everything folded in that happened to it up to `rev`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Message {
    /// The event that posted it; its place in the room.
    pub seq: Seq,
    /// When it was posted.
    pub at: Millis,
    /// Who posted it.
    pub by: Author,
    /// The author's key for it: its identity from before it had a seq.
    pub key: ClientKey,
    /// What it says; none where it was deleted.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub text: Option<MessageText>,
    /// When what it says was last changed, where it was.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub edited: Option<Millis>,
    /// The message that it answers.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reply_to: Option<Seq>,
    /// Whom it mentions.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub mentions: Vec<PersonId>,
    /// The reactions to it, in the order in which each kind came first.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub reactions: Vec<Reaction>,
    /// The newest event folded into it. Events up to `rev` do not touch it.
    pub rev: Seq,
}

/// A kind of reaction to a message, and whose it is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reaction {
    /// Which.
    pub emoji: Emoji,
    /// Who, in the order in which they came, under the name of then. Never empty.
    pub by: Vec<Person>,
}

impl Message {
    /// The message that `event` posts; none where it posts nothing.
    #[must_use]
    pub fn posted(event: &Event) -> Option<Self> {
        let EventBody::Posted { words, reply_to } = &event.body else { return None };
        let (text, mentions) = match words {
            Words::Kept { text, mentions, .. } => (Some(text.clone()), mentions.clone()),
            Words::Gone { .. } => (None, Vec::new()),
        };
        Some(Self {
            seq: event.seq,
            at: event.at,
            by: event.by.clone(),
            key: event.key.clone(),
            text,
            edited: None,
            reply_to: *reply_to,
            mentions,
            reactions: Vec::new(),
            rev: event.seq,
        })
    }

    /// Which message it is, in whatever history.
    #[must_use]
    pub fn id(&self) -> MessageId {
        MessageId::new(&self.by.id, &self.key)
    }

    /// It is the message of this id.
    #[must_use]
    pub fn is(&self, id: &MessageId) -> bool {
        id.is(&self.by.id, &self.key)
    }

    /// It was taken back by its author.
    #[must_use]
    pub fn is_deleted(&self) -> bool {
        self.text.is_none()
    }

    /// The person has put this reaction to it.
    #[must_use]
    pub fn has_reaction(&self, emoji: &Emoji, person: &PersonId) -> bool {
        self.reactions.iter().any(|one| one.emoji == *emoji && one.by.iter().any(|who| who.id == *person))
    }

    /// Folds in an event. False, and nothing is changed, where it is about something else or is folded in already.
    pub fn fold(&mut self, event: &Event) -> bool {
        if event.body.target() != Some(self.seq) || event.seq <= self.rev {
            return false;
        }
        #[cfg(not(target_arch = "wasm32"))]
        if let EventBody::Dropped { .. } = event.body {
            return false;
        }
        self.rev = event.seq;
        match &event.body {
            EventBody::Edited { words, .. } => self.edit(words, event.at),
            EventBody::Deleted { .. } => {
                self.text = None;
                self.edited = None;
                self.reply_to = None;
                self.mentions.clear();
                self.reactions.clear();
            }
            EventBody::Reacted { emoji, on, .. } => self.react(emoji, &event.by, *on),
            _ => {}
        }
        true
    }

    /// Somebody is forgotten, and called so from now on: takes their name from what they wrote, and from their reactions. It
    /// is no event about this message, so `rev` stays; done again, it changes nothing.
    pub fn forget(&mut self, who: &Author) {
        let forget = |id: &PersonId, name: &mut PersonName| {
            if *id == who.id {
                name.clone_from(&who.name);
            }
        };
        forget(&self.by.id, &mut self.by.name);
        for person in self.reactions.iter_mut().flat_map(|reaction| &mut reaction.by) {
            forget(&person.id, &mut person.name);
        }
    }

    fn edit(&mut self, words: &Words, at: Millis) {
        // Where the words are gone the deletion is still to come; until then it shows as deleted already.
        let (text, said) = match words {
            Words::Kept { text, mentions, .. } => (Some(text.clone()), mentions.clone()),
            Words::Gone { .. } => (None, Vec::new()),
        };
        self.text = text;
        self.mentions = said;
        self.edited = Some(at);
    }

    fn react(&mut self, emoji: &Emoji, by: &Author, on: bool) {
        let place = self.reactions.iter().position(|one| one.emoji == *emoji);
        match place {
            Some(place) => {
                let people = &mut self.reactions[place].by;
                people.retain(|who| who.id != by.id);
                if on {
                    people.push(Person { id: by.id.clone(), name: by.name.clone() });
                }
                if people.is_empty() {
                    self.reactions.remove(place);
                }
            }
            None if on => {
                let by = vec![Person { id: by.id.clone(), name: by.name.clone() }];
                self.reactions.push(Reaction { emoji: emoji.clone(), by });
            }
            None => {}
        }
    }
}

/// What a room is called and about, with everything folded in up to `rev`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct About {
    /// Its title; empty where it has none but its name.
    #[serde(default, skip_serializing_if = "RoomTitle::is_empty")]
    pub title: RoomTitle,
    /// What it is about; may be empty.
    #[serde(default, skip_serializing_if = "RoomTopic::is_empty")]
    pub topic: RoomTopic,
    /// The newest event folded into it; 0 where none is.
    pub rev: Seq,
}

impl About {
    /// Folds in an event. False, and nothing is changed, where it says nothing of the room or is folded in already.
    pub fn fold(&mut self, event: &Event) -> bool {
        let EventBody::RoomSet { title, topic } = &event.body else { return false };
        if event.seq <= self.rev {
            return false;
        }
        self.rev = event.seq;
        if let Some(title) = title {
            self.title = title.clone();
        }
        if let Some(topic) = topic {
            self.topic = topic.clone();
        }
        true
    }

    fn is_unset(&self) -> bool {
        self.rev == Seq::ZERO
    }
}

/// A room's newest messages in order, valid at the `head` that comes with it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Snapshot {
    /// What the room is about.
    #[serde(default, skip_serializing_if = "About::is_unset")]
    pub about: About,
    /// Oldest first.
    pub messages: Vec<Message>,
    /// There are older messages than these.
    pub more_before: bool,
}

/// A page of a room's history, as `GET /api/rooms/ROOM/messages` answers.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Page {
    /// The room.
    pub room: RoomName,
    /// The history that the seqs count in.
    pub epoch: Epoch,
    /// The oldest event that the log still has; 1 where it is whole.
    pub first: Seq,
    /// The newest event when the page was made. Everything up to it is folded into the messages.
    pub head: Seq,
    /// The digest of the log up to `head`.
    pub digest: Digest,
    /// Oldest first.
    pub messages: Vec<Message>,
    /// There are older messages than these.
    pub more_before: bool,
    /// There are newer messages than these.
    pub more_after: bool,
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::Salt;

    fn author(id: u8) -> Author {
        Author { id: PersonId::parse(&format!("p{id}")).unwrap(), name: crate::PersonName::anonymous(), plain: false }
    }

    fn event(seq: u64, by: u8, body: EventBody) -> Event {
        let (at, key) = (Millis(seq * 10), ClientKey::parse(&seq.to_string()).unwrap());
        Event { room: RoomName::lobby(), seq: Seq(seq), at, by: author(by), key, body }
    }

    fn words(n: u64) -> Words {
        Words::Kept { salt: Salt([1; 16]), text: MessageText::parse(&format!("t{n}")).unwrap(), mentions: Vec::new() }
    }

    /// A log as a server lets it become: what is deleted is changed no more.
    fn log(steps: &[(u8, u8, u8)]) -> Vec<Event> {
        let mut deleted = [false; 8];
        let mut log = vec![];
        for (kind, by, target) in steps {
            let seq = log.len() as u64 + 1;
            let target = u64::from(*target);
            let place = usize::try_from(target).unwrap();
            let body = match kind {
                _ if seq <= 3 => EventBody::Posted { words: words(seq), reply_to: None },
                0 if !deleted[place] => EventBody::Edited { target: Seq(target), words: words(seq) },
                1 if !deleted[place] => {
                    deleted[place] = true;
                    EventBody::Deleted { target: Seq(target) }
                }
                2 | 3 if !deleted[place] => {
                    let emoji = Emoji::parse(["👍", "👎"][usize::from(*by % 2)]).unwrap();
                    EventBody::Reacted { target: Seq(target), emoji, on: *kind == 2 }
                }
                4 => EventBody::RoomSet { title: RoomTitle::parse(&seq.to_string()).ok(), topic: None },
                5 => EventBody::Forgotten,
                6 => EventBody::Dropped { target: Seq(target) },
                _ => EventBody::Unknown { kind: "new".into(), target: Some(Seq(target)), hash: crate::Hash([1; 16]) },
            };
            log.push(event(seq, *by, body));
        }
        log
    }

    #[derive(Clone, Debug, PartialEq)]
    struct View(Vec<Message>, About);

    impl View {
        fn fold(&mut self, event: &Event) {
            self.1.fold(event);
            if let EventBody::Dropped { target } = event.body {
                self.0.retain(|message| message.seq >= target);
            }
            for message in &mut self.0 {
                message.fold(event);
                if event.body == EventBody::Forgotten {
                    message.forget(&event.by);
                }
            }
            if let Some(message) = Message::posted(event).filter(|new| self.0.iter().all(|old| old.seq != new.seq)) {
                self.0.push(message);
            }
        }

        fn of(log: &[Event]) -> Self {
            let mut view = Self(Vec::new(), About::default());
            for event in log {
                view.fold(event);
            }
            view
        }
    }

    proptest! {
        /// The fold up to some event and the events after it (and, as well, some before it) are the fold of all.
        #[test]
        fn a_snapshot_and_the_events_after_it_are_the_fold_of_all(
            steps in prop::collection::vec((0u8..8, 0u8..3, 1u8..4), 4..40),
            at in 3usize..40,
            again in 0usize..10,
        ) {
            let log = log(&steps);
            let at = at.min(log.len());
            let mut view = View::of(&log[..at]);
            for event in &log[at.saturating_sub(again)..] { view.fold(event); }
            prop_assert_eq!(view, View::of(&log));
        }

        /// What was deleted is read without its words by who comes later, and the fold is the same.
        #[test]
        fn a_log_without_the_deleted_words_folds_to_the_same(
            steps in prop::collection::vec((0u8..8, 0u8..3, 1u8..4), 4..40),
        ) {
            let log = log(&steps);
            let mut erased = log.clone();
            for event in &log {
                if let EventBody::Deleted { target } = event.body {
                    erased.iter_mut().filter(|one| one.seq == target || one.body.target() == Some(target))
                        .for_each(|one| one.body.erase());
                }
            }
            prop_assert_eq!(View::of(&erased), View::of(&log));
        }
    }
}
