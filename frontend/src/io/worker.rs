//! The service worker: the page's script (`frontend/worker.js`) brings it, notices a newer one that waits, and has that
//! take over.

use js_sys::Array;
use wasm_bindgen::{JsValue, closure::Closure};

use super::{Store, script};
use crate::state::{Action, Worker};

/// Brings the worker. What becomes of it is dispatched, as long as the page is there.
pub(super) fn register(store: &Store) {
    let store = store.clone();
    let tell = Closure::<dyn Fn(usize)>::new(move |what: usize| {
        store.dispatch(match what {
            0 => Action::WorkerAnswered(Worker::Insecure),
            1 => Action::WorkerAnswered(Worker::Failed),
            2 => Action::WorkerAnswered(Worker::Present),
            _ => Action::UpdateReady,
        });
    });
    ask("register", &Array::of1(&tell.into_js_value()));
}

/// Asks the server whether there is a newer version. Where it cannot be asked, the next time will do.
pub(super) fn check() {
    ask("check", &Array::new());
}

/// Lets the newest version take over, and loads this page again. Other tabs go on as they are: all that they run is in
/// their memory.
pub(super) fn take_over() {
    ask("takeNewest", &Array::new());
}

fn ask(what: &str, arguments: &Array) -> Option<JsValue> {
    script::call("worker", what, arguments).ok()
}
