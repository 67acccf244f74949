//! States in words, as they stand on the page.

use shared::Person;

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

/// "Ada is typing…"
#[must_use]
pub fn typing_words(typing: Option<&Typing>) -> String {
    let name = |person: &Person| person.name.to_string();
    match typing.map_or(&[][..], |typing| &typing.people) {
        [] => String::new(),
        [one] => [&name(one), " is typing…"].concat(),
        [one, two] => [&name(one), " and ", &name(two), " are typing…"].concat(),
        [one, two, ..] => [&name(one), ", ", &name(two), " and others are typing…"].concat(),
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
