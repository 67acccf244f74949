//! The side: the brand, the rooms, who is here, one's name. On a narrow screen it is a view of its own.

use shared::RoomName;
use yew::prelude::*;

use super::{GoToRoom, HereList, NameField, room_list};
use crate::state::App;

/// How the side is to be drawn, and what it tells.
pub struct Side<'a> {
    /// On a narrow screen it is all that is seen.
    pub alone: bool,
    /// Where the person goes.
    pub on_go: &'a Callback<RoomName>,
    /// A new name.
    pub on_name: &'a Callback<String>,
}

/// The side.
pub fn side(app: &App, tells: &Side<'_>) -> Html {
    let me = app.me();
    let name = me.map_or_else(|| "Anonymous".to_owned(), |me| me.name.to_string());
    let problem = app.name_problem().map(ToString::to_string).unwrap_or_default();
    html! {
        <div class="side" role={if tells.alone { "main" } else { "navigation" }} aria-label="Rooms and people">
            <p class="brand" tabindex="-1" role={tells.alone.then_some("heading")}
                aria-level={tells.alone.then_some("1")}>{ "Warren" }</p>
            <h2 class="sec">{ "Rooms" }</h2>
            { room_list(app.visited(), app.place().room(), tells.on_go) }
            <GoToRoom on_go={tells.on_go} />
            if let Some(here) = app.current().and_then(|(_, room)| room.here().cloned()) {
                <HereList {here} me={me.map(|me| me.id.clone())} />
            }
            <div class="grow"></div>
            <NameField {name} {problem} on_name={tells.on_name} />
        </div>
    }
}
