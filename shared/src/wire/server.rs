//! What the server says on `/ws/v1` and at `POST /api/session`.

use serde::{Deserialize, Serialize};

use crate::{ClientKey, Digest, Epoch, Event, Limits, Millis, Person, Refusal, RoomName, Seq, Snapshot, Visit};

/// A frame from the server. A WebSocket text message is one of these or an array of them.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum ServerFrame {
    /// The first frame of a connection.
    Welcome {
        /// Who the server takes the client for.
        you: Person,
        /// The server's clock.
        now: Millis,
        /// Seconds of silence after which either side asks whether the other is alive.
        heartbeat_s: u32,
        /// What the server takes.
        limits: Limits,
    },
    /// All rooms that the person has visited, in no order. It comes on every connection, soon after the welcome.
    Rooms {
        /// The rooms.
        rooms: Vec<Visit>,
    },
    /// A room is open: from here on its events follow, each after the one before it.
    Opened {
        /// The room.
        room: RoomName,
        /// The history that its seqs count in.
        epoch: Epoch,
        /// The oldest event that the log still has; 1 where it is whole.
        first: Seq,
        /// The newest event.
        head: Seq,
        /// The digest of the log up to `head`.
        digest: Digest,
        /// The newest messages, where the client gave no cursor or one that is no good here.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        snapshot: Option<Snapshot>,
        /// Why the client's cursor was no good: what it has of the room is to be thrown away.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        reset: Option<Reset>,
    },
    /// An event of an open room. One's own event coming back is its acknowledgement.
    Event(Event),
    /// A command needs no further word: its event is in the log already, or it changed nothing.
    Settled {
        /// The room.
        room: RoomName,
        /// The command's key.
        key: ClientKey,
        /// The event that it became, where it became one.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        seq: Option<Seq>,
    },
    /// A command was not carried out.
    Refused {
        /// The room, where the command named one.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        room: Option<String>,
        /// The command's key, where it had one.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        key: Option<String>,
        /// Why.
        #[serde(flatten)]
        refusal: Refusal,
    },
    /// What is true only now.
    Signal(Signal),
    /// The answer to `ping`.
    Pong {
        /// The number that was asked with.
        n: u32,
        /// The server's clock.
        now: Millis,
        /// The heads of the rooms that are open on this connection.
        rooms: Vec<RoomHead>,
    },
    /// A frame of a newer version.
    #[serde(other)]
    Unknown,
}

/// Why a cursor was no good: the client throws its copy of the room away, takes the snapshot, and says so.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Reset {
    /// It counts in another history.
    Epoch,
    /// It is ahead of the log.
    Ahead,
    /// Its digest differs from the log's.
    Diverged,
    /// It is so far behind that a snapshot is less than the events would be.
    TooFar,
    /// A reason of a newer version.
    #[serde(other)]
    Other,
}

/// Where an open room's log ends.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RoomHead {
    /// The room.
    pub room: RoomName,
    /// Its newest event.
    pub seq: Seq,
    /// The digest of the log up to there.
    pub digest: Digest,
}

/// What is true only now: never in the log, coalesced, free to be lost.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Signal {
    /// Who is in an open room. It replaces what was said before.
    Here {
        /// The room.
        room: RoomName,
        /// How many people (not connections) are here.
        count: u32,
        /// Who, by name; none where there are more than 200.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        people: Option<Vec<Person>>,
    },
    /// Who types in an open room. It replaces what was said before, and holds for 5 seconds.
    Typing {
        /// The room.
        room: RoomName,
        /// Who; at most 5 of them.
        people: Vec<Person>,
    },
    /// A person in an open room has another name now.
    Renamed {
        /// The room.
        room: RoomName,
        /// Who, and what they are called now.
        person: Person,
    },
    /// How a room that the person has visited stands with them now. It replaces what was said before.
    Unread(Visit),
    /// A room is in the person's list no longer.
    Forgotten {
        /// The room.
        room: RoomName,
    },
    /// A signal of a newer version.
    #[serde(other)]
    Unknown,
}

/// The answer of `POST /api/session`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SessionGranted {
    /// Whom the session is of.
    pub you: Person,
    /// The token, where a bearer session was asked for. It is said once.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub token: Option<String>,
}
