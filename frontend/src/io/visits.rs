//! The list of rooms, from the client's side: what is known of them goes to the page's script (`frontend/rooms.js`),
//! which shows and keeps it. What is asked for a room there, and in the dialog about it (`frontend/sheets.js`), comes back
//! as an event.

use gloo_events::EventListener;
use js_sys::Array;
use wasm_bindgen::JsCast;
use web_sys::CustomEvent;

use super::{
    Store, browser,
    json::{Json, level_name},
    read::{self, Asked},
    script::call,
};
use crate::state::{Action, Known};

/// Under this the script keeps what it was told.
const KEPT: &str = "warren.visits";

/// The rooms that the person has visited, as they were last told.
#[must_use]
pub fn visits() -> Vec<Known> {
    read::visits(&super::storage::get(KEPT)).unwrap_or_default()
}

/// Shows rooms of the list, and keeps them; the others are gone where these are `all`.
pub(super) fn show(visits: &[Known], all: bool) {
    let mut json = Json(String::from("["));
    for Known { visit, ours, .. } in visits {
        json.open("", '{');
        json.text("room", visit.room.as_str());
        json.text("title", visit.title.as_str());
        for (name, number) in [("newest", visit.newest.0), ("at", visit.at.0), ("read", visit.read.0)] {
            json.number(name, number);
        }
        for (name, number) in [("unread", visit.unread), ("mentions", visit.mentions), ("wanted", visit.wanted())] {
            json.number(name, number.into());
        }
        json.flag("marked", visit.marked);
        json.flag("ours", *ours);
        json.text("level", level_name(visit.level));
        json.0.push('}');
    }
    json.0.push(']');
    // Without the script there is no list, and all else goes on.
    drop(call("visits", "tell", &Array::of2(&json.0.into(), &all.into())));
}

/// Hears what is asked for in the list.
#[must_use]
pub fn listen_to_rooms(store: &Store) -> Option<EventListener> {
    let store = store.clone();
    let window = browser::window()?;
    Some(EventListener::new(&window, "visit", move |event| {
        let asked = event.dyn_ref::<CustomEvent>().and_then(|event| read::asked(event.detail()));
        if let Some(action) = asked.and_then(action_of) {
            store.dispatch(action);
        }
    }))
}

fn action_of(asked: Asked) -> Option<Action> {
    Some(match asked {
        Asked { room, title, topic, .. } if title.is_some() || topic.is_some() => {
            Action::RoomTold { room, key: browser::new_key()?, title, topic }
        }
        Asked { room, level: Some(level), .. } => Action::LevelChosen { room, level },
        Asked { room, forget: true, .. } => Action::ForgetPressed { room },
        Asked { room, .. } => Action::ReadMarked { room },
    })
}
