//! What the person is called. It takes effect on Enter or on leaving the field, and the server keeps it.

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
    // The field is written to only when the name itself has changed: what is being typed is the person's.
    use_effect_with((input.clone(), props.name.clone()), |(input, name)| {
        if let Some(input) = input.cast::<HtmlInputElement>() {
            input.set_value(name);
        }
    });
    let commit = {
        let (input, name, on_name) = (input.clone(), props.name.clone(), props.on_name.clone());
        move || {
            if let Some(input) = input.cast::<HtmlInputElement>().filter(|input| input.value() != *name) {
                on_name.emit(input.value());
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
