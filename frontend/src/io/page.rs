//! The page's own events: it is hidden, shown, put away, brought back; the network comes and goes; the person uses
//! the browser's buttons.

use gloo_events::{EventListener, EventListenerOptions};
use web_sys::{Document, Window};

use super::{Store, browser, history};
use crate::state::Action;

/// The listeners; they end when this is dropped.
pub struct PageEvents {
    _listeners: Vec<EventListener>,
}

/// Turns the page's events into actions of the store.
#[must_use]
pub fn page_events(store: &Store) -> PageEvents {
    let Some(window) = browser::window() else { return PageEvents { _listeners: Vec::new() } };
    let mut listeners: Vec<EventListener> = [
        // A lost network is found out by asking too: the server may be on this very machine.
        ("online", (|| Action::Probed) as fn() -> Action),
        ("offline", || Action::Probed),
        ("pageshow", || Action::Probed),
        ("pagehide", || Action::PagePutAway),
        // Said by the page's script (frontend/attend.js).
        ("attend", || Action::Attended(true)),
        ("depart", || Action::Attended(false)),
        ("popstate", || Action::PlaceEntered(history::here())),
    ]
    .into_iter()
    .map(|(event, action)| on_window(&window, event, store, action))
    .collect();
    listeners.push(before_leaving(&window, store));
    listeners.extend(window.document().map(|document| on_visibility(&document, store)));
    PageEvents { _listeners: listeners }
}

fn on_window(window: &Window, event: &'static str, store: &Store, action: fn() -> Action) -> EventListener {
    let store = store.clone();
    EventListener::new(window, event, move |_| store.dispatch(action()))
}

/// What is not sent yet would be gone: the browser asks before the page is left.
fn before_leaving(window: &Window, store: &Store) -> EventListener {
    let store = store.clone();
    let options = EventListenerOptions::enable_prevent_default();
    EventListener::new_with_options(window, "beforeunload", options, move |event| {
        if store.app().has_unsent() {
            event.prevent_default();
        }
    })
}

fn on_visibility(document: &Document, store: &Store) -> EventListener {
    let store = store.clone();
    EventListener::new(document, "visibilitychange", move |_| {
        // A hidden page gets no animation frame: what waited for one must not wait for ever.
        if browser::is_hidden() { store.drain() } else { store.dispatch(Action::Probed) }
    })
}
