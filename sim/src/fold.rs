//! The fold of a log, written a second time and as plainly as can be, to compare the others with.

use std::collections::BTreeMap;

use backend::log::Entry;
use shared::{About, Digest, Event, EventBody, Message, Person, Reaction, Seq, Words};

/// What a log comes to.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct View {
    /// The messages, by seq.
    pub messages: BTreeMap<Seq, Message>,
    /// What the room is called and about.
    pub about: About,
    /// The digest.
    pub digest: Digest,
}

/// The view of a log.
#[must_use]
pub fn fold(log: &[Entry]) -> View {
    let mut view = View::default();
    for Entry { event, .. } in log {
        view.digest = view.digest.after(event);
        view.take(event);
    }
    view
}

impl View {
    fn take(&mut self, event: &Event) {
        let Event { seq, at, by, key, body, .. } = event.clone();
        if let EventBody::Dropped { target } = body {
            self.messages = self.messages.split_off(&target);
            return;
        }
        if let Some(message) = body.target().and_then(|target| self.messages.get_mut(&target)) {
            message.rev = seq;
        }
        match body {
            EventBody::Posted { words, reply_to } => {
                let (text, mentions) = said(words);
                let (edited, reactions) = (None, Vec::new());
                let message = Message { seq, at, by, key, text, edited, reply_to, mentions, reactions, rev: seq };
                self.messages.insert(seq, message);
            }
            EventBody::Edited { target, words } => {
                if let Some(message) = self.messages.get_mut(&target) {
                    (message.text, message.mentions) = said(words);
                    message.edited = Some(at);
                }
            }
            EventBody::Deleted { target } => {
                if let Some(message) = self.messages.get_mut(&target) {
                    (message.text, message.edited, message.reply_to) = (None, None, None);
                    message.mentions.clear();
                    message.reactions.clear();
                }
            }
            EventBody::Reacted { target, emoji, on } => {
                let Some(message) = self.messages.get_mut(&target) else { return };
                let who = Person { id: by.id, name: by.name };
                match message.reactions.iter_mut().find(|reaction| reaction.emoji == emoji) {
                    Some(reaction) if on => reaction.by.push(who),
                    Some(reaction) => reaction.by.retain(|one| one.id != who.id),
                    None => message.reactions.push(Reaction { emoji, by: vec![who] }),
                }
                message.reactions.retain(|reaction| !reaction.by.is_empty());
            }
            EventBody::RoomSet { title, topic } => {
                self.about.rev = seq;
                self.about.title = title.unwrap_or_else(|| self.about.title.clone());
                self.about.topic = topic.unwrap_or_else(|| self.about.topic.clone());
            }
            EventBody::Founded { .. }
            | EventBody::RoleSet { .. }
            | EventBody::RetentionSet { .. }
            | EventBody::Forgotten
            | EventBody::Dropped { .. }
            | EventBody::Unknown { .. } => {}
        }
    }
}

fn said(words: Words) -> (Option<shared::MessageText>, Vec<shared::PersonId>) {
    match words {
        Words::Kept { text, mentions, .. } => (Some(text), mentions),
        Words::Gone { .. } => (None, Vec::new()),
    }
}

/// The event that is said is the event that is in the log; or was it, before it was deleted.
#[must_use]
pub fn same_event(known: &Event, said: &Event) -> bool {
    let erased = || {
        let mut said = said.clone();
        said.body.erase();
        said
    };
    known == said || *known == erased()
}

/// The message that is said is the message of the fold; or was it, before it was deleted.
#[must_use]
pub fn same_message(known: &Message, said: &Message) -> bool {
    let silent = |message: &Message| Message { text: None, mentions: Vec::new(), reply_to: None, ..message.clone() };
    known == said || known.is_deleted() && silent(known) == silent(said)
}
