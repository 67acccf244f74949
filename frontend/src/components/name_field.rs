//! What the person is called. It takes effect on Enter or on leaving the field, and the server keeps it.

use std::{cell::RefCell, rc::Rc};

use web_sys::HtmlInputElement;
use yew::prelude::*;

/// What the field needs.
#[derive(Clone, PartialEq, Properties)]
pub struct NameFieldProps {
    /// What the person is called now.
    pub name: AttrValue,
    /// What is wrong with the last try.
    pub problem: AttrValue,
    /// Hears a new name.
    pub on_name: Callback<String>,
}

/// The name field.
#[component]
pub fn NameField(props: &NameFieldProps) -> Html {
    let input = use_node_ref();
    let written = use_mut_ref(String::new);
    use_effect_with((input.clone(), props.name.clone()), {
        let written = Rc::clone(&written);
        move |(input, name)| {
            // What is being typed is the person's, whatever the name is meanwhile.
            let Some(input) = input.cast::<HtmlInputElement>() else { return };
            if input.value() == **name || !is_typed_in(&input, &written) {
                write(&input, name, &written);
            }
        }
    });
    let commit = {
        let (input, props) = (input.clone(), props.clone());
        move || {
            let Some(input) = input.cast::<HtmlInputElement>() else { return };
            let value = input.value();
            let asked = value != *props.name && value != *written.borrow();
            // The name of now, typed again, takes back what was wrong.
            if asked || !props.problem.is_empty() {
                props.on_name.emit(value);
            } else {
                write(&input, &props.name, &written);
            }
        }
    };
    let onsubmit = {
        let commit = commit.clone();
        move |event: SubmitEvent| {
            event.prevent_default();
            commit();
        }
    };
    let onblur = move |_: FocusEvent| commit();
    let invalid = (!props.problem.is_empty()).then_some("true");
    html! {
        <form class="field" {onsubmit}>
            <label for="name">{ "Your name" }</label>
            <input ref={input} id="name" autocomplete="nickname" spellcheck="false" dir="auto" placeholder="Anonymous"
                aria-describedby="name-problem" aria-invalid={invalid} {onblur} />
            <p class="problem" id="name-problem" role="status">{ &props.problem }</p>
        </form>
    }
}

/// The person is in the field and has changed it.
fn is_typed_in(input: &HtmlInputElement, written: &RefCell<String>) -> bool {
    let active = input.owner_document().and_then(|document| document.active_element());
    active.is_some_and(|active| active.is_same_node(Some(input))) && input.value() != *written.borrow()
}

fn write(input: &HtmlInputElement, name: &str, written: &RefCell<String>) {
    if input.value() != name {
        input.set_value(name);
    }
    name.clone_into(&mut written.borrow_mut());
}
