//! What is asked over HTTP, by the page's script (`frontend/boot.js`): a session, pages of history.

use js_sys::{Array, Promise};
use shared::{Page, RoomName};
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;

use super::{read, script};
use crate::state::Ask;

/// Asks for a session; the answer is a cookie. False where there is none.
pub(super) async fn ask_session() -> bool {
    ask("/api/session", &"{}".into()).await.is_some()
}

/// Fetches a page of history; none where that fails in any way.
pub(super) async fn fetch_page(room: &RoomName, ask: Ask) -> Option<Page> {
    let (word, number) = ask.words();
    let path = ["/api/rooms/", room.as_str(), "/messages?", word, "=", &number.to_string(), "&limit=50"].concat();
    read::page(&text(&path).await?)
}

/// Fetches a text; none where that fails in any way.
pub(super) async fn text(path: &str) -> Option<String> {
    ask(path, &JsValue::UNDEFINED).await
}

/// The text of a good answer; what is posted is JSON.
async fn ask(path: &str, post: &JsValue) -> Option<String> {
    let asked: Promise = script::call("http", "ask", &Array::of2(&path.into(), post)).ok()?.unchecked_into();
    JsFuture::from(asked).await.ok()?.as_string()
}
