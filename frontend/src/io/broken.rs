//! The last words: after a panic the page says that it is broken, and how to go on.

use std::panic::PanicHookInfo;

use super::browser;

/// From here on a panic is told to the person.
pub fn watch_for_panics() {
    yew::set_custom_panic_hook(Box::new(|info| {
        tell_console(info);
        // Nothing of ours can be relied on now, so this is the browser's alone: text, and a plain link.
        let _told = tell_person();
    }));
}

fn tell_console(info: &PanicHookInfo<'_>) {
    let place = info.location().map_or_else(String::new, |at| [at.file(), ":", &at.line().to_string()].concat());
    browser::warn(&["Warren broke at ", &place].concat());
}

fn tell_person() -> Option<()> {
    let document = browser::window()?.document()?;
    // What is broken may break again and again; it is said once.
    if document.query_selector(".broken").ok()?.is_some() {
        return None;
    }
    let note = document.create_element("p").ok()?;
    note.set_class_name("broken");
    note.set_attribute("role", "alert").ok()?;
    note.set_text_content(Some("Something broke. "));
    let reload = document.create_element("a").ok()?;
    reload.set_attribute("href", "").ok()?;
    reload.set_text_content(Some("Reload"));
    note.append_child(&reload).ok()?;
    document.body()?.append_child(&note).ok()?;
    Some(())
}
