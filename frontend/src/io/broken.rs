//! The last words: where a panic was, for whoever looks into the console.
//!
//! The person is told by the page's own script (index.html), which hears of the trap that ends every panic: nothing of
//! ours can be relied on then, and the release build leaves this hook out.

use super::browser;

/// From here on a panic says where it was.
pub fn watch_for_panics() {
    yew::set_custom_panic_hook(Box::new(|info| {
        let place = info.location().map_or_else(String::new, |at| [at.file(), ":", &at.line().to_string()].concat());
        browser::warn(&["Warren broke at ", &place].concat());
    }));
}
