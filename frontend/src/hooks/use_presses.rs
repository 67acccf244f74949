//! The one listener of a log for all that can be done with its rows, and which row's tools are laid open.

use std::rc::Rc;

use shared::RoomName;
use wasm_bindgen::JsCast;
use web_sys::{Element, EventTarget};
use yew::prelude::*;

use super::press::{Open, is_held, move_focus, press, press_key, rove};
use crate::{io, state::Action};

/// To be put on the log.
#[derive(Debug, PartialEq)]
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
pub fn use_presses(room: &RoomName, dispatch: &Callback<Action>) -> Rc<Presses> {
    let open = use_state_eq(|| None);
    // One memory for all of them: each would bring along code of its own.
    use_memo((room.clone(), dispatch.clone(), open), |(room, dispatch, open)| presses(room, dispatch, open))
}

fn presses(room: &RoomName, dispatch: &Callback<Action>, open: &UseStateHandle<Open>) -> Presses {
    let of = || (room.clone(), dispatch.clone(), open.clone());
    let (to_press, to_key, to_date, to_leave) = (of(), of(), of(), open.clone());
    Presses {
        open: **open,
        onclick: Callback::from(move |event: MouseEvent| {
            let (room, dispatch, open) = &to_press;
            let Some(press) = press(&event, room, **open) else { return };
            open.set(press.open);
            if let Some(action) = press.action {
                dispatch.emit(action);
            }
        }),
        onkeydown: Callback::from(move |event: KeyboardEvent| {
            let (room, dispatch, open) = &to_key;
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
        }),
        onfocusin: Callback::from(|event: FocusEvent| {
            if let Some(to) = element(event.target()) {
                rove(&to);
            }
        }),
        onfocusout: Callback::from(move |event: FocusEvent| {
            let to = element(event.related_target());
            // The picker of emoji belongs to the tools that have opened it.
            if !to.is_some_and(|to| to.closest(".tools,.picker").is_ok_and(|tools| tools.is_some())) {
                to_leave.set(None);
            }
        }),
        ondate: Callback::from(move |event: Event| {
            let (room, dispatch, _) = &to_date;
            if let Some(at) = io::picked_date(&event) {
                dispatch.emit(Action::DatePicked { room: room.clone(), at });
            }
        }),
    }
}

fn element(target: Option<EventTarget>) -> Option<Element> {
    target?.dyn_into().ok()
}
