//! The state, as a hook: draws again after every change of the store.

use std::rc::Rc;

use yew::prelude::*;

use super::Same;
use crate::{io::Store, state::App};

/// The state of now.
#[hook]
pub fn use_app(store: &Store) -> Same<App> {
    let app = use_state_eq(|| Same(store.app()));
    use_effect_with(store.clone(), {
        let app = app.setter();
        move |store| {
            // What changed between the first drawing and this would else be missed.
            app.set(Same(store.app()));
            let subscription = store.subscribe(move |next| app.set(Same(Rc::clone(next))));
            move || drop(subscription)
        }
    });
    (*app).clone()
}
