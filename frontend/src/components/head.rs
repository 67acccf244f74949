//! The head of a room: its name, how many are here, and on a narrow screen the way back to the rooms.

use shared::RoomName;
use yew::prelude::*;

/// The head of a room. `here` says how many are in it; `on_back` hears of the way back.
pub fn head(room: &RoomName, here: String, on_back: &Callback<MouseEvent>) -> Html {
    html! {
        <header class="head">
            <button type="button" class="ib back" aria-label="Back to rooms" onclick={on_back}>{ "‹" }</button>
            <h1 tabindex="-1">{ ["# ", room.as_str()].concat() }</h1>
            <p>{ here }</p>
        </header>
    }
}
