//! What a press or a key in the log means: one listener for all rows, so that a row needs none of its own.
//!
//! A button says what it does in `data-do`; the row around it says to which message in `data-seq`, the note around it
//! to which entry of the outbox in `data-key`.

use shared::{ClientKey, Emoji, RoomName, Seq};
use wasm_bindgen::JsCast;
use wasm_bindgen_futures::spawn_local;
use web_sys::{Element, HtmlElement};
use yew::prelude::*;

use super::{use_focus::focus_quietly, use_scroller::row_below};
use crate::{
    io,
    state::{Action, Place},
};

/// What is laid open of a row's tools.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Laid {
    /// The reactions to choose from.
    Reactions,
    /// The question whether to delete it.
    Question,
    /// The word that its link was copied.
    Copied,
}

/// Which row's tools are laid open, and how.
pub type Open = Option<(Seq, Laid)>;

/// What a press leads to.
pub(super) struct Press {
    /// What is to happen.
    pub(super) action: Option<Action>,
    /// What is laid open then.
    pub(super) open: Open,
}

/// The button that an event is about, and what it does.
#[must_use]
pub fn button_of(event: &Event) -> Option<(Element, String)> {
    let button = event.target()?.dyn_into::<Element>().ok()?.closest("[data-do]").ok()??;
    let does = button.get_attribute("data-do")?;
    Some((button, does))
}

/// What a press in the log of `room` means; none where it is on no button of ours.
pub(super) fn press(event: &MouseEvent, room: &RoomName, open: Open) -> Option<Press> {
    let (button, does) = button_of(event)?;
    let room = room.clone();
    let attribute = |around: &str, name: &str| button.closest(around).ok()??.get_attribute(name);
    let seq = || attribute("li", "data-seq")?.parse().ok().map(Seq);
    let entry = || ClientKey::parse(&attribute(".note", "data-key")?).ok();
    // The second click of a double click answers no question that the first has asked.
    if event.detail() > 1 && does == "sure" {
        return None;
    }
    // What was pressed may be gone in a moment; the focus stays with the message, and the log where it is.
    let focus_row = || {
        if let Ok(Some(row)) = button.closest("li") {
            focus_quietly(row);
        }
    };
    let go = |seq| {
        let place = Place::At(room.clone(), seq);
        io::go_to(&place);
        Press { action: Some(Action::PlaceEntered(place)), open: None }
    };
    let lay = |laid| {
        let wanted = seq().map(|seq| (seq, laid));
        Press { action: None, open: if wanted == open { None } else { wanted } }
    };
    let act = |action| {
        focus_row();
        Press { action: Some(action), open: None }
    };
    Some(match does.as_str() {
        "more" => {
            focus_row();
            Press { action: None, open: None }
        }
        "reactions" => lay(Laid::Reactions),
        "delete" => lay(Laid::Question),
        "react" => {
            let emoji = Emoji::parse(&button.get_attribute("data-emoji")?).ok()?;
            let action = Action::ReactPressed { room, key: io::new_key()?, seq: seq()?, emoji };
            // One that is taken back may be gone then, and the focus with it.
            let stays = button.get_attribute("aria-pressed").as_deref() == Some("false");
            if stays { Press { action: Some(action), open: None } } else { act(action) }
        }
        // Where the browser is to do something else with a link, it does.
        "jump" if event.button() != 0 || has_modifier(event) => return None,
        "jump" => {
            event.prevent_default();
            go(match button.get_attribute("data-to") {
                Some(seq) => Seq(seq.parse().ok()?),
                None => seq()?,
            })
        }
        "link" => {
            let seq = seq()?;
            // Where nothing can be copied, the address bar has the link then.
            if io::copy_link(&Place::permalink(&room, seq)) {
                Press { action: None, open: Some((seq, Laid::Copied)) }
            } else {
                go(seq)
            }
        }
        "copy" => {
            let code = button.parent_element()?.query_selector("code").ok()??;
            // What is copied is seen, and where the page may not copy, a key does.
            let selection = web_sys::window()?.get_selection().ok()??;
            selection.select_all_children(&code).ok()?;
            let _copied = io::copy(&code.text_content()?);
            return None;
        }
        "date" => {
            io::pick_date(".stage input");
            return None;
        }
        "reply" => {
            io::focus("#composer");
            Press { action: Some(Action::ReplyStarted { room, seq: seq()? }), open: None }
        }
        "unread" => act(Action::UnreadMarked { room, seq: seq()? }),
        "edit" => Press { action: Some(Action::EditStarted { room, seq: seq()? }), open: None },
        "take-newer" => Press { action: Some(Action::UpdateAccepted), open },
        "dismiss" => Press { action: Some(Action::NoticeDismissed { room }), open },
        "sure" => act(Action::DeletePressed { room, key: io::new_key()?, seq: seq()? }),
        "again" => act(Action::TryAgainPressed { room, key: entry()? }),
        "take" => Press { action: Some(Action::EditPressed { room, key: entry()? }), open: None },
        "discard" => act(Action::DiscardPressed { room, key: entry()? }),
        _ => return None,
    })
}

fn has_modifier(event: &MouseEvent) -> bool {
    event.ctrl_key() || event.meta_key() || event.shift_key() || event.alt_key()
}

/// A key of a row's tools presses the button that it stands for, and Enter on a row leads into its tools. True where
/// one was taken.
pub(super) fn press_key(event: &KeyboardEvent) -> bool {
    let Some(on) = event.target().and_then(|on| on.dyn_into::<Element>().ok()) else { return false };
    let Ok(Some(row)) = on.closest("li.m") else { return false };
    let selector = match event.key().as_str() {
        "Enter" if on == row => ".tools button",
        "r" | "R" => ".tools [data-do=reply]",
        "e" | "E" => ".tools [data-do=edit]",
        "+" => ".tools [data-do=reactions]",
        _ => return false,
    };
    // Where there is no such button, it cannot be done.
    let Ok(Some(button)) = row.query_selector(selector) else { return false };
    if selector == ".tools button" {
        focus_quietly(button);
        return true;
    }
    button.unchecked_into::<HtmlElement>().click();
    // The reactions are there after the next drawing.
    spawn_local(async move {
        if let Ok(Some(first)) = row.query_selector(".tools [data-emoji]") {
            focus_quietly(first);
        }
    });
    true
}

/// A key that is held would press a button again and again, and answer what the first press has asked. True where it is
/// to be kept from that.
pub(super) fn is_held(event: &KeyboardEvent) -> bool {
    event.repeat() && event.key() == "Enter"
}

/// Up and Down go from row to row; what a row has to offer is then reached by Tab. True where a key was taken.
pub(super) fn move_focus(event: &KeyboardEvent) -> bool {
    let down = match event.key().as_str() {
        "ArrowUp" => false,
        "ArrowDown" => true,
        _ => return false,
    };
    let Some(from) = event.target().and_then(|target| target.dyn_into::<Element>().ok()) else { return false };
    let to = match from.closest("li.m") {
        Ok(Some(row)) => neighbour(row, down),
        _ => lowest_in_sight(&from),
    };
    to.and_then(|row| row.dyn_into::<HtmlElement>().ok()).is_some_and(|row| row.focus().is_ok())
}

/// The keyboard has come to a row: from now on Tab comes back to it. A finger or a mouse leaves that where it is.
pub(super) fn rove(to: &Element) {
    let Ok(Some(row)) = to.closest("li.m") else { return };
    if !to.matches(":focus-visible").unwrap_or(true) {
        return;
    }
    if let Some(Ok(Some(before))) = row.parent_element().map(|log| log.query_selector("li.m[tabindex='0']")) {
        let _set = before.set_attribute("tabindex", "-1");
    }
    let _set = row.set_attribute("tabindex", "0");
}

/// From the log itself it goes to the lowest row in sight.
fn lowest_in_sight(log: &Element) -> Option<Element> {
    let at_end = row_below(log, log.get_bounding_client_rect().bottom() - 1.0);
    at_end.or_else(|| log.query_selector("li.m:last-of-type").ok()?)
}

/// The row below or above a row.
pub(super) fn neighbour(row: Element, down: bool) -> Option<Element> {
    let mut next = Some(row);
    loop {
        next = if down { next?.next_element_sibling() } else { next?.previous_element_sibling() };
        if next.as_ref()?.matches(".m").ok()? {
            return next;
        }
    }
}
