//! The page as a whole: rooms, who is here, the words for the link, what is spoken.

use frontend::state::{Action, Effect, Place, StorageTrouble};
use shared::{RoomName, ServerFrame, Signal};
use wasm_bindgen::JsCast;
use wasm_bindgen_test::wasm_bindgen_test;
use web_sys::HtmlElement;

use super::{Mounted, details::open_sheet, document, frame, person};

#[wasm_bindgen_test]
async fn a_closed_socket_leads_to_the_words() {
    let chat = Mounted::live(0).await;
    let state = chat.until(".link-state", |state| state.text_content().unwrap().starts_with("Live")).await;
    chat.act(Action::SocketClosed { generation: chat.generation(), code: 1012, reason: "5000".into() });
    let words = "Offline: server restarting. ";
    chat.until(".link-state", |state| state.text_content().unwrap().starts_with(words)).await;
    assert_eq!(state.get_attribute("data-state").as_deref(), Some("offline"));
    assert!(chat.find(".try").is_none(), "a short break bothers nobody");
}

#[wasm_bindgen_test]
async fn who_is_here_and_who_types() {
    let chat = Mounted::live(0).await;
    let room = RoomName::lobby();
    let people = Some(vec![person("me"), person("ada")]);
    chat.hear(ServerFrame::Signal(Signal::Here { room: room.clone(), count: 2, people }));
    chat.until(".here", |list| list.child_element_count() == 2).await;
    assert_eq!(chat.find(".head p").unwrap().text_content().unwrap(), "2 people here");
    chat.hear(ServerFrame::Signal(Signal::Typing { room, people: vec![person("ada")] }));
    chat.until(".typing", |line| line.text_content().unwrap() == "ada is typing…").await;
    chat.until(".typing bdi", |name| name.text_content().unwrap() == "ada").await;
}

#[wasm_bindgen_test]
async fn another_room_is_another_page() {
    let chat = Mounted::live(3).await;
    chat.act(Action::PlaceEntered(Place::of_path("/r/den")));
    chat.until("h1", |head| head.text_content().unwrap() == "# den").await;
    frame().await;
    assert_eq!(document().title(), "#den · Warren");
    assert_eq!(chat.root.query_selector_all("li.m").unwrap().length(), 0);
    assert_eq!(chat.find(".app").unwrap().get_attribute("data-room").as_deref(), Some("den"));
    chat.act(Action::PlaceEntered(Place::of_path("/r/No Such")));
    chat.until(".nowhere a[href='/']", |_| true).await;
}

#[wasm_bindgen_test]
async fn the_log_is_silent_and_one_region_speaks() {
    let chat = Mounted::live(3).await;
    let log = chat.find("[role=log]").unwrap();
    assert_eq!(log.get_attribute("aria-live").as_deref(), Some("off"));
    assert_eq!(chat.root.query_selector_all("[aria-live=polite]").unwrap().length(), 1);
}

#[wasm_bindgen_test]
async fn a_newer_version_is_offered_where_nothing_moves_for_it() {
    let chat = Mounted::live(3).await;
    let place = |selector: &str| {
        let bounds = chat.find(selector).unwrap().get_bounding_client_rect();
        (bounds.top(), bounds.bottom(), bounds.width())
    };
    let parts = [".status", "#composer", "li.m", ".side"];
    let before = parts.map(place);
    chat.act(Action::UpdateReady);
    let offer = chat.until(".newer", |_| true).await;
    assert_eq!(offer.text_content().unwrap(), "A newer version is ready. Reload");
    frame().await;
    assert_eq!(parts.map(place), before);
    assert!(!chat.effects.borrow().contains(&Effect::TakeUpdate));
    chat.find(".newer button").unwrap().unchecked_into::<HtmlElement>().click();
    frame().await;
    assert!(chat.effects.borrow().contains(&Effect::TakeUpdate));
}

#[wasm_bindgen_test]
async fn no_element_has_a_style_of_its_own() {
    let chat = Mounted::live(60).await;
    chat.say("mine").await;
    assert!(chat.find("[style]").is_none(), "the policy forbids it");
}

#[wasm_bindgen_test]
async fn what_is_cut_on_a_narrow_screen_can_be_read_in_whole() {
    let chat = Mounted::live(0).await;
    let narrow = document().create_element("style").unwrap();
    narrow.set_text_content(Some(".app { inline-size: 360px; }"));
    chat.root.append_child(&narrow).unwrap();
    // What is being kept is done first, or it would be the newer word.
    frame().await;
    chat.act(Action::StorageFailed(StorageTrouble::Full));
    let words = chat.until(".off", |words| words.scroll_width() > words.client_width()).await.text_content().unwrap();
    let more: HtmlElement = chat.find(".status button").unwrap().unchecked_into();
    assert!(more.get_bounding_client_rect().right() <= 360.0 && more.offset_width() > 0);
    open_sheet(&chat, &more).await;
    chat.until("dialog[open]", |dialog| dialog.text_content().unwrap().contains(&words)).await;
    assert_eq!(chat.find(".speaker").unwrap().text_content().unwrap(), words);
}
