//! Writes JSON down, field by field: what is kept, and what is said to the server.

use js_sys::JSON;
use shared::{ClientFrame, Level, PersonId, RoomTitle, RoomTopic, Seq};
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
}

/// A frame as a text.
#[must_use]
pub fn frame_text(frame: &ClientFrame) -> String {
    let (kind, room, key) = match frame {
        ClientFrame::Open { room, .. } => ("open", Some(room), None),
        ClientFrame::Leave { room } => ("leave", Some(room), None),
        ClientFrame::Post { room, key, .. } => ("post", Some(room), Some(key)),
        ClientFrame::Edit { room, key, .. } => ("edit", Some(room), Some(key)),
        ClientFrame::Delete { room, key, .. } => ("delete", Some(room), Some(key)),
        ClientFrame::React { room, key, .. } => ("react", Some(room), Some(key)),
        ClientFrame::SetRoom { room, key, .. } => ("set_room", Some(room), Some(key)),
        ClientFrame::Read { room, .. } => ("read", Some(room), None),
        ClientFrame::SetLevel { room, .. } => ("set_level", Some(room), None),
        ClientFrame::Forget { room } => ("forget", Some(room), None),
        ClientFrame::Typing { room } => ("typing", Some(room), None),
        ClientFrame::Rename { .. } => ("rename", None, None),
        ClientFrame::Ping { .. } => ("ping", None, None),
    };
    let mut json = Json::of_type(kind);
    if let Some(room) = room {
        json.text("room", room.as_str());
    }
    if let Some(key) = key {
        json.text("key", key.as_str());
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
        ClientFrame::Post { text, reply_to, mentions, .. } => {
            json.text("text", text.as_str());
            json.seq("reply_to", *reply_to);
            json.mentions(mentions);
        }
        ClientFrame::Edit { target, text, mentions, .. } => {
            json.number("target", target.0);
            json.text("text", text.as_str());
            json.mentions(mentions);
        }
        ClientFrame::Delete { target, .. } => json.number("target", target.0),
        ClientFrame::React { target, emoji, on, .. } => {
            json.number("target", target.0);
            json.text("emoji", emoji.as_str());
            json.flag("on", *on);
        }
        ClientFrame::SetRoom { title, topic, .. } => {
            json.optional("title", title.as_ref().map(RoomTitle::as_str));
            json.optional("topic", topic.as_ref().map(RoomTopic::as_str));
        }
        ClientFrame::Rename { name } => json.text("name", name.as_str()),
        ClientFrame::Ping { n } => json.number("n", u64::from(*n)),
        ClientFrame::Read { seq, back, .. } => {
            json.number("seq", seq.0);
            json.flag("back", *back);
        }
        ClientFrame::SetLevel { level, .. } => json.text("level", level_name(*level)),
        ClientFrame::Open { after: None, .. }
        | ClientFrame::Leave { .. }
        | ClientFrame::Forget { .. }
        | ClientFrame::Typing { .. } => {}
    }
    json.0.push('}');
    json.0
}

/// A level as it stands on the wire.
pub(super) fn level_name(level: Level) -> &'static str {
    LEVELS.iter().find(|(_, known)| *known == level).map_or("", |(name, _)| name)
}
