//! The client in a real browser: what only a document can show.
//!
//! Nothing here sleeps: a test waits for what it expects, an animation frame at a time.
#![cfg(target_family = "wasm")]
#![expect(clippy::unwrap_used, reason = "a test may unwrap")]

mod changes;
mod composer;
mod details;
mod focus;
mod hostile;
mod keep;
mod links;
mod log;
mod page;
mod read;
mod said;
mod scroll;
mod socket;

use std::{cell::RefCell, rc::Rc};

use frontend::{
    io::Store,
    pages::{Chat, ChatProps},
    shell::Shell,
    state::{Action, App, Effect, Place},
};
use shared::{
    About, Author, ClientKey, Digest, Event, EventBody, LIMITS, Message, MessageText, Millis, Person, PersonId,
    PersonName, RoomName, Salt, Seq, ServerFrame, Snapshot, Words,
};
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use wasm_bindgen_test::wasm_bindgen_test_configure;
use web_sys::{Document, Element, HtmlElement, HtmlTextAreaElement};
use yew::AppHandle;

wasm_bindgen_test_configure!(run_in_browser);

/// The look belongs to the behaviour: without it nothing scrolls.
const CSS: [&str; 11] = [
    include_str!("../../css/tokens.css"),
    include_str!("../../css/base.css"),
    include_str!("../../css/layout.css"),
    include_str!("../../css/side.css"),
    include_str!("../../css/log.css"),
    include_str!("../../css/message.css"),
    include_str!("../../css/said.css"),
    include_str!("../../css/tools.css"),
    include_str!("../../css/status.css"),
    include_str!("../../css/composer.css"),
    include_str!("../../css/hues.css"),
];

fn document() -> Document {
    web_sys::window().unwrap().document().unwrap()
}

const SHEETS: &str = include_str!("../../sheets.js");
/// Scripts that are brought when they are needed are there at once.
const BRING: &str =
    "globalThis.page = { bring: (name, detail) => dispatchEvent(new CustomEvent('use-' + name, { detail })) }";

/// A chat on the page; it is gone when this is dropped, also when a test fails.
struct Mounted {
    root: Element,
    handle: Option<AppHandle<Chat>>,
    _shell: Shell,
    store: Store,
    effects: Rc<RefCell<Vec<Effect>>>,
}

impl Drop for Mounted {
    fn drop(&mut self) {
        if let Some(handle) = self.handle.take() {
            handle.destroy();
        }
        self.root.remove();
    }
}

impl Mounted {
    /// A chat whose effects are only written down.
    fn new(touch: bool) -> Self {
        let effects = Rc::new(RefCell::new(Vec::new()));
        let written = Rc::clone(&effects);
        let app = App::new(Place::Room(RoomName::lobby()), Vec::new());
        let store = Store::new(app, move |store, effect| {
            // A database that never fails.
            if let Effect::Keep(keep) = &effect {
                let (store, number) = (store.clone(), keep.number);
                wasm_bindgen_futures::spawn_local(async move { store.dispatch(Action::Kept { number }) });
            }
            written.borrow_mut().push(effect.with_frame());
        });
        let chat = Self::of(store, touch, effects, "");
        chat.act(Action::Loaded(Box::default()));
        chat
    }

    /// A chat of a store, with a draft of another time.
    fn of(store: Store, touch: bool, effects: Rc<RefCell<Vec<Effect>>>, draft: &str) -> Self {
        let _ = web_sys::window().unwrap().local_storage().unwrap().unwrap().clear();
        if js_sys::Reflect::get(&js_sys::global(), &"kept".into()).unwrap().is_undefined() {
            for script in [
                include_str!("../../keep.js"),
                include_str!("../../times.js"),
                include_str!("../../worker.js"),
                include_str!("../../people.js"),
                SHEETS,
                BRING,
            ] {
                js_sys::Function::new_no_args(script).call0(&JsValue::NULL).unwrap();
            }
        }
        frontend::io::keep_draft(&RoomName::lobby(), draft);
        // What a failed test left behind would be found in the place of this.
        while let Some(left) = document().query_selector("body > .mounted").unwrap() {
            left.remove();
        }
        let root = document().create_element("div").unwrap();
        root.set_class_name("mounted");
        let style = document().create_element("style").unwrap();
        style.set_text_content(Some(&CSS.concat()));
        root.append_child(&style).unwrap();
        let (_, shell) = include_str!("../../../index.html").split_once("<body>").unwrap();
        let place = document().create_element("div").unwrap();
        place.set_inner_html(shell.split_once("</body>").unwrap().0);
        root.append_child(&place).unwrap();
        document().body().unwrap().append_child(&root).unwrap();
        let shell = Shell::take(&store, touch);
        let props = ChatProps { store: store.clone(), touch };
        let place = frontend::shell::host("#speaker").unwrap();
        let handle = yew::Renderer::<Chat>::with_root_and_props(place, props).render();
        Self { root, handle: Some(handle), _shell: shell, store, effects }
    }

    /// A chat that is live, in a room of so many messages, of which the newest 50 are here.
    async fn live(messages: u64) -> Self {
        let chat = Self::new(false);
        chat.act(Action::Started);
        chat.go_live(messages).await;
        chat
    }

    /// The socket opens, and the server opens the room.
    async fn go_live(&self, messages: u64) {
        self.act(Action::SocketOpened { generation: self.generation() });
        self.hear(ServerFrame::Welcome { you: person("me"), now: Millis(0), heartbeat_s: 25, limits: LIMITS });
        let oldest = messages.saturating_sub(49).max(1);
        self.hear(ServerFrame::Opened {
            room: RoomName::lobby(),
            epoch: "e".to_owned().into(),
            first: Seq(1),
            head: Seq(messages),
            digest: Digest::default(),
            snapshot: Some(Snapshot {
                about: About::default(),
                messages: (oldest..=messages).map(|seq| message(seq, "ada", &words(seq))).collect(),
                more_before: oldest > 1,
            }),
            reset: None,
        });
        self.until(".app", |app| app.get_attribute("data-link").as_deref() == Some("live")).await;
        if messages > 0 {
            self.row(messages).await;
        }
    }

    fn act(&self, action: Action) {
        self.store.dispatch(action);
    }

    fn hear(&self, frame: ServerFrame) {
        self.act(Action::FramesReceived { generation: self.generation(), frames: vec![frame] });
    }

    fn generation(&self) -> u32 {
        self.store.app().line().generation()
    }

    fn find(&self, selector: &str) -> Option<Element> {
        self.root.query_selector(selector).unwrap()
    }

    /// Waits until there is such an element, and it is so.
    async fn until(&self, selector: &str, is_so: impl Fn(&Element) -> bool) -> Element {
        for _ in 0..120 {
            if let Some(element) = self.find(selector).filter(&is_so) {
                return element;
            }
            frame().await;
        }
        panic!("{selector}: {:?}", self.find(selector).map(|element| element.outer_html()));
    }

    /// The row of a message, when it is there.
    async fn row(&self, seq: u64) -> Element {
        self.until(&format!("li.m[data-seq='{seq}']"), |_| true).await
    }

    fn composer(&self) -> HtmlTextAreaElement {
        self.find("#composer").unwrap().unchecked_into()
    }

    /// Sends a text as a person does.
    async fn say(&self, text: &str) -> Element {
        self.composer().set_value(text);
        self.find(".send").unwrap().unchecked_into::<HtmlElement>().click();
        self.until("li.m.pending:last-child", |row| row.text_content().unwrap().contains(text)).await
    }

    /// The keys of the posts that were sent.
    fn posts(&self) -> Vec<(ClientKey, MessageText)> {
        let post = |effect: &Effect| match effect {
            Effect::Send { frame: shared::ClientFrame::Post { key, text, .. }, .. } => {
                Some((key.clone(), text.clone()))
            }
            _ => None,
        };
        self.effects.borrow().iter().filter_map(post).collect()
    }
}

/// Until the next animation frame has been drawn.
async fn frame() {
    for _ in 0..2 {
        let frame = js_sys::Promise::new(&mut |resolve, _| {
            web_sys::window().unwrap().request_animation_frame(&resolve).unwrap();
        });
        let _: JsValue = JsFuture::from(frame).await.unwrap();
    }
}

fn person(id: &str) -> Person {
    Person { id: PersonId::parse(id).unwrap(), name: PersonName::parse(id).unwrap() }
}

/// Texts of one line and of several.
fn words(seq: u64) -> String {
    if seq.is_multiple_of(5) { format!("message {seq}\nwith two\nlines more") } else { format!("message {seq}") }
}

fn event(seq: u64, by: &str, key: &str, text: &str) -> ServerFrame {
    change(seq, by, key, EventBody::Posted { words: kept(text), reply_to: None })
}

fn kept(text: &str) -> Words {
    Words::Kept { salt: Salt([0; 16]), text: MessageText::parse(text).unwrap(), mentions: Vec::new() }
}

fn change(seq: u64, by: &str, key: &str, body: EventBody) -> ServerFrame {
    let Person { id, name } = person(by);
    ServerFrame::Event(Event {
        room: RoomName::lobby(),
        seq: Seq(seq),
        at: Millis(1_795_363_439_000 + seq * 1_000),
        by: Author { id, name, plain: false },
        key: ClientKey::parse(key).unwrap(),
        body,
    })
}

fn message(seq: u64, by: &str, text: &str) -> Message {
    match event(seq, by, &format!("k{seq}"), text) {
        ServerFrame::Event(event) => Message::posted(&event).unwrap(),
        _ => unreachable!(),
    }
}
