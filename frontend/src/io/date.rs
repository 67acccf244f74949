//! The browser's own calendar: a field for a date opens it, and what is picked becomes a time.

use js_sys::Date;
use shared::Millis;
use wasm_bindgen::JsCast;
use web_sys::{Event, HtmlInputElement};

use super::browser;

/// Opens the calendar of a field. An older browser has none to open: the field gets the focus instead, for the date to
/// be typed.
pub fn pick_date(selector: &str) {
    let field = browser::window().and_then(|window| window.document()?.query_selector(selector).ok()?);
    let Some(field) = field.and_then(|field| field.dyn_into::<HtmlInputElement>().ok()) else { return };
    // Picking the same day again is to be heard of as well.
    field.set_value("");
    if field.show_picker().is_err() {
        let _focused = field.focus();
    }
}

/// When the day that was picked began, where the reader is; none where there is no whole date yet.
#[must_use]
pub fn picked_date(event: &Event) -> Option<Millis> {
    let day = event.target()?.dyn_into::<HtmlInputElement>().ok()?.value();
    // With a time beside it, and no zone, it is one of here.
    let at = Date::new(&[&day, "T00:00"].concat().into()).get_time();
    (!day.is_empty() && at >= 0.0).then(|| Millis(browser::whole(at)))
}
