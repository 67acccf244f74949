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

/// Brings the log that was drawn in its place there. It may be asked again, until the place is forgotten.
pub fn put_back(scroller: &Element) {
    let Some((seq, offset)) = PLACE.with_borrow(Clone::clone) else { return };
    if let Ok(Some(row)) = scroller.query_selector(&["li[data-seq='", &seq, "']"].concat()) {
        hold(scroller, &(row, offset));
    }
}

/// Forgets the place. False where none was noted.
pub(super) fn forget_painted_place() -> bool {
    PLACE.take().is_some()
}
