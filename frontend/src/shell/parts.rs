//! Finding a part of the shell, and telling it something. What is so already is left alone: a change that is none would
//! be spoken again, or move the caret.

use gloo_events::{EventListener, EventListenerOptions};
use wasm_bindgen::JsCast;
use web_sys::{Element, Event, HtmlElement};

/// The part that a selector finds first.
pub(super) fn find<T: JsCast>(selector: &str) -> Option<T> {
    web_sys::window()?.document()?.query_selector(selector).ok()??.dyn_into().ok()
}

/// Says something in a part.
pub(super) fn say(selector: &str, words: &str) {
    if let Some(part) = find::<Element>(selector).filter(|part| part.text_content().as_deref() != Some(words)) {
        part.set_text_content(Some(words));
    }
}

/// Gives a part an attribute, or takes it away.
pub(super) fn set(selector: &str, attribute: &str, value: Option<&str>) {
    let Some(part) = find::<Element>(selector) else { return };
    // It fails only for names that no attribute can have.
    let _set = match value {
        Some(value) if part.get_attribute(attribute).as_deref() == Some(value) => Ok(()),
        Some(value) => part.set_attribute(attribute, value),
        None => part.remove_attribute(attribute),
    };
}

/// Shows a part, or not.
pub(super) fn show(selector: &str, is_shown: bool) {
    set(selector, "hidden", if is_shown { None } else { Some("") });
}

/// Hears what happens to a part. What the browser would do of itself can be prevented.
pub(super) fn on(selector: &str, event: &'static str, hear: impl FnMut(&Event) + 'static) -> Option<EventListener> {
    let part = find::<HtmlElement>(selector)?;
    Some(EventListener::new_with_options(&part, event, EventListenerOptions::enable_prevent_default(), hear))
}
