//! A message: one row of the log, from the moment it was typed.
//!
//! The same component draws what waits and what is confirmed, so that confirmation changes the row in place.

use std::rc::Rc;

use shared::{Command, Message, Millis, Person, PersonId, PersonName, RoomName, Seq, markdown::plain};
use yew::prelude::*;

use super::{
    calendar, message_tools,
    said::{self, Marked},
};
use crate::{
    hooks::{Laid, keep_in_sight},
    state::{Entry, Fate, Place},
};

/// Most characters of a quote: more than a line has.
const QUOTED: usize = 200;

/// What the row shows.
#[derive(Clone, PartialEq)]
pub enum Line {
    /// A message of the log, with what is asked for about it, and of that what did not come about.
    Said {
        /// The message.
        message: Rc<Message>,
        /// Something of what it shows is not in the log yet.
        pending: bool,
        /// What was refused.
        changes: Vec<Rc<Entry>>,
    },
    /// An entry of the outbox.
    Typed(Rc<Entry>),
}

/// What a row needs. There are no callbacks: the log listens for all its rows.
#[derive(Clone, PartialEq, Properties)]
pub struct MessageRowProps {
    /// The room's name.
    pub room: RoomName,
    /// The message.
    pub line: Line,
    /// The message that it answers, where that is held.
    pub answers: Option<Rc<Message>>,
    /// It begins a group.
    pub first: bool,
    /// Somebody else bears the author's name too.
    #[prop_or_default]
    pub tagged: bool,
    /// Who the reader is, where the server has said so.
    pub me: Option<Person>,
    /// What is laid open of its tools.
    #[prop_or_default]
    pub laid: Option<Laid>,
    /// The log was brought to it, and how often it was brought anywhere before.
    #[prop_or_default]
    pub target: Option<u32>,
    /// What is new to the person begins with it.
    #[prop_or_default]
    pub is_first_new: bool,
}

/// A row of the log.
#[component]
pub fn MessageRow(props: &MessageRowProps) -> Html {
    keep_in_sight();
    let me = props.me.as_ref();
    let (said, at) = match &props.line {
        Line::Said { message, .. } => (Some(&**message), message.at),
        Line::Typed(entry) => (None, entry.typed_at),
    };
    let by = said.map(|message| &message.by);
    let id = by.map(|by| &by.id).or(me.map(|me| &me.id));
    let name = by.map(|by| &by.name).or(me.map(|me| &me.name));
    let (state, seq) = match &props.line {
        Line::Said { message, pending, .. } => (pending.then_some("changing"), Some(message.seq.to_string())),
        Line::Typed(entry) => match &entry.fate {
            Fate::Queued | Fate::Sent => (Some("pending"), None),
            Fate::Settled { seq } => (None, Some(seq.to_string())),
            Fate::Refused { .. } => (Some("failed"), None),
        },
    };
    let name_or_you = name.map_or("You", PersonName::as_str).to_owned();
    let sign = id.filter(|_| props.tagged).map(tag);
    let to_me = said.is_some_and(|said| me.is_some_and(|me| said.mentions.contains(&me.id)));
    // It is shown anew where the same message is gone to again: by the other of two names for one look.
    let target = props.target.map(|number| if number % 2 == 0 { "target" } else { "target anew" });
    let first = if props.first { "first" } else { "" };
    let to_me = if to_me { "mention" } else { "" };
    let class = ["m", &hue(id), first, to_me, state.unwrap_or_default(), target.unwrap_or_default()];
    let class = class.into_iter().filter(|one| !one.is_empty()).collect::<Vec<_>>().join(" ");
    let link = said.map(|said| Place::permalink(&props.room, said.seq));
    let reply_to = match &props.line {
        Line::Said { message, .. } => message.reply_to,
        Line::Typed(entry) => entry.reply_to(),
    };
    html! {
        // As a property: as an attribute, a class that changes brings a set of classes along, which is 3 KB.
        <li ~className={class} data-seq={seq} data-new={props.is_first_new.then_some("New")} tabindex="-1">
            if let Some(seq) = reply_to {
                { quote(&props.room, seq, props.answers.as_deref()) }
            }
            if props.first {
                { avatar(name) }
                <p class="who">
                    <bdi>{ name_or_you }</bdi>
                    { sign }
                    if by.is_some_and(|by| by.plain) {
                        <span class="via" title="Came over the plain relay: the name is not bound to anybody">
                            { "via the plain relay" }
                        </span>
                    }
                    { stamp(at, link) }
                </p>
            } else {
                // Who sees the page sees whose group it is; to others each message says it.
                <span class="sr"><bdi>{ name_or_you }</bdi>{ " " }{ sign }</span>
                { stamp(at, link) }
            }
            { body(props, name.map_or("You", PersonName::as_str)) }
            if let Some(message) = said {
                { message_tools::reactions(message, me.map(|me| &me.id)) }
                if !message.is_deleted() {
                    { message_tools::tools(me.is_some_and(|me| me.id == message.by.id), props.laid) }
                }
            }
            { match &props.line {
                Line::Said { changes, .. } => changes.iter().map(|entry| note(entry)).collect(),
                Line::Typed(entry) => note(entry),
            } }
        </li>
    }
}

/// What is said by `by`, or what became of it.
fn body(props: &MessageRowProps, by: &str) -> Html {
    let (text, edited) = match &props.line {
        Line::Said { message, .. } if message.is_deleted() => {
            return html! { <div class="says"><span class="body gone">{ "Message deleted" }</span></div> };
        }
        Line::Said { message, .. } => (message.text.as_ref(), message.edited),
        Line::Typed(entry) => (entry.text(), None),
    };
    let said = match (text, &props.line) {
        (Some(text), _) => said::body(text.as_str(), by, marked(props, &mut [""; 2])),
        (_, Line::Typed(entry)) => {
            let what = match &entry.command {
                Command::SetRoom { .. } => "About this room",
                Command::Delete { .. } => "Delete a message",
                Command::React { emoji, .. } => emoji.as_str(),
                Command::Post { .. } | Command::Edit { .. } => "",
            };
            html! { <span class="body">{ what.to_owned() }</span> }
        }
        _ => Html::default(),
    };
    html! {
        <div class="says" dir="auto">
            { said }
            if let Some(at) = edited {
                <time class="edited" datetime={calendar::machine(at)}>{ "edited" }</time>
            }
        </div>
    }
}

/// Of those whom a message mentions, the reader and whom it answers are marked: their names are known here.
fn marked<'a>(props: &'a MessageRowProps, names: &'a mut [&'a str; 2]) -> Marked<'a> {
    let mentions = match &props.line {
        Line::Said { message, .. } => &message.mentions[..],
        Line::Typed(entry) => match &entry.command {
            Command::Post { mentions, .. } | Command::Edit { mentions, .. } => &mentions[..],
            _ => &[],
        },
    };
    let mine = props.me.as_ref().filter(|me| mentions.contains(&me.id));
    let answered = props.answers.as_ref().filter(|answered| mentions.contains(&answered.by.id));
    names[0] = mine.map_or("", |me| me.name.as_str());
    names[1] = answered.map_or("", |answered| answered.by.name.as_str());
    Marked { names, mine: mine.map(|_| 0) }
}

/// The class of a person's hue; empty where nobody is known. The policy forbids styles of one element, so there are 36
/// classes.
fn hue(id: Option<&PersonId>) -> String {
    id.map(|id| ["hue-", &id.hue(36).to_string()].concat()).unwrap_or_default()
}

/// The short sign of a person, where the name alone does not say who it is.
fn tag(id: &PersonId) -> Html {
    html! { <span class="tag">{ id.sign().to_owned() }</span> }
}

fn avatar(name: Option<&PersonName>) -> Html {
    let initial = name.map_or_else(|| "Y".to_owned(), PersonName::initial);
    html! { <span class="av" aria-hidden="true">{ initial }</span> }
}

/// When it was said, and the way to a link to it. Tab passes it by: each row would be one stop more, and the tools have
/// the link too.
fn stamp(at: Millis, link: Option<String>) -> Html {
    // Without a link it is nothing but the place for one.
    let does = link.is_some().then_some("jump");
    html! {
        <a class="at" href={link} tabindex="-1" data-do={does}>
            <time datetime={calendar::machine(at)}>{ calendar::clock(at) }</time>
        </a>
    }
}

/// What a message answers, in one line that leads there.
fn quote(room: &RoomName, seq: Seq, answered: Option<&Message>) -> Html {
    // What a person said has a direction of its own; the page's words have that of the page.
    let (dir, says) = match answered.map(|message| &message.text) {
        Some(Some(text)) => ("auto", plain(text.as_str(), QUOTED)),
        Some(None) => ("", "Message deleted".to_owned()),
        None => ("", "an earlier message".to_owned()),
    };
    html! {
        <a class="quote" href={Place::permalink(room, seq)} data-do="jump" data-to={seq.to_string()}>
            <span class="sr">{ "Answers " }</span>
            if let Some(message) = answered {
                <bdi>{ message.by.name.to_string() }</bdi>
            }
            <span {dir}>{ says }</span>
        </a>
    }
}

/// Why it was not done, and what can be done about that.
fn note(entry: &Entry) -> Html {
    let (why, again) = match (&entry.fate, &entry.held) {
        (Fate::Refused { message }, _) => (message.to_string(), true),
        (_, Some(why)) => (["Not sent yet: ", why].concat(), false),
        _ => return Html::default(),
    };
    // What is being asked for right now can be neither changed nor taken back.
    let disabled = entry.fate == Fate::Sent;
    let button = |does: &'static str, words: &'static str| {
        html! { <button type="button" data-do={does} {disabled}>{ words }</button> }
    };
    html! {
        <p class="note" data-key={entry.key.to_string()}>
            <span>{ why }</span>
            if again { { button("again", "Try again") } }
            if entry.text().is_some() { { button("take", "Edit") } }
            { button("discard", "Discard") }
        </p>
    }
}
