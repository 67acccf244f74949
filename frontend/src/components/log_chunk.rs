//! Some neighbouring rows of the log. What did not change is not drawn again: everything large here is one pointer.

use std::rc::Rc;

use shared::{Message, Person, PersonId, RoomName, Seq};
use yew::prelude::*;

use super::{Line, MessageRow, calendar};
use crate::{
    hooks::{Open, keep_in_sight},
    io,
    state::{Entry, Row, Target, rows},
};

/// What a chunk needs.
#[derive(Clone, PartialEq, Properties)]
pub struct LogChunkProps {
    /// The room's name.
    pub name: RoomName,
    /// The message before the first.
    pub before: Option<Rc<Message>>,
    /// So many of the messages are not drawn yet, the oldest.
    pub skip: usize,
    /// The messages.
    pub messages: Rc<Vec<Rc<Message>>>,
    /// What is not settled yet of that which is drawn here.
    pub entries: Rc<Vec<Rc<Entry>>>,
    /// Those that these answer, as far as they are held.
    pub answered: Rc<Vec<Rc<Message>>>,
    /// Those whose name somebody else bears too.
    pub namesakes: Rc<[PersonId]>,
    /// Who the reader is.
    pub me: Option<Person>,
    /// The tools that are laid open, where they are a row's of this chunk.
    pub open: Open,
    /// The message that the log was brought to, where it is one of these.
    pub target: Option<Target>,
    /// The first that is new to the person, where it is one of these.
    pub first_new: Option<Seq>,
}

/// A chunk of the log.
#[component]
pub fn LogChunk(props: &LogChunkProps) -> Html {
    keep_in_sight();
    let (skipped, messages) = props.messages.split_at(props.skip.min(props.messages.len()));
    let before = skipped.last().or(props.before.as_ref());
    let rows = rows(before, messages, &props.entries, props.me.as_ref(), &calendar::day_of);
    html! { <>{ for rows.into_iter().map(|row| draw(row, props)) }</> }
}

fn draw(row: Row, props: &LogChunkProps) -> Html {
    let (room, me) = (props.name.clone(), props.me.clone());
    let find = |seq: Option<Seq>| props.answered.iter().find(|message| Some(message.seq) == seq).cloned();
    match row {
        Row::Day { key, at } => html! {
            <li {key} class="day"><button type="button" data-do="date" title="Go to another day">
                { calendar::day_words(at, io::now_wall()) }</button></li>
        },
        Row::Said { key, message, pending, changes, first } => {
            let tagged = props.namesakes.contains(&message.by.id);
            let laid = props.open.filter(|(seq, _)| *seq == message.seq).map(|(_, laid)| laid);
            let target = props.target.filter(|target| target.seq == message.seq).map(|target| target.number);
            let answers = find(message.reply_to);
            let is_first_new = props.first_new == Some(message.seq);
            let line = Line::Said { message, pending, changes };
            html! { <MessageRow {key} {room} {line} {first} {answers} {tagged} {me} {laid} {target} {is_first_new} /> }
        }
        Row::Typed { key, entry, first } => {
            let answers = find(entry.reply_to());
            html! { <MessageRow {key} {room} line={Line::Typed(entry)} {first} {answers} {me} /> }
        }
    }
}
