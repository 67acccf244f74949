//! The head of a room: its name, how many are here, and on a narrow screen the way back to the rooms.

use shared::RoomName;
use yew::prelude::*;

/// What the head needs.
#[derive(Clone, PartialEq, Properties)]
pub struct HeadProps {
    /// The room.
    pub room: RoomName,
    /// How many are here, in words.
    pub here: AttrValue,
    /// Hears of the way back.
    pub on_back: Callback<MouseEvent>,
}

/// The head of a room.
#[component]
pub fn Head(props: &HeadProps) -> Html {
    html! {
        <header class="head">
            <button type="button" class="ib back" aria-label="Back to rooms" onclick={&props.on_back}>{ "‹" }</button>
            <h1>{ ["# ", props.room.as_str()].concat() }</h1>
            <p>{ &props.here }</p>
        </header>
    }
}
