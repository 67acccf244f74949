//! The service worker: brings it, notices a newer one that waits, and has that take over.

use std::{cell::RefCell, rc::Rc};

use gloo_events::EventListener;
use wasm_bindgen::JsCast;
use wasm_bindgen_futures::{JsFuture, spawn_local};
use web_sys::{Event, ServiceWorker, ServiceWorkerRegistration, ServiceWorkerState};

use super::{Store, browser};
use crate::state::{Action, Worker};

/// Where its script is. It rules over all paths below its own.
const SCRIPT: &str = "/sw.js";
/// What the page's own script listens for, in index.html.
const TAKE_NEWEST: &str = "take-newest";

/// The page's side of the service worker.
#[derive(Clone, Default)]
pub(super) struct Keeper(Rc<RefCell<Kept>>);

#[derive(Default)]
struct Kept {
    registration: Option<ServiceWorkerRegistration>,
    /// They listen as long as the page is there: on the registration, and on each worker that comes.
    listeners: Vec<EventListener>,
}

impl Keeper {
    /// Brings the worker, and says what became of that.
    pub(super) fn register(&self, store: &Store) {
        let (keeper, store) = (self.clone(), store.clone());
        spawn_local(async move {
            let found = match ask().await {
                Ok(registration) => {
                    keeper.watch(registration, &store);
                    Worker::Present
                }
                Err(why) => why,
            };
            store.dispatch(Action::WorkerAnswered(found));
        });
    }

    /// Asks the server whether there is a newer version. Where it cannot be asked, the next time will do.
    pub(super) fn check(&self) {
        if let Some(asked) = self.registration().and_then(|registration| registration.update().ok()) {
            spawn_local(async move {
                let _answer = JsFuture::from(asked).await;
            });
        }
    }

    fn watch(&self, registration: ServiceWorkerRegistration, store: &Store) {
        // It may have been on its way, or waiting, before this page asked.
        self.follow(&registration, store);
        if registration.waiting().is_some() && registration.active().is_some() {
            store.dispatch(Action::UpdateReady);
        }
        let (keeper, found, store) = (self.clone(), registration.clone(), store.clone());
        self.listen(EventListener::new(&registration, "updatefound", move |_| keeper.follow(&found, &store)));
        self.0.borrow_mut().registration = Some(registration);
    }

    /// Follows a worker that is being installed. The first of all has none before it: it is no update, and where it
    /// cannot be installed, there is none.
    fn follow(&self, registration: &ServiceWorkerRegistration, store: &Store) {
        let Some(worker) = registration.installing() else { return };
        let (registration, store, coming): (_, _, ServiceWorker) =
            (registration.clone(), store.clone(), worker.clone());
        self.listen(EventListener::new(&worker, "statechange", move |_| {
            match (coming.state(), registration.active().is_some()) {
                (ServiceWorkerState::Installed, true) => store.dispatch(Action::UpdateReady),
                (ServiceWorkerState::Redundant, false) => store.dispatch(Action::WorkerAnswered(Worker::Failed)),
                _ => {}
            }
        }));
    }

    fn listen(&self, listener: EventListener) {
        self.0.borrow_mut().listeners.push(listener);
    }

    fn registration(&self) -> Option<ServiceWorkerRegistration> {
        self.0.borrow().registration.clone()
    }
}

async fn ask() -> Result<ServiceWorkerRegistration, Worker> {
    let container = browser::window().map(|window| window.navigator().service_worker());
    // Over plain http to another machine the browser has none, whatever the type says.
    let container = container.filter(|container| !container.is_undefined()).ok_or(Worker::Insecure)?;
    let registration = JsFuture::from(container.register(SCRIPT)).await.map_err(|_| Worker::Failed)?;
    Ok(registration.unchecked_into())
}

/// Lets the newest version take over, and loads this page again. Other tabs go on as they are: all that they run is in
/// their memory. The page's own script does it, which has to where the client is broken.
pub(super) fn take_over() {
    if let (Some(window), Ok(event)) = (browser::window(), Event::new(TAKE_NEWEST)) {
        let _not_prevented = window.dispatch_event(&event);
    }
}
