//! What is offered while a word is typed in the message box: people after `@`, emoji after `:`, commands after `/`.
//!
//! Invariant: nothing is taken by itself. Enter and Tab take what is marked only while the list is seen, and a colon
//! what it ends the name of; Escape closes it, and what was typed stays as it was.

use std::cell::RefCell;

use web_sys::{Element, HtmlTextAreaElement};

use super::parts::{find, set, show};
use crate::{
    io,
    state::{App, COMMANDS, Room, completions, people},
};

const LIST: &str = "#choices";
/// Most that are offered at a time.
const MOST: usize = 8;

/// One of those that are offered.
struct Choice {
    /// What stands in the list.
    shown: String,
    /// What comes into the box, in the place of the word.
    text: String,
}

/// What is offered now.
#[derive(Default)]
struct Offer {
    choices: Vec<Choice>,
    /// Which of them is marked.
    marked: usize,
    /// The first is an emoji whose name has been typed in full: a colon behind it takes that one.
    named: bool,
    /// Where the word begins and ends, in UTF-16 units.
    word: (u32, u32),
}

/// The list below which one types.
#[derive(Default)]
pub(super) struct Choices(RefCell<Offer>);

impl Choices {
    /// The box has another text, or the caret another place.
    pub(super) fn look(&self, area: &HtmlTextAreaElement, app: &App) {
        let offer = offer(area, app).unwrap_or_default();
        self.0.replace(offer);
        self.draw();
    }

    pub(super) fn close(&self) {
        if !self.0.take().choices.is_empty() {
            self.draw();
        }
    }

    /// A key that belongs to the list while it is seen. True where it was one.
    pub(super) fn key(&self, key: &str, area: &HtmlTextAreaElement) -> bool {
        let mut offer = self.0.borrow_mut();
        let count = offer.choices.len();
        if count == 0 {
            return false;
        }
        match key {
            "ArrowDown" => offer.marked = (offer.marked + 1) % count,
            "ArrowUp" => offer.marked = (offer.marked + count - 1) % count,
            "Enter" | "Tab" | ":" if key != ":" || offer.named => {
                let marked = if key == ":" { 0 } else { offer.marked };
                drop(offer);
                self.take(marked, area);
                return true;
            }
            "Escape" => offer.choices.clear(),
            _ => return false,
        }
        drop(offer);
        self.draw();
        true
    }

    /// Puts one of them into the box.
    pub(super) fn take(&self, number: usize, area: &HtmlTextAreaElement) {
        let offer = self.0.take();
        self.draw();
        if let Some(choice) = offer.choices.get(number) {
            let (from, to) = offer.word;
            // It fails only for a word that is not there.
            let _put = area.set_range_text_with_start_and_end_and_mode(&choice.text, from, to, "end");
            io::tell_of_text(area);
        }
    }

    fn draw(&self) {
        let offer = self.0.borrow();
        let Some(list) = find::<Element>(LIST) else { return };
        list.set_text_content(None);
        for (number, choice) in offer.choices.iter().enumerate() {
            let Some(option) = list.owner_document().and_then(|document| document.create_element("li").ok()) else {
                return;
            };
            option.set_id(&id(number));
            option.set_text_content(Some(&choice.shown));
            let is_marked = if number == offer.marked { "true" } else { "false" };
            for (name, value) in [("role", "option"), ("aria-selected", is_marked), ("dir", "auto")] {
                // It fails only for names that no attribute can have.
                let _set = option.set_attribute(name, value);
            }
            let _appended = list.append_child(&option);
        }
        let is_seen = !offer.choices.is_empty();
        show(LIST, is_seen);
        set("#composer", "aria-activedescendant", is_seen.then(|| id(offer.marked)).as_deref());
    }
}

fn id(number: usize) -> String {
    ["choice-", &number.to_string()].concat()
}

/// What is to be offered for the word before the caret.
fn offer(area: &HtmlTextAreaElement, app: &App) -> Option<Offer> {
    let caret = area.selection_end().ok()??;
    if area.selection_start().ok()?? != caret {
        return None;
    }
    let text = area.value();
    let before = &text[..place_of(&text, caret)];
    let start = before
        .rfind(char::is_whitespace)
        .map_or(0, |space| space + before[space..].chars().next().map_or(1, char::len_utf8));
    let word = &before[start..];
    let (sign, choices) = if let Some(place) = word.rfind('@') {
        (place, people_named(&word[place + 1..], app.current()?.1, app))
    } else if let Some(place) = word.rfind(':') {
        (place, emoji_named(&word[place + 1..]))
    } else if start == 0 && word.starts_with('/') {
        (0, commands_named(word))
    } else {
        return None;
    };
    // What has a letter before it is an address, or a time of day.
    if word[..sign].ends_with(char::is_alphanumeric) {
        return None;
    }
    let units = word[sign..].encode_utf16().count();
    let named = choices.first().is_some_and(|first| first.shown.ends_with(&[" ", &word[sign..], ":"].concat()));
    Some(Offer { choices, named, marked: 0, word: (caret - u32::try_from(units).ok()?, caret) })
}

/// The place in bytes of a place in UTF-16 units.
fn place_of(text: &str, units: u32) -> usize {
    let mut left = usize::try_from(units).unwrap_or(0);
    for (place, c) in text.char_indices() {
        if left == 0 {
            return place;
        }
        left = left.saturating_sub(c.len_utf16());
    }
    text.len()
}

fn people_named(typed: &str, room: &Room, app: &App) -> Vec<Choice> {
    let people = people(room, app.me().map(|me| &me.id));
    let choice = |name: &str| Choice { shown: name.to_owned(), text: ["@", name, " "].concat() };
    completions(typed, &people).into_iter().map(|person| choice(person.name.as_str())).collect()
}

fn commands_named(typed: &str) -> Vec<Choice> {
    let choice = |example: &&str| {
        let command = example.split(' ').next().unwrap_or_default();
        command.starts_with(typed).then(|| Choice { shown: (*example).to_owned(), text: [command, " "].concat() })
    };
    COMMANDS.iter().filter_map(choice).collect()
}

/// Emoji are offered from two letters of their name on. Where the table is not here yet, it is fetched.
fn emoji_named(typed: &str) -> Vec<Choice> {
    if typed.len() < 2 || !typed.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'-' | b'+')) {
        return Vec::new();
    }
    let choice =
        |(emoji, name): (&str, &str)| Choice { shown: [emoji, " :", name, ":"].concat(), text: [emoji, " "].concat() };
    io::with_emoji(|table| {
        // The one whose name has been typed in full comes first.
        let mut choices = Vec::new();
        for (emoji, name) in found(table, typed) {
            if name == typed {
                choices.insert(0, choice((emoji, name)));
            } else if choices.len() < MOST {
                choices.push(choice((emoji, name)));
            }
        }
        choices.truncate(MOST);
        choices
    })
}

/// The emoji of which a name begins so: each with that name. In a line of the table stands an emoji, then its names.
fn found<'a>(table: &'a str, typed: &'a str) -> impl Iterator<Item = (&'a str, &'a str)> {
    table.lines().filter_map(move |line| {
        let (emoji, names) = line.split_once(' ')?;
        Some((emoji, names.split(' ').find(|name| name.starts_with(typed))?))
    })
}
