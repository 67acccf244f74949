//! Where the person is, from the path of the link. A bad link is a place too, with words of its own.

use shared::{RoomName, Seq};

/// What a link leads to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Place {
    /// A room, at its newest messages.
    Room(RoomName),
    /// A message of a room: its permalink. 0 where the link names no message that could be.
    At(RoomName, Seq),
    /// Nothing that could exist.
    Nowhere,
}

impl Place {
    /// The place of a path: `/` is the lobby, `/r/NAME` any room, and `/r/NAME/1234` a message of it.
    #[must_use]
    pub fn of_path(path: &str) -> Self {
        if matches!(path, "" | "/" | "/index.html") {
            return Self::Room(RoomName::lobby());
        }
        let Some(rest) = path.strip_prefix("/r/") else { return Self::Nowhere };
        let rest = rest.strip_suffix('/').unwrap_or(rest);
        let (name, seq) = rest.split_once('/').map_or((rest, None), |(name, seq)| (name, Some(seq)));
        let Ok(room) = RoomName::parse(name) else { return Self::Nowhere };
        match seq {
            None => Self::Room(room),
            // A sign would be read as well.
            Some(seq) if seq.starts_with('+') => Self::At(room, Seq::ZERO),
            Some(seq) => Self::At(room, seq.parse().map_or(Seq::ZERO, Seq)),
        }
    }

    /// The path of a room's link.
    #[must_use]
    pub fn path(room: &RoomName) -> String {
        if *room == RoomName::lobby() { "/".to_owned() } else { ["/r/", room.as_str()].concat() }
    }

    /// The path of a message's link.
    #[must_use]
    pub fn permalink(room: &RoomName, seq: Seq) -> String {
        ["/r/", room.as_str(), "/", &seq.to_string()].concat()
    }

    /// The path of the link that leads here; none to nowhere.
    #[must_use]
    pub fn link(&self) -> Option<String> {
        match self {
            Self::Room(room) => Some(Self::path(room)),
            Self::At(room, seq) => Some(Self::permalink(room, *seq)),
            Self::Nowhere => None,
        }
    }

    /// The room, where it is one, or a message of one.
    #[must_use]
    pub fn room(&self) -> Option<&RoomName> {
        match self {
            Self::Room(room) | Self::At(room, _) => Some(room),
            Self::Nowhere => None,
        }
    }

    /// The room that a person means by what they type into "Go to room": a leading `#` and capitals are forgiven.
    ///
    /// # Errors
    /// A sentence that says what a room's name is.
    pub fn typed(raw: &str) -> Result<RoomName, String> {
        let name = raw.trim();
        let name = name.strip_prefix('#').unwrap_or(name).to_ascii_lowercase();
        RoomName::parse(&name).map_err(|why| why.to_string())
    }
}
