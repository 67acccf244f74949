//! Where the keyboard is when the view changes: what had it is out of sight then, and it must not fall back to the
//! page's beginning.

use wasm_bindgen::JsCast;
use wasm_bindgen_futures::spawn_local;
use web_sys::{Element, FocusOptions, HtmlElement};

use super::press::neighbour;
use crate::io;

/// What has the focus may be gone after a drawing: a row that is discarded, an offer that was taken. Then it goes to the
/// row beside that one, else to the log or the message box. On a `touch` screen it does not go into the box, which would
/// bring the keyboard up.
///
/// To be called in a drawing. It is no hook with an effect, which would be larger: what is spawned runs after the drawing.
pub fn keep_focus(touch: bool) {
    let Some(element) = focused() else { return };
    let row = element.closest("li.m").ok().flatten();
    let else_to = if touch || row.is_some() { ".scroll" } else { "#composer" };
    let beside = row.and_then(|row| neighbour(row.clone(), true).or_else(|| neighbour(row, false)));
    spawn_local(async move {
        // The page itself has it where nothing in it does.
        if element.is_connected() || focused().is_some_and(|other| other.tag_name() != "BODY") {
            return;
        }
        match beside {
            Some(row) if row.is_connected() => focus_quietly(row),
            _ => io::focus(else_to),
        }
    });
}

fn focused() -> Option<Element> {
    web_sys::window()?.document()?.active_element()
}

/// Gives a row the focus, and leaves the log where it is.
pub(super) fn focus_quietly(row: Element) {
    let options = FocusOptions::new();
    options.set_prevent_scroll(true);
    let _focused = row.unchecked_into::<HtmlElement>().focus_with_options(&options);
}
