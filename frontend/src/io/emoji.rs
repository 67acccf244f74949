//! The table of emoji and their names: fetched from the server when it is first asked for, and held from then on.

use std::cell::{Cell, RefCell};

use wasm_bindgen_futures::spawn_local;

use super::http;

thread_local! {
    static TABLE: RefCell<String> = const { RefCell::new(String::new()) };
    static ASKED: Cell<bool> = const { Cell::new(false) };
}

/// Uses the table: in each line an emoji and its names, with a space between any two. It is empty until it has come.
pub fn with_emoji<T>(use_it: impl FnOnce(&str) -> T) -> T {
    if !ASKED.replace(true) {
        spawn_local(async {
            match http::text("/api/emoji").await {
                Some(table) => TABLE.with(|kept| kept.replace(table)).clear(),
                // Perhaps the next time.
                None => ASKED.set(false),
            }
        });
    }
    TABLE.with_borrow(|table| use_it(table))
}
