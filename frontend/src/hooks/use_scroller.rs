//! The log's scroller: where the reader is, when more is wanted, and that nothing moves what is being read.
//!
//! The scroller is a `column-reverse` box, so `scrollTop` is 0 at the newest message and negative above it. It stays
//! at the bottom, and stays put when history is put before it, with no script at all. One case is left: something
//! changes below the reader where the browser has no scroll anchoring (Safari). For that the first row in sight is
//! remembered, and the box scrolled by as much as it moved.

use std::{cell::RefCell, rc::Rc};

use gloo_events::EventListener;
use wasm_bindgen::JsCast;
use web_sys::Element;
use yew::prelude::*;

use crate::state::{Edge, Reader};

/// As close as this is at the newest message, in CSS pixels.
const AT_NEWEST: i32 = 4;

/// A row, and how far below the scroller's top it was.
type Anchor = Rc<RefCell<Option<(Element, f64)>>>;

/// The scroller of a log.
#[derive(Clone, PartialEq)]
pub struct Scroller {
    /// To be put on the scrolling element.
    pub node: NodeRef,
}

impl Scroller {
    /// To the newest message.
    pub fn to_newest(&self) {
        if let Some(node) = self.node.cast::<Element>() {
            node.set_scroll_top(0);
        }
    }
}

/// Watches a scroller. `on_look` hears where the reader is and what is near after each scrolling and each drawing
/// with other `rows`; `follow` brings the reader to the newest message when it becomes true.
#[hook]
pub fn use_scroller<R: PartialEq + 'static>(
    rows: R,
    follow: bool,
    on_look: Callback<(Reader, Option<Edge>)>,
) -> Scroller {
    let node = use_node_ref();
    let anchor: Anchor = use_mut_ref(|| None);
    use_effect_with((node.clone(), on_look.clone()), {
        let anchor = Rc::clone(&anchor);
        move |(node, on_look)| {
            let listener = node.cast::<Element>().map(|scroller| {
                let on_look = on_look.clone();
                EventListener::new(&scroller.clone(), "scroll", move |_| {
                    remember(&scroller, &anchor);
                    on_look.emit(look(&scroller));
                })
            });
            move || drop(listener)
        }
    });
    let scroller = Scroller { node };
    use_effect_with((rows, follow), {
        let scroller = scroller.clone();
        move |(_, follow)| {
            let Some(node) = scroller.node.cast::<Element>() else { return };
            if *follow {
                if node.scroll_top() != 0 {
                    scroller.to_newest();
                }
            } else {
                hold(&node, &anchor);
            }
            on_look.emit(look(&node));
        }
    });
    scroller
}

/// Where the reader is, and which end of the window is within one and a half heights of the box.
fn look(scroller: &Element) -> (Reader, Option<Edge>) {
    let (height, whole) = (scroller.client_height(), scroller.scroll_height());
    let below = -scroller.scroll_top();
    let above = whole - height - below;
    let near = height + height / 2;
    let reader = if below < AT_NEWEST {
        Reader::AtNewest
    } else if below <= above {
        Reader::LowerHalf
    } else {
        Reader::UpperHalf
    };
    let edge = match (above < near, below < near) {
        (true, false) => Some(Edge::Oldest),
        (false, true) => Some(Edge::Newest),
        (true, true) => Some(if above < below { Edge::Oldest } else { Edge::Newest }),
        (false, false) => None,
    };
    (reader, edge)
}

/// Remembers the first row in sight.
fn remember(scroller: &Element, anchor: &Anchor) {
    let top = scroller.get_bounding_client_rect().top();
    let rows = scroller.query_selector_all("li.m");
    let first = rows.ok().and_then(|rows| {
        // The rows are in order, so the first whose bottom is in sight can be found by halving.
        let row = |at| rows.item(at).and_then(|node| node.dyn_into::<Element>().ok());
        let (mut low, mut high) = (0, rows.length());
        while low < high {
            let middle = low + (high - low) / 2;
            if row(middle)?.get_bounding_client_rect().bottom() <= top { low = middle + 1 } else { high = middle }
        }
        row(low)
    });
    *anchor.borrow_mut() = first.map(|row| {
        let offset = row.get_bounding_client_rect().top() - top;
        (row, offset)
    });
}

/// Puts the remembered row back where it was, where the browser does not do so by itself.
fn hold(scroller: &Element, anchor: &Anchor) {
    let anchored_by_browser = web_sys::window()
        .and_then(|window| window.get_computed_style(scroller).ok().flatten())
        .and_then(|style| style.get_property_value("overflow-anchor").ok())
        .is_some_and(|value| value == "auto");
    if anchored_by_browser {
        return;
    }
    if let Some((row, offset)) = anchor.borrow().as_ref().filter(|(row, _)| row.is_connected()) {
        let moved = row.get_bounding_client_rect().top() - scroller.get_bounding_client_rect().top() - offset;
        scroller.scroll_by_with_x_and_y(0.0, moved);
    }
}
