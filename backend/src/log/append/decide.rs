//! What a command means for a room and a message as they are: an event, nothing, or what is wrong with it. Pure.

use shared::{About, Author, Command, Emoji, EventBody, Message, Salt, Words};

/// Most kinds of reactions to a message, and most reactions in all.
const KINDS: usize = 20;
const REACTIONS: usize = 500;

/// What is wrong with a command, for good: the same again is answered the same.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Wrong {
    /// Its target is no message of this room.
    #[error("there is no such message in this room")]
    NoMessage,
    /// Its target is somebody else's message.
    #[error("it is somebody else's message")]
    NotYours,
    /// Its target was deleted.
    #[error("the message was deleted")]
    Deleted,
    /// The reaction is not one emoji.
    #[error("it is not one emoji")]
    BadEmoji,
    /// The message has all the reactions that it can hold.
    #[error("the message has all the reactions that it can hold")]
    TooManyReactions,
    /// The person's list has all the rooms that it can hold.
    #[error("the person's list has all the rooms that it can hold")]
    TooManyRooms,
    /// The name is somebody else's, or looks like it.
    #[error("the name is somebody else's, or looks like it")]
    NameTaken,
    /// There is no name that could be claimed.
    #[error("there is no name that could be claimed")]
    NoName,
    /// The recovery code is not good, or no longer.
    #[error("the recovery code is not good, or no longer")]
    NoSuchCode,
    /// The room is closed to them, or there is none: they are not told which.
    #[error("the room is closed to them, or there is none")]
    NoAccess,
    /// Their role in the room does not let them.
    #[error("their role in the room does not let them")]
    NotAllowed,
    /// Only what is empty can be founded, and not under any name.
    #[error("only what is empty can be founded, and not under any name")]
    NotEmpty,
    /// A room has at least one owner.
    #[error("a room has at least one owner")]
    LastOwner,
    /// There are as many as there may be.
    #[error("there are as many as there may be")]
    TooMany,
    /// It is the only way to sign in.
    #[error("it is the only way to sign in")]
    LastWay,
}

/// The event that `command` becomes, by `by`, where it changes something. `target` is the message that it is about, as
/// it is now. `leads`: they may take back what others have written.
pub(super) fn decide(
    command: &Command,
    by: &Author,
    about: &About,
    target: Option<&Message>,
    leads: bool,
    salt: Salt,
) -> Result<Option<EventBody>, Wrong> {
    let kept = |text, mentions| Words::Kept { salt, text, mentions };
    match command.clone() {
        Command::Post { text, reply_to, mentions } => {
            Ok(Some(EventBody::Posted { words: kept(text, mentions), reply_to }))
        }
        Command::Edit { text, mentions, .. } => {
            let message = own(target, by)?;
            if message.is_deleted() {
                return Err(Wrong::Deleted);
            }
            let same = message.text.as_ref() == Some(&text) && message.mentions == mentions;
            Ok((!same).then(|| EventBody::Edited { target: message.seq, words: kept(text, mentions) }))
        }
        Command::Delete { .. } => {
            let message = if leads { target.ok_or(Wrong::NoMessage)? } else { own(target, by)? };
            Ok((!message.is_deleted()).then_some(EventBody::Deleted { target: message.seq }))
        }
        Command::React { emoji, on, .. } => {
            let emoji = one_emoji(&emoji).ok_or(Wrong::BadEmoji)?;
            let message = target.ok_or(Wrong::NoMessage)?;
            if message.is_deleted() {
                return Err(Wrong::Deleted);
            }
            if message.has_reaction(&emoji, &by.id) == on {
                return Ok(None);
            }
            if on && !has_room_for(message, &emoji) {
                return Err(Wrong::TooManyReactions);
            }
            Ok(Some(EventBody::Reacted { target: message.seq, emoji, on }))
        }
        Command::SetRoom { title, topic } => {
            let same_title = title.as_ref().is_none_or(|title| *title == about.title);
            let same_topic = topic.as_ref().is_none_or(|topic| *topic == about.topic);
            Ok((!(same_title && same_topic)).then_some(EventBody::RoomSet { title, topic }))
        }
    }
}

fn own<'a>(target: Option<&'a Message>, by: &Author) -> Result<&'a Message, Wrong> {
    let message = target.ok_or(Wrong::NoMessage)?;
    if message.by.id == by.id { Ok(message) } else { Err(Wrong::NotYours) }
}

/// The one emoji that it is, in its fully qualified form (Unicode Technical Standard 51, ED-18a), so that one with and
/// one without a variation selector are one reaction.
fn one_emoji(emoji: &Emoji) -> Option<Emoji> {
    let known = emojis::get(emoji.as_str())?;
    Emoji::parse(known.as_str()).ok()
}

fn has_room_for(message: &Message, emoji: &Emoji) -> bool {
    let new_kind = message.reactions.iter().all(|reaction| reaction.emoji != *emoji);
    let all: usize = message.reactions.iter().map(|reaction| reaction.by.len()).sum();
    all < REACTIONS && (message.reactions.len() < KINDS || !new_kind)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reaction_is_one_emoji_and_has_one_form() {
        let parsed = |raw: &str| Emoji::parse(raw).ok().and_then(|emoji| one_emoji(&emoji)).map(String::from);
        for (raw, want) in [
            ("👍", "👍"),
            ("👍🏽", "👍🏽"),
            ("❤\u{fe0f}", "❤\u{fe0f}"),
            ("❤", "❤\u{fe0f}"),
            ("1\u{fe0f}\u{20e3}", "1\u{fe0f}\u{20e3}"),
            ("1\u{20e3}", "1\u{fe0f}\u{20e3}"),
            ("🇩🇪", "🇩🇪"),
            ("👩\u{200d}👩\u{200d}👧", "👩\u{200d}👩\u{200d}👧"),
            ("🏳\u{200d}🌈", "🏳\u{fe0f}\u{200d}🌈"),
        ] {
            assert_eq!(parsed(raw).as_deref(), Some(want), "{raw}");
        }
        for bad in ["1", "#", "👍👍", "🇩", "\u{200d}", "\u{fe0f}", "🏽", "ü", "+1", "語", "👍\u{200d}"] {
            assert_eq!(parsed(bad), None, "{bad:?}");
        }
    }
}
