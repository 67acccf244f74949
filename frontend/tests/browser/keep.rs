//! What the browser keeps: with its real database, a full one, a forbidden one, a damaged one, a newer one.

use std::rc::Rc;

use frontend::{
    io::{Keeper, Runner, Store, Watch},
    state::{Action, App, Effect, Place, Storage, StorageTrouble},
};
use js_sys::{Function, Promise};
use shared::{ClientKey, Emoji, MessageText, Refusal, RefusalCode, RoomName, RoomTitle, Seq, ServerFrame};
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use wasm_bindgen_test::wasm_bindgen_test;
use web_sys::HtmlElement;

use super::{Mounted, event};

/// Runs a piece of JavaScript that gives a promise.
async fn run(script: &str) -> JsValue {
    let promise: Promise = Function::new_no_args(script).call0(&JsValue::NULL).unwrap().unchecked_into();
    JsFuture::from(promise).await.unwrap()
}

/// A browser that knows nothing of us.
async fn fresh() {
    run("return new Promise((done, failed) => {
            const request = indexedDB.deleteDatabase('warren');
            request.onsuccess = done; request.onerror = failed; request.onblocked = failed;
        })")
    .await;
}

/// Something about the browser that is put right again when this is dropped.
pub(super) struct Broken(&'static str);

impl Broken {
    pub(super) fn by(breaks: &str, mends: &'static str) -> Self {
        Function::new_no_args(breaks).call0(&JsValue::NULL).unwrap();
        Self(mends)
    }
}

impl Drop for Broken {
    fn drop(&mut self) {
        Function::new_no_args(self.0).call0(&JsValue::NULL).unwrap();
    }
}

/// A page of this browser: what it keeps is kept, and its socket leads nowhere.
struct Page {
    chat: Mounted,
    _watch: Watch,
}

impl Page {
    async fn open() -> Self {
        Self::with_draft("").await
    }

    async fn with_draft(draft: &str) -> Self {
        let effects = Rc::<std::cell::RefCell<Vec<Effect>>>::default();
        let (keeper, written) = (Keeper::default(), Rc::clone(&effects));
        let runner = Runner::new(keeper.clone());
        let app = App::new(Place::Room(RoomName::lobby()), Vec::new());
        let store = Store::new(app, move |store, effect| match effect {
            Effect::Keep(_) | Effect::DropDraft { .. } => runner.run(store, effect),
            other => written.borrow_mut().push(other.with_frame()),
        });
        let chat = Mounted::of(store.clone(), false, effects, draft);
        let watch = keeper.watch(&store);
        chat.act(Action::Started);
        chat.until("#composer", |_| true).await;
        Self { chat, _watch: watch }
    }

    /// Waits until the state is so.
    async fn when(&self, is_so: impl Fn(&App) -> bool) {
        let store = self.chat.store.clone();
        self.chat.until(".app", |_| is_so(&store.app())).await;
    }

    async fn all_is_kept(&self) {
        self.when(|app| app.storage() == Storage::On && !app.has_unsent()).await;
    }

    async fn is_off(&self, trouble: StorageTrouble) {
        self.when(|app| app.storage() == Storage::Off(trouble)).await;
    }
}

#[wasm_bindgen_test]
async fn what_was_typed_without_a_link_is_there_after_a_reload() {
    fresh().await;
    let page = Page::open().await;
    for text in ["one", "two"] {
        page.chat.say(text).await;
    }
    page.all_is_kept().await;
    drop(page);
    let page = Page::open().await;
    page.chat.until("li.m.pending:last-child", |row| row.text_content().unwrap().contains("two")).await;
    assert_eq!(page.chat.root.query_selector_all("li.m.pending").unwrap().length(), 2);
}

#[wasm_bindgen_test]
async fn every_kind_of_command_outlives_the_page_as_it_was() {
    fresh().await;
    let page = Page::open().await;
    page.all_is_kept().await;
    page.chat.go_live(3).await;
    page.chat.hear(event(4, "me", "mine", "helo"));
    page.chat.hear(event(5, "me", "other", "oops"));
    let (room, seq) = (RoomName::lobby(), Seq(4));
    let key = |key: &str| ClientKey::parse(key).unwrap();
    page.chat.act(Action::SocketClosed { generation: page.chat.generation(), code: 1006, reason: String::new() });
    let emoji = Emoji::parse("👍").unwrap();
    page.chat.act(Action::ReactPressed { room: room.clone(), key: key("1"), seq: Seq(1), emoji });
    page.chat.act(Action::EditStarted { room: room.clone(), seq });
    let text = MessageText::parse("\"hello\"\n\\ \u{1f44d}").unwrap();
    page.chat.act(Action::MessageTyped { room: room.clone(), key: key("2"), text });
    page.chat.act(Action::DeletePressed { room: room.clone(), key: key("3"), seq: Seq(5) });
    let (title, topic) = (RoomTitle::parse("The Den").ok(), None);
    page.chat.act(Action::RoomTold { room, key: key("4"), title, topic });
    page.chat.say("and a message").await;
    page.all_is_kept().await;
    let commands = |page: &Page| -> Vec<_> {
        let app = page.chat.store.app();
        let entries = app.current().unwrap().1.outbox().entries();
        entries.iter().map(|entry| (entry.key.clone(), entry.command.clone(), entry.owner.clone())).collect()
    };
    let before = commands(&page);
    assert_eq!(before.len(), 5);
    drop(page);
    let page = Page::open().await;
    page.when(|app| app.current().unwrap().1.outbox().entries().len() == 5).await;
    assert_eq!(commands(&page), before);
    page.chat.until("li.m[data-seq='4'].changing .body", |body| body.text_content().unwrap().contains("hello")).await;
    page.chat.until("li.m[data-seq='5'].changing .gone", |_| true).await;
    assert_eq!(page.chat.store.app().me(), Some(&super::person("me")));
}

#[wasm_bindgen_test]
async fn what_was_refused_says_why_after_a_reload() {
    fresh().await;
    let page = Page::open().await;
    page.all_is_kept().await;
    page.chat.go_live(0).await;
    page.chat.say("not like this").await;
    page.chat.until(".app", |_| page.chat.posts().len() == 1).await;
    let (key, _) = page.chat.posts()[0].clone();
    let refusal = Refusal::lasting(RefusalCode::TooLong, "it is too long.");
    page.chat.hear(ServerFrame::Refused { room: Some("lobby".into()), key: Some(key.to_string()), refusal });
    page.chat.until("li.m.failed", |_| true).await;
    page.all_is_kept().await;
    drop(page);
    let page = Page::open().await;
    let words = "Not sent: it is too long.";
    page.chat.until("li.m.failed .note", |note| note.text_content().unwrap().starts_with(words)).await;
}

#[wasm_bindgen_test]
async fn a_room_is_read_without_a_network() {
    fresh().await;
    let page = Page::open().await;
    page.when(|app| app.storage() == Storage::On).await;
    page.chat.go_live(3).await;
    page.chat.hear(event(4, "ada", "k", "the last word"));
    page.chat.act(Action::PagePutAway);
    page.when(|app| app.current().unwrap().1.cursor().is_some()).await;
    page.all_is_kept().await;
    drop(page);
    let page = Page::open().await;
    let row = page.chat.row(4).await;
    assert!(row.text_content().unwrap().contains("the last word"));
    assert_eq!(page.chat.root.query_selector_all("li.m").unwrap().length(), 4);
}

#[wasm_bindgen_test]
async fn two_pages_have_one_outbox() {
    fresh().await;
    let (one, two) = (Page::open().await, Page::open().await);
    one.all_is_kept().await;
    two.all_is_kept().await;
    // Two pages do not fit into one document: of the first there is only the state.
    let text = MessageText::parse("from the first").unwrap();
    one.chat.act(Action::MessageTyped { room: RoomName::lobby(), key: ClientKey::parse("1").unwrap(), text });
    two.chat.until("li.m.pending", |row| row.text_content().unwrap().contains("from the first")).await;
}

#[wasm_bindgen_test]
async fn a_browser_that_forbids_it_is_said_so_and_chatted_with() {
    let _broken = Broken::by(
        "Object.defineProperty(window, 'indexedDB', { get() { throw new DOMException('', 'SecurityError') }, configurable: true })",
        "delete window.indexedDB",
    );
    let page = Page::open().await;
    page.is_off(StorageTrouble::Forbidden).await;
    page.chat.go_live(0).await;
    page.chat.say("all the same").await;
    assert_eq!(page.chat.posts().len(), 1);
    page.chat.until(".status", |line| line.text_content().unwrap().contains("keeps nothing for this page")).await;
}

#[wasm_bindgen_test]
async fn a_full_browser_is_said_so_and_chatted_with() {
    fresh().await;
    let page = Page::open().await;
    page.all_is_kept().await;
    page.chat.go_live(0).await;
    let broken = Broken::by(
        "IDBObjectStore.prototype.realPut = IDBObjectStore.prototype.put;
         IDBObjectStore.prototype.put = () => { throw new DOMException('', 'QuotaExceededError') }",
        "IDBObjectStore.prototype.put = IDBObjectStore.prototype.realPut",
    );
    page.chat.say("all the same").await;
    page.is_off(StorageTrouble::Full).await;
    assert_eq!(page.chat.posts().len(), 1, "it is sent without having been kept");
    drop(broken);
}

#[wasm_bindgen_test]
async fn what_is_damaged_is_left_out_and_the_rest_is_used() {
    fresh().await;
    let page = Page::open().await;
    page.chat.say("sound").await;
    page.all_is_kept().await;
    drop(page);
    run("return new Promise((done, failed) => {
            const request = indexedDB.open('warren', 1);
            request.onerror = failed;
            request.onsuccess = () => {
                const database = request.result;
                const change = database.transaction(['rooms', 'outbox', 'meta'], 'readwrite');
                change.objectStore('rooms').put('{\"cursor\":7}', 'lobby');
                change.objectStore('rooms').put('{}', 'no such room');
                change.objectStore('rooms').put(new Uint8Array(3), 'den');
                change.objectStore('outbox').put('nonsense', 'lobby\\n0');
                change.objectStore('outbox').put({ an: 'object' }, 'lobby\\nzz');
                change.objectStore('meta').put('', 'me');
                change.onabort = failed;
                change.oncomplete = () => { database.close(); done() };
            };
        })")
    .await;
    let page = Page::open().await;
    page.chat.until("li.m.pending", |row| row.text_content().unwrap().contains("sound")).await;
    assert_eq!(page.chat.root.query_selector_all("li.m").unwrap().length(), 1);
    assert_eq!(page.chat.store.app().storage(), Storage::On);
}

#[wasm_bindgen_test]
async fn a_room_that_another_version_kept_is_not_shown_for_complete() {
    fresh().await;
    let page = Page::open().await;
    page.all_is_kept().await;
    page.chat.go_live(3).await;
    page.chat.row(3).await;
    page.all_is_kept().await;
    page.chat.act(Action::PagePutAway);
    let kept = "return new Promise((done, failed) => {
        const request = indexedDB.open('warren', 1);
        request.onerror = failed;
        request.onsuccess = () => {
            const database = request.result;
            const change = database.transaction(['rooms'], 'readwrite');
            const rooms = change.objectStore('rooms');
            const get = rooms.get('lobby');
            get.onsuccess = () => CHANGE;
            change.onabort = failed;
            change.oncomplete = () => { database.close(); done(get.result ?? '') };
        };
    })";
    let as_it_is = kept.replace("CHANGE", "0");
    while !run(&as_it_is).await.as_string().unwrap().contains("room_set") {
        super::frame().await;
    }
    drop(page);
    let page = Page::open().await;
    page.chat.row(3).await;
    drop(page);
    run(&kept.replace("CHANGE", "rooms.put(get.result + ' pinned', 'lobby')")).await;
    let page = Page::open().await;
    page.when(|app| app.storage() == Storage::On).await;
    assert!(page.chat.store.app().current().unwrap().1.cursor().is_none());
}

const NEWER: &str = "return new Promise((done, failed) => {
        const request = indexedDB.open('warren', 2);
        request.onerror = failed;
        request.onsuccess = () => { request.result.close(); done() };
    })";

#[wasm_bindgen_test]
async fn a_newer_version_is_let_in_and_its_database_left_alone() {
    fresh().await;
    let page = Page::open().await;
    page.all_is_kept().await;
    // This would wait for ever if the page did not let go of it.
    run(NEWER).await;
    page.chat.say("too late to be kept").await;
    page.is_off(StorageTrouble::Broken).await;
    assert!(page.chat.store.app().has_unsent());
    drop(page);
    let page = Page::open().await;
    page.is_off(StorageTrouble::Broken).await;
    run(NEWER).await;
    fresh().await;
}

#[wasm_bindgen_test]
async fn a_database_that_never_answers_does_not_hold_the_chat_up() {
    let _broken = Broken::by(
        "IDBFactory.prototype.realOpen = IDBFactory.prototype.open;
         IDBFactory.prototype.open = () => new EventTarget()",
        "IDBFactory.prototype.open = IDBFactory.prototype.realOpen",
    );
    let page = Page::open().await;
    page.chat.say("all the same").await;
    page.is_off(StorageTrouble::Broken).await;
    page.chat.go_live(0).await;
    page.chat.until("li.m.pending", |_| !page.chat.posts().is_empty()).await;
}

#[wasm_bindgen_test]
async fn a_draft_goes_when_its_message_is_kept() {
    fresh().await;
    let page = Page::open().await;
    page.all_is_kept().await;
    let lobby = RoomName::lobby();
    frontend::io::keep_draft(&lobby, "hi");
    page.chat.composer().set_value("hi");
    page.chat.find(".send").unwrap().unchecked_into::<HtmlElement>().click();
    assert_eq!(frontend::io::draft(&lobby), "hi", "nothing else holds it yet");
    page.all_is_kept().await;
    page.chat.until(".app", |_| frontend::io::draft(&lobby).is_empty()).await;
    drop(page);
    // And where the page was gone before it could forget the draft, the next one does.
    let page = Page::with_draft("hi").await;
    page.chat.until("li.m.pending", |_| true).await;
    assert_eq!(page.chat.composer().value(), "");
    assert_eq!(frontend::io::draft(&lobby), "");
    drop(page);
    let page = Page::with_draft("hi, all").await;
    page.chat.until("li.m.pending", |_| true).await;
    assert_eq!(page.chat.composer().value(), "hi, all");
}

#[wasm_bindgen_test]
async fn the_browser_is_asked_to_spare_it_once_something_typed_is_in_it() {
    fresh().await;
    let _mended = Broken::by(
        "window.asked = 0; navigator.storage.persist = () => { window.asked += 1; return Promise.resolve(true) }",
        "delete navigator.storage.persist; delete window.asked",
    );
    let asked = || js_sys::Reflect::get(&web_sys::window().unwrap(), &"asked".into()).unwrap().as_f64();
    let page = Page::open().await;
    page.when(|app| app.storage() == Storage::On).await;
    page.chat.go_live(1).await;
    // Who just looks in is kept, and asked nothing.
    let is_kept = "return new Promise((done) => {
        const opening = indexedDB.open('warren');
        opening.onsuccess = () => {
            const count = opening.result.transaction('meta').objectStore('meta').count();
            count.onsuccess = () => { opening.result.close(); done(count.result > 0) };
        };
    })";
    while run(is_kept).await != JsValue::TRUE {}
    super::frame().await;
    assert_eq!(asked(), Some(0.0));
    page.chat.say("one").await;
    page.all_is_kept().await;
    page.when(|_| asked() == Some(1.0)).await;
}
