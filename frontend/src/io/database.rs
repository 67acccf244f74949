//! The browser's database, of texts under keys: what outlives a reload. The page's own script speaks with it
//! (`frontend/keep.js`), and has begun to read it while this program was on its way.
//!
//! Invariant: what is written in one call is there as a whole or not at all, and is called written only when the
//! browser says that it is. It may never say anything: whoever asks must not wait for ever.

use js_sys::{Array, Promise, Reflect};
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;

use super::script;
use crate::state::StorageTrouble;

/// The rooms, by name.
pub(super) const ROOMS: &str = "rooms";
/// The entries of all outboxes, by room, line break, client key.
pub(super) const OUTBOX: &str = "outbox";
/// Whatever there is one of.
pub(super) const META: &str = "meta";

/// Texts by their keys, in order of the keys.
pub(super) type Texts = Vec<(String, String)>;

/// What is to be written.
#[derive(Default)]
pub(super) struct Parts(Array);

impl Parts {
    /// A text under a key, in the place of what stands there; where it is none, the key goes.
    pub(super) fn put(&self, store: &str, key: &str, text: Option<String>) {
        let text = text.map_or(JsValue::UNDEFINED, JsValue::from);
        self.0.push(&Array::of3(&store.into(), &key.into(), &text));
    }
}

/// The database; it is closed when this is dropped.
#[derive(Default)]
pub(super) struct Database;

impl Drop for Database {
    fn drop(&mut self) {
        // Nobody waits for it.
        let _closing = ask("close", &JsValue::UNDEFINED, false);
    }
}

impl Database {
    /// All that some stores hold. What is no text is left out. The first to ask for all three may take what the page has
    /// read when it came up (`takes_older`).
    pub(super) async fn read(&self, stores: &[&str], takes_older: bool) -> Result<Vec<Texts>, StorageTrouble> {
        let stores: Array = stores.iter().map(|store| JsValue::from_str(store)).collect();
        let read = answer(ask("read", &stores, takes_older)).await?;
        Ok(Array::from(&read).iter().map(|pair| texts(&Array::from(&pair))).collect())
    }

    /// Writes all of it or nothing; `strict`: so that it survives a power cut, where the browser can do that.
    pub(super) async fn write(&self, parts: &Parts, strict: bool) -> Result<(), StorageTrouble> {
        answer(ask("write", &parts.0, strict)).await.map(drop)
    }
}

/// Asks the page's script.
fn ask(what: &str, of: &JsValue, how: bool) -> Result<Promise, JsValue> {
    script::call("kept", what, &Array::of2(of, &how.into())).map(JsCast::unchecked_into)
}

async fn answer(asked: Result<Promise, JsValue>) -> Result<JsValue, StorageTrouble> {
    match asked {
        Ok(promise) => JsFuture::from(promise).await,
        Err(error) => Err(error),
    }
    .map_err(|error| trouble_of(&error))
}

/// The texts of a store by their keys.
fn texts(pair: &Array) -> Texts {
    let (keys, texts) = (Array::from(&pair.get(0)), Array::from(&pair.get(1)));
    let text = |(key, text): (JsValue, JsValue)| Some((key.as_string()?, text.as_string()?));
    keys.iter().zip(texts.iter()).filter_map(text).collect()
}

/// What an exception of the browser comes down to, by its name (Web IDL, "Error names").
fn trouble_of(error: &JsValue) -> StorageTrouble {
    let name = Reflect::get(error, &"name".into()).ok().and_then(|name| name.as_string());
    match name.as_deref() {
        Some("QuotaExceededError") => StorageTrouble::Full,
        // Firefox says the second in a private window.
        Some("SecurityError" | "InvalidStateError" | "NotAllowedError") => StorageTrouble::Forbidden,
        _ => StorageTrouble::Broken,
    }
}
