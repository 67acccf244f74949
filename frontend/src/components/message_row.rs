//! A message: one row of the log, from the moment it was typed.
//!
//! The same component draws what waits and what is confirmed, so that confirmation changes the row in place.

use std::rc::Rc;

use shared::{Message, Millis, Person, PersonId, PersonName, RoomName};
use yew::prelude::*;

use super::{calendar, here_list::tag};
use crate::state::{Action, Entry, Fate, Piece, pieces};

/// What the row shows.
#[derive(Clone, PartialEq)]
pub enum Line {
    /// A message of the log.
    Said(Rc<Message>),
    /// An entry of the outbox, and who typed it, where the server has said so.
    Typed(Rc<Entry>, Option<Person>),
}

/// What a row needs.
#[derive(Clone, PartialEq, Properties)]
pub struct MessageRowProps {
    /// The room.
    pub room: RoomName,
    /// The message.
    pub line: Line,
    /// It begins a group.
    pub first: bool,
    /// Somebody else bears the author's name too.
    #[prop_or_default]
    pub tagged: bool,
    /// Hears of the buttons.
    pub dispatch: Callback<Action>,
}

/// A row of the log.
#[component]
pub fn MessageRow(props: &MessageRowProps) -> Html {
    let (text, at) = match &props.line {
        Line::Said(message) => (&message.text, message.at),
        Line::Typed(entry, _) => (&entry.text, entry.typed_at),
    };
    let (id, name, plain) = match &props.line {
        Line::Said(message) => (Some(&message.by.id), Some(&message.by.name), message.by.plain),
        Line::Typed(_, me) => (me.as_ref().map(|me| &me.id), me.as_ref().map(|me| &me.name), false),
    };
    let (state, seq) = match &props.line {
        Line::Said(message) => (None, Some(message.seq.to_string())),
        Line::Typed(entry, _) => match &entry.fate {
            Fate::Queued | Fate::Sent => (Some("pending"), None),
            Fate::Settled { seq } => (None, Some(seq.to_string())),
            Fate::Refused { .. } => (Some("failed"), None),
        },
    };
    let name_or_you = name.map_or("You", PersonName::as_str).to_owned();
    let sign = id.filter(|_| props.tagged).map(tag);
    let class = classes!("m", hue(id), props.first.then_some("first"), state);
    html! {
        <li {class} data-seq={seq}>
            if props.first {
                { avatar(name) }
                <p class="who">
                    <bdi>{ name_or_you }</bdi>
                    { sign }
                    if plain {
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
            <div class="body" dir="auto">{ for pieces(text.as_str()).into_iter().map(piece) }</div>
            if let Line::Typed(entry, _) = &props.line {
                { note(props, entry) }
            }
        </li>
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

/// Why it is not sent, and what can be done.
fn note(props: &MessageRowProps, entry: &Entry) -> Html {
    let (why, again) = match (&entry.fate, &entry.held) {
        (Fate::Refused { message }, _) => (message.to_string(), true),
        (_, Some(why)) => (["Not sent yet: ", why].concat(), false),
        _ => return Html::default(),
    };
    // What is being asked for right now can be neither changed nor taken back.
    let disabled = entry.fate == Fate::Sent;
    let button = |words: &'static str, action: fn(RoomName, shared::ClientKey) -> Action| {
        let (room, key, dispatch) = (props.room.clone(), entry.key.clone(), props.dispatch.clone());
        let onclick = move |_: MouseEvent| dispatch.emit(action(room.clone(), key.clone()));
        html! { <button type="button" {disabled} {onclick}>{ words }</button> }
    };
    html! {
        <p class="note">
            <span>{ why }</span>
            if again { { button("Try again", |room, key| Action::TryAgainPressed { room, key }) } }
            { button("Edit", |room, key| Action::EditPressed { room, key }) }
            { button("Discard", |room, key| Action::DiscardPressed { room, key }) }
        </p>
    }
}
