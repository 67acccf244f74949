//! What is limited, and how fast each may be where nobody says otherwise.

use super::Rate;

const K: u32 = 1_024;

/// What is limited.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Messages.
    Posts,
    /// Edits, deletions, titles and topics, and a person's own name.
    Edits,
    /// Reactions, put or taken back.
    Reactions,
    /// Rooms opened.
    Joins,
    /// Sessions made by asking for one. Pages make them too, and are never refused: nothing is stored of either.
    Sessions,
    /// Handshakes of both sockets.
    Handshakes,
    /// Tries to sign in that failed.
    FailedSignIns,
    /// Bytes of what comes in on sockets, as they are when they are no longer compressed.
    Bytes,
    /// Pages of history, lists of rooms and mentions.
    Reads,
    /// What a person keeps for themselves: read positions, levels, where and when they are told by push.
    Records,
    /// That somebody types.
    Signals,
}

/// Of whom a limit is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Whose {
    /// Of each person, whatever their connections.
    Person,
    /// Of each address; an IPv6 /64 counts as one.
    Address,
}

impl Kind {
    /// All of them, in the order in which they are shown.
    pub const ALL: [Self; 11] = [
        Self::Posts,
        Self::Edits,
        Self::Reactions,
        Self::Joins,
        Self::Sessions,
        Self::Handshakes,
        Self::FailedSignIns,
        Self::Bytes,
        Self::Reads,
        Self::Records,
        Self::Signals,
    ];

    /// What it is called in flags and metrics.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Posts => "posts",
            Self::Edits => "edits",
            Self::Reactions => "reactions",
            Self::Joins => "joins",
            Self::Sessions => "sessions",
            Self::Handshakes => "handshakes",
            Self::FailedSignIns => "failed-sign-ins",
            Self::Bytes => "bytes",
            Self::Reads => "reads",
            Self::Records => "records",
            Self::Signals => "signals",
        }
    }

    /// How fast it may be of a person and of an address; none where it is not counted by that at all.
    ///
    /// Those of an address are for a class behind one IPv4 address, and for all who come back at once when their proxy
    /// does, also where the server was not told of the proxy.
    #[must_use]
    pub fn usual(self) -> [Option<Rate>; 2] {
        let second = |burst, count| Some(Rate::new(burst, count, 1));
        match self {
            Self::Posts | Self::Edits => [second(30, 2), second(300, 20)],
            Self::Reactions => [second(60, 5), second(600, 50)],
            Self::Joins => [second(300, 5), second(10_000, 200)],
            Self::Sessions => [None, second(500, 10)],
            Self::Handshakes => [None, second(10_000, 200)],
            Self::FailedSignIns => [Some(Rate::new(5, 1, 30)), Some(Rate::new(20, 1, 10))],
            Self::Bytes => [second(2 * K * K, 256 * K), second(32 * K * K, 4 * K * K)],
            Self::Reads => [second(200, 10), second(5_000, 200)],
            Self::Records => [second(60, 4), second(5_000, 400)],
            Self::Signals => [second(30, 2), second(5_000, 400)],
        }
    }
}

impl Whose {
    /// Both, in the order of [`Kind::usual`].
    pub const ALL: [Self; 2] = [Self::Person, Self::Address];

    /// What it is called in flags and metrics.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Person => "person",
            Self::Address => "address",
        }
    }
}
