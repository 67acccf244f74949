//! How the client stands, for the dialogs that say so (`frontend/sheets.js`): they ask for it as long as they are open.

use gloo_events::EventListener;

use super::parts::say;
use crate::{
    io::Store,
    state::{App, Room, diagnosis, storage_words, sync_words},
};

/// Hears that somebody asks.
pub(super) fn listen(store: &Store) -> Option<EventListener> {
    let store = store.clone();
    let window = web_sys::window()?;
    Some(EventListener::new(&window, "report", move |_| {
        let app = store.app();
        let facts = app.current().map(|(_, room)| facts(&app, room)).unwrap_or_default();
        say("#facts", &facts.join("\n"));
        say("#report", &diagnosis(&app));
    }))
}

/// How the room stands, in sentences.
fn facts(app: &App, room: &Room) -> Vec<String> {
    let refused = room.outbox().entries().iter().filter(|entry| entry.is_refused()).count();
    let waiting = room.outbox().entries().len() - refused;
    let mut facts = vec![[&sync_words(room), "."].concat()];
    if waiting > 0 {
        facts.push(["Waiting to be sent: ", &waiting.to_string(), "."].concat());
    }
    if refused > 0 {
        facts.push(["Refused by the server, and kept for you in the log: ", &refused.to_string(), "."].concat());
    }
    facts.extend(storage_words(app.storage()).map(str::to_owned));
    facts.extend(app.worker_words().map(str::to_owned));
    facts
}
