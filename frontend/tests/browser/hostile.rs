//! Hostile names, titles and topics, and a browser's small storage that is damaged, full or forbidden.

use frontend::state::{Action, Place};
use shared::{EventBody, PersonName, RoomName, RoomTitle, RoomTopic, ServerFrame, Signal};
use wasm_bindgen::JsCast;
use wasm_bindgen_test::wasm_bindgen_test;
use web_sys::HtmlElement;

use super::{Mounted, change, composer::input, event, keep::Broken, person};

/// What hostile people write: one corpus for all of Warren (`shared/tests/hostile.json`).
pub(super) fn corpus(of: &str) -> Vec<String> {
    let corpus: serde_json::Value = serde_json::from_str(include_str!("../../../shared/tests/hostile.json")).unwrap();
    let whole = |entry: &serde_json::Value| {
        let times = usize::try_from(entry["times"].as_u64().unwrap_or(1)).unwrap();
        let text = entry.as_str().or(entry["text"].as_str()).unwrap();
        text.repeat(times) + entry["end"].as_str().unwrap_or_default()
    };
    corpus[of].as_array().unwrap().iter().map(whole).collect()
}

/// Waits until something on the page says this, letter by letter and without any element in it.
async fn says(chat: &Mounted, selector: &str, words: &str) {
    chat.until(selector, |part| part.text_content().unwrap() == words && part.child_element_count() == 0).await;
}

#[wasm_bindgen_test]
async fn hostile_names_are_names_wherever_they_stand() {
    let chat = Mounted::live(0).await;
    let room = RoomName::lobby();
    for (seq, name) in (1..).step_by(2).zip(corpus("names")) {
        let mut eve = person(&format!("p{seq}"));
        eve.name = PersonName::parse(&name).unwrap();
        let emoji = shared::Emoji::parse("👍").unwrap();
        let reacted = EventBody::Reacted { target: shared::Seq(seq), emoji, on: true };
        for mut frame in [event(seq, "p", "k1", "/me waves"), change(seq + 1, "p", "k2", reacted)] {
            if let ServerFrame::Event(event) = &mut frame {
                (event.by.id, event.by.name) = (eve.id.clone(), eve.name.clone());
            }
            chat.hear(frame);
        }
        chat.hear(ServerFrame::Signal(Signal::Typing { room: room.clone(), people: vec![eve.clone()] }));
        chat.hear(ServerFrame::Signal(Signal::Here { room: room.clone(), count: 1, people: Some(vec![eve]) }));
        let row = format!("li.m[data-seq='{seq}']");
        says(&chat, &format!("{row} .who bdi"), &name).await;
        says(&chat, &format!("{row} .emote bdi"), &name).await;
        chat.until(&format!("{row} .re button"), |button| button.get_attribute("title").unwrap() == name).await;
        says(&chat, ".here bdi", &name).await;
        says(&chat, ".typing bdi", &name).await;
        chat.act(Action::ReplyStarted { room: room.clone(), seq: shared::Seq(seq) });
        says(&chat, "#replying-to", &name).await;
    }
}

#[wasm_bindgen_test]
async fn hostile_titles_and_topics_are_words() {
    let chat = Mounted::live(0).await;
    for (seq, (title, topic)) in (1..).zip(corpus("titles").iter().zip(&corpus("topics"))) {
        let (told, about) = (RoomTitle::parse(title).ok(), RoomTopic::parse(topic).ok());
        chat.hear(change(seq, "eve", &format!("k{seq}"), EventBody::RoomSet { title: told, topic: about }));
        says(&chat, "#title-of-room", title).await;
        says(&chat, "#topic-of-room", topic).await;
    }
}

#[wasm_bindgen_test]
async fn what_was_stored_by_somebody_else_is_left_out_or_shown_as_it_is() {
    let chat = Mounted::live(0).await;
    let storage = web_sys::window().unwrap().local_storage().unwrap().unwrap();
    let good = r#"{"room":"den","newest":3,"at":1,"read":1,"unread":2,"level":"nothing","ours":true}"#;
    let bad = [
        "null",
        "7",
        "[]",
        "{}",
        r#"{"room":"D <b>","newest":3,"at":1,"read":1}"#,
        r#"{"room":"den","newest":-1,"at":1,"read":1}"#,
        r#"{"room":"den","newest":3,"at":1,"read":1,"level":"loud"}"#,
        r#"{"room":"den","newest":"3","at":1,"read":1}"#,
    ];
    storage.set_item("warren.visits", &["[", &bad.join(","), ",", good, "]"].concat()).unwrap();
    let visited: Vec<String> = frontend::io::visits().iter().map(|known| known.visit.room.to_string()).collect();
    assert_eq!(visited, ["den"], "what is no visit is left out");
    for nonsense in ["", "{", "7", "{\"room\":\"den\"}"] {
        storage.set_item("warren.visits", nonsense).unwrap();
        assert!(frontend::io::visits().is_empty(), "{nonsense}");
    }
    // A draft that cannot be sent is still somebody's words.
    let draft = "\0\u{202e}<script>".to_owned() + &"x".repeat(100_000);
    storage.set_item("warren.draft.den", &draft).unwrap();
    chat.act(Action::PlaceEntered(Place::of_path("/r/den")));
    chat.until("#composer", |_| chat.composer().value() == draft).await;
    chat.find(".send").unwrap().unchecked_into::<HtmlElement>().click();
    chat.until("#composer-problem", |words| !words.text_content().unwrap().is_empty()).await;
    assert_eq!(chat.composer().value(), draft);
    assert!(chat.posts().is_empty());
}

/// A draft is written where it cannot be stored: that is said, and it is there as long as the page.
async fn check_unkept(breaks: &str, mends: &'static str) {
    let chat = Mounted::live(0).await;
    input(&chat, "kept");
    let broken = Broken::by(breaks, mends);
    input(&chat, "half a sen");
    chat.until("#composer-problem", |words| words.text_content().unwrap().contains("keeps no drafts")).await;
    let go = |path: &str| chat.act(Action::PlaceEntered(Place::of_path(path)));
    go("/r/other");
    chat.until("h1", |head| head.text_content().unwrap() == "# other").await;
    assert_eq!(chat.composer().value(), "");
    go("/");
    chat.until("h1", |head| head.text_content().unwrap() == "# lobby").await;
    assert_eq!(chat.composer().value(), "half a sen");
    drop(broken);
    input(&chat, "half a sentence");
    chat.until("#composer-problem", |words| words.text_content().unwrap().is_empty()).await;
    assert_eq!(frontend::io::draft(&RoomName::lobby()), "half a sentence");
    let storage = web_sys::window().unwrap().local_storage().unwrap().unwrap();
    assert_eq!(storage.get_item("warren.draft.lobby").unwrap().unwrap(), "half a sentence");
}

#[wasm_bindgen_test]
async fn a_draft_that_finds_no_room_outlives_the_visit_to_another_room() {
    check_unkept(
        "Storage.prototype.realSet = Storage.prototype.setItem;
         Storage.prototype.setItem = () => { throw new DOMException('', 'QuotaExceededError') }",
        "Storage.prototype.setItem = Storage.prototype.realSet",
    )
    .await;
}

#[wasm_bindgen_test]
async fn a_draft_that_may_not_be_stored_outlives_the_visit_to_another_room() {
    check_unkept(
        "window.realStorage = Object.getOwnPropertyDescriptor(window, 'localStorage');
         Object.defineProperty(window, 'localStorage', { get() { throw new DOMException('', 'SecurityError') }, configurable: true })",
        "Object.defineProperty(window, 'localStorage', window.realStorage)",
    )
    .await;
}
