//! The chat: the side, and the room where the person is.

use std::rc::Rc;

use shared::RoomName;
use yew::prelude::*;

use super::{nowhere, wires::Wires};
use crate::{
    components::{Composer, Log, RoomDetails, Side, head, newer, room_details, side, speaker, status},
    hooks::{keep_focus, use_app, use_focus},
    io::{self, Store},
    state::{App, Room, link_words, people_here, storage_words, sync_words},
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

/// The chat.
#[component]
pub fn Chat(props: &ChatProps) -> Html {
    let app = use_app(&props.store);
    let shows_rooms = use_state_eq(|| false);
    let wires = use_memo(props.store.clone(), |store| Wires::new(store, shows_rooms.setter()));
    use_focus(*shows_rooms, props.touch);
    keep_focus(props.touch);
    use_effect_with(app.place().clone(), |place| {
        io::set_title(&place.room().map_or_else(|| "Warren".into(), |name| ["#", name.as_str(), " · Warren"].concat()));
    });
    html! {
        <>
            <div class="app" data-link={link_words(&app).state}>
                <div class={classes!("grid", shows_rooms.then_some("shows-rooms"))}>
                    if app.current().is_some() {
                        <a class="skip" href="#composer">{ "Skip to the message box" }</a>
                    }
                    { side(&app, &Side { alone: *shows_rooms, on_go: &wires.on_go, on_name: &wires.on_name }) }
                    { app.current().map_or_else(nowhere, |(name, room)| main(&app, name, room, props.touch, &wires)) }
                </div>
            </div>
            if let Some((name, room)) = app.current() {
                { room_details(name, facts(&app, room), &RoomDetails { on_told: &wires.on_told, on_copy: &wires.on_copy }) }
            }
            { speaker(app.speech()) }
        </>
    }
}

fn main(app: &App, name: &RoomName, room: &Rc<Room>, touch: bool, wires: &Wires) -> Html {
    html! {
        <main class="main">
            { head(name, &room.about(), people_here(room.here()), &wires.on_back, &wires.on_details) }
            <Log key={name.as_str()} name={name.clone()} room={Rc::clone(room)} me={app.me().cloned()}
                dispatch={&wires.dispatch} />
            { status(link_words(app), room.typing(), storage_words(app.storage()), &wires.on_try, &wires.on_details,
                newer(app.update_ready(), &wires.on_take)) }
            <Composer key={name.as_str()} room={name.clone()} {touch} draft_of={&wires.draft_of}
                on_draft={&wires.on_draft} on_send={&wires.on_send} editing={room.editing().is_some()} dispatch={&wires.dispatch} />
        </main>
    }
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
