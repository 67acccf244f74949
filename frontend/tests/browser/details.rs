//! The details of a room: what it is called, how it stands, and the text for a bug report.

use frontend::state::{Action, Effect, Place};
use shared::{ClientFrame, EventBody, RoomTitle, RoomTopic};
use wasm_bindgen::JsCast;
use wasm_bindgen_test::wasm_bindgen_test;
use web_sys::{CustomEvent, CustomEventInit, HtmlElement, HtmlInputElement, HtmlTextAreaElement};

use super::{Mounted, change, document};

async fn open(chat: &Mounted) {
    open_sheet(chat, &chat.find(".about").unwrap().unchecked_into()).await;
}

/// Opens the dialog that a button is for.
pub(super) async fn open_sheet(chat: &Mounted, opener: &HtmlElement) {
    opener.focus().unwrap();
    // What brings the dialogs when one is pressed (frontend/boot.js) is not here.
    let wanted = CustomEventInit::new();
    wanted.set_detail(&opener.get_attribute("data-sheet").unwrap().into());
    let event = CustomEvent::new_with_event_init_dict("use-sheets", &wanted).unwrap();
    web_sys::window().unwrap().dispatch_event(&event).unwrap();
    chat.until("dialog[open]", |_| true).await;
}

fn field(chat: &Mounted, selector: &str) -> HtmlInputElement {
    chat.find(selector).unwrap().unchecked_into()
}

#[wasm_bindgen_test]
async fn a_room_is_told_what_it_is_about() {
    let chat = Mounted::live(3).await;
    let body = EventBody::RoomSet { title: RoomTitle::parse("The Den").ok(), topic: RoomTopic::parse("Cake").ok() };
    chat.hear(change(4, "ada", "s", body));
    chat.until("h1 bdi", |title| title.text_content().unwrap() == "The Den").await;
    open(&chat).await;
    let (title, topic) = (field(&chat, "#title"), field(&chat, "#topic"));
    assert_eq!((title.value(), topic.value()), ("The Den".to_owned(), "Cake".to_owned()));
    title.set_value(&"x".repeat(81));
    title.form().unwrap().request_submit().unwrap();
    assert!(title.validation_message().unwrap().contains("80"));
    title.set_value("The Den");
    topic.set_value("Who brings it?");
    title.form().unwrap().request_submit().unwrap();
    assert!(chat.find("dialog[open]").is_none());
    // Only what changed is said.
    let told = || {
        chat.effects.borrow().iter().any(|effect| {
            matches!(effect, Effect::Send { frame: ClientFrame::SetRoom { title: None, topic: Some(topic), .. }, .. }
            if topic.as_str() == "Who brings it?")
        })
    };
    chat.until(".app", |_| told()).await;
}

#[wasm_bindgen_test]
async fn the_details_say_what_is_here_and_give_the_focus_back() {
    let chat = Mounted::live(3).await;
    open(&chat).await;
    chat.until("dialog", |dialog| dialog.text_content().unwrap().contains("#3")).await;
    chat.find("dialog [aria-label=Close]").unwrap().unchecked_into::<HtmlElement>().click();
    assert!(chat.find("dialog[open]").is_none());
    let focused = document().active_element().unwrap();
    assert_eq!(focused.get_attribute("aria-haspopup").as_deref(), Some("dialog"));
}

#[wasm_bindgen_test]
async fn where_copying_is_forbidden_the_text_can_be_taken_by_hand() {
    let chat = Mounted::live(3).await;
    let navigator = web_sys::window().unwrap().navigator();
    let nothing = js_sys::Object::new();
    js_sys::Reflect::set(&nothing, &"configurable".into(), &true.into()).unwrap();
    js_sys::Object::define_property(&navigator, &"clipboard".into(), &nothing);
    open(&chat).await;
    chat.find("dialog .sheet-foot [type=button].small").unwrap().unchecked_into::<HtmlElement>().click();
    let area = chat.until("dialog textarea:not([hidden])", |_| true).await.unchecked_into::<HtmlTextAreaElement>();
    chat.until(".app", |_| area.value().contains("cursor: ")).await;
    assert!(area.read_only());
    js_sys::Reflect::delete_property(&navigator, &"clipboard".into()).unwrap();
}

#[wasm_bindgen_test]
async fn another_room_is_another_dialog() {
    let chat = Mounted::live(3).await;
    open(&chat).await;
    field(&chat, "#title").set_value("The lobby's");
    chat.act(Action::PlaceEntered(Place::of_path("/r/den")));
    chat.until("h1", |head| head.text_content().unwrap() == "# den").await;
    chat.until(".app", |_| chat.find("dialog").is_none()).await;
    open(&chat).await;
    assert_eq!(chat.find("dialog h2").unwrap().text_content().unwrap(), "# den");
    assert_eq!(field(&chat, "#title").value(), "");
}

#[wasm_bindgen_test]
async fn what_another_says_meanwhile_is_not_undone() {
    let chat = Mounted::live(3).await;
    let title = |title: &str| EventBody::RoomSet { title: RoomTitle::parse(title).ok(), topic: None };
    chat.hear(change(4, "ada", "s", title("The Den")));
    chat.until("h1 bdi", |title| title.text_content().unwrap() == "The Den").await;
    open(&chat).await;
    field(&chat, "#topic").set_value("Cake");
    chat.hear(change(5, "bob", "t", title("The Burrow")));
    chat.until("h1 bdi", |title| title.text_content().unwrap() == "The Burrow").await;
    field(&chat, "#topic").form().unwrap().request_submit().unwrap();
    let told = || {
        chat.effects.borrow().iter().find_map(|effect| match effect {
            Effect::Send { frame: ClientFrame::SetRoom { title, topic, .. }, .. } => {
                Some((title.clone(), topic.clone()))
            }
            _ => None,
        })
    };
    chat.until(".app", |_| told().is_some()).await;
    assert_eq!(told(), Some((None, RoomTopic::parse("Cake").ok())));
}

#[wasm_bindgen_test]
async fn what_is_being_written_outlives_another_fact() {
    let chat = Mounted::live(3).await;
    open(&chat).await;
    let title = field(&chat, "#title");
    title.set_value("The D");
    title.focus().unwrap();
    chat.say("one").await;
    chat.until("dialog", |dialog| dialog.text_content().unwrap().contains("Waiting to be sent: 1.")).await;
    assert_eq!(field(&chat, "#title").value(), "The D");
    assert!(title.is_connected());
}
