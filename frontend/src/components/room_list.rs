//! The rooms: the lobby and those visited. Each is a link; a plain click stays on the page.

use shared::RoomName;
use yew::prelude::*;

use crate::state::Place;

/// The list of rooms. `current` is the one where the person is; `on_go` hears where the person goes.
pub fn room_list(visited: &[RoomName], current: Option<&RoomName>, on_go: &Callback<RoomName>) -> Html {
    let lobby = RoomName::lobby();
    let others = visited.iter().filter(|name| **name != lobby);
    let rooms = std::iter::once(&lobby).chain(others);
    html! { <ul class="rooms">{ for rooms.map(|name| room(name, current == Some(name), on_go)) }</ul> }
}

fn room(name: &RoomName, current: bool, on_go: &Callback<RoomName>) -> Html {
    let onclick = {
        let (name, on_go) = (name.clone(), on_go.clone());
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
