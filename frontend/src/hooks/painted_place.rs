//! Where the reader is in the page that the server has painted. Whoever has scrolled in it while the client was on its
//! way is still there when the client has drawn the log in its place.

use std::cell::RefCell;

use web_sys::Element;

use super::use_scroller::{first_in_sight, hold};

thread_local! {
    /// The number of the first message in sight, and how far below the scroller's top it is, in CSS pixels.
    static PLACE: RefCell<Option<(String, f64)>> = const { RefCell::new(None) };
}

/// Notes it, right before the painted log is taken away. At the newest message there is nothing to note.
pub fn note_painted_place() {
    let document = web_sys::window().and_then(|window| window.document());
    let scroller = document.and_then(|document| document.query_selector("#log > .scroll").ok()?);
    let Some(scroller) = scroller.filter(|scroller| scroller.scroll_top() != 0) else { return };
    let place = first_in_sight(&scroller).and_then(|(row, offset)| Some((row.get_attribute("data-seq")?, offset)));
    PLACE.with_borrow_mut(|noted| *noted = place);
}

/// Brings the log that was drawn in its place there, once. False where nothing was noted, or that message is not here.
pub(super) fn put_back(scroller: &Element) -> bool {
    let Some((seq, offset)) = PLACE.take() else { return false };
    let row = scroller.query_selector(&["li[data-seq='", &seq, "']"].concat());
    let Ok(Some(row)) = row else { return false };
    hold(scroller, &(row, offset));
    true
}
