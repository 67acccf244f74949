//! Where a link leads that can lead nowhere.

use shared::BadId;
use yew::prelude::*;

/// Says that the link is no room's.
pub fn nowhere() -> Html {
    html! {
        <main class="main nowhere">
            <div>
                <h1>{ "There is no such room" }</h1>
                <p>{ BadId::Room.to_string() }</p>
                <p><a href="/">{ "Go to the lobby" }</a></p>
            </div>
        </main>
    }
}
