//! The shell: what of the page is plain HTML, in `index.html`. It stands there before the client has come, and the
//! client never draws it anew: what is typed into it meanwhile, and where the focus is, stays as it is.
//!
//! Its parts are listened to and told what to say; what changes in number (rows, rooms, people) is drawn by Yew into
//! hosts that the shell has for it ([`host`]).

mod choices;
mod composer;
mod head;
mod name;
mod parts;
mod report;

use gloo_events::EventListener;
use gloo_timers::callback::Timeout;
use shared::RoomName;
use wasm_bindgen_futures::spawn_local;
use web_sys::Element;

use crate::{
    hooks::{self, note_painted_place, put_back, rows_from_sight},
    io::{self, Store, Subscription},
    state::{Action, App, link_words},
};
use composer::Composer;

/// What Yew draws into, by id, beside the log.
const HOSTS: [&str; 2] = ["#status", "#speaker"];
/// The rows out of sight are drawn so much later, in milliseconds: when those in sight are on the screen.
const REST_MS: u32 = 100;

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
        store.dispatch(Action::FewDrawn(host("#log").map_or(0, |log| rows_from_sight(&log))));
        for host in HOSTS.into_iter().filter_map(host) {
            host.set_text_content(None);
        }
        let composer = Composer::new(store, touch);
        let mut listeners = composer.listen();
        listeners.extend(name::listen(store));
        listeners.extend(report::listen(store));
        listeners.extend(io::listen_to_rooms(store));
        listeners.extend(listen_to_status(store));
        let show = move |app: &App| {
            parts::set(".app", "data-link", Some(link_words(app).state));
            parts::set(".app", "data-room", app.place().room().map(RoomName::as_str));
            parts::set(".app", "data-wanted", Some(&app.wanted().to_string()));
            head::show(app);
            name::show(app);
            composer.show(app);
        };
        show(&store.app());
        Self { _listeners: listeners, _subscription: store.subscribe(move |app| show(app)) }
    }
}

/// Hears the buttons of the line below the log.
fn listen_to_status(store: &Store) -> Option<EventListener> {
    let store = store.clone();
    parts::on("#status", "click", move |event| match hooks::button_of(event) {
        Some((_, does)) if does == "try" => store.dispatch(Action::RetryPressed),
        Some((_, does)) if does == "take" => store.dispatch(Action::UpdateAccepted),
        _ => {}
    })
}

/// Takes what the page shows of the log away, once: to be called while the log is being drawn in its place, for the two
/// to be in one frame.
pub fn take_log(store: &Store) {
    let Some(log) = host("#log:not([data-taken])") else { return };
    note_painted_place();
    log.set_text_content(None);
    // It fails only for names that no attribute can have.
    let _set = log.set_attribute("data-taken", "");
    // Once Yew has drawn it, and before anything of it is on the screen: the log's own effects may come a frame later.
    spawn_local(async {
        if let Some(scroller) = host("#log > .scroll") {
            put_back(&scroller);
        }
    });
    let store = store.clone();
    Timeout::new(REST_MS, move || store.dispatch(Action::FewDrawn(0))).forget();
}

/// The place in the shell that has this id.
#[must_use]
pub fn host(id: &str) -> Option<Element> {
    parts::find(id)
}
