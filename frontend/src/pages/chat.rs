//! The chat: what Yew draws of the page, each part into its host in the shell.

use std::rc::Rc;

use yew::prelude::*;

use super::wires::Wires;
use crate::{
    components::{HereList, Log, newer, speaker, status},
    hooks::{Same, keep_focus, use_app},
    io::Store,
    shell,
    state::{App, Room, link_words, storage_words, sync_words},
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
    let wires = use_memo(props.store.clone(), |store| Wires::new(store));
    keep_focus(props.touch);
    let me = app.me();
    let room = app.current().map(|(name, room)| {
        let here = room.here().map(|here| html! { <HereList here={here.clone()} me={me.map(|me| me.id.clone())} /> });
        // Until then, what the page may show of it already stays.
        let log = if app.is_worth_drawing() {
            shell::take_log(&props.store);
            html! {
                <Log key={name.as_str()} name={name.clone()} room={Same(Rc::clone(room))} few={app.few()} me={me.cloned()}
                    dispatch={&wires.dispatch} />
            }
        } else {
            Html::default()
        };
        let newer = newer(app.update_ready(), &wires.on_take);
        let off = storage_words(app.storage());
        let status = status(link_words(&app), room.typing(), off, &wires.on_try, &wires.on_details, newer);
        let facts = facts(&app, room).into_iter().map(|fact| html! { <p>{ fact }</p> }).collect();
        [into("#here", here.unwrap_or_default()), into("#log", log), into("#status", status), into("#facts", facts)]
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

/// How the room stands, in sentences.
fn facts(app: &App, room: &Room) -> Vec<String> {
    let refused = room.outbox().entries().iter().filter(|entry| entry.is_refused()).count();
    let waiting = room.outbox().entries().len() - refused;
    let mut facts = vec![[&sync_words(room), "."].concat()];
    if waiting > 0 {
        facts.push(["Waiting to be sent: ", &waiting.to_string(), "."].concat());
    }
    if refused > 0 {
        facts.push(["Refused by the server, and kept for you in the log: ", &refused.to_string(), "."].concat());
    }
    facts.extend(storage_words(app.storage()).map(str::to_owned));
    facts.extend(app.worker_words().map(str::to_owned));
    facts
}
