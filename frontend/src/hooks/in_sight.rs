//! What is being read stays where it is while the log is drawn anew.
//!
//! A `column-reverse` box stays at its end by itself, and stays put when history is put before it. One case is left:
//! something changes below the reader. Scroll anchoring covers it in some browsers some of the time, so it is made sure
//! of: the first row in sight is noted right before a drawing, and put back right after it.
//!
//! Both are parts of one task, so that nobody can have scrolled in between. Yew draws in several tasks where that takes
//! long, and its effects may come frames later: then whoever has scrolled meanwhile would be thrown back.

use std::cell::{Cell, RefCell};

use wasm_bindgen_futures::spawn_local;
use web_sys::Element;

use super::use_scroller::{AT_NEWEST, first_in_sight, hold};

/// A row, how far below its scroller's top it is in CSS pixels, and that scroller.
type Seen = ((Element, f64), Element);

thread_local! {
    static DRAWING: Cell<bool> = const { Cell::new(false) };
    /// As of the last drawing. The end of a window that is not the newest is no place to follow from.
    static FOLLOWING: Cell<bool> = const { Cell::new(false) };
    static SEEN: RefCell<Option<Seen>> = const { RefCell::new(None) };
}

/// To be called by whatever draws a part of the log, right before it does.
pub fn keep_in_sight() {
    if DRAWING.replace(true) {
        return;
    }
    let document = web_sys::window().and_then(|window| window.document());
    let scroller = document.and_then(|document| document.query_selector("#log > .scroll").ok()?);
    // At the newest the end is what is being read, unless somebody has just scrolled away from it.
    let scroller = scroller.filter(|scroller| !FOLLOWING.get() || scroller.scroll_top() <= -AT_NEWEST);
    SEEN.set(scroller.and_then(|scroller| Some((first_in_sight(&scroller)?, scroller))));
    // It runs when this task is at its end.
    spawn_local(async {
        DRAWING.set(false);
        if let Some((row, scroller)) = SEEN.take() {
            hold(&scroller, &row);
        }
    });
}

/// Whether the newest message is followed.
pub(super) fn set_following(follow: bool) {
    FOLLOWING.set(follow);
}

/// To be called by whatever leads elsewhere: what was in sight is not to be any more.
pub(super) fn let_go() {
    SEEN.set(None);
}
