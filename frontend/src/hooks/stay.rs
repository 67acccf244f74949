//! What is being read stays where it is when the box around it gets another size: the message box grows, the window
//! changes.
//!
//! A `column-reverse` box holds on to its end, so its beginning would move. Browsers with scroll anchoring mostly
//! prevent that; here the first row in sight is put back right after the layout, before anything of it is painted.

use std::{cell::RefCell, rc::Rc};

use gloo_events::EventListener;
use wasm_bindgen::{JsCast, closure::Closure};
use web_sys::{Element, ResizeObserver};

use super::use_scroller::{first_in_sight, hold};

/// Sees to it until it is dropped.
pub(super) struct Stay {
    observer: ResizeObserver,
    _on_resize: Closure<dyn FnMut()>,
    _on_scroll: EventListener,
}

impl Drop for Stay {
    fn drop(&mut self) {
        self.observer.disconnect();
    }
}

/// Sees to it for a scroller. None where the browser cannot.
pub(super) fn stay(scroller: &Element) -> Option<Stay> {
    let size = |of: &Element| (of.client_width(), of.client_height());
    // What was in sight, and the size that the box had then.
    let seen = Rc::new(RefCell::new((first_in_sight(scroller), size(scroller))));
    let on_resize = Closure::<dyn FnMut()>::new({
        let (scroller, seen) = (scroller.clone(), Rc::clone(&seen));
        move || {
            // The first time it tells the size as it is, perhaps before the scrolling of this very frame was heard of.
            let now = size(&scroller);
            let changed = std::mem::replace(&mut seen.borrow_mut().1, now) != now;
            // At the newest the end is what is being read.
            if let Some(row) = seen.borrow().0.as_ref().filter(|_| changed && scroller.scroll_top() != 0) {
                hold(&scroller, row);
            }
        }
    });
    let observer = ResizeObserver::new(on_resize.as_ref().unchecked_ref()).ok()?;
    observer.observe(scroller);
    let on_scroll = EventListener::new(scroller, "scroll", {
        let scroller = scroller.clone();
        move |_| {
            // It is heard of a frame later. Where the size has changed since, the row has been moved already and is yet
            // to be put back: where it is now is not where it was read.
            let mut seen = seen.borrow_mut();
            if seen.1 == size(&scroller) {
                seen.0 = first_in_sight(&scroller);
            }
        }
    });
    Some(Stay { observer, _on_resize: on_resize, _on_scroll: on_scroll })
}
