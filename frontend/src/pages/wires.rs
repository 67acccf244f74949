//! The callbacks of the page, made once: callbacks are equal by pointer, and one made anew would draw everything anew.

use yew::prelude::*;

use crate::{io::Store, shell, state::Action};

/// What the page's parts tell, and what becomes of it.
#[derive(PartialEq)]
pub(super) struct Wires {
    pub(super) dispatch: Callback<Action>,
    pub(super) on_try: Callback<MouseEvent>,
    pub(super) on_take: Callback<MouseEvent>,
    pub(super) on_details: Callback<MouseEvent>,
}

impl Wires {
    /// Wires to a store.
    pub(super) fn new(store: &Store) -> Self {
        let dispatch = store.dispatcher();
        let details = store.clone();
        Self {
            on_try: dispatch.reform(|_| Action::RetryPressed),
            on_take: dispatch.reform(|_| Action::UpdateAccepted),
            on_details: Callback::from(move |_| shell::show_details(&details)),
            dispatch,
        }
    }
}
