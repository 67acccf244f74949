//! The head of a room: its name and title, what it is about, how many are here, the way to its details, and on a narrow
//! screen the way back to the rooms.

use shared::{About, RoomName};
use yew::prelude::*;

/// The head of a room. `here` says how many are in it; `on_back` hears of the way back, `on_details` of that to the
/// details.
pub fn head(
    room: &RoomName,
    about: &About,
    here: String,
    on_back: &Callback<MouseEvent>,
    on_details: &Callback<MouseEvent>,
) -> Html {
    html! {
        <header class="head">
            <button type="button" class="ib back" aria-label="Back to rooms" onclick={on_back}>{ "‹" }</button>
            <h1 tabindex="-1">
                { ["# ", room.as_str()].concat() }
                if !about.title.is_empty() { { " · " }<bdi>{ about.title.as_str().to_owned() }</bdi> }
            </h1>
            <p>{ here }</p>
            <div class="topic" dir="auto">{ about.topic.as_str().to_owned() }</div>
            <button type="button" class="ib" aria-haspopup="dialog" aria-label="About this room" onclick={on_details}>{ "ⓘ" }</button>
        </header>
    }
}
