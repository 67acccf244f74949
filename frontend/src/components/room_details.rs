//! What there is to know of a room, in a dialog: what it is called and about, how much of its log is here, what the
//! browser does not do for it.
//!
//! The two fields belong to the person: they are written once, when the dialog comes up.

use shared::{About, RoomName, RoomTitle, RoomTopic};
use web_sys::{HtmlDialogElement, HtmlInputElement, HtmlTextAreaElement};
use yew::prelude::*;

use crate::{io, state::Action};

/// What the dialog needs.
#[derive(Clone, PartialEq, Properties)]
pub struct RoomDetailsProps {
    /// The room.
    pub name: RoomName,
    /// What it is called and about.
    pub about: About,
    /// How it stands, in sentences.
    pub facts: Vec<String>,
    /// Gives the diagnosis for a bug report.
    pub diagnose: Callback<(), String>,
    /// Hears what the room is to be called and about.
    pub dispatch: Callback<Action>,
    /// Hears that it was closed.
    pub on_close: Callback<Event>,
}

/// What became of the wish to copy.
#[derive(Clone, PartialEq)]
enum Copying {
    Idle,
    Done,
    /// The browser does not let us: the person can do it by hand.
    ByHand(String),
}

/// The dialog.
#[component]
pub fn RoomDetails(props: &RoomDetailsProps) -> Html {
    let (dialog, title, topic) = (use_node_ref(), use_node_ref(), use_node_ref());
    let problem = use_state_eq(|| None::<String>);
    use_effect_with((), {
        let (nodes, about) = ((dialog.clone(), title.clone(), topic.clone()), props.about.clone());
        move |()| {
            write(&nodes.1, about.title.as_str());
            write(&nodes.2, about.topic.as_str());
            if let Some(dialog) = nodes.0.cast::<HtmlDialogElement>() {
                // It fails only where it is open already.
                let _shown = dialog.show_modal();
            }
        }
    });
    let onsubmit = {
        let (nodes, problem, props) = ((dialog.clone(), title.clone(), topic.clone()), problem.clone(), props.clone());
        move |event: SubmitEvent| {
            event.prevent_default();
            match told(&props, &read(&nodes.1), &read(&nodes.2)) {
                Err(why) => problem.set(Some(why)),
                Ok(action) => {
                    if let Some(action) = action {
                        props.dispatch.emit(action);
                    }
                    if let Some(dialog) = nodes.0.cast::<HtmlDialogElement>() {
                        dialog.close();
                    }
                }
            }
        }
    };
    html! {
        <dialog ref={dialog} class="sheet" aria-labelledby="details" onclose={&props.on_close}>
            <form method="dialog" class="sheet-head">
                <h2 id="details">{ ["# ", props.name.as_str()].concat() }</h2>
                <button class="ib" aria-label="Close">{ "✕" }</button>
            </form>
            <form {onsubmit}>
                <div class="field">
                    <label for="title">{ "Title" }</label>
                    <input ref={title} id="title" autocomplete="off" dir="auto" aria-describedby="told-problem" />
                </div>
                <div class="field">
                    <label for="topic">{ "What it is about" }</label>
                    <input ref={topic} id="topic" autocomplete="off" dir="auto" aria-describedby="told-problem" />
                </div>
                <p class="problem" id="told-problem" role="status">{ problem.as_deref().unwrap_or_default().to_owned() }</p>
                <p class="sheet-foot"><button class="small">{ "Save for everyone" }</button></p>
            </form>
            <h3>{ "How it stands" }</h3>
            { for props.facts.iter().map(|fact| html! { <p>{ fact.clone() }</p> }) }
            <Diagnosis diagnose={&props.diagnose} />
        </dialog>
    }
}

#[derive(Clone, PartialEq, Properties)]
struct DiagnosisProps {
    diagnose: Callback<(), String>,
}

/// The button that copies the diagnosis, and the text itself where that cannot be done.
#[component]
fn Diagnosis(props: &DiagnosisProps) -> Html {
    let copying = use_state_eq(|| Copying::Idle);
    let area = use_node_ref();
    use_effect_with((area.clone(), (*copying).clone()), |(area, copying)| {
        if let (Copying::ByHand(text), Some(area)) = (copying, area.cast::<HtmlTextAreaElement>()) {
            area.set_value(text);
            let _focused = area.focus();
            area.select();
        }
    });
    let onclick = {
        let (copying, diagnose) = (copying.clone(), props.diagnose.clone());
        move |_: MouseEvent| {
            let (text, copying) = (diagnose.emit(()), copying.clone());
            io::copy(text, move |text, copied| copying.set(if copied { Copying::Done } else { Copying::ByHand(text) }));
        }
    };
    let by_hand = matches!(*copying, Copying::ByHand(_));
    let words = match &*copying {
        Copying::Idle => "",
        Copying::Done => "Copied.",
        Copying::ByHand(_) => "The browser does not let this page copy: copy it from here.",
    };
    html! {
        <>
            <p class="sheet-foot">
                <button type="button" class="small" {onclick}>{ "Copy diagnosis" }</button>
                <span role="status">{ words }</span>
            </p>
            if by_hand {
                <textarea ref={area} readonly=true rows="6" aria-label="Diagnosis" />
            }
        </>
    }
}

/// What the person wants changed; none where that is nothing.
fn told(props: &RoomDetailsProps, title: &str, topic: &str) -> Result<Option<Action>, String> {
    let title = RoomTitle::parse(title.trim()).map_err(|why| ["The title cannot be used: ", &why.to_string()].concat())?;
    let topic = RoomTopic::parse(topic.trim()).map_err(|why| ["The topic cannot be used: ", &why.to_string()].concat())?;
    let title = Some(title).filter(|title| *title != props.about.title);
    let topic = Some(topic).filter(|topic| *topic != props.about.topic);
    if title.is_none() && topic.is_none() {
        return Ok(None);
    }
    let room = props.name.clone();
    Ok(io::new_key().map(|key| Action::RoomTold { room, key, title, topic }))
}

fn write(node: &NodeRef, text: &str) {
    if let Some(input) = node.cast::<HtmlInputElement>() {
        input.set_value(text);
    }
}

fn read(node: &NodeRef) -> String {
    node.cast::<HtmlInputElement>().map_or_else(String::new, |input| input.value())
}
