//! The browser's database (Indexed Database API 3.0), of texts under keys: what outlives a reload.
//!
//! Invariant: what is written in one call is there as a whole or not at all, and is called written only when the
//! browser says that it is. It may never say anything: whoever asks must not wait for ever. It does not know what the
//! texts say.

use std::{cell::RefCell, rc::Rc};

use gloo_events::EventListener;
use js_sys::{Array, Function, Object, Promise, Reflect};
use wasm_bindgen::{JsCast, JsValue, closure::Closure};
use wasm_bindgen_futures::JsFuture;
use web_sys::{Event, EventTarget, IdbDatabase, IdbObjectStore, IdbOpenDbRequest, IdbRequest, IdbTransaction};

use super::browser;
use crate::state::StorageTrouble;

const NAME: &str = "warren";
/// A database of a newer version is left alone: opening it fails.
const VERSION: u32 = 1;
/// The rooms, by name.
pub(super) const ROOMS: &str = "rooms";
/// The entries of all outboxes, by room, line break, client key.
pub(super) const OUTBOX: &str = "outbox";
/// Whatever there is one of.
pub(super) const META: &str = "meta";

/// Texts by their keys, in order of the keys.
pub(super) type Texts = Vec<(String, String)>;

/// One thing to write.
pub(super) struct Put {
    /// Where.
    pub(super) store: &'static str,
    /// Under which key.
    pub(super) key: String,
    /// What; where it is none, the key goes.
    pub(super) text: Option<String>,
}

struct Opening {
    request: IdbOpenDbRequest,
    /// Settled when the request is.
    answered: Promise,
    _on_upgrade: EventListener,
}

type Slot = Rc<RefCell<Option<Opening>>>;

/// The database. It is opened when it is first needed, and again where the browser has closed it.
pub(super) struct Database {
    opening: Slot,
    on_lost: Closure<dyn FnMut(Event)>,
}

impl Default for Database {
    fn default() -> Self {
        let opening = Slot::default();
        let slot = Rc::clone(&opening);
        // A newer version wants to change it and waits until nobody has it open, or it is gone already.
        let on_lost = Closure::new(move |event: Event| {
            if let Some(database) = event.target() {
                database.unchecked_into::<IdbDatabase>().close();
            }
            slot.take();
        });
        Self { opening, on_lost }
    }
}

impl Drop for Database {
    fn drop(&mut self) {
        // Left open, it would keep a newer version waiting, with nobody to close it any more.
        if let Some(opening) = self.opening.take()
            && let Ok(Ok(database)) = opening.request.result().map(JsCast::dyn_into::<IdbDatabase>)
        {
            database.close();
        }
    }
}

impl Database {
    /// All that some stores hold. What is no text is left out.
    pub(super) async fn read<const N: usize>(&self, stores: [&str; N]) -> Result<[Texts; N], StorageTrouble> {
        let transaction = self.begin(&stores, "readonly", "default").await?;
        let mut requests = Vec::with_capacity(2 * N);
        for name in stores {
            let store = store_of(&transaction, name)?;
            requests.push(store.get_all_keys().map_err(|error| trouble_of(&error))?);
            requests.push(store.get_all().map_err(|error| trouble_of(&error))?);
        }
        ended(&transaction).await?;
        let list = |request: &IdbRequest| request.result().map_or_else(|_| Array::new(), Array::unchecked_from_js);
        Ok(std::array::from_fn(|at| {
            let pairs = list(&requests[2 * at]).into_iter().zip(list(&requests[2 * at + 1]));
            pairs.filter_map(|(key, text)| Some((key.as_string()?, text.as_string()?))).collect()
        }))
    }

    /// Writes all of it or nothing; `strict`: so that it survives a power cut, where the browser can do that.
    pub(super) async fn write(&self, puts: &[Put], strict: bool) -> Result<(), StorageTrouble> {
        let durability = if strict { "strict" } else { "relaxed" };
        let transaction = self.begin(&[ROOMS, OUTBOX, META], "readwrite", durability).await?;
        for put in puts {
            if let Err(trouble) = put_one(&transaction, put) {
                let _aborted = transaction.abort();
                return Err(trouble);
            }
        }
        // It commits by itself, but only while the page is there; one that is being left has no other chance. Where
        // this is not known, that is how it stays.
        #[expect(deprecated, reason = "web-sys has an old list of what is experimental; all browsers have it")]
        let _begun = transaction.commit();
        ended(&transaction).await
    }

    async fn begin(&self, stores: &[&str], mode: &str, durability: &str) -> Result<IdbTransaction, StorageTrouble> {
        let database = self.open().await?;
        let names: Array = stores.iter().map(|name| JsValue::from_str(name)).collect();
        let options = Object::new();
        // web-sys has the options only as something unstable, so they are passed by hand.
        let begun = Reflect::set(&options, &"durability".into(), &durability.into())
            .and_then(|_| Reflect::get(&database, &"transaction".into()))
            .and_then(|begin| begin.unchecked_into::<Function>().call3(&database, &names, &mode.into(), &options));
        begun.map(JsCast::unchecked_into).map_err(|_| {
            // Closed without a word, or not the database that it should be: the next who comes finds out anew.
            self.opening.take();
            StorageTrouble::Broken
        })
    }

    async fn open(&self) -> Result<IdbDatabase, StorageTrouble> {
        let known = self.opening.borrow().as_ref().map(|opening| (opening.request.clone(), opening.answered.clone()));
        let (request, answered) = match known {
            Some(known) => known,
            None => self.start()?,
        };
        // Whatever came of it, the request says how it stands.
        let _answered = JsFuture::from(answered).await;
        if let Ok(Ok(database)) = request.result().map(JsCast::dyn_into::<IdbDatabase>) {
            let on_lost = Some(self.on_lost.as_ref().unchecked_ref());
            database.set_onversionchange(on_lost);
            database.set_onclose(on_lost);
            return Ok(database);
        }
        self.opening.take();
        Err(request.error().ok().flatten().map_or(StorageTrouble::Broken, |error| trouble_of(&error)))
    }

    fn start(&self) -> Result<(IdbOpenDbRequest, Promise), StorageTrouble> {
        let factory =
            browser::window().and_then(|window| window.indexed_db().ok()?).ok_or(StorageTrouble::Forbidden)?;
        let request = factory.open_with_u32(NAME, VERSION).map_err(|error| trouble_of(&error))?;
        let asked = request.clone();
        let on_upgrade = EventListener::once(&request, "upgradeneeded", move |_| {
            let database = asked.result().map(IdbDatabase::unchecked_from_js);
            for store in [ROOMS, OUTBOX, META] {
                // One that fails is missed by whoever wants to use it.
                let _made = database.as_ref().map(|database| database.create_object_store(store));
            }
        });
        let answered = settled(&request, "success", "error");
        let opening = Opening { request: request.clone(), answered: answered.clone(), _on_upgrade: on_upgrade };
        self.opening.replace(Some(opening));
        Ok((request, answered))
    }
}

fn store_of(transaction: &IdbTransaction, name: &str) -> Result<IdbObjectStore, StorageTrouble> {
    transaction.object_store(name).map_err(|error| trouble_of(&error))
}

fn put_one(transaction: &IdbTransaction, put: &Put) -> Result<(), StorageTrouble> {
    let (store, key) = (store_of(transaction, put.store)?, JsValue::from_str(&put.key));
    let asked = match &put.text {
        Some(text) => store.put_with_key(&JsValue::from_str(text), &key),
        None => store.delete(&key),
    };
    asked.map(drop).map_err(|error| trouble_of(&error))
}

/// Until the transaction is complete, which it is not before all its requests are.
async fn ended(transaction: &IdbTransaction) -> Result<(), StorageTrouble> {
    let Err(_) = JsFuture::from(settled(transaction, "complete", "abort")).await else { return Ok(()) };
    Err(transaction.error().map_or(StorageTrouble::Broken, |error| trouble_of(&error)))
}

/// Fulfilled by one event, rejected by another.
fn settled(target: &EventTarget, good: &str, bad: &str) -> Promise {
    Promise::new(&mut |fulfil, reject| {
        // These fail for no target that there is.
        let _listening = target.add_event_listener_with_callback(good, &fulfil);
        let _listening = target.add_event_listener_with_callback(bad, &reject);
    })
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
