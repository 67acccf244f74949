//! Times as the reader's calendar and language have them, by the page's script (`frontend/times.js`).

use js_sys::{Function, Reflect};
use shared::Millis;
use wasm_bindgen::{JsCast, JsValue};

use crate::io;

thread_local! {
    // It is asked three times for each row.
    static TIMES: Option<Function> =
        Reflect::get(&js_sys::global(), &"times".into()).ok().and_then(|times| times.dyn_into().ok());
}

/// Asks the script one of the things that it knows. A time that no calendar has gives nothing: it is the server's, so it
/// is not to be trusted.
fn ask(what: u8, at: Millis, today: Millis) -> Option<JsValue> {
    TIMES.with(|times| times.as_ref()?.call3(&JsValue::NULL, &what.into(), &float(at), &float(today)).ok())
}

fn words(what: u8, at: Millis, today: Millis) -> String {
    ask(what, at, today).and_then(|words| words.as_string()).unwrap_or_default()
}

/// Hours and minutes.
pub(super) fn clock(at: Millis) -> String {
    words(0, at, at)
}

/// For programs: RFC 3339, in UTC.
pub(super) fn machine(at: Millis) -> String {
    words(1, at, at)
}

/// The number of the day: days that are one have one number, and nothing else is meant by it.
pub(super) fn day_of(at: Millis) -> u64 {
    ask(2, at, at).and_then(|day| day.as_f64()).map_or(0, io::whole)
}

/// The day in words, seen from `today`.
pub(super) fn day_words(at: Millis, today: Millis) -> String {
    words(3, at, today)
}

#[expect(clippy::cast_precision_loss, reason = "no calendar reaches the times at which it matters")]
fn float(at: Millis) -> JsValue {
    JsValue::from_f64(at.0 as f64)
}
