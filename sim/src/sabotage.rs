//! Sabotage: faults in Warren itself, put in by wrappers here and never in the real code, to see that each is noticed.

/// A promise that is broken on purpose.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sabotage {
    /// A commit is reported before it is durable; a crash loses it.
    AckBeforeCommit,
    /// Events are published before their commit, which may fail.
    PublishBeforeCommit,
    /// A replay of the log leaves one event out.
    SkipInReplay,
    /// Now and then an event is not said to a follower.
    SkipLive,
    /// Now and then an event is said twice.
    SayTwice,
    /// No `settled` is said.
    ForgetSettled,
    /// Now and then a command is swallowed.
    SwallowCommand,
    /// Now and then a deletion does not come into the view.
    DropDeletion,
    /// What was deleted is not erased from the log.
    KeepDeleted,
    /// What a room drops is not dropped from the disk.
    KeepDropped,
    /// Keys are not remembered once their events are committed.
    ForgetKeys,
    /// A reaction counts twice.
    ReactTwice,
    /// `opened` says the digest of one event before the head.
    StaleDigest,
    /// A snapshot says a head that is one too high.
    HeadTooHigh,
    /// A snapshot misses a message.
    SnapshotHole,
    /// A page of history misses a message.
    PageHole,
    /// A cursor of another history is followed.
    IgnoreEpoch,
    /// The browser's database says that it is done before it is.
    KeptTooEarly,
    /// It is forgotten which message a command is about: its seq alone counts.
    ForgetMeant,
    /// What was refused for a while stands behind what was typed after it.
    Overtake,
}

/// All of them, with their names on the command line.
pub const ALL: &[(&str, Sabotage)] = &[
    ("ack-before-commit", Sabotage::AckBeforeCommit),
    ("publish-before-commit", Sabotage::PublishBeforeCommit),
    ("skip-in-replay", Sabotage::SkipInReplay),
    ("skip-live", Sabotage::SkipLive),
    ("say-twice", Sabotage::SayTwice),
    ("forget-settled", Sabotage::ForgetSettled),
    ("swallow-command", Sabotage::SwallowCommand),
    ("drop-deletion", Sabotage::DropDeletion),
    ("keep-deleted", Sabotage::KeepDeleted),
    ("keep-dropped", Sabotage::KeepDropped),
    ("forget-keys", Sabotage::ForgetKeys),
    ("react-twice", Sabotage::ReactTwice),
    ("stale-digest", Sabotage::StaleDigest),
    ("head-too-high", Sabotage::HeadTooHigh),
    ("snapshot-hole", Sabotage::SnapshotHole),
    ("page-hole", Sabotage::PageHole),
    ("ignore-epoch", Sabotage::IgnoreEpoch),
    ("kept-too-early", Sabotage::KeptTooEarly),
    ("forget-meant", Sabotage::ForgetMeant),
    ("overtake", Sabotage::Overtake),
];

impl Sabotage {
    /// The one of a name.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        ALL.iter().find(|(known, _)| *known == name).map(|(_, sabotage)| *sabotage)
    }
}
