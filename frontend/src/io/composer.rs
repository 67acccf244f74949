//! Puts a text into the composer. Its textarea belongs to the browser, so this is done there.

use shared::RoomName;
use wasm_bindgen::JsCast;
use web_sys::{Event, HtmlTextAreaElement};

use super::{browser, history, storage};

/// Puts a text behind what stands in a room's composer, or in its draft where the room is not shown.
pub(super) fn fill(room: &RoomName, text: &str) {
    match area(room) {
        Some(area) => write(&area, &join(&area.value(), text)),
        None => storage::keep_draft(room, &join(&storage::draft(room), text)),
    }
}

/// Puts a text in the place of what stands in a room's composer. One that is not shown finds what it needs in the
/// storage when it is.
pub(super) fn replace(room: &RoomName, text: &str) {
    if let Some(area) = area(room) {
        write(&area, text);
    }
}

fn area(room: &RoomName) -> Option<HtmlTextAreaElement> {
    let document = browser::window().filter(|_| history::here().room() == Some(room))?.document()?;
    document.get_element_by_id("composer")?.dyn_into().ok()
}

fn write(area: &HtmlTextAreaElement, text: &str) {
    area.set_value(text);
    // What watches the box is to learn of it as if it had been typed.
    if let Ok(event) = Event::new("input") {
        let _not_prevented = area.dispatch_event(&event);
    }
    let _focused = area.focus();
}

fn join(before: &str, text: &str) -> String {
    if before.is_empty() { text.to_owned() } else { [before, "\n", text].concat() }
}
