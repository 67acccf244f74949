//! Says aloud what those who do not see the page should know: a polite live region of one sentence.

use std::rc::Rc;

use yew::prelude::*;

/// What is said.
#[derive(Clone, PartialEq, Properties)]
pub struct SpeakerProps {
    /// The sentence.
    pub sentence: Rc<str>,
    /// Its number: the same sentence again is another one.
    pub number: u32,
}

/// The live region.
#[component]
pub fn Speaker(props: &SpeakerProps) -> Html {
    html! {
        <div class="sr speaker" aria-live="polite"><p key={props.number}>{ props.sentence.to_string() }</p></div>
    }
}
