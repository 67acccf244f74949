//! The log never moves what is being read: 0 px, with the browser's scroll anchoring and without.

use frontend::state::{Action, Ask, Effect, Paging};
use shared::{Page, RoomName, Seq};
use wasm_bindgen::JsCast;
use wasm_bindgen_test::wasm_bindgen_test;
use web_sys::{Element, HtmlElement};

use super::{Mounted, event, frame, message, words};

/// Turns the browser's own scroll anchoring off, as in a browser that has none.
pub(super) fn without_anchoring(chat: &Mounted) {
    let style = super::document().create_element("style").unwrap();
    style.set_text_content(Some(".scroll { overflow-anchor: none !important; }"));
    chat.root.append_child(&style).unwrap();
}

pub(super) fn top(chat: &Mounted, row: &Element) -> f64 {
    row.get_bounding_client_rect().top() - chat.find(".scroll").unwrap().get_bounding_client_rect().top()
}

/// The row is where it was.
pub(super) fn check_still(chat: &Mounted, row: &Element, before: f64) {
    let moved = top(chat, row) - before;
    assert!(moved.abs() < f64::EPSILON, "it has moved by {moved} px");
}

/// Scrolls up, and gives a row in sight.
async fn read_up(chat: &Mounted, by: i32) -> Element {
    let scroller = chat.find(".scroll").unwrap();
    scroller.set_scroll_top(-by);
    frame().await;
    let rows = chat.root.query_selector_all("li.m").unwrap();
    let row = |at| rows.item(at).unwrap().unchecked_into::<Element>();
    (0..rows.length()).map(row).find(|row| top(chat, row) > 30.0).unwrap()
}

/// The page of history that was asked for last.
pub(super) fn asked(chat: &Mounted) -> Option<Ask> {
    chat.effects.borrow().iter().rev().find_map(|effect| match effect {
        Effect::FetchPage { ask, .. } => Some(*ask),
        _ => None,
    })
}

pub(super) fn page(chat: &Mounted, ask: Ask, head: u64) {
    let (from, to) = match ask {
        Ask::Before(seq) => (seq.0.saturating_sub(50).max(1), seq.0 - 1),
        Ask::After(seq) => (seq.0 + 1, (seq.0 + 50).min(head)),
        Ask::Around(seq) => (seq.0.saturating_sub(25).max(1), (seq.0 + 24).min(head)),
        Ask::At(_) => unreachable!("no test picks a day"),
    };
    let page = Page {
        room: RoomName::lobby(),
        epoch: "e".to_owned().into(),
        first: Seq(1),
        head: Seq(head),
        digest: shared::Digest::default(),
        messages: (from..=to).map(|seq| message(seq, "ada", &words(seq))).collect(),
        more_before: from > 1,
        more_after: to < head,
    };
    chat.act(Action::PageReceived { room: RoomName::lobby(), ask, page: Some(page) });
}

async fn check_prepend(anchoring: bool) {
    let chat = Mounted::live(300).await;
    if !anchoring {
        without_anchoring(&chat);
    }
    let scroller = chat.find(".scroll").unwrap();
    let row = read_up(&chat, scroller.scroll_height() - scroller.client_height() - 200).await;
    let before = top(&chat, &row);
    let ask = asked(&chat).unwrap();
    assert_eq!(ask, Ask::Before(Seq(251)), "near the top the next page is asked for");
    page(&chat, ask, 300);
    chat.row(201).await;
    frame().await;
    check_still(&chat, &row, before);
}

async fn check_append(anchoring: bool) {
    let chat = Mounted::live(100).await;
    if !anchoring {
        without_anchoring(&chat);
    }
    let row = read_up(&chat, 500).await;
    let before = top(&chat, &row);
    for seq in 101..=120 {
        chat.hear(event(seq, "ada", &format!("k{seq}"), &words(seq)));
    }
    chat.row(120).await;
    frame().await;
    check_still(&chat, &row, before);
    let jump = chat.until(".jump", |jump| !jump.has_attribute("hidden")).await;
    assert_eq!(jump.text_content().unwrap(), "20 new messages ↓");
    jump.unchecked_into::<HtmlElement>().click();
    chat.until(".jump", |jump| jump.has_attribute("hidden")).await;
    assert_eq!(chat.find(".scroll").unwrap().scroll_top(), 0);
}

#[wasm_bindgen_test]
async fn older_messages_are_put_before_without_a_move() {
    check_prepend(true).await;
    check_prepend(false).await;
}

#[wasm_bindgen_test]
async fn new_messages_come_below_without_a_move() {
    check_append(true).await;
    check_append(false).await;
}

#[wasm_bindgen_test]
async fn at_the_newest_the_log_follows() {
    let chat = Mounted::live(100).await;
    chat.hear(event(101, "ada", "k", "a\nb\nc"));
    let row = chat.row(101).await;
    frame().await;
    let scroller = chat.find(".scroll").unwrap();
    assert_eq!(scroller.scroll_top(), 0);
    assert!(row.get_bounding_client_rect().bottom() <= scroller.get_bounding_client_rect().bottom());
}

#[wasm_bindgen_test]
async fn a_growing_composer_moves_nothing_above_it() {
    let chat = Mounted::live(100).await;
    let row = read_up(&chat, 500).await;
    let before = top(&chat, &row);
    chat.composer().set_value("a\nb\nc\nd\ne");
    frame().await;
    check_still(&chat, &row, before);
}

#[wasm_bindgen_test]
async fn far_up_the_newest_are_let_go_and_come_back_without_a_move() {
    let chat = Mounted::live(1_000).await;
    let scroller = chat.find(".scroll").unwrap();
    for _ in 0..12 {
        scroller.set_scroll_top(-scroller.scroll_height());
        frame().await;
        let Some(ask @ Ask::Before(before)) = asked(&chat) else { panic!("nothing was asked for") };
        page(&chat, ask, 1_000);
        chat.row(before.0 - 1).await;
    }
    frame().await;
    assert!(chat.root.query_selector_all("li.m").unwrap().length() <= 400);
    assert!(chat.find("li.m[data-seq='1000']").is_none());
    // Down again, to the end of the window: what comes after it must not push it away.
    let (ask, after) = loop {
        scroller.set_scroll_top(0);
        frame().await;
        match asked(&chat) {
            Some(ask @ Ask::After(after)) => break (ask, after),
            // One more of the older ones may have been asked for, where the drawing took long.
            Some(ask) if chat.store.app().current().is_some_and(|(_, room)| room.paging() == Paging::Asked(ask)) => {
                page(&chat, ask, 1_000);
            }
            _ => {}
        }
    };
    let row = chat.row(after.0).await;
    let before = top(&chat, &row);
    page(&chat, ask, 1_000);
    chat.row(after.0 + 1).await;
    frame().await;
    check_still(&chat, &row, before);
    // And the button leads to the newest, which were held all the while.
    chat.find(".jump").unwrap().unchecked_into::<HtmlElement>().click();
    chat.row(1_000).await;
    let opened = |effect: &&Effect| matches!(effect, Effect::Send { frame: shared::ClientFrame::Open { .. }, .. });
    assert_eq!(chat.effects.borrow().iter().filter(opened).count(), 1);
}
