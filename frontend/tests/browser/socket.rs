//! The browser's own WebSocket, where there is no server for it.

use std::rc::Rc;

use frontend::{
    io::{Runner, Store},
    state::{Action, App, Place},
};
use shared::RoomName;
use wasm_bindgen_test::wasm_bindgen_test;

use super::Mounted;

#[wasm_bindgen_test]
async fn a_server_that_is_not_there_is_said_in_words() {
    let runner = Runner::default();
    let app = App::new(Place::Room(RoomName::lobby()), Vec::new());
    let store = Store::new(app, move |store, effect| runner.run(store, effect));
    let chat = Mounted::of(store, false, Rc::default(), "");
    chat.act(Action::Started);
    chat.until(".link-state", |state| state.text_content().unwrap().starts_with("Offline: server unreachable.")).await;
    chat.say("kept").await;
    chat.act(Action::PagePutAway);
}

/// A socket as the page would have opened it, with what was said on it.
fn early(said: &str) {
    let open = "const socket = new WebSocket('ws://127.0.0.1:9/');
        Object.defineProperty(socket, 'readyState', { value: 1 });
        socket.send = (text) => (globalThis.sent ??= []).push(text);
        socket.said = SAID;
        globalThis.early = socket;";
    js_sys::Function::new_no_args(&open.replace("SAID", said)).call0(&wasm_bindgen::JsValue::NULL).unwrap();
}

#[wasm_bindgen_test]
async fn the_socket_that_the_page_has_opened_is_used_and_what_was_said_on_it_is_heard() {
    early(
        r#"['{"type":"welcome","you":{"id":"me","name":"Ada"},"now":0,"heartbeat_s":25,"limits":{"text_chars":4000,"text_bytes":16384,"name_chars":32,"frame_bytes":65536,"open_rooms":50}}']"#,
    );
    let runner = Runner::default();
    let app = App::new(Place::Room(RoomName::lobby()), Vec::new());
    let store = Store::new(app, move |store, effect| runner.run(store, effect));
    let chat = Mounted::of(store, false, Rc::default(), "");
    chat.act(Action::Started);
    chat.until(".app", |_| chat.store.app().me().is_some_and(|me| me.name.as_str() == "Ada")).await;
    let early = js_sys::Reflect::get(&js_sys::global(), &"early".into()).unwrap();
    assert!(early.is_undefined(), "it is taken once");
    chat.act(Action::PagePutAway);
}
