//! Some neighbouring rows of the log. What did not change is not drawn again: everything large here is one pointer.

use std::rc::Rc;

use shared::{Message, Person, PersonId, RoomName};
use yew::prelude::*;

use super::{Line, MessageRow, calendar};
use crate::{
    io,
    state::{Action, Entry, Row, rows},
};

/// What a chunk needs.
#[derive(Clone, PartialEq, Properties)]
pub struct LogChunkProps {
    /// The room.
    pub room: RoomName,
    /// The message before the first.
    pub before: Option<Rc<Message>>,
    /// The messages.
    pub messages: Rc<Vec<Rc<Message>>>,
    /// What is not settled yet; only behind the newest message.
    pub entries: Rc<Vec<Rc<Entry>>>,
    /// Those whose name somebody else bears too.
    pub namesakes: Rc<[PersonId]>,
    /// Who the reader is.
    pub me: Option<Person>,
    /// Hears of the buttons.
    pub dispatch: Callback<Action>,
}

/// A chunk of the log.
#[component]
pub fn LogChunk(props: &LogChunkProps) -> Html {
    let me = props.me.as_ref().map(|me| &me.id);
    let rows = rows(props.before.as_ref(), &props.messages, &props.entries, me, &calendar::day_of);
    html! { <>{ for rows.into_iter().map(|row| draw(row, props)) }</> }
}

fn draw(row: Row, props: &LogChunkProps) -> Html {
    let (room, dispatch) = (props.room.clone(), props.dispatch.clone());
    match row {
        Row::Day { key, at } => html! {
            <li {key} class="day"><span>{ calendar::day_words(at, io::now_wall()) }</span></li>
        },
        Row::Said { key, message, first } => {
            let tagged = props.namesakes.contains(&message.by.id);
            html! { <MessageRow {key} {room} line={Line::Said(message)} {first} {tagged} {dispatch} /> }
        }
        Row::Typed { key, entry, first } => html! {
            <MessageRow {key} {room} line={Line::Typed(entry, props.me.clone())} {first} {dispatch} />
        },
    }
}
