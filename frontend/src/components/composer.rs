//! The message box.
//!
//! Invariant: the textarea belongs to the person. It is written to only when its text has just been taken, never
//! while something is being composed in it; what cannot be sent stays in it, with the reason beside it. What was taken
//! stays the room's draft until it is kept elsewhere.

use shared::{BadText, MessageText, RoomName};
use web_sys::HtmlTextAreaElement;
use yew::prelude::*;

use crate::state::Action;

/// What the composer needs.
#[derive(Clone, PartialEq, Properties)]
pub struct ComposerProps {
    /// The room. Give the composer a key of it: another room is another box.
    pub room: RoomName,
    /// Gives what stands in it at first.
    pub draft_of: Callback<RoomName, String>,
    /// On a screen that is touched, Enter is a line break.
    pub touch: bool,
    /// Hears what stands in the box of a room, at each change.
    pub on_draft: Callback<(RoomName, String)>,
    /// Takes a message into a room, or what the edited one is to say.
    pub on_send: Callback<(RoomName, MessageText)>,
    /// A message is being edited in it.
    pub editing: bool,
    /// Hears that one is to be edited, or not after all.
    pub dispatch: Callback<Action>,
}

/// The message box of a room.
#[component]
pub fn Composer(props: &ComposerProps) -> Html {
    let area = use_node_ref();
    let problem = use_state_eq(|| None::<BadText>);
    use_effect_with((area.clone(), props.room.clone()), {
        let (touch, draft_of) = (props.touch, props.draft_of.clone());
        move |(area, room)| {
            let Some(area) = area.cast::<HtmlTextAreaElement>() else { return };
            area.set_value(&draft_of.emit(room.clone()));
            // On a touched screen it would bring the keyboard up, over what is to be read.
            if !touch {
                let _focused = area.focus();
            }
        }
    });
    let send = {
        let (area, problem, props) = (area.clone(), problem.clone(), props.clone());
        move || send(&area, &problem, &props)
    };
    let onsubmit = {
        let send = send.clone();
        move |event: SubmitEvent| {
            event.prevent_default();
            send();
        }
    };
    let (room, editing, touch) = (props.room.clone(), props.editing, props.touch);
    let cancel = {
        let (room, dispatch) = (room.clone(), props.dispatch.clone());
        move || dispatch.emit(Action::EditCancelled { room: room.clone() })
    };
    let onkeydown = {
        let (area, cancel, dispatch) = (area.clone(), cancel.clone(), props.dispatch.clone());
        move |event: KeyboardEvent| {
            // 229: the key belongs to an input method. Safari says so once more after the composition's end.
            if event.is_composing() || event.key_code() == 229 || event.shift_key() {
                return;
            }
            let empty = || area.cast::<HtmlTextAreaElement>().is_some_and(|area| area.value().is_empty());
            match event.key().as_str() {
                "Enter" if !touch => send(),
                "Escape" if editing => cancel(),
                "ArrowUp" if !editing && empty() => dispatch.emit(Action::EditLastPressed { room: room.clone() }),
                _ => return,
            }
            event.prevent_default();
        }
    };
    let oninput = {
        let (problem, props) = (problem.clone(), props.clone());
        move |event: InputEvent| {
            let text = event.target_unchecked_into::<HtmlTextAreaElement>().value();
            // While typing only what will not get better by typing on is worth a word.
            problem.set(MessageText::parse(&text).err().filter(|why| *why != BadText::Blank));
            props.on_draft.emit((props.room.clone(), text));
        }
    };
    let label = [if editing { "Edit your message in #" } else { "Message #" }, props.room.as_str()].concat();
    html! {
        <form class="comp" {onsubmit}>
            if editing {
                <p class="editing">
                    { "Editing your message " }
                    <button type="button" onclick={move |_| cancel()}>{ "Cancel" }</button>
                </p>
            }
            <p class="problem" id="composer-problem" role="status">
                { problem.map(|why| ["It cannot be sent yet: ", &why.to_string()].concat()) }
            </p>
            <div class="box">
                <textarea ref={area} id="composer" rows="1" dir="auto" enterkeyhint={(!touch).then_some("send")}
                    aria-label={label.clone()} aria-describedby="composer-problem" placeholder={label}
                    {onkeydown} {oninput} />
                <button class="ib send" aria-label={if editing { "Save" } else { "Send" }}>{ "➤" }</button>
            </div>
        </form>
    }
}

fn send(area: &NodeRef, problem: &UseStateHandle<Option<BadText>>, props: &ComposerProps) {
    let Some(area) = area.cast::<HtmlTextAreaElement>() else { return };
    match MessageText::parse(&area.value()) {
        Ok(text) => {
            // Before it is given away: the earlier draft may come back in its place.
            area.set_value("");
            problem.set(None);
            props.on_send.emit((props.room.clone(), text));
            let _focused = area.focus();
        }
        Err(BadText::Blank) => {}
        Err(why) => problem.set(Some(why)),
    }
}
