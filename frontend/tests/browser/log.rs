//! Rows: text is text, and a row is one element from the moment it was typed.

use frontend::state::Effect;
use shared::{EventBody, Hash, Refusal, RefusalCode, ServerFrame};
use wasm_bindgen::JsCast;
use wasm_bindgen_test::wasm_bindgen_test;
use web_sys::HtmlElement;

use super::{Mounted, change, event};

#[wasm_bindgen_test]
async fn markup_that_is_typed_is_text() {
    let chat = Mounted::live(0).await;
    let hostile = "<img src=x onerror=alert(1)><b>b</b>&amp;";
    chat.hear(event(1, "ada", "k", hostile));
    let row = chat.row(1).await;
    let body = row.query_selector(".body").unwrap().unwrap();
    assert_eq!(body.text_content().unwrap(), hostile);
    assert_eq!(body.child_element_count(), 0);
}

#[wasm_bindgen_test]
async fn an_address_is_a_link_that_gives_nothing_away() {
    let chat = Mounted::live(0).await;
    chat.hear(event(1, "ada", "k", "see https://a.example/x, javascript:alert(1)"));
    let row = chat.row(1).await;
    let links = row.query_selector_all(".body a").unwrap();
    assert_eq!(links.length(), 1);
    let link: web_sys::Element = links.item(0).unwrap().unchecked_into();
    assert_eq!(link.get_attribute("href").unwrap(), "https://a.example/x");
    assert_eq!(link.get_attribute("rel").unwrap(), "noopener nofollow ugc");
    assert_eq!(row.query_selector(".body").unwrap().unwrap().text_content().unwrap().len(), 44);
}

#[wasm_bindgen_test]
async fn a_row_is_the_same_element_before_and_after_its_confirmation() {
    // 49 messages: confirmed, mine is the last of its chunk, and the next begins another.
    let chat = Mounted::live(49).await;
    let rows = [chat.say("one").await, chat.say("two").await, chat.say("three").await];
    for (seq, row) in (50..).zip(&rows) {
        let (key, text) = chat.posts().last().unwrap().clone();
        chat.hear(event(seq, "me", key.as_str(), text.as_str()));
        let confirmed = chat.row(seq).await;
        assert!(confirmed.is_same_node(Some(row)), "{}", confirmed.outer_html());
        assert!(!confirmed.class_list().contains("pending"));
    }
    assert!(chat.find(".pending").is_none());
}

#[wasm_bindgen_test]
async fn a_refused_message_keeps_its_text_and_can_be_edited() {
    let chat = Mounted::live(1).await;
    chat.say("not like this").await;
    let (key, _) = chat.posts()[0].clone();
    let refusal = Refusal::lasting(RefusalCode::TooLong, "it is too long.");
    chat.hear(ServerFrame::Refused { room: Some("lobby".into()), key: Some(key.to_string()), refusal });
    let row = chat.until("li.m.failed", |_| true).await;
    assert!(row.text_content().unwrap().contains("not like this"));
    assert!(row.text_content().unwrap().contains("Not sent: it is too long."));
    let buttons = row.query_selector_all(".note button").unwrap();
    assert_eq!(buttons.length(), 3);
    let discard: HtmlElement = buttons.item(2).unwrap().unchecked_into();
    discard.click();
    super::frame().await;
    assert!(chat.find("li.m.failed").is_none());
}

#[wasm_bindgen_test]
async fn names_are_isolated_and_told_apart() {
    let chat = Mounted::live(0).await;
    chat.hear(event(1, "ada", "k1", "hi"));
    let ada = chat.row(1).await;
    assert_eq!(ada.query_selector(".who bdi").unwrap().unwrap().text_content().unwrap(), "ada");
    chat.hear(event(2, "bob2", "k1", "hi"));
    chat.hear(event(3, "bob2", "k2", "there"));
    let bob = chat.row(2).await;
    assert_eq!(chat.row(3).await.query_selector(".sr bdi").unwrap().unwrap().text_content().unwrap(), "bob2");
    assert_ne!(ada.class_name(), bob.class_name(), "each has a hue of its own");
}

#[wasm_bindgen_test]
async fn a_name_that_two_people_bear_is_marked() {
    let chat = Mounted::live(0).await;
    chat.hear(event(1, "ada", "k1", "hi"));
    assert!(chat.row(1).await.query_selector(".tag").unwrap().is_none());
    let mut other = event(2, "eve7xx", "k2", "hi");
    if let ServerFrame::Event(event) = &mut other {
        event.by.name = shared::PersonName::parse("ada").unwrap();
    }
    chat.hear(other);
    chat.until("li.m[data-seq='2'] .who .tag", |tag| tag.text_content().unwrap() == "eve7").await;
    chat.until("li.m[data-seq='1'] .who .tag", |tag| tag.text_content().unwrap() == "ada").await;
}

#[wasm_bindgen_test]
async fn what_only_a_newer_version_can_show_leads_to_that_version() {
    let chat = Mounted::live(1).await;
    chat.hear(change(2, "ada", "f", EventBody::Unknown { kind: "pinned".into(), target: None, hash: Hash([1; 16]) }));
    let button = chat.until(".notice button", |_| true).await;
    assert_eq!(button.text_content().unwrap(), "Reload for the newer version");
    assert!(!chat.effects.borrow().contains(&Effect::TakeUpdate));
    button.unchecked_into::<HtmlElement>().click();
    assert!(chat.effects.borrow().contains(&Effect::TakeUpdate));
}
