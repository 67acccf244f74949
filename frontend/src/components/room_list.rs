//! The rooms: the lobby and those visited. Each is a link; a plain click stays on the page.

use std::rc::Rc;

use shared::RoomName;
use yew::prelude::*;

use crate::state::Place;

/// What the list needs.
#[derive(Clone, PartialEq, Properties)]
pub struct RoomListProps {
    /// The rooms visited.
    pub visited: Rc<Vec<RoomName>>,
    /// The room where the person is.
    pub current: Option<RoomName>,
    /// Hears where the person goes.
    pub on_go: Callback<RoomName>,
}

/// The list of rooms.
#[component]
pub fn RoomList(props: &RoomListProps) -> Html {
    let lobby = RoomName::lobby();
    let others = props.visited.iter().filter(|name| **name != lobby);
    let rooms = std::iter::once(&lobby).chain(others);
    html! { <ul class="rooms">{ for rooms.map(|name| room(name, props)) }</ul> }
}

fn room(name: &RoomName, props: &RoomListProps) -> Html {
    let current = props.current.as_ref() == Some(name);
    let onclick = {
        let (name, on_go) = (name.clone(), props.on_go.clone());
        move |event: MouseEvent| {
            let elsewhere = event.ctrl_key() || event.meta_key() || event.shift_key() || event.alt_key();
            if event.button() == 0 && !elsewhere {
                event.prevent_default();
                on_go.emit(name.clone());
            }
        }
    };
    html! {
        <li key={name.as_str()}>
            <a class="room" href={Place::path(name)} aria-current={current.then_some("page")} {onclick}>
                <span class="hash" aria-hidden="true">{ "#" }</span><span class="n">{ name.to_string() }</span>
            </a>
        </li>
    }
}
