//! The shell: what of the page is plain HTML, in `index.html`. It stands there before the client has come, and the
//! client never draws it anew: what is typed into it meanwhile, and where the focus is, stays as it is.
//!
//! Its parts are listened to and told what to say; what changes in number (rows, rooms, people) is drawn by Yew into
//! hosts that the shell has for it ([`host`]).

mod choices;
mod composer;
mod details;
mod head;
mod name;
mod parts;
mod rooms;

use gloo_events::EventListener;
use web_sys::Element;

use crate::{
    io::{Store, Subscription},
    state::{App, link_words},
};
use composer::Composer;

pub use details::open as show_details;
pub use rooms::show_room;

/// What Yew draws into, by id.
const HOSTS: [&str; 6] = ["#rooms", "#here", "#log", "#status", "#facts", "#speaker"];

/// The shell, as long as it is listened to.
pub struct Shell {
    _listeners: Vec<EventListener>,
    _subscription: Subscription,
}

impl Shell {
    /// Takes the page over from the server. On a `touch` screen Enter is a line break, and nothing takes the focus by
    /// itself, because that would bring the keyboard up.
    #[must_use]
    pub fn take(store: &Store, touch: bool) -> Self {
        for host in HOSTS.iter().filter_map(|id| parts::find::<Element>(id)) {
            host.set_text_content(None);
        }
        let composer = Composer::new(store, touch);
        let mut listeners = composer.listen();
        listeners.extend(name::listen(store));
        listeners.extend(rooms::listen(store, touch));
        listeners.extend(details::listen(store));
        let show = move |app: &App| {
            parts::set(".app", "data-link", Some(link_words(app).state));
            head::show(app);
            details::show(app);
            name::show(app);
            composer.show(app);
        };
        show(&store.app());
        Self { _listeners: listeners, _subscription: store.subscribe(move |app| show(app)) }
    }
}

/// The place in the shell that has this id.
#[must_use]
pub fn host(id: &str) -> Option<Element> {
    parts::find(id)
}
