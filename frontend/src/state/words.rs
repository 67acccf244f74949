//! States in words, as they stand on the page.

use shared::{PersonName, Reset};

use super::{App, Here, Link, Notice, Phase, Room, Storage, StorageTrouble, Trouble, Typing, Why};

/// What is said about the link.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LinkWords {
    /// One word for programs: `live`, `catching-up`, `held`, `connecting`, `offline`, `stopped`.
    pub state: &'static str,
    /// For people.
    pub words: String,
    /// When it is tried again; empty where it is not.
    pub next: String,
    /// It has lasted so long that it should be seen.
    pub loud: bool,
    /// "Try now" would help.
    pub can_try: bool,
}

/// What is to be said about the link to the room where the person is.
#[must_use]
pub fn link_words(app: &App) -> LinkWords {
    let loud = app.trouble() == Trouble::Shown;
    let say = |state, words: String| LinkWords { state, words, next: String::new(), loud, can_try: false };
    match app.line().link() {
        Link::Resting | Link::Connecting { .. } | Link::SigningIn { .. } | Link::Up { welcomed: false, .. } => {
            say("connecting", "Connecting…".into())
        }
        Link::Offline { why, .. } => {
            let next = match app.countdown() {
                0 | 1 => "Trying again.".to_owned(),
                seconds => ["Next try in ", &seconds.to_string(), " s."].concat(),
            };
            LinkWords { can_try: true, next, ..say("offline", ["Offline: ", why_words(*why)].concat()) }
        }
        Link::Stopped { reason } => {
            let words =
                ["The server closed the link: ", if reason.is_empty() { "no reason given" } else { reason }, "."];
            LinkWords { can_try: true, loud: true, ..say("stopped", words.concat()) }
        }
        Link::Up { .. } if let Some(why) = app.held() => say("held", ["Nothing can be sent now: ", why].concat()),
        Link::Up { .. } => match app.current().map(|(_, room)| room.phase()) {
            Some(Phase::Refused { message, again }) => {
                let for_good = again.is_none();
                LinkWords { can_try: for_good, loud: loud || for_good, ..say("stopped", message.to_string()) }
            }
            Some(Phase::Open) | None => say("live", "Live".into()),
            Some(Phase::Closed | Phase::Opening | Phase::CatchingUp { .. }) => {
                say("catching-up", "Catching up…".into())
            }
        },
    }
}

pub(super) fn why_words(why: Why) -> &'static str {
    match why {
        Why::Unreachable => "server unreachable.",
        Why::Broken => "connection broken.",
        Why::Silent => "server silent.",
        Why::Restarting => "server restarting.",
        Why::Busy => "server busy.",
        Why::NoSession => "no session; are cookies blocked?",
    }
}

/// "Ada is typing…": each name, to be isolated from what stands around it, and the words behind it.
#[must_use]
pub fn typing_words(typing: Option<&Typing>) -> Vec<(&PersonName, &'static str)> {
    match typing.map_or(&[][..], |typing| &typing.people) {
        [] => Vec::new(),
        [one] => vec![(&one.name, " is typing…")],
        [one, two] => vec![(&one.name, " and "), (&two.name, " are typing…")],
        [one, two, ..] => vec![(&one.name, ", "), (&two.name, " and others are typing…")],
    }
}

/// Something about a room that the person should know.
#[must_use]
pub fn notice_words(notice: Notice) -> &'static str {
    match notice {
        Notice::Reset(Reset::Epoch) => {
            "The server's history of this room was restored from a copy, so it was loaded anew."
        }
        Notice::Reset(Reset::Ahead) => "The server had lost the newest part of this room, so it was loaded anew.",
        Notice::Reset(Reset::Diverged) => "This room differed from the server's copy, so it was loaded anew.",
        Notice::Reset(Reset::TooFar) => {
            "You were away for long, so only the newest messages were loaded; scroll up for the rest."
        }
        Notice::Reset(Reset::Other) => "The server asked for this room to be loaded anew.",
        Notice::Unreadable => "Something in this room could not be read, so it was loaded anew.",
        Notice::EditEnded => {
            "The server's history of this room was replaced. What you were editing is in the message box, as a new message."
        }
        Notice::NoSuchMessage => "That link leads to no message of this room; this is the nearest.",
        Notice::MessageDeleted => "The message of that link was deleted.",
        Notice::NothingSince => "Nothing was said on that day or later; these are the newest messages.",
        Notice::NotLoaded => "That part of the room could not be loaded.",
        Notice::SomebodyElses => "Changes that were made under another identity were not sent.",
    }
}

/// How much of a room is here, and what is proven of it: "Complete to #48,231, verified".
#[must_use]
pub fn sync_words(room: &Room) -> String {
    let Some(sync) = room.sync() else { return "Nothing here yet".to_owned() };
    let to = counted(sync.to.0);
    if *room.phase() == Phase::Closed {
        return ["Complete to #", &to, " when last connected"].concat();
    }
    if !sync.complete {
        return "Catching up".to_owned();
    }
    match sync.verified {
        Some(verified) if verified == sync.to && sync.since.0 == 0 => ["Complete to #", &to, ", verified"].concat(),
        Some(verified) if verified == sync.to => {
            ["Complete to #", &to, ", verified from #", &counted(sync.since.0)].concat()
        }
        Some(verified) if verified > sync.since => {
            ["Complete to #", &to, ", verified to #", &counted(verified.0)].concat()
        }
        _ => ["Complete to #", &to, ", not yet verified"].concat(),
    }
}

/// A number with a comma between each three digits.
fn counted(number: u64) -> String {
    let digits = number.to_string();
    let mut counted = String::with_capacity(digits.len() + digits.len() / 3);
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            counted.push(',');
        }
        counted.push(digit);
    }
    counted
}

/// What is off where the browser keeps nothing for the page; none where it does.
#[must_use]
pub fn storage_words(storage: Storage) -> Option<&'static str> {
    match storage {
        Storage::Loading | Storage::On => None,
        Storage::Off(StorageTrouble::Forbidden) => {
            Some("This browser keeps nothing for this page: what is not sent yet is gone when you close it.")
        }
        Storage::Off(StorageTrouble::Full) => {
            Some("This browser's storage is full: what is not sent yet is gone when you close this page.")
        }
        Storage::Off(StorageTrouble::Broken) => {
            Some("This browser's storage does not answer: what is not sent yet is gone when you close this page.")
        }
    }
}

pub(super) fn storage_state(storage: Storage) -> &'static str {
    match storage {
        Storage::Loading => "loading",
        Storage::On => "on",
        Storage::Off(StorageTrouble::Forbidden) => "forbidden",
        Storage::Off(StorageTrouble::Full) => "full",
        Storage::Off(StorageTrouble::Broken) => "broken",
    }
}

/// "3 people here"
#[must_use]
pub fn people_here(here: Option<&Here>) -> String {
    match here.map(|here| here.count) {
        None => String::new(),
        Some(1) => "1 person here".to_owned(),
        Some(count) => [&count.to_string(), " people here"].concat(),
    }
}
