//! Edits, deletions and reactions: how they are asked for, and how they look.

use frontend::state::{Action, Effect};
use shared::{ClientFrame, Emoji, EventBody, Refusal, RefusalCode, Seq, ServerFrame};
use wasm_bindgen::JsCast;
use wasm_bindgen_test::wasm_bindgen_test;
use web_sys::{Element, HtmlElement, KeyboardEvent, KeyboardEventInit, MouseEvent, MouseEventInit};

use super::{CSS, Mounted, change, document, event, frame, kept};

/// Presses a button of a row.
fn press(row: &Element, selector: &str) {
    row.query_selector(selector).unwrap().unwrap().unchecked_into::<HtmlElement>().click();
}

/// Presses a key on an element.
pub(super) fn key(on: &Element, key: &str) {
    does(on, key, false);
}

/// Presses or holds a key on an element; false where the browser is not to do what it does with such a key.
pub(super) fn does(on: &Element, key: &str, held: bool) -> bool {
    let init = KeyboardEventInit::new();
    init.set_key(key);
    init.set_repeat(held);
    init.set_bubbles(true);
    init.set_cancelable(true);
    on.dispatch_event(&KeyboardEvent::new_with_keyboard_event_init_dict("keydown", &init).unwrap()).unwrap()
}

/// The newest command that was sent.
fn sent(chat: &Mounted) -> Option<ClientFrame> {
    chat.effects.borrow().iter().rev().find_map(|effect| match effect {
        Effect::Send { frame, .. } if !matches!(frame, ClientFrame::Typing { .. }) => Some(frame.clone()),
        _ => None,
    })
}

fn shows(element: &Element) -> bool {
    element.get_bounding_client_rect().width() > 0.0
}

fn text(element: &Element) -> String {
    element.text_content().unwrap()
}

#[wasm_bindgen_test]
async fn what_others_change_is_seen_in_place() {
    let chat = Mounted::live(3).await;
    let row = chat.row(2).await;
    chat.hear(change(4, "ada", "e", EventBody::Edited { target: Seq(2), words: kept("better") }));
    let mark = chat.until("li.m[data-seq='2'] .edited", |_| true).await;
    let over = MouseEventInit::new();
    over.set_bubbles(true);
    mark.dispatch_event(&MouseEvent::new_with_mouse_event_init_dict("mouseover", &over).unwrap()).unwrap();
    assert!(!mark.get_attribute("title").unwrap().is_empty());
    assert_eq!(text(&row.query_selector(".body").unwrap().unwrap()), "better");
    let emoji = Emoji::parse("🎉").unwrap();
    chat.hear(change(5, "bob", "r", EventBody::Reacted { target: Seq(2), emoji, on: true }));
    let button = chat.until("li.m[data-seq='2'] .re button", |button| text(button) == "🎉1").await;
    assert_eq!(button.get_attribute("title").unwrap(), "bob");
    assert_eq!(button.get_attribute("aria-pressed").unwrap(), "false");
    chat.hear(change(6, "ada", "d", EventBody::Deleted { target: Seq(2) }));
    chat.until("li.m[data-seq='2'] .gone", |body| text(body) == "Message deleted").await;
    assert!(row.is_same_node(chat.find("li.m[data-seq='2']").as_deref().map(AsRef::as_ref)));
    assert!(row.query_selector("button").unwrap().is_none(), "there is nothing to do about it");
}

#[wasm_bindgen_test]
async fn a_reaction_is_put_and_taken_back_and_shows_at_once() {
    let chat = Mounted::live(1).await;
    let row = chat.row(1).await;
    assert!(row.query_selector("[data-do=edit]").unwrap().is_none(), "it is not mine");
    press(&row, "[data-do=reactions]");
    let choice = chat.until("li.m[data-seq='1'] [data-emoji='👍']", |_| true).await;
    choice.unchecked_into::<HtmlElement>().click();
    let mine = chat.until(".re button[aria-pressed=true]", |button| text(button) == "👍1").await;
    assert!(matches!(sent(&chat), Some(ClientFrame::React { target: Seq(1), on: true, .. })));
    assert!(row.class_list().contains("changing"));
    assert!(row.query_selector(".tools [data-emoji]").unwrap().is_none(), "the choice is closed");
    mine.unchecked_into::<HtmlElement>().click();
    chat.until("li.m", |row| row.query_selector(".re").unwrap().is_none()).await;
}

#[wasm_bindgen_test]
async fn a_message_of_mine_is_edited_in_the_composer_and_the_draft_comes_back() {
    let chat = Mounted::live(1).await;
    chat.hear(event(2, "me", "mine", "helo"));
    let row = chat.row(2).await;
    press(&row, "[data-do=edit]");
    chat.until("#editing:not([hidden])", |_| true).await;
    assert!(chat.effects.borrow().iter().any(|effect| matches!(effect, Effect::EditInComposer { .. })));
    chat.composer().set_value("hello");
    press(&chat.root, ".send");
    chat.until("li.m[data-seq='2'].changing .body", |body| text(body) == "hello").await;
    frame().await;
    assert!(matches!(sent(&chat), Some(ClientFrame::Edit { target: Seq(2), text, .. }) if text.as_str() == "hello"));
    assert!(chat.find("#editing:not([hidden])").is_none());
    assert!(chat.effects.borrow().iter().any(|effect| matches!(effect, Effect::RestoreComposer { .. })));
    // Up in an empty box is the same, and Escape leaves it.
    key(&chat.composer(), "ArrowUp");
    chat.until("#editing:not([hidden])", |_| true).await;
    key(&chat.composer(), "Escape");
    chat.until(".app", |_| chat.find("#editing:not([hidden])").is_none()).await;
}

#[wasm_bindgen_test]
async fn a_draft_waits_while_a_message_is_edited() {
    let chat = Mounted::live(1).await;
    let lobby = shared::RoomName::lobby();
    chat.hear(event(2, "me", "mine", "helo"));
    chat.row(2).await;
    super::composer::input(&chat, "half a sen");
    chat.act(Action::EditStarted { room: lobby.clone(), seq: Seq(2) });
    super::composer::input(&chat, "hello");
    assert_eq!(frontend::io::draft(&lobby), "half a sen");
    assert_eq!(frontend::io::draft_of(&chat.store, &lobby), "hello");
    let kept = |storage: web_sys::Storage| {
        (0..storage.length().unwrap())
            .filter_map(|n| storage.key(n).unwrap().and_then(|key| storage.get_item(&key).unwrap()))
            .any(|text| text.contains("hello"))
    };
    let window = web_sys::window().unwrap();
    assert!(!kept(window.local_storage().unwrap().unwrap()) && !kept(window.session_storage().unwrap().unwrap()));
}

#[wasm_bindgen_test]
async fn a_message_is_deleted_on_the_second_press() {
    let chat = Mounted::live(1).await;
    chat.hear(event(2, "me", "mine", "oops"));
    let row = chat.row(2).await;
    press(&row, "[data-do=delete]");
    let sure = chat.until("li.m[data-seq='2'] [data-do=sure]", |button| text(button) == "Delete for everyone?").await;
    assert!(sent(&chat).is_none_or(|frame| !matches!(frame, ClientFrame::Delete { .. })));
    // Escape, and it is not asked any more.
    key(&sure, "Escape");
    chat.until("li.m[data-seq='2'] [data-do=delete]", |_| true).await;
    press(&row, "[data-do=delete]");
    chat.until("li.m[data-seq='2'] [data-do=sure]", |_| true).await.unchecked_into::<HtmlElement>().click();
    chat.until("li.m[data-seq='2'].changing .gone", |_| true).await;
    assert!(matches!(sent(&chat), Some(ClientFrame::Delete { target: Seq(2), .. })));
    assert!(document().active_element().unwrap().is_same_node(Some(&row)), "the focus stays with the message");
}

#[wasm_bindgen_test]
async fn a_key_that_is_held_answers_no_question() {
    let chat = Mounted::live(1).await;
    chat.hear(event(2, "me", "mine", "oops"));
    let button = chat.row(2).await.query_selector("[data-do=delete]").unwrap().unwrap();
    // Each that comes through is a click.
    assert!(does(&button, "Enter", false));
    assert!(!does(&button, "Enter", true));
    assert!(does(&button, "Tab", true), "the way on stays open");
}

#[wasm_bindgen_test]
async fn a_refused_change_is_explained_and_can_be_taken_out() {
    let chat = Mounted::live(1).await;
    chat.hear(event(2, "me", "mine", "oops"));
    let row = chat.row(2).await;
    press(&row, "[data-do=delete]");
    chat.until("li.m[data-seq='2'] [data-do=sure]", |_| true).await.unchecked_into::<HtmlElement>().click();
    chat.until("li.m[data-seq='2'].changing", |_| true).await;
    let Some(ClientFrame::Delete { key, .. }) = sent(&chat) else { panic!("nothing was sent") };
    let refusal = Refusal::lasting(RefusalCode::NotYours, "it is somebody else's.");
    chat.hear(ServerFrame::Refused { room: Some("lobby".into()), key: Some(key.to_string()), refusal });
    let words = "Not deleted: it is somebody else's.";
    chat.until("li.m[data-seq='2'] .note", |note| text(note).starts_with(words)).await;
    assert!(row.query_selector("[data-do=take]").unwrap().is_none(), "there is no text to edit");
    press(&row, "[data-do=discard]");
    chat.until("li.m[data-seq='2']", |row| row.query_selector(".note").unwrap().is_none()).await;
    assert!(text(&row).contains("oops"));
}

#[wasm_bindgen_test]
async fn the_tools_lie_over_the_rows_and_are_reached_by_the_arrow_keys() {
    let chat = Mounted::live(10).await;
    let log = chat.find(".scroll").unwrap();
    let height = log.scroll_height();
    let tools = |seq: u64| chat.find(&format!("li.m[data-seq='{seq}'] .tools")).unwrap();
    assert!(!shows(&tools(9)), "what is not in use is in nobody's way, nor in that of Tab");
    log.unchecked_ref::<HtmlElement>().focus().unwrap();
    key(&log, "ArrowDown");
    let has_focus = |seq: u64| document().active_element().unwrap().get_attribute("data-seq") == Some(seq.to_string());
    assert!(has_focus(10));
    key(&chat.row(10).await, "ArrowUp");
    assert!(has_focus(9));
    assert!(shows(&tools(9)));
    assert_eq!(log.scroll_height(), height, "nothing moves for them");
    assert!(!shows(&chat.find("li.m[data-seq='9'] .more").unwrap()), "it is for fingers");
}

#[wasm_bindgen_test]
async fn under_a_finger_no_two_buttons_lie_over_each_other() {
    let chat = Mounted::live(20).await;
    let touched = document().create_element("style").unwrap();
    touched.set_text_content(Some(&CSS.concat().replace("(pointer: coarse)", "(min-width: 0)")));
    chat.root.append_child(&touched).unwrap();
    frame().await;
    let buttons = chat.root.query_selector_all(".more").unwrap();
    let mut end = f64::MIN;
    for place in 0..buttons.length() {
        let bounds = buttons.item(place).unwrap().unchecked_into::<Element>().get_bounding_client_rect();
        assert!(bounds.height() >= 44.0 && bounds.top() >= end, "{place}: {} after {end}", bounds.top());
        end = bounds.bottom();
    }
    assert!(end > f64::MIN);
}
