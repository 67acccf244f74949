//! Where the keyboard is after what had it is gone: never at the page's beginning.

use frontend::state::Action;
use shared::{Refusal, RefusalCode, ServerFrame};
use wasm_bindgen::JsCast;
use wasm_bindgen_test::wasm_bindgen_test;
use web_sys::{Element, HtmlElement};

use super::{Mounted, document, frame};

/// Presses a button as a keyboard does: it has the focus then.
fn press(button: Element) {
    let button: HtmlElement = button.unchecked_into();
    button.focus().unwrap();
    assert!(document().active_element().unwrap().is_same_node(Some(&button)));
    button.click();
}

fn has_focus(element: &Element) -> bool {
    document().active_element().is_some_and(|active| active.is_same_node(Some(element)))
}

/// Sends a text that is refused.
async fn refused(chat: &Mounted, text: &str) {
    chat.say(text).await;
    let (key, _) = chat.posts().pop().unwrap();
    let refusal = Refusal::lasting(RefusalCode::TooLong, "no.");
    chat.hear(ServerFrame::Refused { room: Some("lobby".into()), key: Some(key.to_string()), refusal });
    chat.until("li.m.failed", |row| row.text_content().unwrap().contains(text)).await;
}

#[wasm_bindgen_test]
async fn what_is_discarded_leaves_it_to_the_row_beside_it() {
    let chat = Mounted::live(2).await;
    refused(&chat, "not this").await;
    press(chat.find("[data-do=discard]").unwrap());
    chat.until(".app", |_| chat.find("li.m.failed").is_none()).await;
    chat.until("li.m[data-seq='2']", has_focus).await;
}

#[wasm_bindgen_test]
async fn the_last_row_of_all_leaves_it_to_the_log() {
    let chat = Mounted::live(0).await;
    refused(&chat, "not this").await;
    press(chat.find("[data-do=discard]").unwrap());
    chat.until(".app", |_| chat.find("li.m").is_none()).await;
    chat.until(".scroll", has_focus).await;
}

#[wasm_bindgen_test]
async fn try_now_leaves_it_to_the_composer() {
    let chat = Mounted::live(1).await;
    chat.act(Action::SocketClosed { generation: chat.generation(), code: 1008, reason: String::new() });
    press(chat.until(".status .try", |_| true).await);
    chat.until(".app", |_| chat.find(".status .try").is_none()).await;
    chat.until("#composer", has_focus).await;
}

#[wasm_bindgen_test]
async fn what_has_it_and_stays_keeps_it() {
    let chat = Mounted::live(2).await;
    let row = chat.row(1).await;
    row.unchecked_ref::<HtmlElement>().focus().unwrap();
    chat.say("more").await;
    row.unchecked_ref::<HtmlElement>().focus().unwrap();
    chat.hear(super::event(3, "ada", "k3", "and more"));
    chat.row(3).await;
    frame().await;
    assert!(has_focus(&row));
}
