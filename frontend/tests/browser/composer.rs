//! The composer: what sends, what does not, and that nothing typed is thrown away.

use shared::{RoomName, ServerFrame, Signal};
use wasm_bindgen::JsCast;
use wasm_bindgen_test::wasm_bindgen_test;
use web_sys::{Event, EventInit, HtmlInputElement, KeyboardEvent, KeyboardEventInit};

use super::{Mounted, frame};

/// Presses Enter in the composer. True where it was taken, and so is no line break.
fn enter(chat: &Mounted, change: impl FnOnce(&KeyboardEventInit)) -> bool {
    let init = KeyboardEventInit::new();
    init.set_key("Enter");
    init.set_key_code(13);
    init.set_bubbles(true);
    init.set_cancelable(true);
    change(&init);
    let event = KeyboardEvent::new_with_keyboard_event_init_dict("keydown", &init).unwrap();
    !chat.composer().dispatch_event(&event).unwrap()
}

/// Presses another key. True where it was taken.
fn press(chat: &Mounted, key: &str) -> bool {
    enter(chat, |init| {
        init.set_key(key);
        init.set_key_code(0);
    })
}

/// What is offered, and what of it is marked.
fn offered(chat: &Mounted) -> (Vec<String>, String) {
    let all = chat.root.query_selector_all("#choices:not([hidden]) li").unwrap();
    let text = |node: web_sys::Node| node.text_content().unwrap();
    let marked = chat.find("#choices:not([hidden]) [aria-selected=true]").map(Into::into).map(text);
    ((0..all.length()).map(|n| text(all.get(n).unwrap())).collect(), marked.unwrap_or_default())
}

pub(super) fn input(chat: &Mounted, text: &str) {
    chat.composer().set_value(text);
    let init = EventInit::new();
    init.set_bubbles(true);
    chat.composer().dispatch_event(&Event::new_with_event_init_dict("input", &init).unwrap()).unwrap();
}

#[wasm_bindgen_test]
async fn enter_sends_unless_it_means_something_else() {
    let chat = Mounted::live(0).await;
    input(&chat, "hi");
    assert!(!enter(&chat, |key| key.set_shift_key(true)), "a line break");
    assert!(!enter(&chat, |key| key.set_is_composing(true)), "the input method's");
    assert!(!enter(&chat, |key| key.set_key_code(229)), "the input method's, as Safari says it");
    assert_eq!(chat.composer().value(), "hi");
    assert!(chat.posts().is_empty());
    assert!(enter(&chat, |_| {}));
    assert_eq!(chat.composer().value(), "");
    chat.until(".app", |_| chat.posts().len() == 1).await;
}

#[wasm_bindgen_test]
async fn on_a_touched_screen_enter_is_a_line_break() {
    let chat = Mounted::new(true);
    chat.until("#composer", |_| true).await;
    input(&chat, "hi");
    assert!(!enter(&chat, |_| {}));
    assert_eq!(chat.composer().value(), "hi");
}

#[wasm_bindgen_test]
async fn what_cannot_be_sent_stays_with_the_reason() {
    let chat = Mounted::live(0).await;
    let long = "x".repeat(4_001);
    let region = chat.find("#composer-problem").unwrap();
    assert!(region.client_width() > 0, "only what is there already can be heard to change");
    assert_eq!(region.client_height(), 0);
    input(&chat, &long);
    chat.until("#composer-problem", |words| {
        words.text_content().unwrap().contains("longer than 4000 characters, by 1.")
    })
    .await;
    enter(&chat, |_| {});
    frame().await;
    assert_eq!(chat.composer().value(), long);
    input(&chat, "  \n ");
    enter(&chat, |_| {});
    frame().await;
    assert_eq!(chat.composer().value(), "  \n ");
    assert!(chat.posts().is_empty());
}

#[wasm_bindgen_test]
async fn of_a_long_text_that_is_pasted_nothing_is_cut_off_and_it_is_said_how_much_is_too_much() {
    let chat = Mounted::live(0).await;
    // More bytes than a message may have, too: what counts for people is the number of characters.
    let long = "né\n".repeat(6_000);
    input(&chat, &long);
    let says = "it is longer than 4000 characters, by 14000. Shorten it, or send it in parts.";
    chat.until("#composer-problem", |words| words.text_content().unwrap().contains(says)).await;
    enter(&chat, |_| {});
    frame().await;
    assert_eq!(chat.composer().value(), long);
    assert_eq!(frontend::io::draft(&RoomName::lobby()), long, "nor by a reload");
    assert!(chat.posts().is_empty());
}

#[wasm_bindgen_test]
async fn offline_it_works_as_ever() {
    let chat = Mounted::new(false);
    chat.until("#composer", |_| true).await;
    for text in ["one", "two"] {
        chat.say(text).await;
    }
    let rows = chat.root.query_selector_all("li.m.pending").unwrap();
    assert_eq!(rows.length(), 2);
    assert!(chat.posts().is_empty());
}

#[wasm_bindgen_test]
async fn a_draft_outlives_the_visit_to_another_room() {
    let chat = Mounted::live(0).await;
    input(&chat, "half a sen");
    let go = |room: &str| {
        let room = frontend::state::Place::of_path(room);
        chat.act(frontend::state::Action::PlaceEntered(room));
    };
    go("/r/other");
    chat.until("h1", |head| head.text_content().unwrap() == "# other").await;
    assert_eq!(chat.composer().value(), "");
    go("/");
    chat.until("h1", |head| head.text_content().unwrap() == "# lobby").await;
    assert_eq!(chat.composer().value(), "half a sen");
}

#[wasm_bindgen_test]
async fn a_name_is_taken_on_enter_and_a_bad_one_is_explained() {
    let chat = Mounted::live(0).await;
    let field: HtmlInputElement = chat.until("#name", |_| true).await.unchecked_into();
    assert_eq!(field.value(), "me");
    field.set_value(&"x".repeat(40));
    field.form().unwrap().request_submit().unwrap();
    chat.until("#name-problem", |words| words.text_content().unwrap().contains("longer than 32")).await;
    assert_eq!(field.value().len(), 40, "what was typed stays");
    field.set_value("Ada");
    field.form().unwrap().request_submit().unwrap();
    chat.until("#name-problem", |words| words.text_content().unwrap().is_empty()).await;
    assert_eq!(chat.store.app().me().unwrap().name.as_str(), "Ada");
}

#[wasm_bindgen_test]
async fn a_name_that_is_being_typed_is_not_overwritten() {
    let chat = Mounted::live(0).await;
    let field: HtmlInputElement = chat.until("#name", |_| true).await.unchecked_into();
    field.focus().unwrap();
    field.set_value("Ad");
    let renamed = |name: &str| {
        let person = shared::Person { name: shared::PersonName::parse(name).unwrap(), ..super::person("me") };
        ServerFrame::Signal(Signal::Renamed { room: RoomName::lobby(), person })
    };
    chat.hear(renamed("Grace"));
    frame().await;
    frame().await;
    assert_eq!(chat.store.app().me().unwrap().name.as_str(), "Grace");
    assert_eq!(field.value(), "Ad");
    field.set_value("Ada");
    field.blur().unwrap();
    frame().await;
    assert_eq!(chat.store.app().me().unwrap().name.as_str(), "Ada");
    chat.hear(renamed("Ada"));
    chat.hear(renamed("Joan"));
    chat.until("#name", |_| field.value() == "Joan").await;
    field.set_value(&"x".repeat(40));
    field.form().unwrap().request_submit().unwrap();
    chat.until("#name-problem", |words| !words.text_content().unwrap().is_empty()).await;
    field.set_value("Joan");
    field.form().unwrap().request_submit().unwrap();
    chat.until("#name-problem", |words| words.text_content().unwrap().is_empty()).await;
}

#[wasm_bindgen_test]
async fn people_are_offered_after_an_at_and_taken_by_a_key_or_a_press() {
    let chat = Mounted::live(1).await;
    chat.hear(super::event(2, "adam", "k2", "hi"));
    chat.row(2).await;
    input(&chat, "so, @ad");
    assert_eq!(offered(&chat), (vec!["adam".to_owned(), "ada".to_owned()], "adam".to_owned()));
    assert_eq!(chat.composer().get_attribute("aria-activedescendant").as_deref(), Some("choice-0"));
    assert!(press(&chat, "ArrowDown"));
    assert_eq!(offered(&chat).1, "ada");
    assert!(enter(&chat, |_| {}));
    assert_eq!(chat.composer().value(), "so, @ada ");
    assert!(offered(&chat).0.is_empty() && chat.posts().is_empty());
    input(&chat, "so, @ada and @adam");
    chat.find("#choices li").unwrap().unchecked_into::<web_sys::HtmlElement>().click();
    assert_eq!(chat.composer().value(), "so, @ada and @adam ");
    input(&chat, "mail me at x@ad");
    assert!(offered(&chat).0.is_empty(), "an address is no mention");
    input(&chat, "@ad");
    assert!(press(&chat, "Escape"));
    assert!(offered(&chat).0.is_empty());
    assert_eq!(chat.composer().value(), "@ad");
}

#[wasm_bindgen_test]
async fn a_slash_word_does_what_it_says_or_says_why_not() {
    let chat = Mounted::live(0).await;
    input(&chat, "/na");
    assert_eq!(offered(&chat).0.len(), 1);
    assert!(press(&chat, "Tab"));
    assert_eq!(chat.composer().value(), "/name ");
    input(&chat, "/nane Ada");
    enter(&chat, |_| {});
    let why = chat.find("#composer-problem").unwrap().text_content().unwrap();
    assert!(why.starts_with("There is no command /nane."), "{why}");
    assert_eq!(chat.composer().value(), "/nane Ada");
    input(&chat, "/name Ada");
    enter(&chat, |_| {});
    assert_eq!(chat.composer().value(), "");
    assert!(chat.effects.borrow().iter().any(|effect| {
        matches!(effect, frontend::state::Effect::Send { frame: shared::ClientFrame::Rename { name }, .. } if name.as_str() == "Ada")
    }));
    input(&chat, "/help");
    press(&chat, "Escape");
    enter(&chat, |_| {});
    chat.until("#help[open]", |_| true).await;
    assert!(chat.posts().is_empty());
}

#[wasm_bindgen_test]
async fn an_answer_is_said_in_words_and_ended_by_escape() {
    let chat = Mounted::live(1).await;
    let (room, seq) = (RoomName::lobby(), shared::Seq(1));
    chat.act(frontend::state::Action::ReplyStarted { room, seq });
    assert_eq!(chat.find("#replying:not([hidden]) bdi").unwrap().text_content().unwrap(), "ada");
    assert!(press(&chat, "Escape"));
    assert!(chat.find("#replying:not([hidden])").is_none());
}

#[wasm_bindgen_test]
async fn an_answer_that_was_begun_outlives_the_page() {
    let answering = |chat: &Mounted| chat.find("#replying:not([hidden]) bdi").map(|name| name.text_content().unwrap());
    let (room, seq) = (RoomName::lobby(), shared::Seq(2));
    let chat = Mounted::live(3).await;
    chat.act(frontend::state::Action::ReplyStarted { room: room.clone(), seq });
    let kept = frontend::io::answered(&room);
    drop(chat);

    let chat = Mounted::new(false);
    frontend::io::keep_answered(&room, &kept);
    // As another room does, and back.
    let go = |path: &str| chat.act(frontend::state::Action::PlaceEntered(frontend::state::Place::of_path(path)));
    go("/r/other");
    go("/");
    chat.act(frontend::state::Action::Started);
    assert_eq!(answering(&chat), None, "its message is not here yet");
    chat.go_live(3).await;
    chat.until("#replying:not([hidden])", |_| true).await;
    assert_eq!(answering(&chat).as_deref(), Some("ada"));
    assert_eq!(chat.store.app().current().unwrap().1.replying(), Some(seq));
    assert_eq!(frontend::io::answered(&room), kept, "it is kept on");
    chat.say("so it is").await;
    assert_eq!(frontend::io::answered(&room), "", "it is sent, and no answer any more");

    // Another log has another message of that number.
    frontend::io::keep_answered(&room, "2 another");
    go("/r/other");
    go("/");
    chat.row(3).await;
    frame().await;
    assert_eq!(answering(&chat), None);
}
