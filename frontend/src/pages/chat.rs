//! The chat: what Yew draws of the page, each part into its host in the shell.

use std::rc::Rc;

use yew::prelude::*;

use crate::{
    components::{Log, speaker, status},
    hooks::{Same, keep_focus, use_app},
    io::Store,
    shell,
    state::{link_words, storage_words},
};

/// What the chat needs.
#[derive(Clone, PartialEq, Properties)]
pub struct ChatProps {
    /// The store that it shows.
    pub store: Store,
    /// The screen is touched rather than pointed at.
    #[prop_or_default]
    pub touch: bool,
}

/// The chat. What it is rendered into is the place of what is spoken.
#[component]
pub fn Chat(props: &ChatProps) -> Html {
    let app = use_app(&props.store);
    // Callbacks are equal by pointer: one made anew would draw everything anew.
    let dispatch = use_memo(props.store.clone(), Store::dispatcher);
    keep_focus(props.touch);
    let me = app.me();
    let room = app.current().map(|(name, room)| {
        // Until then, what the page may show of it already stays.
        let log = if app.is_worth_drawing() {
            shell::take_log(&props.store);
            html! {
                <Log key={name.as_str()} name={name.clone()} room={Same(Rc::clone(room))} few={app.few()} me={me.cloned()}
                    dispatch={(*dispatch).clone()} />
            }
        } else {
            Html::default()
        };
        let off = storage_words(app.storage());
        let status = status(link_words(&app), room.typing(), off, app.update_ready());
        [into("#log", log), into("#status", status)]
    });
    html! {
        <>
            { speaker(app.speech()) }
            { for room.into_iter().flatten() }
        </>
    }
}

/// Draws into a host of the shell.
fn into(host: &str, what: Html) -> Html {
    shell::host(host).map_or_else(Html::default, |host| yew::create_portal(what, host))
}
