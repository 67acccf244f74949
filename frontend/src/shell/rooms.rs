//! The side: going to a room by its name; on a narrow screen the rooms or the room is seen, and the focus goes along.

use gloo_events::EventListener;
use shared::RoomName;
use web_sys::{Event, HtmlInputElement};

use super::parts::{find, on, say, set};
use crate::{
    io::{self, Store},
    state::{Action, Place},
};

/// Hears the form and the way back to the rooms.
pub(super) fn listen(store: &Store, touch: bool) -> Vec<EventListener> {
    let store = store.clone();
    let listeners = [
        on("#go-form", "submit", move |event| {
            event.prevent_default();
            go_typed(&store, touch);
        }),
        on(".back", "click", |_: &Event| show_rooms()),
    ];
    listeners.into_iter().flatten().collect()
}

/// Goes to the room that was typed. A name that cannot be one is kept, with the reason.
fn go_typed(store: &Store, touch: bool) {
    let Some(input) = find::<HtmlInputElement>("#go") else { return };
    let typed = Place::typed(&input.value());
    let why = typed.as_ref().err().map_or("", String::as_str);
    say("#go-problem", why);
    set("#go", "aria-invalid", typed.is_err().then_some("true"));
    if let Ok(room) = typed {
        input.set_value("");
        show_room(store, room, touch);
    }
}

/// Goes to a room, and shows it.
pub fn show_room(store: &Store, room: RoomName, touch: bool) {
    io::go(&room);
    let rooms_were_seen = see(false);
    store.dispatch(Action::PlaceEntered(Place::Room(room)));
    if rooms_were_seen {
        // The message box would bring the keyboard up.
        io::focus(if touch { ".head h1" } else { "#composer" });
    }
}

/// Shows the rooms, where only they or the room can be seen.
fn show_rooms() {
    see(true);
    io::focus(".brand");
}

/// Whether the rooms are seen, where only they or the room can be. They are the page's main part then. True where it was
/// otherwise.
fn see(rooms: bool) -> bool {
    let Some(grid) = find::<web_sys::Element>(".grid") else { return false };
    let changed = grid.class_list().contains("shows-rooms") != rooms;
    // It fails only for names that no class can have.
    let _shown = grid.class_list().toggle_with_force("shows-rooms", rooms);
    set(".side", "role", Some(if rooms { "main" } else { "navigation" }));
    set(".brand", "role", rooms.then_some("heading"));
    set(".brand", "aria-level", rooms.then_some("1"));
    changed
}
