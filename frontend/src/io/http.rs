//! What is asked over HTTP: a session, pages of history.

use js_sys::{Object, Reflect};
use shared::{Page, RoomName};
use wasm_bindgen::JsCast;
use wasm_bindgen_futures::JsFuture;
use web_sys::{RequestInit, Response};

use super::{browser, read};
use crate::state::Ask;

/// Asks for a session; the answer is a cookie. False where there is none.
pub(super) async fn ask_session() -> bool {
    let (asked, headers) = (RequestInit::new(), Object::new());
    // Setting a field of a fresh object cannot fail.
    let _set = Reflect::set(&headers, &"Content-Type".into(), &"application/json".into());
    asked.set_method("POST");
    asked.set_headers(&headers);
    asked.set_body(&"{}".into());
    fetch("/api/session", &asked).await.is_some()
}

/// Fetches a page of history; none where that fails in any way.
pub(super) async fn fetch_page(room: &RoomName, ask: Ask) -> Option<Page> {
    let (word, number) = ask.words();
    let path = ["/api/rooms/", room.as_str(), "/messages?", word, "=", &number.to_string(), "&limit=50"].concat();
    let response = fetch(&path, &RequestInit::new()).await?;
    read::page(JsFuture::from(response.json().ok()?).await.ok()?)
}

/// Fetches a text; none where that fails in any way.
pub(super) async fn text(path: &str) -> Option<String> {
    let response = fetch(path, &RequestInit::new()).await?;
    JsFuture::from(response.text().ok()?).await.ok()?.as_string()
}

/// A good answer.
async fn fetch(path: &str, asked: &RequestInit) -> Option<Response> {
    let answer = JsFuture::from(browser::window()?.fetch_with_str_and_init(path, asked)).await.ok()?;
    answer.dyn_into::<Response>().ok().filter(Response::ok)
}
