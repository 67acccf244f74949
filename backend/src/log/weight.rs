//! About how many bytes an event or a message takes, in memory and on a wire: what bounds are counted in.

use shared::{Event, EventBody, Message, PersonId, RoomTitle, RoomTopic, Words};

/// What everything has beside its words: times, seqs, names of fields, the author.
const FRAME: usize = 200;
/// A person's id, and around it.
const PERSON: usize = 40;
/// A person's id and name, and around them.
const NAMED: usize = 180;

/// Bytes of an event.
pub(super) fn of_event(event: &Event) -> usize {
    let words = match &event.body {
        EventBody::Posted { words, .. } | EventBody::Edited { words, .. } => of_words(words),
        EventBody::RoomSet { title, topic } => {
            let title = title.as_ref().map_or(0, |title| RoomTitle::as_str(title).len());
            title + topic.as_ref().map_or(0, |topic| RoomTopic::as_str(topic).len())
        }
        EventBody::Deleted { .. }
        | EventBody::Reacted { .. }
        | EventBody::Founded { .. }
        | EventBody::RoleSet { .. }
        | EventBody::RetentionSet { .. }
        | EventBody::Dropped { .. }
        | EventBody::Forgotten
        | EventBody::Unknown { .. } => 0,
    };
    FRAME + words + event.key.as_str().len()
}

/// Bytes of a message with all that is folded into it.
pub(super) fn of_message(message: &Message) -> usize {
    let text = message.text.as_ref().map_or(0, |text| text.as_str().len());
    let reactions: usize = message.reactions.iter().map(|reaction| reaction.by.len() * NAMED).sum();
    FRAME + text + of_people(&message.mentions) + reactions
}

fn of_words(words: &Words) -> usize {
    match words {
        Words::Kept { text, mentions, .. } => text.as_str().len() + of_people(mentions),
        Words::Gone { .. } => 0,
    }
}

fn of_people(people: &[PersonId]) -> usize {
    people.len() * PERSON
}
