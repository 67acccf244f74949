//! What there is to know of a room, in a dialog: what it is called and about, how much of its log is here, what the
//! browser does not do for it. The fields in it belong to the person; they are written when it comes up.
//!
//! Another room closes it: what was begun about one is not said of another.

use gloo_events::EventListener;
use web_sys::HtmlDialogElement;

use super::parts::{find, on, say};
use crate::{
    io::{self, Store},
    state::{Action, App, diagnosis},
};

/// Hears its opener and its buttons.
pub(super) fn listen(store: &Store) -> Vec<EventListener> {
    let (opened, told, copied) = (store.clone(), store.clone(), store.clone());
    let listeners = [
        on(".about", "click", move |_| open(&opened)),
        on("#about-form", "submit", move |event| {
            event.prevent_default();
            tell(&told);
        }),
        on("#copy", "click", move |_| io::copy(diagnosis(&copied.app()))),
    ];
    listeners.into_iter().flatten().collect()
}

/// Opens it for the room where the person is.
pub fn open(store: &Store) {
    if let Some((_, room)) = store.app().current() {
        io::open_details(&room.about());
    }
}

/// It is about the room where the person is.
pub(super) fn show(app: &App) {
    let heading = app.place().room().map(|name| ["# ", name.as_str()].concat()).unwrap_or_default();
    let Some(dialog) = find::<HtmlDialogElement>("#about") else { return };
    let is_of_another =
        find::<web_sys::Element>("#details").and_then(|of| of.text_content()).as_ref() != Some(&heading);
    if is_of_another {
        dialog.close();
        io::clear_details();
        say("#details", &heading);
    }
}

fn tell(store: &Store) {
    let room = store.app().place().room().cloned();
    if let Some(room) = room
        && let Some((title, topic)) = io::take_details()
        && let Some(key) = io::new_key()
    {
        store.dispatch(Action::RoomTold { room, key, title, topic });
    }
}
