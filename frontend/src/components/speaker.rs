//! Says aloud what those who do not see the page should know: a polite live region of one sentence.

use yew::prelude::*;

use crate::state::Speech;

/// The live region. The same sentence again is another paragraph, or it would not be spoken.
pub fn speaker(speech: &Speech) -> Html {
    html! {
        <div class="sr speaker" aria-live="polite"><p key={speech.number()}>{ speech.sentence().to_string() }</p></div>
    }
}
