//! The address bar: where the page is, and going elsewhere without loading it anew.

use wasm_bindgen::JsValue;

use super::browser;
use crate::state::Place;

/// Where the page is.
#[must_use]
pub fn here() -> Place {
    let path = browser::window().and_then(|window| window.location().pathname().ok()).unwrap_or_default();
    Place::of_path(&path)
}

/// Goes to a place, as a step that the back button undoes.
pub fn go_to(place: &Place) {
    if here() != *place {
        address(place, false);
    }
}

/// Says of the step that was taken last that it has led here.
pub(super) fn show(place: &Place) {
    address(place, true);
}

/// Copies the whole link to a path of this page. False where the browser does not let the page copy, which it does not
/// over plain http.
#[must_use]
pub fn copy_link(path: &str) -> bool {
    let Some(window) = browser::window() else { return false };
    super::copy(&(window.location().origin().unwrap_or_default() + path))
}

fn address(place: &Place, replace: bool) {
    let history = browser::window().and_then(|window| window.history().ok());
    if let (Some(history), link @ Some(_)) = (history, place.link().as_deref()) {
        let changed = if replace {
            history.replace_state_with_url(&JsValue::NULL, "", link)
        } else {
            history.push_state_with_url(&JsValue::NULL, "", link)
        };
        if changed.is_err() {
            browser::warn("The address could not be changed.");
        }
    }
}
