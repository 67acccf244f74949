//! The head of the room, the page's title, and what is seen where a link leads to no room.

use shared::{BadId, Person};

use super::parts::{say, set, show as show_part};
use crate::{
    io,
    state::{App, Here, people_here},
};

/// Says where the person is.
pub(super) fn show(app: &App) {
    let current = app.current();
    show_part("#room", current.is_some());
    show_part("#nowhere", current.is_none());
    show_part(".skip", current.is_some());
    let Some((name, room)) = current else {
        say("#why-nowhere", &BadId::Room.to_string());
        return io::set_title("Warren");
    };
    let about = room.about();
    let wanted = match app.wanted() {
        0 => String::new(),
        wanted => ["(", &wanted.to_string(), ") "].concat(),
    };
    io::set_title(&[&wanted, &*name.called(&about.title), " · Warren"].concat());
    say("#name-of-room", &name.beside(&about.title));
    say("#title-of-room", about.title.as_str());
    say("#topic-of-room", about.topic.as_str());
    say("#count", &people_here(room.here()));
    show_here(room.here(), app.me());
}

/// Says to the page's script who is here (`frontend/people.js`).
fn show_here(here: Option<&Here>, me: Option<&Person>) {
    let line = |person: &Person| {
        let is_me = me.is_some_and(|me| me.id == person.id);
        let id = if is_me { "-" } else { person.id.as_str() };
        [&person.id.hue(36).to_string(), " ", id, " ", person.name.as_str(), "\n"].concat()
    };
    let people: Option<String> = here.map(|here| here.people.iter().map(line).collect());
    set("#here", "data-people", people.as_deref());
    set("#here", "data-count", here.map(|here| here.count.to_string()).as_deref());
}
