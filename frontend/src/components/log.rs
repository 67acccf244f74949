//! The log of a room: the scroller, its rows in chunks, what is said about its ends, and the way to the newest.

use std::rc::Rc;

use shared::{Person, RoomName};
use yew::prelude::*;

use super::LogChunk;
use crate::{
    hooks::{Look, Open, Same, keep_in_sight, use_presses, use_scroller},
    state::{Action, Edge, Paging, Phase, Reader, Room, namesakes, notice_words},
};

/// What the log needs.
#[derive(Clone, PartialEq, Properties)]
pub struct LogProps {
    /// The room's name.
    pub name: RoomName,
    /// The room.
    pub room: Same<Room>,
    /// No more of its newest rows than these are to be drawn; 0 where all are.
    pub few: usize,
    /// Who the reader is.
    pub me: Option<Person>,
    /// Hears where the reader is, and of the buttons.
    pub dispatch: Callback<Action>,
}

/// The log of a room.
#[component]
pub fn Log(props: &LogProps) -> Html {
    keep_in_sight();
    let room = &props.room;
    let on_look = use_callback(
        (props.name.clone(), props.dispatch.clone(), room.window().at_newest()),
        |look: Look, (name, dispatch, at_newest)| {
            // The end of a window that is not the newest is no place to follow from.
            let reader = if look.reader == Reader::AtNewest && !at_newest { Reader::LowerHalf } else { look.reader };
            dispatch.emit(Action::ReaderMoved { room: name.clone(), reader });
            if let Some(seq) = look.seen {
                dispatch.emit(Action::Seen { room: name.clone(), seq });
            }
            for (near, edge) in [(look.near_oldest, Edge::Oldest), (look.near_newest && !at_newest, Edge::Newest)] {
                if near {
                    dispatch.emit(Action::EdgeReached { room: name.clone(), edge });
                }
            }
        },
    );
    let rows = (room.window().clone(), Rc::clone(room.outbox().entries()), props.few);
    let scroller = use_scroller(rows, room.reader() == Reader::AtNewest, room.target(), on_look);
    let on_jump = use_callback(
        (props.name.clone(), props.dispatch.clone(), scroller.clone()),
        |_: MouseEvent, (name, dispatch, scroller)| {
            scroller.to_newest();
            dispatch.emit(Action::JumpPressed { room: name.clone() });
        },
    );
    let presses = use_presses(&props.name, &props.dispatch);
    let away = room.reader() != Reader::AtNewest || !room.window().at_newest();
    html! {
        <>
            <div ref={scroller.node} class="scroll" tabindex="0" role="log" aria-live="off"
                onkeydown={&presses.onkeydown}
                aria-label={["Messages in ", props.name.as_str()].concat()}>
                <div onclick={&presses.onclick}>
                    { beginning(props) }
                    <ol class="log" onfocusin={&presses.onfocusin}
                        onfocusout={&presses.onfocusout}>
                        { chunks(props, presses.open) }
                    </ol>
                    { end(props) }
                </div>
            </div>
            <button type="button" class="jump" hidden={!away} onclick={on_jump}>{ jump_words(room.unseen()) }</button>
            // It shows nothing of its own: the day lines open its calendar.
            <input type="date" class="sr" tabindex="-1" aria-label="Go to a day" onchange={&presses.ondate} />
        </>
    }
}

fn chunks(props: &LogProps, open: Open) -> Html {
    let chunks = props.room.window().chunks();
    let mut skip = if props.few == 0 { 0 } else { props.room.window().len().saturating_sub(props.few) };
    let namesakes = namesakes(&props.room, props.me.as_ref());
    let first_new = props.room.first_new();
    let mut before = None;
    let draw = |chunk: &crate::state::Chunk| {
        let is_here = |seq: &shared::Seq| chunk.messages.binary_search_by_key(seq, |message| message.seq).is_ok();
        let open = open.filter(|(seq, _)| is_here(seq));
        let before = match chunk.messages.last() {
            Some(last) => before.replace(Rc::clone(last)),
            None => before.clone(),
        };
        let skipped = skip.min(chunk.messages.len());
        skip -= skipped;
        let entries = props.room.entries_of(chunk);
        let answered = props.room.answered_in(chunk, &entries);
        let first_new = first_new.filter(is_here);
        let target = props.room.target().filter(|target| is_here(&target.seq));
        html! {
            <LogChunk key={chunk.id} name={props.name.clone()} {before} skip={skipped} messages={Rc::clone(&chunk.messages)} {entries}
                {answered} namesakes={Rc::clone(&namesakes)} me={props.me.clone()} {open} {target} {first_new} />
        }
    };
    html! { <>{ for chunks.iter().map(draw) }</> }
}

/// What stands above the oldest message.
fn beginning(props: &LogProps) -> Html {
    let room = &props.room;
    let words = match room.paging() {
        Paging::Asked(_) if room.window().more_before() => "Loading older messages…",
        Paging::Failed(_) => "More messages could not be loaded. Scroll to try again.",
        _ if room.window().more_before() => "There is more above.",
        _ if room.cursor().is_none() => "",
        _ if room.window().is_empty() && room.outbox().is_empty() => "Nothing here yet. Say the first word.",
        _ => "Here the room begins.",
    };
    html! { <p class="beginning">{ words }</p> }
}

/// What stands below the newest message.
fn end(props: &LogProps) -> Html {
    html! {
        <>
            if props.room.outdated() {
                <p class="notice">{ "Something here can only be shown by a newer version. " }
                    <button type="button" data-do="take-newer">{ "Reload for the newer version" }</button></p>
            }
            if let Some(notice) = props.room.notice() {
                <p class="notice">{ notice_words(notice) }{ " " }
                    <button type="button" data-do="dismiss">{ "All right" }</button></p>
            }
            if let Phase::Refused { message, .. } = props.room.phase() {
                <p class="notice">{ message.to_string() }</p>
            }
        </>
    }
}

fn jump_words(unseen: u32) -> String {
    match unseen {
        0 => "To the newest ↓".to_owned(),
        1 => "1 new message ↓".to_owned(),
        many => [&many.to_string(), " new messages ↓"].concat(),
    }
}
