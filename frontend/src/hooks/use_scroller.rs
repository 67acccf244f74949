//! The log's scroller: where the reader is, when more is wanted, and that nothing moves what is being read.
//!
//! The scroller is a `column-reverse` box, so `scrollTop` is 0 at the newest message and negative above it.

use gloo_events::EventListener;
use shared::Seq;
use wasm_bindgen::JsCast;
use web_sys::{Element, NodeList};
use yew::prelude::*;

use super::{
    in_sight::{let_go, set_following},
    painted_place::{forget_painted_place, put_back},
    stay::stay,
    use_focus::focus_quietly,
};
use crate::state::{Reader, Target};

/// As close as this is at the newest message, in CSS pixels.
pub(super) const AT_NEWEST: i32 = 4;

/// What there is to be seen of the reader.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Look {
    /// Where it is.
    pub reader: Reader,
    /// The oldest row is within one and a half heights of the box.
    pub near_oldest: bool,
    /// The newest row is.
    pub near_newest: bool,
    /// The newest message that is in sight, its end too.
    pub seen: Option<Seq>,
}

/// The scroller of a log.
#[derive(Clone, PartialEq)]
pub struct Scroller {
    /// To be put on the scrolling element.
    pub node: NodeRef,
}

impl Scroller {
    /// To the newest message.
    pub fn to_newest(&self) {
        let_go();
        if let Some(node) = self.node.cast::<Element>().filter(|node| node.scroll_top() != 0) {
            node.set_scroll_top(0);
        }
    }
}

/// Watches a scroller. `on_look` hears where the reader is after each scrolling and each drawing
/// with other `rows`; `follow` brings the reader to the newest message when it becomes true, and another `target` to that
/// message, with the focus.
#[hook]
pub fn use_scroller<R: PartialEq + 'static>(
    rows: R,
    follow: bool,
    target: Option<Target>,
    on_look: Callback<Look>,
) -> Scroller {
    let node = use_node_ref();
    let shown = use_mut_ref(|| (None, false));
    set_following(follow);
    use_effect_with((node.clone(), on_look.clone()), |(node, on_look)| {
        let listener = node.cast::<Element>().map(|scroller| {
            let on_look = on_look.clone();
            EventListener::new(&scroller.clone(), "scroll", move |_| on_look.emit(look(&scroller)))
        });
        let stay = node.cast::<Element>().and_then(|scroller| stay(&scroller));
        move || drop((listener, stay))
    });
    let scroller = Scroller { node };
    use_effect_with((rows, follow, target), {
        let scroller = scroller.clone();
        move |(_, follow, target)| {
            let Some(node) = scroller.node.cast::<Element>() else { return };
            put_back(&node);
            // What was shown, and followed, before.
            let (target_before, followed) = shown.replace((*target, *follow));
            if target_before != *target && target.is_some_and(|target| show(&node, target)) {
                // It is in sight.
            } else if !forget_painted_place() && *follow && !followed {
                scroller.to_newest();
            }
            on_look.emit(look(&node));
        }
    });
    scroller
}

fn look(scroller: &Element) -> Look {
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
    Look { reader, near_oldest: above < near, near_newest: below < near, seen: newest_in_sight(scroller) }
}

/// The newest message in sight. Of what is not confirmed yet nothing is to be read.
fn newest_in_sight(scroller: &Element) -> Option<Seq> {
    // A row's end may lie between two pixels.
    let (rows, below) = found_below(scroller, scroller.get_bounding_client_rect().bottom() + 1.0)?;
    let seq = |at| rows.item(at)?.dyn_into::<Element>().ok()?.get_attribute("data-seq")?.parse().ok().map(Seq);
    (0..below).rev().find_map(seq)
}

/// The first row in sight, and where.
pub(super) fn first_in_sight(scroller: &Element) -> Option<(Element, f64)> {
    let top = scroller.get_bounding_client_rect().top();
    let row = row_below(scroller, top)?;
    let offset = row.get_bounding_client_rect().top() - top;
    Some((row, offset))
}

/// How many messages of a log there are from the one before the first in sight on: what stands between the two, such as
/// the line of a day, may be in sight as well. 0 where there are none.
#[must_use]
pub fn rows_from_sight(log: &Element) -> usize {
    let found = found_below(log, log.get_bounding_client_rect().top());
    found.filter(|(rows, _)| rows.length() > 0).map_or(0, |(rows, first)| (rows.length() - first + 1) as usize)
}

/// The first row of a log that reaches below `y`, in CSS pixels of the viewport.
pub(super) fn row_below(log: &Element, y: f64) -> Option<Element> {
    let (rows, first) = found_below(log, y)?;
    rows.item(first)?.dyn_into().ok()
}

/// The rows of a log, and the number of the first of them that reaches below `y`.
fn found_below(log: &Element, y: f64) -> Option<(NodeList, u32)> {
    let rows = log.query_selector_all("li.m").ok()?;
    // The rows are in order, so it can be found by halving.
    let row = |at| rows.item(at).and_then(|node| node.dyn_into::<Element>().ok());
    let (mut low, mut high) = (0, rows.length());
    while low < high {
        let middle = low + (high - low) / 2;
        if row(middle)?.get_bounding_client_rect().bottom() <= y { low = middle + 1 } else { high = middle }
    }
    Some((rows, low))
}

/// Brings a message into the middle, and gives it the focus. False where it is not there.
fn show(scroller: &Element, target: Target) -> bool {
    let row = scroller.query_selector(&["li[data-seq='", &target.seq.to_string(), "']"].concat());
    let Ok(Some(row)) = row else { return false };
    let_go();
    let (bounds, view) = (row.get_bounding_client_rect(), scroller.get_bounding_client_rect());
    let room = (view.height() - bounds.height()).max(0.0);
    scroller.scroll_by_with_x_and_y(0.0, bounds.top() - view.top() - room / 2.0);
    focus_quietly(row);
    true
}

/// Puts the remembered row back where it was.
pub(super) fn hold(scroller: &Element, (row, offset): &(Element, f64)) {
    if row.is_connected() {
        let moved = row.get_bounding_client_rect().top() - scroller.get_bounding_client_rect().top() - offset;
        if moved != 0.0 {
            scroller.scroll_by_with_x_and_y(0.0, moved);
        }
    }
}
