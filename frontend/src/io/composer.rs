//! Puts a text into the composer. Its textarea belongs to the browser, so this is done there.

use shared::RoomName;
use wasm_bindgen::JsCast;
use web_sys::{Event, HtmlTextAreaElement};

use super::{Store, browser, storage};

/// The attribute of the composer that says whose room's it is now.
pub const ROOM_OF_BOX: &str = "data-room";

/// What stands in the composer of a room that is entered: the edit, or the draft but for what was just sent off. That
/// stays stored until it is kept elsewhere, and is not to be sent twice.
#[must_use]
pub fn draft_of(store: &Store, room: &RoomName) -> String {
    let editing = store.app().room(room).and_then(|room| room.editing());
    match editing.and_then(|seq| store.edits().of(room, seq)) {
        Some(edit) => edit,
        None => stored(store, room),
    }
}

fn stored(store: &Store, room: &RoomName) -> String {
    let draft = storage::draft(room);
    if store.app().room(room).is_some_and(|room| room.is_taken(&draft)) { String::new() } else { draft }
}

/// Puts a text behind what stands in a room's composer; behind the stored draft where it is not shown, or has a
/// message in it that is edited.
pub(super) fn fill(store: &Store, room: &RoomName, text: &str) {
    let edits = store.app().room(room).is_some_and(|room| room.editing().is_some());
    match area(room).filter(|_| !edits) {
        Some(area) => write(&area, &join(area.value(), text)),
        None => fill_draft(store, room, text),
    }
}

/// Puts a text behind the room's stored draft.
pub(super) fn fill_draft(store: &Store, room: &RoomName, text: &str) {
    storage::keep_draft(room, &join(stored(store, room), text));
}

/// The edit in a room's composer is not to be lost, where it is anything else than what the message `said`.
pub(super) fn set_aside(store: &Store, room: &RoomName, said: &str) {
    let edit = store.edits().end(room);
    let edit = area(room).map(|area| area.value()).or(edit).unwrap_or_default();
    if !edit.trim().is_empty() && edit != said {
        fill_draft(store, room, &edit);
    }
}

/// Puts the text of a message into the composer of a room, in the place of what stands there. One that is not shown
/// finds what it needs when it is.
pub(super) fn edit(store: &Store, room: &RoomName, text: &str) {
    if let Some(seq) = store.app().room(room).and_then(|room| room.editing()) {
        store.edits().keep(room, seq, text.to_owned());
    }
    if let Some(area) = area(room) {
        write(&area, text);
    }
}

/// Nothing is edited any more: the draft comes back.
pub(super) fn restore(store: &Store, room: &RoomName) {
    drop(store.edits().end(room));
    let draft = stored(store, room);
    match area(room) {
        // Told of it, what watches the box would drop what is stored.
        Some(area) if draft.is_empty() => area.set_value(""),
        Some(area) => write(&area, &draft),
        None => {}
    }
}

/// A text that is a draft of the room still, though it was sent off and is kept: the page was gone before it could
/// forget it. It must not be sent twice.
pub(super) fn forget(room: &RoomName, text: &str) {
    if storage::draft(room) != text {
        return;
    }
    storage::keep_draft(room, "");
    if let Some(area) = area(room).filter(|area| area.value() == text) {
        area.set_value("");
    }
}

fn area(room: &RoomName) -> Option<HtmlTextAreaElement> {
    let area: HtmlTextAreaElement = browser::window()?.document()?.get_element_by_id("composer")?.dyn_into().ok()?;
    Some(area).filter(|area| area.get_attribute(ROOM_OF_BOX).as_deref() == Some(room.as_str()))
}

fn write(area: &HtmlTextAreaElement, text: &str) {
    area.set_value(text);
    tell_of_text(area);
}

/// What watches the box is to learn of its text as if it had been typed.
pub fn tell_of_text(area: &HtmlTextAreaElement) {
    if let Ok(event) = Event::new("input") {
        let _not_prevented = area.dispatch_event(&event);
    }
    let _focused = area.focus();
}

fn join(before: String, text: &str) -> String {
    if before.is_empty() { text.to_owned() } else { before + "\n" + text }
}
