//! Keeps for the state what is to outlive a reload, and tells it what was kept, also by other pages of this browser.
//!
//! What cannot be read is left out, one by one: the rest is used.

use std::{cell::Cell, rc::Rc};

use gloo_events::EventListener;
use shared::Command;
use wasm_bindgen::JsValue;
use wasm_bindgen_futures::{JsFuture, spawn_local};
use web_sys::BroadcastChannel;

use super::{
    Store, browser, composer,
    database::{Database, META, OUTBOX, Parts, ROOMS},
    kept,
};
use crate::state::{Action, Keep, KeptEntry, Loaded, StorageTrouble};

/// The channel to the other pages, and the key of who the person is.
const CHANNEL: &str = "warren";
const ME: &str = "me";

struct Inner {
    database: Database,
    /// None where the browser has no such thing: then the other pages learn of it when they are looked at.
    channel: Option<BroadcastChannel>,
    asked_to_persist: Cell<bool>,
}

/// A handle on what is kept.
#[derive(Clone)]
pub struct Keeper(Rc<Inner>);

impl Default for Keeper {
    fn default() -> Self {
        let channel = BroadcastChannel::new(CHANNEL).ok();
        Self(Rc::new(Inner { database: Database::default(), channel, asked_to_persist: Cell::new(false) }))
    }
}

/// The keeper's watch for what other pages do; it ends when this is dropped.
pub struct Watch {
    _listeners: Vec<EventListener>,
}

impl Keeper {
    /// Reads all that is kept, for the store; then hears when another page changes the outbox.
    #[must_use]
    pub fn watch(&self, store: &Store) -> Watch {
        self.read(store);
        // A page that nobody sees hears of it too: it has a link, and would send what was taken out elsewhere.
        let on_event = |even_hidden: bool| {
            let (keeper, store) = (self.clone(), store.clone());
            move |_: &web_sys::Event| {
                if even_hidden || !browser::is_hidden() {
                    keeper.share(&store);
                }
            }
        };
        let mut listeners = Vec::new();
        if let Some(channel) = &self.0.channel {
            listeners.push(EventListener::new(channel, "message", on_event(true)));
        }
        if let Some(document) = browser::window().and_then(|window| window.document()) {
            listeners.push(EventListener::new(&document, "visibilitychange", on_event(false)));
        }
        Watch { _listeners: listeners }
    }

    /// Reads all that is kept, for the store.
    pub(super) fn read(&self, store: &Store) {
        let (keeper, store) = (self.clone(), store.clone());
        spawn_local(async move {
            match keeper.load().await {
                Ok(loaded) => store.dispatch(Action::Loaded(Box::new(loaded))),
                Err(trouble) => return store.dispatch(Action::StorageFailed(trouble)),
            }
            // What was read may be from before this page could hear of what others do.
            keeper.share(&store);
        });
    }

    /// Writes, and dispatches what came of it.
    pub(super) fn keep(&self, store: &Store, keep: Keep) {
        let (inner, store) = (Rc::clone(&self.0), store.clone());
        spawn_local(async move {
            let (number, strict) = (keep.number, !keep.entries.is_empty());
            let is_shared = strict || !keep.gone.is_empty();
            if let Err(trouble) = inner.database.write(&parts(&keep), strict).await {
                return store.dispatch(Action::StorageFailed(trouble));
            }
            if let Some(channel) = inner.channel.as_ref().filter(|_| is_shared) {
                // Nobody may listen; whoever is not told reads it when the page is looked at.
                let _told = channel.post_message(&JsValue::NULL);
            }
            store.dispatch(Action::Kept { number });
            // Some browsers put the question to the person: not before something of theirs is here.
            if strict && !inner.asked_to_persist.replace(true) {
                ask_to_persist().await;
            }
        });
    }

    /// Tells the store what is in the outbox now.
    fn share(&self, store: &Store) {
        let (inner, store) = (Rc::clone(&self.0), store.clone());
        spawn_local(async move {
            store.dispatch(match inner.database.read(&[OUTBOX], false).await {
                Ok(read) => {
                    Action::OutboxShared { entries: read.first().map(|entries| all(entries)).unwrap_or_default() }
                }
                Err(trouble) => Action::StorageFailed(trouble),
            });
        });
    }

    async fn load(&self) -> Result<Loaded, StorageTrouble> {
        let read = self.0.database.read(&[ROOMS, OUTBOX, META], true).await?;
        let [rooms, entries, meta] = &read[..] else { return Err(StorageTrouble::Broken) };
        let entries = all(entries);
        for entry in &entries {
            if let Command::Post { text, .. } = &entry.command {
                composer::forget(&entry.room, text.as_str());
            }
        }
        let room = |(name, text): &(String, String)| kept::room_of(text).filter(|(room, _)| room.as_str() == name);
        Ok(Loaded {
            rooms: rooms.iter().filter_map(room).collect(),
            entries,
            me: meta.iter().find(|(key, _)| key == ME).and_then(|(_, text)| kept::person_of(text)),
        })
    }
}

fn all(entries: &[(String, String)]) -> Vec<KeptEntry> {
    entries.iter().filter_map(|(_, text)| kept::entry_of(text)).collect()
}

fn parts(keep: &Keep) -> Parts {
    let parts = Parts::default();
    for (name, room) in &keep.rooms {
        parts.put(ROOMS, name.as_str(), Some(kept::room_text(name, room)));
    }
    for entry in &keep.entries {
        parts.put(OUTBOX, &kept::entry_key(&entry.room, &entry.key), Some(kept::entry_text(entry)));
    }
    for (room, key) in &keep.gone {
        parts.put(OUTBOX, &kept::entry_key(room, key), None);
    }
    if let Some(me) = &keep.me {
        parts.put(META, ME, Some(kept::person_text(me)));
    }
    parts
}

/// Asks the browser not to throw it all away when it runs out of room. It may say no, or have no such thing.
async fn ask_to_persist() {
    let asked = browser::window().and_then(|window| window.navigator().storage().persist().ok());
    if let Some(asked) = asked {
        let _answer = JsFuture::from(asked).await;
    }
}
