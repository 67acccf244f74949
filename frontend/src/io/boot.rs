//! What was begun while the client was still on its way: the page's own messages, and a socket that is open already
//! (both by the script in `index.html`).

use js_sys::{Array, Reflect};
use shared::ServerFrame;
use wasm_bindgen::{JsCast, JsValue};
use web_sys::WebSocket;

use super::{browser, read};

/// The frame that would have opened the page's room, where the server wrote it into the page. It is taken out of there:
/// what is deleted later is not to stay in it.
#[must_use]
pub fn painted() -> Option<ServerFrame> {
    let frame = browser::window()?.document()?.get_element_by_id("boot")?;
    frame.remove();
    read::frame(&frame.text_content()?)
}

/// The socket that the page has opened, with what was said on it so far. It is given away once, and only while it may
/// still be of use.
pub(super) fn early_socket() -> Option<(WebSocket, Vec<String>)> {
    let (window, name) = (browser::window()?, JsValue::from_str("early"));
    let socket = Reflect::get(&window, &name).ok()?.dyn_into::<WebSocket>().ok()?;
    // It fails only for what cannot be changed.
    let _taken = Reflect::set(&window, &name, &JsValue::UNDEFINED);
    socket.set_onmessage(None);
    let said = Array::from(&Reflect::get(&socket, &JsValue::from_str("said")).ok()?);
    let said = said.iter().filter_map(|text| text.as_string()).collect();
    (socket.ready_state() <= WebSocket::OPEN).then_some((socket, said))
}
