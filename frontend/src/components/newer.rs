//! A newer version is ready: offered at the end of the line below the log, whose space is always there.

use yew::prelude::*;

/// The offer, if there is one; `on_take` hears of its button.
pub fn newer(ready: bool, on_take: &Callback<MouseEvent>) -> Html {
    html! {
        if ready {
            <p class="newer">
                { "A newer version is ready. " }
                <button type="button" class="try" onclick={on_take}>{ "Reload" }</button>
            </p>
        }
    }
}
