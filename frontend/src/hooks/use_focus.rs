//! Where the keyboard is when the view changes: what had it is out of sight then, and it must not fall back to the
//! page's beginning.

use wasm_bindgen::JsCast;
use web_sys::{Element, FocusOptions, HtmlElement};
use yew::prelude::*;

use super::press::neighbour;
use crate::io;

/// On a narrow screen the rooms or the room is seen: the one that comes gets the focus. On a `touch` screen that is
/// the room's heading, where the message box would bring the keyboard up.
#[hook]
pub fn use_focus(shows_rooms: bool, touch: bool) {
    use_effect_with(shows_rooms, move |&shows_rooms| {
        if shows_rooms {
            io::focus(".brand");
        }
        move || {
            if shows_rooms {
                io::focus(if touch { ".head h1" } else { "#composer" });
            }
        }
    });
}

/// What has the focus may be gone after a drawing: a row that is discarded, an offer that was taken. Then it goes to the
/// row beside that one, else to the log or the message box. On a `touch` screen it does not go into the box, which would
/// bring the keyboard up.
#[hook]
pub fn use_kept_focus(touch: bool) {
    let had = use_mut_ref(|| None);
    // Nothing can get the focus between this and the effect below: both are parts of one drawing.
    *had.borrow_mut() = focused().map(|element| {
        let row = element.closest("li.m").ok().flatten();
        let in_log = element.closest(".scroll").is_ok_and(|log| log.is_some());
        let beside = [true, false].map(|down| neighbour(row.clone()?, down));
        (element, beside, if in_log || touch { ".scroll" } else { "#composer" })
    });
    use_effect(move || {
        let Some((element, beside, else_to)) = had.borrow_mut().take() else { return };
        if element.is_connected() || focused().is_some() {
            return;
        }
        match beside.into_iter().flatten().find(|row| row.is_connected()) {
            Some(row) => focus_quietly(row),
            None => io::focus(else_to),
        }
    });
}

/// What has the focus, if anything has.
fn focused() -> Option<Element> {
    let document = web_sys::window()?.document()?;
    document.active_element().filter(|element| element.tag_name() != "BODY")
}

/// Gives a row the focus, and leaves the log where it is.
pub(super) fn focus_quietly(row: Element) {
    let options = FocusOptions::new();
    options.set_prevent_scroll(true);
    let _focused = row.unchecked_into::<HtmlElement>().focus_with_options(&options);
}
