//! Puts a text back into the composer. Its textarea belongs to the browser, so this is done there.

use shared::RoomName;
use wasm_bindgen::JsCast;
use web_sys::{Event, HtmlTextAreaElement};

use super::{browser, history, storage};

/// Puts a text behind what stands in a room's composer, or in its draft where the room is not shown.
pub(super) fn fill(room: &RoomName, text: &str) {
    let shown = history::here().room() == Some(room);
    let area = browser::window()
        .and_then(|window| window.document()?.get_element_by_id("composer")?.dyn_into::<HtmlTextAreaElement>().ok());
    let Some(area) = area.filter(|_| shown) else {
        return storage::keep_draft(room, &join(&storage::draft(room), text));
    };
    area.set_value(&join(&area.value(), text));
    // What watches the box is to learn of it as if it had been typed.
    if let Ok(event) = Event::new("input") {
        let _not_prevented = area.dispatch_event(&event);
    }
    let _focused = area.focus();
}

fn join(before: &str, text: &str) -> String {
    if before.is_empty() { text.to_owned() } else { [before, "\n", text].concat() }
}
