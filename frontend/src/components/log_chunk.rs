//! Some neighbouring rows of the log. What did not change is not drawn again: everything large here is one pointer.

use std::rc::Rc;

use shared::{Message, Person, PersonId};
use yew::prelude::*;

use super::{Line, MessageRow, calendar};
use crate::{
    hooks::Open,
    io,
    state::{Entry, Row, rows},
};

/// What a chunk needs.
#[derive(Clone, PartialEq, Properties)]
pub struct LogChunkProps {
    /// The message before the first.
    pub before: Option<Rc<Message>>,
    /// The messages.
    pub messages: Rc<Vec<Rc<Message>>>,
    /// What is not settled yet of that which is drawn here.
    pub entries: Rc<Vec<Rc<Entry>>>,
    /// Those whose name somebody else bears too.
    pub namesakes: Rc<[PersonId]>,
    /// Who the reader is.
    pub me: Option<Person>,
    /// The tools that are laid open, where they are a row's of this chunk.
    pub open: Open,
}

/// A chunk of the log.
#[component]
pub fn LogChunk(props: &LogChunkProps) -> Html {
    let rows = rows(props.before.as_ref(), &props.messages, &props.entries, props.me.as_ref(), &calendar::day_of);
    html! { <>{ for rows.into_iter().map(|row| draw(row, props)) }</> }
}

fn draw(row: Row, props: &LogChunkProps) -> Html {
    let me = props.me.clone();
    match row {
        Row::Day { key, at } => html! {
            <li {key} class="day"><span>{ calendar::day_words(at, io::now_wall()) }</span></li>
        },
        Row::Said { key, message, pending, changes, first } => {
            let tagged = props.namesakes.contains(&message.by.id);
            let laid = props.open.filter(|(seq, _)| *seq == message.seq).map(|(_, laid)| laid);
            html! { <MessageRow {key} line={Line::Said { message, pending, changes }} {first} {tagged} {me} {laid} /> }
        }
        Row::Typed { key, entry, first } => html! { <MessageRow {key} line={Line::Typed(entry)} {first} {me} /> },
    }
}
