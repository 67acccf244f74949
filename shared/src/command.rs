//! Commands: what a client asks for that may become an event.

use crate::{ClientFrame, ClientKey, Emoji, MessageId, MessageText, PersonId, RoomName, RoomTitle, RoomTopic, Seq};

/// A request that may become an event of a room, without the room and the key that it is sent with.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Command {
    /// Post a message.
    Post {
        /// What it says.
        text: MessageText,
        /// The message that it answers.
        reply_to: Option<Seq>,
        /// Whom it mentions; at most 50.
        mentions: Vec<PersonId>,
    },
    /// Change what a message of one's own says.
    Edit {
        /// The message.
        target: Seq,
        /// What it is to say.
        text: MessageText,
        /// Whom it then mentions; at most 50.
        mentions: Vec<PersonId>,
    },
    /// Take a message of one's own back.
    Delete {
        /// The message.
        target: Seq,
    },
    /// Put a reaction to a message, or take it back.
    React {
        /// The message.
        target: Seq,
        /// Which reaction.
        emoji: Emoji,
        /// Put, or take back.
        on: bool,
    },
    /// Say what the room is called and about. What is absent stays as it is.
    SetRoom {
        /// Its title.
        title: Option<RoomTitle>,
        /// What it is about.
        topic: Option<RoomTopic>,
    },
}

impl Command {
    /// The message that it is about, where it is about one.
    #[must_use]
    pub fn target(&self) -> Option<Seq> {
        match self {
            Self::Edit { target, .. } | Self::Delete { target } | Self::React { target, .. } => Some(*target),
            Self::Post { .. } | Self::SetRoom { .. } => None,
        }
    }

    /// The message that it is about or answers, where there is one.
    #[must_use]
    pub fn about(&self) -> Option<Seq> {
        match self {
            Self::Post { reply_to, .. } => *reply_to,
            other => other.target(),
        }
    }

    /// The frame that asks for it. `of` is the message that it is about or answers.
    #[must_use]
    pub fn frame(self, room: RoomName, key: ClientKey, of: Option<MessageId>) -> ClientFrame {
        match self {
            Self::Post { text, reply_to, mentions } => ClientFrame::Post { room, key, text, reply_to, of, mentions },
            Self::Edit { target, text, mentions } => ClientFrame::Edit { room, key, target, of, text, mentions },
            Self::Delete { target } => ClientFrame::Delete { room, key, target, of },
            Self::React { target, emoji, on } => ClientFrame::React { room, key, target, of, emoji, on },
            Self::SetRoom { title, topic } => ClientFrame::SetRoom { room, key, title, topic },
        }
    }

    /// The command that a frame asks for, with its room and key, and the message that it is about or answers.
    ///
    /// # Errors
    /// The frame itself, where it asks for none.
    pub fn of_frame(frame: ClientFrame) -> Result<Asked, ClientFrame> {
        Ok(match frame {
            ClientFrame::Post { room, key, text, reply_to, of, mentions } => {
                (room, key, of, Self::Post { text, reply_to, mentions })
            }
            ClientFrame::Edit { room, key, target, of, text, mentions } => {
                (room, key, of, Self::Edit { target, text, mentions })
            }
            ClientFrame::Delete { room, key, target, of } => (room, key, of, Self::Delete { target }),
            ClientFrame::React { room, key, target, of, emoji, on } => {
                (room, key, of, Self::React { target, emoji, on })
            }
            ClientFrame::SetRoom { room, key, title, topic } => (room, key, None, Self::SetRoom { title, topic }),
            other => return Err(other),
        })
    }
}

/// A command as a frame asks for it: in which room, under which key, and about which message.
pub type Asked = (RoomName, ClientKey, Option<MessageId>, Command);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_command_survives_its_frame() {
        let (room, key) = (RoomName::lobby(), ClientKey::parse("k").unwrap());
        let text = MessageText::parse("hi").unwrap();
        let target = Seq(7);
        for command in [
            Command::Post { text: text.clone(), reply_to: Some(target), mentions: Vec::new() },
            Command::Edit { target, text, mentions: vec![PersonId::parse("a").unwrap()] },
            Command::Delete { target },
            Command::React { target, emoji: Emoji::parse("👍").unwrap(), on: true },
            Command::SetRoom { title: RoomTitle::parse("Den").ok(), topic: None },
        ] {
            let of = command.about().map(|_| MessageId::parse("p/k").unwrap());
            let frame = command.clone().frame(room.clone(), key.clone(), of.clone());
            assert_eq!(Command::of_frame(frame), Ok((room.clone(), key.clone(), of, command)));
        }
        let ping = ClientFrame::Ping { n: 1 };
        assert_eq!(Command::of_frame(ping.clone()), Err(ping));
    }
}
