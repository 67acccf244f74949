//! The service worker: brings it, notices a newer one that waits, and lets that take over.

use std::{cell::RefCell, rc::Rc};

use gloo_events::EventListener;
use gloo_timers::callback::Timeout;
use wasm_bindgen::JsCast;
use wasm_bindgen_futures::{JsFuture, spawn_local};
use web_sys::{ServiceWorker, ServiceWorkerRegistration, ServiceWorkerState};

use super::{Store, browser};
use crate::state::{Action, Worker};

/// Where its script is. It rules over all paths below its own.
const SCRIPT: &str = "/sw.js";
/// What it is told, as frontend/sw.js expects it.
const TAKE_OVER: &str = "take over";

/// After so long the page is loaded again whether or not a newer one has taken over, in milliseconds.
const TAKE_OVER_MS: u32 = 10_000;

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

    /// Lets the newest worker take over, then loads this page again. Where none is known to wait, the server is asked for
    /// one first: what is kept here would else come up again. Other tabs go on as they are: all that they run is in
    /// their memory.
    pub(super) fn take_over(&self) {
        let Some(registration) = self.registration() else { return reload() };
        // Whatever becomes of it.
        Timeout::new(TAKE_OVER_MS, reload).forget();
        if let Some(waiting) = registration.waiting() {
            return self.let_in(&waiting);
        }
        let keeper = self.clone();
        spawn_local(async move {
            if let Ok(asked) = registration.update() {
                let _answer = JsFuture::from(asked).await;
            }
            match registration.installing().or_else(|| registration.waiting()) {
                Some(newer) => keeper.let_in(&newer),
                // Another tab has let it in, or there is none.
                None => reload(),
            }
        });
    }

    /// Tells a worker to take over as soon as it can. When it has, or is not to be had after all, the page is loaded again.
    fn let_in(&self, newer: &ServiceWorker) {
        let worker = newer.clone();
        self.listen(EventListener::new(newer, "statechange", move |_| {
            if matches!(worker.state(), ServiceWorkerState::Activated | ServiceWorkerState::Redundant) {
                reload();
            }
        }));
        if newer.post_message(&TAKE_OVER.into()).is_err() {
            reload();
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

fn reload() {
    if let Some(window) = browser::window() {
        let _begun = window.location().reload();
    }
}
