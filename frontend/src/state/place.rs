//! Where the person is, from the path of the link. A bad link is a place too, with words of its own.

use shared::RoomName;

/// What a link leads to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Place {
    /// A room.
    Room(RoomName),
    /// Nothing that could exist.
    Nowhere,
}

impl Place {
    /// The place of a path: `/` is the lobby, `/r/NAME` any other room.
    #[must_use]
    pub fn of_path(path: &str) -> Self {
        if matches!(path, "" | "/" | "/index.html") {
            return Self::Room(RoomName::lobby());
        }
        let name = path.strip_prefix("/r/").map(|rest| rest.strip_suffix('/').unwrap_or(rest));
        name.and_then(|name| RoomName::parse(name).ok()).map_or(Self::Nowhere, Self::Room)
    }

    /// The path of a room's link.
    #[must_use]
    pub fn path(room: &RoomName) -> String {
        if *room == RoomName::lobby() { "/".to_owned() } else { ["/r/", room.as_str()].concat() }
    }

    /// The room, where it is one.
    #[must_use]
    pub fn room(&self) -> Option<&RoomName> {
        match self {
            Self::Room(room) => Some(room),
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
