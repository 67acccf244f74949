//! Writes JSON down, field by field: what is kept, and what is said to the server.

use js_sys::JSON;
use shared::{
    ClientFrame, ClientKey, Command, Level, MessageId, MessageText, PersonId, RoomName, RoomTitle, RoomTopic, Seq,
};
use wasm_bindgen::JsValue;

use super::read::LEVELS;

/// A text in the making, that of an object or of a list.
pub(super) struct Json(pub(super) String);

impl Json {
    /// An object of the wire, and its type.
    pub(super) fn of_type(kind: &str) -> Self {
        let mut json = Self(String::from("{"));
        json.text("type", kind);
        json
    }

    fn name(&mut self, name: &str) {
        if !matches!(self.0.as_bytes().last(), None | Some(b'{' | b'[')) {
            self.0.push(',');
        }
        if !name.is_empty() {
            // Names are ours: there is nothing in them to escape.
            self.0.push('"');
            self.0.push_str(name);
            self.0.push_str("\":");
        }
    }

    fn quoted(&mut self, text: &str) {
        // It fails only for what has no text.
        let quoted = JSON::stringify(&JsValue::from_str(text)).map(String::from);
        self.0.push_str(&quoted.unwrap_or_default());
    }

    /// A field; in a list, without a name.
    pub(super) fn text(&mut self, name: &str, text: &str) {
        self.name(name);
        self.quoted(text);
    }

    /// A field that is left away where there is no text.
    pub(super) fn optional(&mut self, name: &str, text: Option<&str>) {
        if let Some(text) = text {
            self.text(name, text);
        }
    }

    pub(super) fn number(&mut self, name: &str, number: u64) {
        self.name(name);
        self.0.push_str(&number.to_string());
    }

    pub(super) fn flag(&mut self, name: &str, flag: bool) {
        self.name(name);
        self.0.push_str(if flag { "true" } else { "false" });
    }

    pub(super) fn open(&mut self, name: &str, bracket: char) {
        self.name(name);
        self.0.push(bracket);
    }

    pub(super) fn mentions(&mut self, mentions: &[PersonId]) {
        self.open("mentions", '[');
        for person in mentions {
            self.text("", person.as_str());
        }
        self.0.push(']');
    }

    /// A field that is left away where there is no such event.
    pub(super) fn seq(&mut self, name: &str, seq: Option<Seq>) {
        if let Some(seq) = seq {
            self.number(name, seq.0);
        }
    }

    /// What a command asks for, and of which message.
    pub(super) fn command(&mut self, command: &Command, of: Option<&MessageId>) {
        self.optional("of", of.map(MessageId::as_str));
        self.seq("target", command.target());
        match command {
            Command::Post { text, mentions, reply_to } => {
                self.seq("reply_to", *reply_to);
                self.words(text, mentions);
            }
            Command::Edit { text, mentions, .. } => self.words(text, mentions),
            Command::Delete { .. } => {}
            Command::React { emoji, on, .. } => {
                self.text("emoji", emoji.as_str());
                self.flag("on", *on);
            }
            Command::SetRoom { title, topic } => {
                self.optional("title", title.as_ref().map(RoomTitle::as_str));
                self.optional("topic", topic.as_ref().map(RoomTopic::as_str));
            }
        }
    }

    fn words(&mut self, text: &MessageText, mentions: &[PersonId]) {
        self.text("text", text.as_str());
        self.mentions(mentions);
    }
}

/// A command as a text, as the server is asked for it.
#[must_use]
pub fn command_text(room: &RoomName, key: &ClientKey, of: Option<&MessageId>, command: &Command) -> String {
    let mut json = Json::of_type(match command {
        Command::Post { .. } => "post",
        Command::Edit { .. } => "edit",
        Command::Delete { .. } => "delete",
        Command::React { .. } => "react",
        Command::SetRoom { .. } => "set_room",
    });
    json.text("room", room.as_str());
    json.text("key", key.as_str());
    json.command(command, of);
    json.0.push('}');
    json.0
}

/// A frame as a text.
///
/// # Panics
/// Where it asks for a command: that is [`command_text`]'s.
#[must_use]
pub fn frame_text(frame: &ClientFrame) -> String {
    let (kind, room) = match frame {
        ClientFrame::Open { room, .. } => ("open", Some(room)),
        ClientFrame::Leave { room } => ("leave", Some(room)),
        ClientFrame::Read { room, .. } => ("read", Some(room)),
        ClientFrame::SetLevel { room, .. } => ("set_level", Some(room)),
        ClientFrame::Forget { room } => ("forget", Some(room)),
        ClientFrame::Typing { room } => ("typing", Some(room)),
        ClientFrame::Rename { .. } => ("rename", None),
        ClientFrame::Ping { .. } => ("ping", None),
        ClientFrame::Post { .. }
        | ClientFrame::Edit { .. }
        | ClientFrame::Delete { .. }
        | ClientFrame::React { .. }
        | ClientFrame::SetRoom { .. } => unreachable!(),
    };
    let mut json = Json::of_type(kind);
    if let Some(room) = room {
        json.text("room", room.as_str());
    }
    match frame {
        ClientFrame::Open { after: Some(cursor), .. } => {
            json.open("after", '{');
            json.text("epoch", cursor.epoch.as_str());
            json.number("seq", cursor.seq.0);
            if let Some(digest) = cursor.digest {
                json.text("digest", &digest.to_string());
            }
            json.0.push('}');
        }
        ClientFrame::Rename { name } => json.text("name", name.as_str()),
        ClientFrame::Ping { n } => json.number("n", u64::from(*n)),
        ClientFrame::Read { seq, back, .. } => {
            json.number("seq", seq.0);
            json.flag("back", *back);
        }
        ClientFrame::SetLevel { level, .. } => json.text("level", level_name(*level)),
        _ => {}
    }
    json.0.push('}');
    json.0
}

/// A level as it stands on the wire.
pub(super) fn level_name(level: Level) -> &'static str {
    LEVELS.iter().find(|(_, known)| *known == level).map_or("", |(name, _)| name)
}
