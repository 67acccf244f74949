//! Where a link leads that can lead nowhere.

use yew::prelude::*;

/// Says that the link is no room's.
#[component]
pub fn Nowhere() -> Html {
    html! {
        <main class="main nowhere">
            <div>
                <h1>{ "There is no such room" }</h1>
                <p>{ "A room's name is 1 to 40 of the letters a to z, the digits 0 to 9 and the hyphen." }</p>
                <p><a href="/">{ "Go to the lobby" }</a></p>
            </div>
        </main>
    }
}
