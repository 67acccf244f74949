//! Ways through the log: links to a message, quotes, days, and the keys.

use frontend::state::{Action, Ask, Edge, Effect, Place};
use shared::{EventBody, PersonId, RoomName, Salt, Seq, Words};
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_test::wasm_bindgen_test;
use web_sys::{Element, Event, EventInit, HtmlElement, HtmlInputElement, MouseEvent, MouseEventInit};

use super::{
    Mounted, change,
    changes::{does, key},
    document, event, frame, kept,
    scroll::{asked, check_still, page, top, without_anchoring},
};

/// The address is the lobby's again, whatever becomes of the test.
struct Address;

impl Drop for Address {
    fn drop(&mut self) {
        let history = web_sys::window().unwrap().history().unwrap();
        history.replace_state_with_url(&JsValue::NULL, "", Some("/")).unwrap();
    }
}

fn path() -> String {
    web_sys::window().unwrap().location().pathname().unwrap()
}

fn has_focus(element: &Element) -> bool {
    document().active_element().is_some_and(|active| active.is_same_node(Some(element)))
}

fn find(row: &Element, selector: &str) -> HtmlElement {
    row.query_selector(selector).unwrap().unwrap().unchecked_into()
}

/// How far the middle of a row is from the middle of the log, in CSS pixels.
fn off_middle(chat: &Mounted, row: &Element) -> f64 {
    let middle = f64::from(chat.find(".scroll").unwrap().client_height()) / 2.0;
    (top(chat, row) + row.get_bounding_client_rect().height() / 2.0 - middle).abs()
}

async fn check_permalink(anchoring: bool) {
    let _address = Address;
    let chat = Mounted::live(1_000).await;
    if !anchoring {
        without_anchoring(&chat);
    }
    chat.act(Action::PlaceEntered(Place::At(RoomName::lobby(), Seq(500))));
    page(&chat, asked(&chat).unwrap(), 1_000);
    let row = chat.until("li.m[data-seq='500'].target", has_focus).await;
    frame().await;
    assert!(off_middle(&chat, &row) < 2.0, "{} px off the middle", off_middle(&chat, &row));
    // What is read on to in both directions moves nothing, and takes the focus from nothing.
    let before = top(&chat, &row);
    for (edge, ask, comes) in [(Edge::Oldest, Ask::Before(Seq(475)), 425), (Edge::Newest, Ask::After(Seq(524)), 574)] {
        // Where the window is high, the reader is near its end already.
        chat.act(Action::EdgeReached { room: RoomName::lobby(), edge });
        assert_eq!(asked(&chat), Some(ask));
        page(&chat, ask, 1_000);
        chat.row(comes).await;
        frame().await;
        check_still(&chat, &row, before);
    }
    assert!(has_focus(&row));
    chat.hear(event(1_001, "ada", "live", "hello"));
    frame().await;
    check_still(&chat, &row, before);
    let jump = chat.until(".jump", |jump| !jump.has_attribute("hidden")).await;
    assert_eq!(jump.text_content().unwrap(), "1 new message ↓");
    jump.unchecked_into::<HtmlElement>().click();
    chat.row(1_001).await;
    chat.until(".app", |_| chat.find(".target").is_none()).await;
    assert_eq!(chat.find(".scroll").unwrap().scroll_top(), 0);
    let left = Effect::ShowAddress(Place::Room(RoomName::lobby()));
    assert!(chat.effects.borrow().contains(&left));
}

#[wasm_bindgen_test]
async fn a_permalink_brings_its_message_into_the_middle_and_nothing_moves_after() {
    check_permalink(true).await;
    check_permalink(false).await;
}

#[wasm_bindgen_test]
async fn the_time_is_a_link_to_the_message_that_the_page_follows_and_the_browser_can_open() {
    let _address = Address;
    let chat = Mounted::live(100).await;
    let row = chat.row(60).await;
    let link = find(&row, "a.at");
    assert_eq!(link.get_attribute("href").unwrap(), "/r/lobby/60");
    assert_eq!(link.tab_index(), -1, "each row would be a stop more");
    let click = |with_ctrl: bool| {
        let init = MouseEventInit::new();
        init.set_bubbles(true);
        init.set_cancelable(true);
        init.set_ctrl_key(with_ctrl);
        let event = MouseEvent::new_with_mouse_event_init_dict("click", &init).unwrap();
        // What the page leaves to the browser would open a window here.
        let taken = std::rc::Rc::new(std::cell::Cell::new(false));
        let seen = std::rc::Rc::clone(&taken);
        let _stop = gloo_events::EventListener::new_with_options(
            &chat.root,
            "click",
            gloo_events::EventListenerOptions::enable_prevent_default(),
            move |event| {
                seen.set(event.default_prevented());
                event.prevent_default();
            },
        );
        link.dispatch_event(&event).unwrap();
        taken.get()
    };
    assert!(!click(true), "that is the browser's");
    assert!(chat.find(".target").is_none());
    assert!(click(false));
    let row = chat.until("li.m[data-seq='60'].target", has_focus).await;
    assert_eq!(path(), "/r/lobby/60");
    // Again, it is shown again.
    let before = row.class_name();
    assert!(click(false));
    chat.until("li.m[data-seq='60'].target", |row| row.class_name() != before).await;
}

#[wasm_bindgen_test]
async fn a_reply_quotes_what_it_answers_and_the_quote_leads_there() {
    let _address = Address;
    let chat = Mounted::live(100).await;
    let reply =
        |seq: u64, to| change(seq, "ada", "re", EventBody::Posted { words: kept("yes"), reply_to: Some(Seq(to)) });
    chat.hear(event(101, "bob", "long", &"many\nlines ".repeat(100)));
    chat.hear(reply(102, 101));
    chat.hear(reply(103, 7));
    let unknown = find(&chat.row(103).await, ".quote");
    assert_eq!(unknown.text_content().unwrap(), "Answers an earlier message");
    let known = find(&chat.row(102).await, ".quote");
    let words = known.text_content().unwrap();
    assert!(words.starts_with("Answers bobmany lines many") && words.len() < 300, "{words}");
    let height = |quote: &HtmlElement| quote.get_bounding_client_rect().height();
    assert!((height(&known) - height(&unknown)).abs() < f64::EPSILON, "one line, known or not");
    assert!(chat.row(103).await.class_list().contains("first"), "an answer begins a group");
    known.click();
    chat.until("li.m[data-seq='101'].target", has_focus).await;
    assert_eq!(path(), "/r/lobby/101");
    chat.hear(change(104, "bob", "d", EventBody::Deleted { target: Seq(101) }));
    chat.until("li.m[data-seq='102'] .quote", |quote| quote.text_content().unwrap() == "Answers bobMessage deleted")
        .await;
    unknown.click();
    assert_eq!((asked(&chat), path().as_str()), (Some(Ask::Around(Seq(7))), "/r/lobby/7"));
}

#[wasm_bindgen_test]
async fn a_message_that_mentions_me_is_marked() {
    let chat = Mounted::live(1).await;
    let words = Words::Kept {
        salt: Salt([0; 16]),
        text: shared::MessageText::parse("@me").unwrap(),
        mentions: vec![PersonId::parse("me").unwrap()],
    };
    chat.hear(change(2, "ada", "k", EventBody::Posted { words, reply_to: None }));
    assert!(chat.row(2).await.class_list().contains("mention"));
    assert!(!chat.row(1).await.class_list().contains("mention"));
}

#[wasm_bindgen_test]
async fn a_day_that_is_picked_is_asked_for() {
    let chat = Mounted::live(100).await;
    let day = chat.until("li.day [data-do=date]", |_| true).await;
    day.unchecked_into::<HtmlElement>().click();
    let field = chat.find(".stage input").unwrap().unchecked_into::<HtmlInputElement>();
    let pick = |value: &str| {
        field.set_value(value);
        let init = EventInit::new();
        init.set_bubbles(true);
        field.dispatch_event(&Event::new_with_event_init_dict("change", &init).unwrap()).unwrap();
    };
    pick("");
    assert_eq!(asked(&chat), None);
    pick("2026-11-20");
    let began = js_sys::Date::new_with_year_month_day(2026, 10, 20).get_time();
    let Some(Ask::At(at)) = asked(&chat) else { panic!("{:?}", asked(&chat)) };
    assert_eq!(at.0.to_string(), began.to_string());
}

#[wasm_bindgen_test]
async fn every_tool_has_a_key() {
    let chat = Mounted::live(10).await;
    chat.hear(event(11, "me", "mine", "helo"));
    let (other, mine) = (chat.row(10).await, chat.row(11).await);
    let log = chat.find(".scroll").unwrap();
    log.unchecked_ref::<HtmlElement>().focus().unwrap();
    key(&log, "ArrowDown");
    assert!(has_focus(&mine));
    // Tab comes back to where the focus was.
    assert_eq!(mine.get_attribute("tabindex").unwrap(), "0");
    key(&mine, "ArrowUp");
    assert!(has_focus(&other));
    let stops = chat.root.query_selector_all("li.m[tabindex='0']").unwrap();
    assert!(stops.length() == 1 && other.get_attribute("tabindex").unwrap() == "0");
    key(&other, "Enter");
    assert!(has_focus(&find(&other, ".tools button")), "the tools are opened");
    find(&other, ".tools button").click();
    let replying = || chat.store.app().current().unwrap().1.replying();
    assert_eq!(replying(), Some(Seq(10)));
    assert!(has_focus(&chat.composer()));
    // By the key, from anywhere in the row.
    chat.act(Action::ReplyCancelled { room: RoomName::lobby() });
    key(&find(&other, ".tools button"), "r");
    assert_eq!(replying(), Some(Seq(10)));
    key(&other, "e");
    assert!(chat.store.app().current().unwrap().1.editing().is_none(), "it is not mine");
    key(&mine, "e");
    assert_eq!(chat.store.app().current().unwrap().1.editing(), Some(Seq(11)));
    // What belongs to the browser stays so.
    assert!(does(&mine, "q", false));
    other.unchecked_ref::<HtmlElement>().focus().unwrap();
    key(&other, "+");
    let choice = chat.until("li.m[data-seq='10'] .tools [data-emoji]", |_| true).await;
    chat.until(".app", |_| has_focus(&choice)).await;
    // Escape: the choice, the edit, the answer, and then to the newest; one at a time.
    key(&choice, "Escape");
    chat.until(".app", |_| chat.find(".tools [data-emoji]").is_none()).await;
    assert!(chat.store.app().current().unwrap().1.editing().is_some());
    key(&other, "Escape");
    assert!(chat.store.app().current().unwrap().1.editing().is_none());
    key(&other, "r");
    assert!(replying().is_some());
    key(&other, "Escape");
    assert!(replying().is_none());
}

#[wasm_bindgen_test]
async fn escape_in_the_log_leads_to_the_newest() {
    let chat = Mounted::live(100).await;
    let scroller = chat.find(".scroll").unwrap();
    scroller.set_scroll_top(-900);
    chat.until(".jump", |jump| !jump.has_attribute("hidden")).await;
    key(&scroller, "Escape");
    chat.until(".jump", |jump| jump.has_attribute("hidden")).await;
    frame().await;
    assert_eq!(scroller.scroll_top(), 0);
}
