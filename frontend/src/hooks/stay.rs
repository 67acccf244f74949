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
    let seen = Rc::new(RefCell::new(first_in_sight(scroller)));
    let size = |of: &Element| (of.client_width(), of.client_height());
    let on_resize = Closure::<dyn FnMut()>::new({
        let (scroller, seen, mut before) = (scroller.clone(), Rc::clone(&seen), size(scroller));
        move || {
            // The first time it tells the size as it is, perhaps before the scrolling of this very frame was heard of.
            let now = size(&scroller);
            let changed = std::mem::replace(&mut before, now) != now;
            // At the newest the end is what is being read.
            if let Some(seen) = seen.borrow().as_ref().filter(|_| changed && scroller.scroll_top() != 0) {
                hold(&scroller, seen);
            }
        }
    });
    let observer = ResizeObserver::new(on_resize.as_ref().unchecked_ref()).ok()?;
    observer.observe(scroller);
    let on_scroll = EventListener::new(scroller, "scroll", {
        let scroller = scroller.clone();
        move |_| *seen.borrow_mut() = first_in_sight(&scroller)
    });
    Some(Stay { observer, _on_resize: on_resize, _on_scroll: on_scroll })
}
