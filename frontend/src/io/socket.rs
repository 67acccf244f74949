//! The one owner of the browser's `WebSocket`: its open, message and close events become actions.
//!
//! Invariant: there is at most one socket, and each of its actions carries the generation that it was opened for.

use std::cell::RefCell;

use gloo_events::EventListener;
use shared::close;
use wasm_bindgen::JsCast;
use web_sys::{CloseEvent, MessageEvent, WebSocket};

use super::{Store, boot, browser, read};
use crate::state::Action;

struct Open {
    generation: u32,
    socket: WebSocket,
    /// Kept for as long as the socket is ours; dropping them silences it.
    _listeners: [EventListener; 3],
}

/// The socket, if there is one.
#[derive(Default)]
pub struct Socket(RefCell<Option<Open>>);

impl Socket {
    /// Opens a socket, in the place of the one before.
    pub fn connect(&self, store: &Store, generation: u32) {
        self.drop_socket();
        let closed = |reason: &str| Action::SocketClosed { generation, code: 1006, reason: reason.to_owned() };
        let (socket, said) = boot::early_socket().map_or_else(
            || (address().and_then(|address| WebSocket::new(&address).ok()), Vec::new()),
            |(socket, said)| (Some(socket), said),
        );
        let Some(socket) = socket else {
            // Not at once: the effect that asked for it is still under way.
            let (store, closed) = (store.clone(), closed(""));
            wasm_bindgen_futures::spawn_local(async move { store.dispatch(closed) });
            return;
        };
        let on_open = EventListener::new(&socket, "open", {
            let store = store.clone();
            move |_| store.dispatch(Action::SocketOpened { generation })
        });
        let on_message = EventListener::new(&socket, "message", {
            let store = store.clone();
            move |event| {
                let data = event.dyn_ref::<MessageEvent>().and_then(|event| event.data().as_string());
                store.receive(generation, data.map_or_else(Vec::new, |data| read::frames(&data)));
            }
        });
        let on_close = EventListener::once(&socket, "close", {
            let store = store.clone();
            move |event| {
                let event = event.dyn_ref::<CloseEvent>();
                let (code, reason) = event.map_or((1006, String::new()), |event| (event.code(), event.reason()));
                store.dispatch(Action::SocketClosed { generation, code, reason });
            }
        });
        if socket.ready_state() == WebSocket::OPEN {
            let store = store.clone();
            wasm_bindgen_futures::spawn_local(async move {
                store.dispatch(Action::SocketOpened { generation });
                store.receive(generation, said.iter().flat_map(|text| read::frames(text)).collect());
            });
        }
        self.0.replace(Some(Open { generation, socket, _listeners: [on_open, on_message, on_close] }));
    }

    /// Closes a socket normally. What it still says is not heard.
    pub fn close(&self, generation: u32) {
        if self.0.borrow().as_ref().is_some_and(|open| open.generation == generation) {
            self.drop_socket();
        }
    }

    /// Sends a frame. On a socket that is over nothing is sent: the state learns of its end by itself.
    pub fn send(&self, generation: u32, frame: &str) {
        if let Some(open) = self.0.borrow().as_ref()
            && open.generation == generation
            && open.socket.send_with_str(frame).is_err()
        {
            browser::warn("A frame could not be sent.");
        }
    }

    fn drop_socket(&self) {
        if let Some(open) = self.0.take() {
            // It fails only for codes that are not allowed; this one is.
            let _closed = open.socket.close_with_code(close::NORMAL);
        }
    }
}

/// `ws://` or `wss://`, where the page is from.
fn address() -> Option<String> {
    let location = browser::window()?.location();
    let scheme = if location.protocol().ok()? == "https:" { "wss://" } else { "ws://" };
    Some([scheme, &location.host().ok()?, "/ws/v1"].concat())
}
