//! The line between the log and the message box: the link's state when it matters, else who types, else that the
//! browser keeps nothing. Its space is always there, so that nothing moves when it has something to say.

use yew::prelude::*;

use crate::state::{LinkWords, Typing, typing_words};

/// The line below the log. `typing` says who types, `off` what the browser does not do: where the line is too short for
/// it, "More" leads to it. A `newer` version that is ready is offered at the end, while there is nothing more urgent. The
/// shell hears of the buttons.
pub fn status(link: LinkWords, typing: Option<&Typing>, off: Option<&'static str>, newer: bool) -> Html {
    let typing = typing_words(typing);
    let off = off.filter(|_| typing.is_empty() && !link.loud);
    let typing = typing.into_iter().map(|(name, words)| html! { <><bdi>{ name.to_string() }</bdi>{ words }</> });
    html! {
        <div ~className={if link.loud { "status loud" } else { "status" }}>
            <p ~className={if link.loud { "link-state" } else { "link-state sr" }} data-state={link.state}>
                <span>{ link.words }</span>{ " " }<span class="next">{ link.next }</span>
            </p>
            if link.loud && link.can_try {
                <button type="button" class="try" data-do="try">{ "Try now" }</button>
            }
            <p class="typing" hidden={link.loud || off.is_some()}>{ for typing }</p>
            if let Some(off) = off {
                <p class="off">{ off }</p>
                <button type="button" class="try all" data-sheet="about">{ "More" }</button>
            }
            if newer && !link.loud {
                <p class="newer">
                    { "A newer version is ready. " }
                    <button type="button" class="try" data-do="take">{ "Reload" }</button>
                </p>
            }
        </div>
    }
}
