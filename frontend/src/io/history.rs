//! The address bar: where the page is, and going elsewhere without loading it anew.

use shared::RoomName;
use wasm_bindgen::JsValue;

use super::browser;
use crate::state::Place;

/// Where the page is.
#[must_use]
pub fn here() -> Place {
    let path = browser::window().and_then(|window| window.location().pathname().ok()).unwrap_or_default();
    Place::of_path(&path)
}

/// Goes to a room, as a step that the back button undoes.
pub fn go(room: &RoomName) {
    let history = browser::window().and_then(|window| window.history().ok());
    if here().room() != Some(room)
        && let Some(history) = history
    {
        let pushed = history.push_state_with_url(&JsValue::NULL, "", Some(&Place::path(room)));
        if pushed.is_err() {
            browser::warn("The address could not be changed.");
        }
    }
}
