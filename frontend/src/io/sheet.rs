//! What the page's scripts do at a word: the dialogs of their own, and copying.

use js_sys::Array;
use wasm_bindgen::JsValue;

use super::{browser, script};

/// Opens the dialog of this name.
pub fn open_sheet(name: &str) {
    // Where it cannot be had, the page's script says so.
    let _brought = script::call("page", "bring", &Array::of2(&"sheets".into(), &name.into()));
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
