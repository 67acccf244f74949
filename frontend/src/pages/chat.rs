//! The chat: the side, and the room where the person is.

use std::rc::Rc;

use shared::{MessageText, RoomName};
use yew::prelude::*;

use crate::{
    components::{Composer, Head, Log, Side, Speaker, Status},
    hooks::use_app,
    io::{self, Store},
    pages::Nowhere,
    state::{Action, App, Place, Room, link_words, people_here, typing_words},
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
    let dispatch = use_memo(props.store.clone(), Store::dispatcher);
    let shows_rooms = use_state_eq(|| false);
    let title = app.place().room().map_or_else(|| "Warren".into(), |name| ["#", name.as_str(), " · Warren"].concat());
    let on_go = {
        let (dispatch, shows_rooms) = ((*dispatch).clone(), shows_rooms.setter());
        use_callback((), move |room: RoomName, ()| {
            io::go(&room);
            shows_rooms.set(false);
            dispatch.emit(Action::PlaceEntered(Place::Room(room)));
        })
    };
    let on_name = {
        let dispatch = (*dispatch).clone();
        use_callback((), move |name: String, ()| dispatch.emit(Action::NameTyped(name)))
    };
    let on_back = {
        let shows_rooms = shows_rooms.setter();
        use_callback((), move |_: MouseEvent, ()| shows_rooms.set(true))
    };
    use_effect_with(title, |title| io::set_title(title));
    let current = app.current();
    html! {
        <>
            <a class="skip" href="#composer">{ "Skip to the message box" }</a>
            <div class="app" data-link={link_words(&app).state}>
                <div class={classes!("grid", shows_rooms.then_some("shows-rooms"))}>
                    <Side visited={Rc::clone(app.visited())} current={current.map(|(name, _)| name.clone())}
                        here={current.and_then(|(_, room)| room.here().cloned())} me={app.me().cloned()}
                        name_problem={app.name_problem().cloned()} {on_go} {on_name} />
                    if let Some((name, room)) = current {
                        { main(&app, name, room, props, &dispatch, on_back) }
                    } else {
                        <Nowhere />
                    }
                </div>
            </div>
            <Speaker sentence={Rc::clone(app.speech().sentence())} number={app.speech().number()} />
        </>
    }
}

fn main(
    app: &App,
    name: &RoomName,
    room: &Rc<Room>,
    props: &ChatProps,
    dispatch: &Callback<Action>,
    on_back: Callback<MouseEvent>,
) -> Html {
    html! {
        <main class="main">
            <Head room={name.clone()} here={people_here(room.here())} {on_back} />
            <Log key={name.as_str()} name={name.clone()} room={Rc::clone(room)} me={app.me().cloned()}
                dispatch={dispatch.clone()} />
            <Status link={link_words(app)} typing={typing_words(room.typing())} dispatch={dispatch.clone()} />
            <RoomComposer key={name.as_str()} room={name.clone()} touch={props.touch} dispatch={dispatch.clone()} />
        </main>
    }
}

#[derive(Clone, PartialEq, Properties)]
struct RoomComposerProps {
    room: RoomName,
    touch: bool,
    dispatch: Callback<Action>,
}

/// The composer of a room, with its draft and the actions that it causes.
#[component]
fn RoomComposer(props: &RoomComposerProps) -> Html {
    let draft = use_memo(props.room.clone(), io::draft);
    let deps = (props.room.clone(), props.dispatch.clone());
    let on_draft = use_callback(deps.clone(), |text: String, (room, dispatch)| {
        io::keep_draft(room, &text);
        if !text.is_empty() {
            dispatch.emit(Action::ComposerTouched { room: room.clone() });
        }
    });
    let on_send = use_callback(deps, |text: MessageText, (room, dispatch)| {
        if let Some(key) = io::new_key() {
            dispatch.emit(Action::MessageTyped { room: room.clone(), key, text });
        }
    });
    html! {
        <Composer room={props.room.clone()} draft={(*draft).clone()} touch={props.touch} {on_draft} {on_send} />
    }
}
