//! How what is kept is written down: as frames of the wire, whose reader is here already.
//!
//! A room is kept as the `opened` that would bring it, where `first` says from where its digest was folded here. An
//! entry is kept as the `event` that it is to become, its place in the line for a seq; what the server had against it
//! follows in a line of its own.
//!
//! Invariant: a room is read back only by a version that folds the same kinds of events. Another one's copy would miss
//! what only this one understands, under a digest that says that nothing is missing.

use std::rc::Rc;

use shared::{
    ClientKey, Command, Cursor, EventBody, Message, MessageText, Person, PersonId, PersonName, RoomName, ServerFrame,
    Words,
};

use super::{json::Json, read};
use crate::state::{Entry, Fate, KeptEntry, KeptRoom};

/// The kinds of events that this version folds into a room. A new kind, or a new meaning of one, is to be added here.
const KINDS: &str = "posted edited deleted reacted room_set forgotten dropped";

fn author(json: &mut Json, id: &str, name: &str, plain: bool) {
    json.open("by", '{');
    json.text("id", id);
    json.text("name", name);
    json.flag("plain", plain);
    json.0.push('}');
}

fn write_message(json: &mut Json, message: &Message) {
    json.open("", '{');
    json.number("seq", message.seq.0);
    json.number("at", message.at.0);
    author(json, message.by.id.as_str(), message.by.name.as_str(), message.by.plain);
    json.text("key", message.key.as_str());
    json.optional("text", message.text.as_ref().map(MessageText::as_str));
    if let Some(at) = message.edited {
        json.number("edited", at.0);
    }
    json.seq("reply_to", message.reply_to);
    json.mentions(&message.mentions);
    json.open("reactions", '[');
    for reaction in &message.reactions {
        json.open("", '{');
        json.text("emoji", reaction.emoji.as_str());
        json.open("by", '[');
        for person in &reaction.by {
            json.open("", '{');
            json.text("id", person.id.as_str());
            json.text("name", person.name.as_str());
            json.0.push('}');
        }
        json.0.push_str("]}");
    }
    json.0.push(']');
    json.number("rev", message.rev.0);
    json.0.push('}');
}

/// A room as a text.
pub(super) fn room_text(name: &RoomName, room: &KeptRoom) -> String {
    let KeptRoom { cursor, since, snapshot } = room;
    let mut json = Json::of_type("opened");
    json.text("room", name.as_str());
    json.text("epoch", cursor.epoch.as_str());
    json.number("first", since.0);
    json.number("head", cursor.seq.0);
    json.text("digest", &cursor.digest.unwrap_or_default().to_string());
    json.open("snapshot", '{');
    json.flag("more_before", snapshot.more_before);
    json.open("about", '{');
    json.text("title", snapshot.about.title.as_str());
    json.text("topic", snapshot.about.topic.as_str());
    json.number("rev", snapshot.about.rev.0);
    json.0.push('}');
    json.open("messages", '[');
    for message in &snapshot.messages {
        write_message(&mut json, message);
    }
    json.0.push_str("]}}\n");
    json.0.push_str(KINDS);
    json.0
}

/// The room of a text; none where it is damaged, or another version's.
pub(super) fn room_of(text: &str) -> Option<(RoomName, KeptRoom)> {
    let (frame, _) = text.split_once('\n').filter(|(_, kinds)| *kinds == KINDS)?;
    match read::frame(frame)? {
        ServerFrame::Opened { room, epoch, first, head, digest, snapshot: Some(snapshot), reset: None } => {
            let cursor = Cursor { epoch, seq: head, digest: Some(digest) };
            Some((room, KeptRoom { cursor, since: first, snapshot }))
        }
        _ => None,
    }
}

/// An entry as a text.
pub(super) fn entry_text(entry: &KeptEntry) -> String {
    let mut json = Json::of_type("event");
    json.text("room", entry.room.as_str());
    json.number("seq", entry.order);
    json.number("at", entry.typed_at.0);
    author(&mut json, entry.owner.as_ref().map_or("0", PersonId::as_str), "-", entry.owner.is_none());
    json.text("key", entry.key.as_str());
    json.open("body", '{');
    json.text(
        "type",
        match &entry.command {
            Command::Post { .. } => "posted",
            Command::Edit { .. } => "edited",
            Command::Delete { .. } => "deleted",
            Command::React { .. } => "reacted",
            Command::SetRoom { .. } => "room_set",
        },
    );
    // It is the server's to choose; whoever reads words wants one.
    json.text("salt", &shared::Salt::default().to_string());
    json.command(&entry.command, entry.of.as_ref());
    json.0.push_str("}}");
    if let Fate::Refused { message } = &entry.fate {
        json.0.push('\n');
        json.0.push_str(message);
    }
    json.0
}

/// The entry of a text; none where it is damaged, or of a kind that only another version knows.
pub(super) fn entry_of(text: &str) -> Option<KeptEntry> {
    let (frame, refused) = text.split_once('\n').map_or((text, None), |(frame, refused)| (frame, Some(refused)));
    let (event, of) = read::entry(frame)?;
    let command = match event.body {
        EventBody::Posted { words: Words::Kept { text, mentions, .. }, reply_to } => {
            Command::Post { text, reply_to, mentions }
        }
        EventBody::Edited { target, words: Words::Kept { text, mentions, .. } } => {
            Command::Edit { target, text, mentions }
        }
        EventBody::Deleted { target } => Command::Delete { target },
        EventBody::Reacted { target, emoji, on } => Command::React { target, emoji, on },
        EventBody::RoomSet { title, topic } => Command::SetRoom { title, topic },
        _ => return None,
    };
    let entry = Entry {
        key: event.key,
        owner: (!event.by.plain).then_some(event.by.id),
        command,
        of,
        order: event.seq.0,
        typed_at: event.at,
        fate: refused.map_or(Fate::Sent, |message| Fate::Refused { message: message.into() }),
        held: None,
        kept: true,
    };
    Some(KeptEntry { room: event.room, entry: Rc::new(entry) })
}

/// Under which key an entry is kept.
pub(super) fn entry_key(room: &RoomName, key: &ClientKey) -> String {
    [room.as_str(), "\n", key.as_str()].concat()
}

/// A person as a text.
pub(super) fn person_text(person: &Person) -> String {
    [person.id.as_str(), "\n", person.name.as_str()].concat()
}

/// The person of a text; none where it is damaged.
pub(super) fn person_of(text: &str) -> Option<Person> {
    let (id, name) = text.split_once('\n')?;
    Some(Person { id: PersonId::parse(id).ok()?, name: PersonName::parse(name).ok()? })
}
