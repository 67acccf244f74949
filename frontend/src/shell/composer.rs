//! The message box.
//!
//! Invariant: the textarea belongs to the person. It is written to only when another room is shown, when its text has
//! just been taken, or when the person asks for it; never while something is being composed in it. What cannot be sent
//! stays in it, with the reason beside it. What was taken stays the room's draft until it is kept elsewhere.

use std::{cell::RefCell, rc::Rc};

use gloo_events::EventListener;
use shared::{BadText, MessageText, RoomName, Seq};
use wasm_bindgen::JsCast;
use web_sys::{Element, Event, HtmlTextAreaElement, KeyboardEvent};

use super::{
    choices::Choices,
    parts::{find, on, say, set, show},
};
use crate::{
    io::{self, Store},
    state::{Action, App, Place, Room, Typed, command, why_not},
};

const AREA: &str = "#composer";
const PROBLEM: &str = "#composer-problem";

/// The message box, of whatever room is shown.
#[derive(Clone)]
pub(super) struct Composer(Rc<Inner>);

struct Inner {
    store: Store,
    /// On a screen that is touched, Enter is a line break.
    touch: bool,
    choices: Choices,
    /// What the draft was to answer before the page came up, until that message is here.
    kept_answer: RefCell<String>,
}

impl Composer {
    pub(super) fn new(store: &Store, touch: bool) -> Self {
        set(AREA, "enterkeyhint", (!touch).then_some("send"));
        Self(Rc::new(Inner {
            store: store.clone(),
            touch,
            choices: Choices::default(),
            kept_answer: RefCell::default(),
        }))
    }

    /// Hears what is typed, and the buttons.
    pub(super) fn listen(&self) -> Vec<EventListener> {
        let (submit, key, input, blur, choice) = (self.clone(), self.clone(), self.clone(), self.clone(), self.clone());
        let (cancel_edit, cancel_reply) = (self.clone(), self.clone());
        let listeners = [
            on("#comp", "submit", move |event| {
                event.prevent_default();
                submit.send();
            }),
            on(AREA, "keydown", move |event| key.hear_key(event)),
            on(AREA, "input", move |_| input.hear_text()),
            on(AREA, "blur", move |_| blur.0.choices.close()),
            on("#choices", "click", move |event| choice.hear_choice(event)),
            // The box keeps the focus.
            on("#choices", "mousedown", Event::prevent_default),
            on("#cancel-edit", "click", move |_| cancel_edit.tell(|room| Action::EditCancelled { room })),
            on("#cancel-reply", "click", move |_| cancel_reply.tell(|room| Action::ReplyCancelled { room })),
        ];
        listeners.into_iter().flatten().collect()
    }

    /// It is the box of the room where the person is: another room is another box.
    pub(super) fn show(&self, app: &App) {
        let Some((name, current)) = app.current() else { return };
        let is_editing = current.editing().is_some();
        let called = name.called(&current.about().title);
        let label = [if is_editing { "Edit your message in " } else { "Message " }, &called].concat();
        set(AREA, "aria-label", Some(&label));
        set(AREA, "placeholder", Some(&label));
        set(".send", "aria-label", Some(if is_editing { "Save" } else { "Send" }));
        show("#editing", is_editing);
        let answered = current.replying_to();
        show("#replying", answered.is_some());
        say("#replying-to", answered.map_or("", |message| message.by.name.as_str()));
        let Some(area) = area() else { return };
        let before = area.get_attribute(io::ROOM_OF_BOX);
        let is_entered = before.as_deref() != Some(name.as_str());
        // As it is kept (`io::answered`).
        let answers = match (answered, current.cursor()) {
            (Some(message), Some(cursor)) => [&message.seq.to_string(), " ", cursor.epoch.as_str()].concat(),
            _ => String::new(),
        };
        if answers != area.get_attribute("data-answers").unwrap_or_default() {
            set(AREA, "data-answers", Some(&answers));
            if !is_entered {
                io::keep_answered(name, &answers);
            }
            let _focused = (!answers.is_empty()).then(|| area.focus());
        }
        if is_entered {
            self.0.kept_answer.replace(io::answered(name));
        }
        self.answer_again(name, current, !answers.is_empty());
        if !is_entered {
            return;
        }
        set(AREA, io::ROOM_OF_BOX, Some(name.as_str()));
        say(PROBLEM, "");
        let draft = io::draft_of(&self.0.store, name);
        // What was typed before the client came stands behind what was left here another time.
        let typed = if before.is_none() { area.value() } else { String::new() };
        // Where the client was missed, the page has kept it as the draft itself (frontend/boot.js).
        if typed.is_empty() || typed == draft {
            area.set_value(&draft);
        } else if draft.is_empty() {
            io::keep_draft(name, &typed);
        } else {
            area.set_value(&[&draft, "\n", &typed].concat());
            io::keep_draft(name, &area.value());
        }
        // On a touched screen it would bring the keyboard up, over what is to be read.
        if !self.0.touch && (before.is_some() || nothing_has_the_focus()) {
            let _focused = area.focus();
        }
    }

    /// An answer that was begun before the page came up is one still, as soon as its message is here. The message of
    /// another log that has its number now is not meant.
    fn answer_again(&self, name: &RoomName, room: &Room, answers: bool) {
        let kept = self.0.kept_answer.take();
        let (Some((seq, epoch)), Some(cursor)) = (kept.split_once(' '), room.cursor()) else {
            self.0.kept_answer.replace(kept);
            return;
        };
        let Some(seq) = seq.parse().ok().map(Seq).filter(|_| !answers && cursor.epoch.as_str() == epoch) else {
            return;
        };
        if room.window().get(seq).is_none() {
            self.0.kept_answer.replace(kept);
            return;
        }
        // It comes back where it can be answered still.
        io::keep_answered(name, "");
        self.0.store.dispatch_soon(Action::ReplyStarted { room: name.clone(), seq });
    }

    fn hear_key(&self, event: &Event) {
        let Some(event) = event.dyn_ref::<KeyboardEvent>() else { return };
        // 229: the key belongs to an input method. Safari says so once more after the composition's end.
        let key = event.key();
        if event.is_composing() || event.key_code() == 229 || event.shift_key() && key != ":" {
            return;
        }
        let Some(area) = area() else { return };
        if self.0.choices.key(&key, &area) {
            return event.prevent_default();
        }
        match key.as_str() {
            "Enter" if !self.0.touch => self.send(),
            "Escape" => self.tell(|room| Action::EscapePressed { room }),
            "ArrowUp" if area.value().is_empty() => self.tell(|room| Action::EditLastPressed { room }),
            _ => return,
        }
        event.prevent_default();
    }

    fn hear_choice(&self, event: &Event) {
        let option = event.target().and_then(|target| target.dyn_into::<Element>().ok());
        let number = option.and_then(|option| option.id().strip_prefix("choice-")?.parse().ok());
        if let (Some(number), Some(area)) = (number, area()) {
            self.0.choices.take(number, &area);
        }
    }

    fn hear_text(&self) {
        let (Some(area), Some(room)) = (area(), room()) else { return };
        let (store, text) = (&self.0.store, area.value());
        self.0.choices.look(&area, &store.app());
        // While typing only what will not get better by typing on is worth a word.
        let problem = MessageText::parse(&text).err().filter(|why| *why != BadText::Blank);
        say(PROBLEM, &problem.map(|why| why_not(&text, why)).unwrap_or_default());
        if let Some(seq) = store.app().room(&room).and_then(|room| room.editing()) {
            return store.edits().keep(&room, seq, text);
        }
        let kept = io::store_draft(&room, &text);
        if !text.is_empty() {
            if !kept {
                say(PROBLEM, "This browser keeps no drafts now: this one is gone when you close the page.");
            }
            store.dispatch(Action::ComposerTouched { room });
        }
    }

    fn send(&self) {
        let (Some(area), Some(room)) = (area(), room()) else { return };
        let store = &self.0.store;
        let editing = store.app().room(&room).is_some_and(|room| room.editing().is_some());
        let typed = command(&area.value(), editing);
        self.0.choices.close();
        match &typed {
            Typed::Blank => return,
            Typed::Wrong(why) => return say(PROBLEM, why),
            // Before it is given away: the earlier draft may come back in its place.
            Typed::Send(_) => {
                area.set_value("");
                self.0.kept_answer.take();
                io::keep_answered(&room, "");
            }
            Typed::Rename(_) | Typed::Go(_) | Typed::Show(_) => {
                area.set_value("");
                io::keep_draft(&room, "");
            }
        }
        say(PROBLEM, "");
        let _focused = area.focus();
        match typed {
            Typed::Send(text) => {
                if let Some(key) = io::new_key() {
                    store.dispatch(Action::MessageTyped { room, key, text });
                }
            }
            Typed::Rename(name) => store.dispatch(Action::NameTyped(name)),
            Typed::Go(room) => {
                let place = Place::Room(room);
                io::go_to(&place);
                store.dispatch(Action::PlaceEntered(place));
            }
            Typed::Show(sheet) => io::open_sheet(sheet),
            Typed::Blank | Typed::Wrong(_) => {}
        }
    }

    fn tell(&self, action: impl FnOnce(RoomName) -> Action) {
        if let Some(room) = room() {
            self.0.store.dispatch(action(room));
        }
    }
}

/// The room whose box is shown.
fn room() -> Option<RoomName> {
    RoomName::parse(&area()?.get_attribute(io::ROOM_OF_BOX)?).ok()
}

fn area() -> Option<HtmlTextAreaElement> {
    find(AREA)
}

fn nothing_has_the_focus() -> bool {
    let document = web_sys::window().and_then(|window| window.document());
    document.and_then(|document| document.active_element()).is_none_or(|active| active.tag_name() == "BODY")
}
