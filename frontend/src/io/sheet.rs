//! What the page's scripts do at a word: the dialogs of their own, and copying.

use js_sys::Array;
use wasm_bindgen::JsValue;

use super::{browser, script};

/// Opens the dialog that says what can be typed, and which keys there are.
pub fn open_help() {
    // Where it cannot be had, the page's script says so.
    let _brought = script::call("page", "bring", &Array::of2(&"sheets".into(), &"help".into()));
}

/// Copies a text, as far as the browser lets the page do that, which it does not over plain http.
#[must_use]
pub fn copy(text: &str) -> bool {
    let Some(window) = browser::window() else { return false };
    let clipboard = window.navigator().clipboard();
    if JsValue::is_undefined(&clipboard) {
        return false;
    }
    // Where there is one, it refuses nothing that was asked for by a press.
    let _promise = clipboard.write_text(text);
    true
}
