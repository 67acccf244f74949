//! Who is in the room, by name.

use shared::{Person, PersonId};
use yew::prelude::*;

use crate::state::Here;

/// What the list needs.
#[derive(Clone, PartialEq, Properties)]
pub struct HereListProps {
    /// Who is here.
    pub here: Here,
    /// Who the reader is.
    pub me: Option<PersonId>,
}

/// The list of who is here.
#[component]
pub fn HereList(props: &HereListProps) -> Html {
    let here = &props.here;
    let person = |person: &Person| {
        let mine = Some(&person.id) == props.me.as_ref();
        let shared_name = here.people.iter().any(|other| other.name == person.name && other.id != person.id);
        let class = ["person hue-", &person.id.hue(36).to_string()].concat();
        html! {
            <li key={person.id.as_str()} ~className={class}>
                <span class="dot" aria-hidden="true">{ "●" }</span>
                <bdi>{ person.name.to_string() }</bdi>
                if mine { <span class="tag">{ "you" }</span> }
                // Two people of one name: the colour tells them apart, and this those who do not see it.
                if shared_name && !mine { { tag(&person.id) } }
            </li>
        }
    };
    html! {
        <section aria-label="Here now">
            <h2 class="sec">{ ["Here now · ", &here.count.to_string()].concat() }</h2>
            <ul class="here">{ for here.people.iter().map(person) }</ul>
        </section>
    }
}

/// The short sign of a person, where the name alone does not say who it is.
pub(super) fn tag(id: &PersonId) -> Html {
    html! { <span class="tag">{ id.sign().to_owned() }</span> }
}
