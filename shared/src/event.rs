//! Events: the past facts that a log consists of.

use serde::{Deserialize, Serialize};

use crate::{
    Access, ClientKey, Emoji, Hash, MessageText, Millis, PersonId, PersonName, Role, RoomName, RoomTitle, RoomTopic,
    Salt, Seq,
};

/// A person as others see them.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Person {
    /// Who it is.
    pub id: PersonId,
    /// What they are called now.
    pub name: PersonName,
}

/// Who an event is by. A message keeps the name that it was written under.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Author {
    /// Who it was.
    pub id: PersonId,
    /// What they were called then.
    pub name: PersonName,
    /// Came over the plain relay: one connection, no lasting identity.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub plain: bool,
}

/// A number of days, at least one.
pub type Days = std::num::NonZeroU16;

/// A past fact in a room's log.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Event {
    /// The log it stands in.
    pub room: RoomName,
    /// Its number there.
    pub seq: Seq,
    /// When the server took it, never less than the event before it.
    pub at: Millis,
    /// Who it is by.
    pub by: Author,
    /// The author's name for the command that it came from.
    pub key: ClientKey,
    /// What happened.
    pub body: EventBody,
}

/// What happened.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "Body", into = "Body")]
pub enum EventBody {
    /// A message was posted.
    Posted {
        /// What it said then.
        words: Words,
        /// The message that it answers.
        reply_to: Option<Seq>,
    },
    /// Its author changed what a message says.
    Edited {
        /// The message.
        target: Seq,
        /// What it says since.
        words: Words,
    },
    /// Its author took a message back. What it said, then and after edits, is gone.
    Deleted {
        /// The message.
        target: Seq,
    },
    /// Somebody put a reaction to a message, or took theirs back.
    Reacted {
        /// The message.
        target: Seq,
        /// Which reaction.
        emoji: Emoji,
        /// Put, or taken back.
        on: bool,
    },
    /// What the room is called, and what it is about. What is absent stays as it was.
    RoomSet {
        /// Its title; an empty one takes it away.
        title: Option<RoomTitle>,
        /// What it is about; an empty one takes it away.
        topic: Option<RoomTopic>,
    },
    /// The room was founded: it is open as it says, and its author is its first owner. The first event of its log.
    ///
    /// The client in a browser takes this for an unknown kind, as the next one: there is nothing that it would show of it,
    /// and knowing them would be 500 bytes of its first load.
    #[cfg(not(target_arch = "wasm32"))]
    Founded {
        /// To whom it is open.
        access: Access,
    },
    /// Somebody has another role in the room: by an owner or moderator, by an invitation, or because they leave.
    #[cfg(not(target_arch = "wasm32"))]
    RoleSet {
        /// Who.
        person: PersonId,
        /// What they are from now on; none is a guest, to whom a private room is closed.
        role: Option<Role>,
    },
    /// Its author is forgotten: the name that they wrote under is gone from all that they wrote here, and from the log
    /// itself. What they are called in this event is what they are called from now on, in every copy.
    ///
    /// The client in a browser goes by the name of the kind, here and in the next one: two kinds less are 300 bytes less.
    #[cfg(not(target_arch = "wasm32"))]
    Forgotten,
    /// What is older than the room keeps is gone: every event before its target, and so every message.
    #[cfg(not(target_arch = "wasm32"))]
    Dropped {
        /// The log begins here, or later.
        target: Seq,
    },
    /// For so many days the room keeps what is said in it.
    #[cfg(not(target_arch = "wasm32"))]
    RetentionSet {
        /// None: for ever.
        days: Option<Days>,
    },
    /// A kind that this version does not know. It counts (the cursor moves over it, the digest covers it), and shows
    /// nothing.
    Unknown {
        /// Its name.
        kind: String,
        /// The event that it is about.
        target: Option<Seq>,
        /// The hash of what it says.
        hash: Hash,
    },
}

/// What was written, or what is left of it after its deletion.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Words {
    /// It is there.
    Kept {
        /// Hashed with it.
        salt: Salt,
        /// The text.
        text: MessageText,
        /// Whom it mentions.
        mentions: Vec<PersonId>,
    },
    /// It was deleted.
    Gone {
        /// What it was, for the digest alone.
        hash: Hash,
    },
}

impl EventBody {
    /// The name of its kind.
    #[must_use]
    pub fn kind(&self) -> &str {
        match self {
            Self::Posted { .. } => "posted",
            Self::Edited { .. } => "edited",
            Self::Deleted { .. } => "deleted",
            Self::Reacted { .. } => "reacted",
            Self::RoomSet { .. } => "room_set",
            #[cfg(not(target_arch = "wasm32"))]
            Self::Founded { .. } => "room_founded",
            #[cfg(not(target_arch = "wasm32"))]
            Self::RoleSet { .. } => "room_role_set",
            #[cfg(not(target_arch = "wasm32"))]
            Self::Forgotten => "forgotten",
            #[cfg(not(target_arch = "wasm32"))]
            Self::Dropped { .. } => "dropped",
            #[cfg(not(target_arch = "wasm32"))]
            Self::RetentionSet { .. } => "room_retention_set",
            Self::Unknown { kind, .. } => kind,
        }
    }

    /// The event that it is about, or from which on there is something left, where it says one.
    #[must_use]
    pub fn target(&self) -> Option<Seq> {
        match self {
            Self::Edited { target, .. } | Self::Deleted { target } | Self::Reacted { target, .. } => Some(*target),
            #[cfg(not(target_arch = "wasm32"))]
            Self::Dropped { target } => Some(*target),
            Self::Unknown { target, .. } => *target,
            _ => None,
        }
    }

    /// Drops what was written, because its message was deleted. The hash stays.
    pub fn erase(&mut self) {
        let hash = self.hash();
        match self {
            Self::Posted { words, reply_to } => {
                *words = Words::Gone { hash };
                *reply_to = None;
            }
            Self::Edited { words, .. } => *words = Words::Gone { hash },
            _ => {}
        }
    }
}

/// A body as it stands on the wire: the fields of all kinds, side by side. What a text's hash can be made from comes
/// without it; everything else comes with it, so that who does not know a kind can fold its digest all the same.
#[derive(Default, Serialize, Deserialize)]
struct Body {
    r#type: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    target: Option<Seq>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    text: Option<MessageText>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    salt: Option<Salt>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    reply_to: Option<Seq>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    mentions: Vec<PersonId>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    emoji: Option<Emoji>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    on: Option<bool>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    title: Option<RoomTitle>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    topic: Option<RoomTopic>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    access: Option<Access>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    person: Option<PersonId>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    role: Option<Role>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    days: Option<Days>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    hash: Option<Hash>,
}

impl Body {
    fn words(&mut self) -> Option<Words> {
        match (self.salt, self.text.take()) {
            (Some(salt), Some(text)) => Some(Words::Kept { salt, text, mentions: std::mem::take(&mut self.mentions) }),
            _ => self.hash.map(|hash| Words::Gone { hash }),
        }
    }

    fn body(mut self) -> Option<EventBody> {
        Some(match self.r#type.as_str() {
            "posted" => EventBody::Posted { words: self.words()?, reply_to: self.reply_to },
            "edited" => EventBody::Edited { target: self.target?, words: self.words()? },
            "deleted" => EventBody::Deleted { target: self.target? },
            "reacted" => EventBody::Reacted { target: self.target?, emoji: self.emoji?, on: self.on? },
            "room_set" => EventBody::RoomSet { title: self.title, topic: self.topic },
            #[cfg(not(target_arch = "wasm32"))]
            "room_founded" => EventBody::Founded { access: self.access? },
            #[cfg(not(target_arch = "wasm32"))]
            "room_role_set" => EventBody::RoleSet { person: self.person?, role: self.role },
            #[cfg(not(target_arch = "wasm32"))]
            "forgotten" => EventBody::Forgotten,
            #[cfg(not(target_arch = "wasm32"))]
            "dropped" => EventBody::Dropped { target: self.target? },
            #[cfg(not(target_arch = "wasm32"))]
            "room_retention_set" => EventBody::RetentionSet { days: self.days },
            _ => EventBody::Unknown { kind: self.r#type, target: self.target, hash: self.hash? },
        })
    }
}

impl TryFrom<Body> for EventBody {
    type Error = &'static str;

    fn try_from(body: Body) -> Result<Self, Self::Error> {
        body.body().ok_or("a field of this event is missing")
    }
}

impl From<EventBody> for Body {
    fn from(body: EventBody) -> Self {
        // Where the words are there, the hash can be made from them, and is not said: it is not made here either.
        let is_said = matches!(
            &body,
            EventBody::Posted { words: Words::Kept { .. }, .. } | EventBody::Edited { words: Words::Kept { .. }, .. }
        );
        let hash = (!is_said).then(|| body.hash());
        let mut fields = Self { r#type: body.kind().to_owned(), target: body.target(), hash, ..Self::default() };
        match body {
            EventBody::Posted { words: Words::Kept { salt, text, mentions }, reply_to } => {
                return Self { text: Some(text), salt: Some(salt), reply_to, mentions, ..fields };
            }
            EventBody::Edited { words: Words::Kept { salt, text, mentions }, .. } => {
                return Self { text: Some(text), salt: Some(salt), mentions, ..fields };
            }
            EventBody::Reacted { emoji, on, .. } => (fields.emoji, fields.on) = (Some(emoji), Some(on)),
            EventBody::RoomSet { title, topic } => (fields.title, fields.topic) = (title, topic),
            #[cfg(not(target_arch = "wasm32"))]
            EventBody::Founded { access } => fields.access = Some(access),
            #[cfg(not(target_arch = "wasm32"))]
            EventBody::RoleSet { person, role } => (fields.person, fields.role) = (Some(person), role),
            #[cfg(not(target_arch = "wasm32"))]
            EventBody::RetentionSet { days } => fields.days = days,
            EventBody::Posted { .. }
            | EventBody::Edited { .. }
            | EventBody::Deleted { .. }
            | EventBody::Unknown { .. } => {}
            #[cfg(not(target_arch = "wasm32"))]
            EventBody::Forgotten | EventBody::Dropped { .. } => {}
        }
        fields
    }
}
