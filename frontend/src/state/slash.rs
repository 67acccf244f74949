//! What was typed means when it is sent off: a message, or one of the few words that begin with a slash.
//!
//! Invariant: what is not understood is not sent. The person is told why, and the text stays where it is.

use shared::{BadText, LIMITS, MessageText, PersonName, RoomName};

use super::Place;

/// What Enter means.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Typed {
    /// Nothing: there is no word in it.
    Blank,
    /// Send this, by [`super::Action::MessageTyped`].
    Send(MessageText),
    /// Be called this, by [`super::Action::NameTyped`].
    Rename(String),
    /// Go to this room.
    Go(RoomName),
    /// Show the dialog of this name.
    Show(&'static str),
    /// It cannot be done, and this is why. The text is to stay in the composer.
    Wrong(String),
}

/// The commands that there are, with an example each. What else can be typed is said in `index.html`.
pub const COMMANDS: [&str; 5] = ["/name Ada", "/me waves", "/room den", "/help", "/settings"];

/// What a text that was typed means. While a message is being edited, all is text.
#[must_use]
pub fn command(raw: &str, editing: bool) -> Typed {
    let Some(rest) = raw.strip_prefix('/').filter(|_| !editing) else { return send(raw) };
    if rest.starts_with('/') {
        return send(rest);
    }
    let end = rest.find(char::is_whitespace).unwrap_or(rest.len());
    let (word, said) = (rest[..end].to_ascii_lowercase(), rest[end..].trim());
    // A path, a comment, a lone slash.
    if word.is_empty() || !word.bytes().all(|b| b.is_ascii_lowercase()) {
        return send(raw);
    }
    match word.as_str() {
        "me" if said.is_empty() => wrong(&["Say what you do, as in /me waves."]),
        "me" => send(raw),
        "name" if said.is_empty() => wrong(&["Say what you want to be called, as in /name Ada."]),
        "name" => match PersonName::parse(said) {
            Ok(_) => Typed::Rename(said.to_owned()),
            Err(why) => wrong(&["That cannot be your name: ", &why.to_string()]),
        },
        "room" if said.is_empty() => wrong(&["Say which room, as in /room den."]),
        "room" => Place::typed(said).map_or_else(Typed::Wrong, Typed::Go),
        "help" => Typed::Show("help"),
        "settings" => Typed::Show("settings"),
        _ => wrong(&["There is no command /", &word, ". Type /help for those there are, or // to send it as text."]),
    }
}

fn send(text: &str) -> Typed {
    match MessageText::parse(text) {
        Ok(text) => Typed::Send(text),
        Err(BadText::Blank) => Typed::Blank,
        Err(why) => Typed::Wrong(why_not(text, why)),
    }
}

/// Why a text cannot be sent, in words. One that is too long stays as it is: whoever wrote it knows where to part it.
#[must_use]
pub fn why_not(text: &str, why: BadText) -> String {
    // What has too many bytes has too many characters too.
    let over = text.chars().count().saturating_sub(LIMITS.text_chars);
    if over == 0 {
        return ["It cannot be sent yet: ", &why.to_string()].concat();
    }
    let (most, over) = (LIMITS.text_chars.to_string(), over.to_string());
    let words = ["It cannot be sent yet: it is longer than ", &most, " characters, by ", &over];
    [words.concat().as_str(), ". Shorten it, or send it in parts."].concat()
}

fn wrong(words: &[&str]) -> Typed {
    Typed::Wrong(words.concat())
}
