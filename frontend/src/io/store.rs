//! The store: holds the state, folds actions into it, and tells those who watch.
//!
//! Invariants: actions are folded in the order in which they happened (frames that wait for the next animation frame
//! come before any action after them), and effects run only after the state that caused them is in place.

use std::{cell::RefCell, rc::Rc};

use gloo_timers::callback::Timeout;
use shared::ServerFrame;
use wasm_bindgen::{JsCast, closure::Closure};
use yew::Callback;

use super::{Edits, browser};
use crate::state::{Action, App, Effect, Now, update};

/// Frames wait so long where there are no animation frames, in milliseconds.
const HIDDEN_DRAIN_MS: u32 = 250;

type Listener = Rc<dyn Fn(&Rc<App>)>;
type Run = Box<dyn Fn(&Store, Effect)>;

struct Inner {
    app: RefCell<Rc<App>>,
    inbox: RefCell<Vec<Action>>,
    drain_timer: RefCell<Option<Timeout>>,
    drain_frame: Closure<dyn FnMut()>,
    frame_asked: RefCell<bool>,
    wake: RefCell<Option<(Now, Timeout)>>,
    listeners: RefCell<Vec<(u32, Listener)>>,
    next_listener: RefCell<u32>,
    run: Run,
    edits: Edits,
}

/// A handle on the store. Equal to its clones only.
#[derive(Clone)]
pub struct Store(Rc<Inner>);

impl PartialEq for Store {
    fn eq(&self, other: &Self) -> bool {
        Rc::ptr_eq(&self.0, &other.0)
    }
}

/// A watch on the store; it ends when this is dropped.
pub struct Subscription {
    store: Store,
    number: u32,
}

impl Drop for Subscription {
    fn drop(&mut self) {
        self.store.0.listeners.borrow_mut().retain(|(number, _)| *number != self.number);
    }
}

impl Store {
    /// A store of `app` whose effects are done by `run`.
    #[must_use]
    pub fn new(app: App, run: impl Fn(&Self, Effect) + 'static) -> Self {
        Self(Rc::new_cyclic(|inner: &std::rc::Weak<Inner>| {
            let inner = inner.clone();
            let drain = move || {
                if let Some(inner) = inner.upgrade() {
                    *inner.frame_asked.borrow_mut() = false;
                    Self(inner).drain();
                }
            };
            Inner {
                app: RefCell::new(Rc::new(app)),
                inbox: RefCell::default(),
                drain_timer: RefCell::default(),
                drain_frame: Closure::new(drain),
                frame_asked: RefCell::new(false),
                wake: RefCell::default(),
                listeners: RefCell::default(),
                next_listener: RefCell::new(0),
                run: Box::new(run),
                edits: Edits::default(),
            }
        }))
    }

    /// The state of now.
    #[must_use]
    pub fn app(&self) -> Rc<App> {
        Rc::clone(&self.0.app.borrow())
    }

    /// What is being edited.
    #[must_use]
    pub fn edits(&self) -> &Edits {
        &self.0.edits
    }

    /// A callback for actions. Ask for it once: callbacks are equal by pointer.
    #[must_use]
    pub fn dispatcher(&self) -> Callback<Action> {
        let store = self.clone();
        Callback::from(move |action| store.dispatch(action))
    }

    /// Something happened.
    pub fn dispatch(&self, action: Action) {
        self.0.inbox.borrow_mut().push(action);
        self.drain();
    }

    /// What follows from the state that a listener is just told of. All are to be told of that before another.
    pub fn dispatch_soon(&self, action: Action) {
        self.0.inbox.borrow_mut().push(action);
        self.drain_soon();
    }

    /// Frames came. They are folded once per animation frame, in one go.
    pub fn receive(&self, generation: u32, frames: Vec<ServerFrame>) {
        let mut inbox = self.0.inbox.borrow_mut();
        match inbox.last_mut() {
            Some(Action::FramesReceived { generation: same, frames: waiting }) if *same == generation => {
                waiting.extend(frames);
            }
            _ => inbox.push(Action::FramesReceived { generation, frames }),
        }
        drop(inbox);
        self.drain_soon();
    }

    /// Calls back after every change, until the subscription is dropped.
    #[must_use]
    pub fn subscribe(&self, listener: impl Fn(&Rc<App>) + 'static) -> Subscription {
        let mut next = self.0.next_listener.borrow_mut();
        *next += 1;
        self.0.listeners.borrow_mut().push((*next, Rc::new(listener)));
        Subscription { store: self.clone(), number: *next }
    }

    /// Folds what waits.
    pub fn drain(&self) {
        self.0.drain_timer.take();
        let before = self.app();
        let mut effects = Vec::new();
        for action in self.0.inbox.take() {
            let (next, more) = update(&self.app(), &browser::moment(), action);
            self.0.app.replace(next);
            effects.extend(more);
        }
        for effect in effects {
            (self.0.run)(self, effect);
        }
        self.sleep_until_deadline();
        let app = self.app();
        if !Rc::ptr_eq(&before, &app) {
            let listeners: Vec<Listener> =
                self.0.listeners.borrow().iter().map(|(_, listener)| Rc::clone(listener)).collect();
            for listener in listeners {
                listener(&app);
            }
        }
    }

    fn drain_soon(&self) {
        if browser::is_hidden() {
            let mut timer = self.0.drain_timer.borrow_mut();
            if timer.is_none() {
                let store = self.clone();
                *timer = Some(Timeout::new(HIDDEN_DRAIN_MS, move || store.drain()));
            }
        } else if !self.0.frame_asked.replace(true)
            && let Some(window) = browser::window()
        {
            let asked = window.request_animation_frame(self.0.drain_frame.as_ref().unchecked_ref());
            drop(asked);
        }
    }

    /// One timer, for the next thing that the state waits for.
    fn sleep_until_deadline(&self) {
        let Some(deadline) = self.app().deadline() else {
            self.0.wake.take();
            return;
        };
        if self.0.wake.borrow().as_ref().is_some_and(|(same, _)| *same == deadline) {
            return;
        }
        let wait = deadline.since(browser::moment().now);
        let store = self.clone();
        // One more millisecond: a timer may come a fraction early, and then it would have to be set again.
        let timeout = Timeout::new(u32::try_from(wait).unwrap_or(u32::MAX >> 1).saturating_add(1), move || {
            // The timer that calls this must not be dropped as "the old one" by what it causes.
            let spent = store.0.wake.take();
            store.dispatch(Action::DeadlinePassed);
            drop(spent);
        });
        self.0.wake.replace(Some((deadline, timeout)));
    }
}
