//! A message: one row of the log, from the moment it was typed.
//!
//! The same component draws what waits and what is confirmed, so that confirmation changes the row in place.

use std::rc::Rc;

use shared::{Command, Message, MessageText, Millis, Person, PersonId, PersonName};
use yew::prelude::*;

use super::{calendar, here_list::tag, message_tools};
use crate::{
    hooks::Laid,
    state::{Entry, Fate, Piece, pieces},
};

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
    /// The message.
    pub line: Line,
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
}

/// A row of the log.
#[component]
pub fn MessageRow(props: &MessageRowProps) -> Html {
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
    let class = classes!("m", hue(id), props.first.then_some("first"), state);
    html! {
        <li {class} data-seq={seq} tabindex="-1">
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
                    { stamp(at) }
                </p>
            } else {
                // Who sees the page sees whose group it is; to others each message says it.
                <span class="sr"><bdi>{ name_or_you }</bdi>{ " " }{ sign }</span>
                { stamp(at) }
            }
            { body(&props.line) }
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

/// What is said, or what became of it.
fn body(line: &Line) -> Html {
    let (text, edited) = match line {
        Line::Said { message, .. } if message.is_deleted() => {
            return html! { <div class="says"><span class="body gone">{ "Message deleted" }</span></div> };
        }
        Line::Said { message, .. } => (message.text.as_ref(), message.edited),
        Line::Typed(entry) => (entry.text(), None),
    };
    let text = text.map(MessageText::as_str);
    let other = match line {
        Line::Typed(entry) => match &entry.command {
            Command::SetRoom { .. } => "About this room",
            Command::Delete { .. } => "Delete a message",
            Command::React { emoji, .. } => emoji.as_str(),
            Command::Post { .. } | Command::Edit { .. } => "",
        },
        Line::Said { .. } => "",
    };
    html! {
        <div class="says" dir="auto">
            <span class="body">{ for pieces(text.unwrap_or(other)).into_iter().map(piece) }</span>
            if let Some(at) = edited {
                <time class="edited" datetime={calendar::machine(at)} title={calendar::full(at)}>{ "edited" }</time>
            }
        </div>
    }
}

/// The class of a person's hue. The policy forbids styles of one element, so there are 36 classes.
fn hue(id: Option<&PersonId>) -> Option<String> {
    id.map(|id| ["hue-", &id.hue(36).to_string()].concat())
}

fn avatar(name: Option<&PersonName>) -> Html {
    let initial: String = name.map_or("Y", |name| name.as_str().trim_start()).chars().take(1).collect();
    html! { <span class="av" aria-hidden="true">{ initial }</span> }
}

fn stamp(at: Millis) -> Html {
    html! { <time datetime={calendar::machine(at)} title={calendar::full(at)}>{ calendar::clock(at) }</time> }
}

fn piece(piece: Piece<'_>) -> Html {
    match piece {
        Piece::Text(text) => html! { { text.to_owned() } },
        Piece::Link(address) => html! {
            <a href={address.to_owned()} rel="noopener nofollow ugc" target="_blank">{ address.to_owned() }</a>
        },
    }
}

/// Why it was not done, and what can be done about that.
fn note(entry: &Entry) -> Html {
    let (why, again) = match (&entry.fate, &entry.held) {
        (Fate::Refused { message }, _) => (message.to_string(), entry.can_be_tried()),
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
