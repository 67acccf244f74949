//! The dialog of a room's details, as far as the browser has to be asked for it: opening and closing, what stands in
//! its fields, and copying.

use shared::{About, BadText, RoomTitle, RoomTopic};
use wasm_bindgen::JsCast;
use wasm_bindgen_futures::{JsFuture, spawn_local};
use web_sys::{HtmlDialogElement, HtmlElement, HtmlInputElement, HtmlTextAreaElement};

use super::browser;

fn find<T: JsCast>(selector: &str) -> Option<T> {
    browser::window()?.document()?.query_selector(selector).ok()??.dyn_into().ok()
}

/// Forgets what was written into its fields.
pub fn clear_details() {
    write_fields(&About::default());
}

/// Opens it, with what the room is called and about in its fields.
pub fn open_details(about: &About) {
    write_fields(about);
    say_copied("", true);
    open("#about");
}

/// Opens the dialog that says what can be typed, and which keys there are.
pub fn open_help() {
    open("#help");
}

fn open(dialog: &str) {
    if let Some(dialog) = find::<HtmlDialogElement>(dialog) {
        // It fails only where it is open already.
        let _shown = dialog.show_modal();
    }
}

fn write_fields(about: &About) {
    for (id, text) in [("#title", about.title.as_str()), ("#topic", about.topic.as_str())] {
        if let Some(input) = find::<HtmlInputElement>(id) {
            input.set_default_value(text);
            input.set_value(text);
        }
    }
}

/// What was written into the fields since it was opened, and closes it; a field that is as it was says nothing, also
/// where another person has said something since. None where it cannot be taken: then the field says why.
#[must_use]
pub fn take_details() -> Option<(Option<RoomTitle>, Option<RoomTopic>)> {
    let (title, title_is_new) = take("#title", RoomTitle::parse)?;
    let (topic, topic_is_new) = take("#topic", RoomTopic::parse)?;
    find::<HtmlDialogElement>("#about")?.close();
    Some((Some(title).filter(|_| title_is_new), Some(topic).filter(|_| topic_is_new)))
}

/// What stands in a field, and whether it was written since the dialog was opened.
fn take<T>(id: &str, parse: fn(&str) -> Result<T, BadText>) -> Option<(T, bool)> {
    let input = find::<HtmlInputElement>(id)?;
    let taken = parse(input.value().trim());
    let why = taken.as_ref().err().map(BadText::to_string).unwrap_or_default();
    input.set_custom_validity(&why);
    // Where there is something to say, this shows it beside the field.
    let _valid = input.report_validity();
    let is_new = input.value().trim() != input.default_value();
    Some((taken.ok()?, is_new))
}

/// Copies a text; where the browser does not let the page do that, which it does not over plain http, the text is laid
/// out for the person to copy.
pub fn copy(text: String) {
    spawn_local(async move {
        let clipboard = browser::window().map(|window| window.navigator().clipboard());
        let copied = match clipboard.filter(|clipboard| !clipboard.is_undefined()) {
            Some(clipboard) => JsFuture::from(clipboard.write_text(&text)).await.is_ok(),
            None => false,
        };
        if copied {
            return say_copied("Copied.", true);
        }
        say_copied("The browser does not let this page copy: copy it from here.", false);
        if let Some(area) = find::<HtmlTextAreaElement>("#diagnosis") {
            area.set_value(&text);
            let _focused = area.focus();
            area.select();
        }
    });
}

fn say_copied(words: &str, hidden: bool) {
    if let Some(said) = find::<HtmlElement>("#copied") {
        said.set_text_content(Some(words));
    }
    if let Some(area) = find::<HtmlElement>("#diagnosis") {
        area.set_hidden(hidden);
    }
}
