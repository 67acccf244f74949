//! Small things that the browser knows: the time, chance, whether the page is hidden.

use shared::{ClientKey, Millis};
use wasm_bindgen::JsCast;
use web_sys::{HtmlElement, Window};

use crate::state::{Moment, Now};

/// The letters of a client key.
const LETTERS: &[u8; 32] = b"0123456789abcdefghjkmnpqrstvwxyz";

/// The window. There is none only where there is no page either.
pub(crate) fn window() -> Option<Window> {
    web_sys::window()
}

/// Now, by the clock on the wall.
#[must_use]
pub fn now_wall() -> Millis {
    Millis(whole(js_sys::Date::now()))
}

/// Now, and a fresh random number.
pub(crate) fn moment() -> Moment {
    let steady = window().and_then(|window| window.performance()).map_or_else(js_sys::Date::now, |clock| clock.now());
    let mut chance = [0; 4];
    fill(&mut chance);
    Moment { now: Now(whole(steady)), wall: now_wall(), chance: u32::from_le_bytes(chance) }
}

/// A fresh client key: 20 letters of 5 bits each. Nine are the time in milliseconds, so that keys of one time stand side
/// by side in the server's index; eleven are random. `crypto.randomUUID` is not there over plain http on a LAN.
#[must_use]
pub fn new_key() -> Option<ClientKey> {
    let mut bytes = [0; 20];
    fill(&mut bytes);
    let mut time = now_wall().0;
    for byte in bytes[..9].iter_mut().rev() {
        *byte = time.to_le_bytes()[0];
        time >>= 5;
    }
    let key: String = bytes.iter().map(|byte| char::from(LETTERS[usize::from(byte % 32)])).collect();
    ClientKey::parse(&key).ok()
}

/// The page is in a hidden tab: it gets no animation frames.
pub(crate) fn is_hidden() -> bool {
    window().and_then(|window| window.document()).is_some_and(|document| document.hidden())
}

/// The screen is touched, not pointed at.
#[must_use]
pub fn is_touched() -> bool {
    window()
        .and_then(|window| window.match_media("(pointer: coarse)").ok().flatten())
        .is_some_and(|query| query.matches())
}

/// The page's title.
pub fn set_title(title: &str) {
    if let Some(document) = window().and_then(|window| window.document()) {
        document.set_title(title);
    }
}

/// Gives the focus to what a selector finds.
pub fn focus(selector: &str) {
    let found = window().and_then(|window| window.document()?.query_selector(selector).ok()?);
    if let Some(element) = found.and_then(|element| element.dyn_into::<HtmlElement>().ok()) {
        let _focused = element.focus();
    }
}

/// For whoever looks into the console.
pub(crate) fn warn(text: &str) {
    web_sys::console::warn_1(&text.into());
}

fn fill(bytes: &mut [u8]) {
    let filled = window()
        .and_then(|window| window.crypto().ok())
        .is_some_and(|crypto| crypto.get_random_values_with_u8_array(bytes).is_ok());
    if !filled {
        bytes.fill_with(|| u8::try_from(whole(js_sys::Math::random() * 256.0)).unwrap_or(0));
    }
}

#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "`as` from a float saturates")]
pub(crate) fn whole(number: f64) -> u64 {
    number as u64
}
