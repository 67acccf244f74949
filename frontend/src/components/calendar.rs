//! Times as the reader's calendar and language have them, by the browser's `Intl`.

use js_sys::{Array, Date, Function, Intl, Object, Reflect};
use shared::Millis;
use wasm_bindgen::JsValue;

thread_local! {
    static CLOCK: Function = formatter(&[("hour", "numeric"), ("minute", "2-digit")]);
    static FULL: Function = formatter(&[("dateStyle", "full"), ("timeStyle", "medium")]);
    static DAY: Function = formatter(&[("weekday", "long"), ("day", "numeric"), ("month", "long")]);
    static DAY_AND_YEAR: Function = formatter(&[("day", "numeric"), ("month", "long"), ("year", "numeric")]);
}

/// One day, in milliseconds.
const DAY_MS: u64 = 24 * 60 * 60 * 1000;

/// Making one is slow, using it is not: so once each.
fn formatter(options: &[(&str, &str)]) -> Function {
    let object = Object::new();
    for (name, value) in options {
        // Setting a field of a fresh object cannot fail.
        let _set = Reflect::set(&object, &JsValue::from_str(name), &JsValue::from_str(value));
    }
    Intl::DateTimeFormat::new(&Array::new(), &object).format()
}

fn format(with: &Function, at: Millis) -> String {
    with.call1(&JsValue::NULL, &float(at).into()).ok().and_then(|text| text.as_string()).unwrap_or_default()
}

/// Hours and minutes.
pub(super) fn clock(at: Millis) -> String {
    CLOCK.with(|with| format(with, at))
}

/// All of it.
pub(super) fn full(at: Millis) -> String {
    FULL.with(|with| format(with, at))
}

/// For programs: RFC 3339, in UTC.
pub(super) fn machine(at: Millis) -> String {
    // A time that no calendar has would throw; it is the server's, so it is not to be trusted.
    if at.0 > 8_640_000_000_000_000 { String::new() } else { date(at).to_iso_string().into() }
}

/// The number of the day: days that are one have one number, and nothing else is meant by it.
pub(super) fn day_of(at: Millis) -> i32 {
    let date = date(at);
    i32::try_from((date.get_full_year() * 12 + date.get_month()) * 32 + date.get_date()).unwrap_or(0)
}

/// The day in words, seen from `today`.
pub(super) fn day_words(at: Millis, today: Millis) -> String {
    let day = day_of(at);
    if day == day_of(today) {
        "Today".to_owned()
    } else if day == day_of(Millis(today.0.saturating_sub(DAY_MS))) {
        "Yesterday".to_owned()
    } else if date(at).get_full_year() == date(today).get_full_year() {
        DAY.with(|with| format(with, at))
    } else {
        DAY_AND_YEAR.with(|with| format(with, at))
    }
}

fn date(at: Millis) -> Date {
    Date::new(&float(at).into())
}

#[expect(clippy::cast_precision_loss, reason = "no calendar reaches the times at which it matters")]
fn float(at: Millis) -> f64 {
    at.0 as f64
}
