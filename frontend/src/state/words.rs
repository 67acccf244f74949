//! States in words, as they stand on the page.

use shared::{PersonName, Reset};

use super::{App, Here, Link, Phase, Trouble, Typing, Why};

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
                LinkWords { can_try: again.is_none(), loud: true, ..say("stopped", message.to_string()) }
            }
            Some(Phase::Open) | None => say("live", "Live".into()),
            Some(Phase::Closed | Phase::Opening | Phase::CatchingUp { .. }) => {
                say("catching-up", "Catching up…".into())
            }
        },
    }
}

fn why_words(why: Why) -> &'static str {
    match why {
        Why::Unreachable => "server unreachable.",
        Why::Broken => "connection broken.",
        Why::Silent => "server silent.",
        Why::Restarting => "server restarting.",
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

/// Why a room was loaded anew.
#[must_use]
pub fn reset_words(reset: Reset) -> &'static str {
    match reset {
        Reset::Epoch => "The server's history of this room was restored from a copy, so it was loaded anew.",
        Reset::Ahead => "The server had lost the newest part of this room, so it was loaded anew.",
        Reset::Diverged => "This room differed from the server's copy, so it was loaded anew.",
        Reset::TooFar => "You were away for long, so only the newest messages were loaded; scroll up for the rest.",
        Reset::Other => "The server asked for this room to be loaded anew.",
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
