//! The side: the brand, the rooms, one's name, who is here. On a narrow screen it is a view of its own.

use std::rc::Rc;

use shared::{Person, RoomName};
use yew::prelude::*;

use super::{GoToRoom, HereList, NameField, RoomList};
use crate::state::Here;

/// What the side needs.
#[derive(Clone, PartialEq, Properties)]
pub struct SideProps {
    /// The rooms visited.
    pub visited: Rc<Vec<RoomName>>,
    /// The room where the person is.
    pub current: Option<RoomName>,
    /// Who is there.
    pub here: Option<Here>,
    /// Who the person is, where the server has said so.
    pub me: Option<Person>,
    /// What is wrong with the name that was typed.
    pub name_problem: Option<Rc<str>>,
    /// Hears where the person goes.
    pub on_go: Callback<RoomName>,
    /// Hears a new name.
    pub on_name: Callback<String>,
}

/// The side.
#[component]
pub fn Side(props: &SideProps) -> Html {
    let name = props.me.as_ref().map_or_else(|| "Anonymous".to_owned(), |me| me.name.to_string());
    let problem = props.name_problem.as_deref().unwrap_or_default().to_owned();
    html! {
        <nav class="side" aria-label="Rooms and people">
            <p class="brand">{ "Warren" }</p>
            <h2 class="sec">{ "Rooms" }</h2>
            <RoomList visited={Rc::clone(&props.visited)} current={props.current.clone()} on_go={&props.on_go} />
            <GoToRoom on_go={&props.on_go} />
            if let Some(here) = props.here.clone() {
                <HereList {here} me={props.me.as_ref().map(|me| me.id.clone())} />
            }
            <div class="grow"></div>
            <NameField {name} {problem} on_name={&props.on_name} />
        </nav>
    }
}
