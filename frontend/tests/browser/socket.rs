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
