//! The line between the log and the message box: the link's state when it matters, else who types. Its space is
//! always there, so that nothing moves when it has something to say.

use yew::prelude::*;

use crate::state::{Action, LinkWords};

/// What the line needs.
#[derive(Clone, PartialEq, Properties)]
pub struct StatusProps {
    /// The link in words.
    pub link: LinkWords,
    /// Who types, in words.
    pub typing: AttrValue,
    /// Hears of "Try now".
    pub dispatch: Callback<Action>,
}

/// The line below the log.
#[component]
pub fn Status(props: &StatusProps) -> Html {
    let link = &props.link;
    let retry = props.dispatch.reform(|_: MouseEvent| Action::RetryPressed);
    html! {
        <div class={classes!("status", link.loud.then_some("loud"))}>
            <p class={classes!("link-state", (!link.loud).then_some("sr"))} data-state={link.state}>
                { link.words.clone() }
            </p>
            if link.loud && link.can_try {
                <button type="button" class="try" onclick={retry}>{ "Try now" }</button>
            }
            <p class="typing" hidden={link.loud}>{ &props.typing }</p>
        </div>
    }
}
