//! "Go to room": any room by its name. A name that cannot be one is kept, with the reason.

use shared::RoomName;
use web_sys::HtmlInputElement;
use yew::prelude::*;

use crate::state::Place;

/// What the form needs.
#[derive(Clone, PartialEq, Properties)]
pub struct GoToRoomProps {
    /// Hears where the person goes.
    pub on_go: Callback<RoomName>,
}

/// The form.
#[component]
pub fn GoToRoom(props: &GoToRoomProps) -> Html {
    let input = use_node_ref();
    let problem = use_state_eq(|| None::<String>);
    let onsubmit = {
        let (input, problem, on_go) = (input.clone(), problem.clone(), props.on_go.clone());
        move |event: SubmitEvent| {
            event.prevent_default();
            let Some(input) = input.cast::<HtmlInputElement>() else { return };
            match Place::typed(&input.value()) {
                Ok(room) => {
                    input.set_value("");
                    problem.set(None);
                    on_go.emit(room);
                }
                Err(why) => problem.set(Some(why)),
            }
        }
    };
    html! {
        <form class="field" {onsubmit}>
            <label for="go">{ "Go to room" }</label>
            <div class="row">
                <input ref={input} id="go" autocomplete="off" autocapitalize="none" spellcheck="false"
                    aria-describedby="go-problem" aria-invalid={problem.is_some().then_some("true")} />
                <button class="small">{ "Go" }</button>
            </div>
            <p class="problem" id="go-problem" role="status">{ problem.as_deref().unwrap_or_default().to_owned() }</p>
        </form>
    }
}
