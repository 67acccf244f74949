//! What there is to know of a room, in a dialog: what it is called and about, how much of its log is here, what the
//! browser does not do for it.
//!
//! It is always on the page and mostly closed. The fields in it belong to the person: `io` writes to them when it comes
//! up, and nobody else does. Each room has a dialog of its own: what was begun about one is not said of another.

use shared::RoomName;
use yew::prelude::*;

/// What the dialog tells.
pub struct RoomDetails<'a> {
    /// The fields are to be taken.
    pub on_told: &'a Callback<SubmitEvent>,
    /// The diagnosis is to be copied.
    pub on_copy: &'a Callback<MouseEvent>,
}

/// The dialog of a room. `facts` say how it stands, in sentences.
pub fn room_details(name: &RoomName, facts: Vec<String>, tells: &RoomDetails<'_>) -> Html {
    html! {
        <dialog key={name.as_str()} class="sheet" aria-labelledby="details">
            <form method="dialog" class="sheet-head">
                <h2 id="details">{ ["# ", name.as_str()].concat() }</h2>
                <button class="ib" aria-label="Close">{ "✕" }</button>
            </form>
            <form novalidate=true onsubmit={tells.on_told}>
                { field("title", "Title") }
                { field("topic", "What it is about") }
                <p class="sheet-foot"><button class="small">{ "Save for everyone" }</button></p>
            </form>
            <h3>{ "How it stands" }</h3>
            { for facts.into_iter().map(|fact| html! { <p>{ fact }</p> }) }
            <p class="sheet-foot">
                <button type="button" class="small" onclick={tells.on_copy}>{ "Copy diagnosis" }</button>
                <span id="copied" role="status"></span>
            </p>
            <textarea id="diagnosis" hidden=true readonly=true rows="6" aria-label="Diagnosis" />
        </dialog>
    }
}

fn field(id: &'static str, label: &'static str) -> Html {
    html! {
        <div class="field">
            <label for={id}>{ label }</label>
            <input {id} autocomplete="off" dir="auto" />
        </div>
    }
}
