//! The one listener of a log for all that can be done with its rows, and which row's tools are laid open.

use shared::RoomName;
use wasm_bindgen::JsCast;
use yew::prelude::*;

use super::press::{Open, is_held, move_focus, press, press_key, rove};
use crate::{io, state::Action};

/// To be put on the log.
pub struct Presses {
    /// What is laid open.
    pub open: Open,
    /// For presses.
    pub onclick: Callback<MouseEvent>,
    /// For the arrow keys, Escape, and the letters of the tools.
    pub onkeydown: Callback<KeyboardEvent>,
    /// For the focus that comes to a row.
    pub onfocusin: Callback<FocusEvent>,
    /// For the focus that leaves the tools.
    pub onfocusout: Callback<FocusEvent>,
    /// For the field that the calendar belongs to.
    pub ondate: Callback<Event>,
}

/// Listens for the rows of a room's log. The callbacks stay the same while nothing is laid open or closed.
#[hook]
pub fn use_presses(room: &RoomName, dispatch: &Callback<Action>) -> Presses {
    let open = use_state_eq(|| None);
    let onclick =
        use_callback((room.clone(), dispatch.clone(), open.clone()), |event: MouseEvent, (room, dispatch, open)| {
            let Some(press) = press(&event, room, **open) else { return };
            open.set(press.open);
            if let Some(action) = press.action {
                dispatch.emit(action);
            }
        });
    let onkeydown =
        use_callback((room.clone(), dispatch.clone(), open.clone()), |event: KeyboardEvent, (room, dispatch, open)| {
            if is_held(&event) {
                // It does nothing.
            } else if event.alt_key() || event.ctrl_key() || event.meta_key() {
                return;
            } else if event.key() == "Escape" {
                if open.is_none() {
                    dispatch.emit(Action::EscapePressed { room: room.clone() });
                }
                open.set(None);
            } else if !press_key(&event) && !move_focus(&event) {
                return;
            }
            event.prevent_default();
        });
    let onfocusin = use_callback((), |event: FocusEvent, ()| {
        let to = event.target().and_then(|to| to.dyn_into::<web_sys::Element>().ok());
        if let Some(to) = to {
            rove(&to);
        }
    });
    let ondate = use_callback((room.clone(), dispatch.clone()), |event: Event, (room, dispatch)| {
        if let Some(at) = io::picked_date(&event) {
            dispatch.emit(Action::DatePicked { room: room.clone(), at });
        }
    });
    let onfocusout = use_callback(open.clone(), |event: FocusEvent, open| {
        let to = event.related_target().and_then(|to| to.dyn_into::<web_sys::Element>().ok());
        // The picker of emoji belongs to the tools that have opened it.
        if !to.is_some_and(|to| to.closest(".tools,.picker").is_ok_and(|tools| tools.is_some())) {
            open.set(None);
        }
    });
    Presses { open: *open, onclick, onkeydown, onfocusin, onfocusout, ondate }
}
