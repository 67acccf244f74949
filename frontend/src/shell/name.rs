//! What the person is called. It takes effect on Enter or on leaving the field, and the server keeps it.

use gloo_events::EventListener;
use web_sys::HtmlInputElement;

use super::parts::{find, on, say, set};
use crate::{
    io::Store,
    state::{Action, App},
};

const FIELD: &str = "#name";

/// Hears a new name.
pub(super) fn listen(store: &Store) -> Vec<EventListener> {
    let (on_submit, on_blur) = (store.clone(), store.clone());
    let listeners = [
        on("#name-form", "submit", move |event| {
            event.prevent_default();
            take(&on_submit);
        }),
        on(FIELD, "blur", move |_| take(&on_blur)),
    ];
    listeners.into_iter().flatten().collect()
}

/// What the person is called now, and what is wrong with the last try. What is being typed is the person's, whatever
/// the name is meanwhile.
pub(super) fn show(app: &App) {
    let problem = app.name_problem().map_or("", |problem| problem);
    say("#name-problem", problem);
    set(FIELD, "aria-invalid", (!problem.is_empty()).then_some("true"));
    let Some(field) = find::<HtmlInputElement>(FIELD) else { return };
    // What was last written there by the client is the field's default value.
    if field.default_value() == name(app) {
        return;
    }
    let active = field.owner_document().and_then(|document| document.active_element());
    let is_here = active.is_some_and(|active| active.is_same_node(Some(&field)));
    if !is_here || field.value() == field.default_value() {
        write(&field, name(app));
    }
}

fn name(app: &App) -> &str {
    app.me().map_or("", |me| me.name.as_str())
}

fn take(store: &Store) {
    let Some(field) = find::<HtmlInputElement>(FIELD) else { return };
    let (app, value) = (store.app(), field.value());
    let asked = value != name(&app) && value != field.default_value();
    // The name of now, typed again, takes back what was wrong.
    if asked || app.name_problem().is_some() {
        store.dispatch(Action::NameTyped(value));
    } else {
        write(&field, name(&app));
    }
}

fn write(field: &HtmlInputElement, name: &str) {
    field.set_default_value(name);
    if field.value() != name {
        field.set_value(name);
    }
}
