//! The table of limits: what is usual, what somebody wants otherwise (`--limit`), and how that is written.

use std::{fmt::Write as _, str::FromStr};

use super::{Kind, Rate, Whose, rate::BadRate};

/// How fast each kind may be of each person and each address; none where there is no limit.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rates([[Option<Rate>; 2]; Kind::ALL.len()]);

/// A limit that somebody wants otherwise, such as `posts=30+2/s`, `posts.address=300+20/s`, `handshakes=off`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limit {
    kind: Kind,
    /// Of whom; of both, where nothing is said.
    whose: Option<Whose>,
    rate: Option<Rate>,
}

/// Why a text is no limit. Its display is a sentence for people.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BadLimit {
    /// It names no kind.
    #[error("it is KIND=LIMIT, such as posts=30+2/s, where KIND is one of {}", kinds())]
    Kind,
    /// There is no such limit of this kind.
    #[error("{0} are counted by {1} alone, so it is {0}=LIMIT")]
    Whose(&'static str, &'static str),
    /// Neither `person` nor `address`.
    #[error("after the point comes person or address, such as posts.address=300+20/s")]
    NoSuchWhose,
    /// What is said of it is no limit.
    #[error(transparent)]
    Rate(#[from] BadRate),
}

fn kinds() -> String {
    Kind::ALL.map(Kind::name).join(", ")
}

impl Rates {
    /// What is usual.
    #[must_use]
    pub fn usual() -> Self {
        Self(Kind::ALL.map(Kind::usual))
    }

    /// No limit at all.
    #[must_use]
    pub fn none() -> Self {
        Self([[None; 2]; Kind::ALL.len()])
    }

    /// What is usual, but for these; of several for the same, the last counts.
    #[must_use]
    pub fn with(limits: &[Limit]) -> Self {
        let mut rates = Self::usual();
        for Limit { kind, whose, rate } in limits {
            for of in Whose::ALL {
                if whose.unwrap_or(of) == of && kind.usual()[of as usize].is_some() {
                    rates.0[*kind as usize][of as usize] = *rate;
                }
            }
        }
        rates
    }

    /// How fast something may be.
    #[must_use]
    pub fn of(&self, kind: Kind, whose: Whose) -> Option<Rate> {
        self.0[kind as usize][whose as usize]
    }
}

impl FromStr for Limit {
    type Err = BadLimit;

    fn from_str(raw: &str) -> Result<Self, BadLimit> {
        let (what, rate) = raw.split_once('=').ok_or(BadLimit::Kind)?;
        let (kind, whose) = what.split_once('.').map_or((what, None), |(kind, whose)| (kind, Some(whose)));
        let kind = Kind::ALL.into_iter().find(|known| known.name() == kind.trim()).ok_or(BadLimit::Kind)?;
        let counted = |whose: &Whose| kind.usual()[*whose as usize].is_some();
        let whose = match whose {
            None => None,
            Some(whose) => {
                let whose = Whose::ALL.into_iter().find(|known| known.name() == whose.trim());
                Some(whose.ok_or(BadLimit::NoSuchWhose)?)
            }
        };
        if whose.is_some_and(|whose| !counted(&whose)) {
            let other = Whose::ALL.into_iter().find(counted).map_or("nothing", Whose::name);
            return Err(BadLimit::Whose(kind.name(), other));
        }
        let rate = match rate.trim() {
            "off" => return Ok(Self { kind, whose, rate: None }),
            rate => rate.parse()?,
        };
        // A rate without a word more is that of a person, where people are counted.
        let whose = whose.or_else(|| Whose::ALL.into_iter().find(counted));
        Ok(Self { kind, whose, rate: Some(rate) })
    }
}

/// What `--help` says: every kind with what is usual.
#[must_use]
pub fn help() -> String {
    let mut help = "Change a limit: KIND=LIMIT, of each person, or KIND.address=LIMIT, of each address; several with commas, \
                    or said again. LIMIT is off, or such as 30+2/s: 30 at once, then 2 a second (ms, s, m, h; K and M for \
                    1024 and its square). KIND=off turns both off. IPv6 addresses count by their /64.\n\nKinds, each with \
                    what is usual of a person and of an address:"
        .to_owned();
    for kind in Kind::ALL {
        let [person, address] = kind.usual().map(|rate| rate.map_or_else(|| "-".to_owned(), |rate| rate.to_string()));
        // Writing to a text cannot fail.
        let _ = write!(help, "\n  {:<17}{person:<12}{address}", kind.name());
    }
    help
}

#[cfg(test)]
mod tests {
    use super::*;

    fn changed(limits: &[&str]) -> Vec<(Kind, Whose, Option<String>)> {
        let rates = Rates::with(&limits.iter().map(|limit| limit.parse().unwrap()).collect::<Vec<_>>());
        let all = Kind::ALL.into_iter().flat_map(|kind| Whose::ALL.map(|whose| (kind, whose)));
        let differs = all.filter(|(kind, whose)| rates.of(*kind, *whose) != Rates::usual().of(*kind, *whose));
        differs.map(|(kind, whose)| (kind, whose, rates.of(kind, whose).map(|rate| rate.to_string()))).collect()
    }

    #[test]
    fn a_limit_changes_what_it_names_and_nothing_else() {
        let some = |text: &str| Some(text.to_owned());
        assert_eq!(changed(&[]), []);
        assert_eq!(changed(&["posts=3+1/s"]), [(Kind::Posts, Whose::Person, some("3+1/s"))]);
        assert_eq!(changed(&["posts.person=3+1/s"]), [(Kind::Posts, Whose::Person, some("3+1/s"))]);
        assert_eq!(changed(&["posts.address=3+1/s"]), [(Kind::Posts, Whose::Address, some("3+1/s"))]);
        assert_eq!(changed(&["handshakes=3+1/m"]), [(Kind::Handshakes, Whose::Address, some("3+1/60s"))]);
        assert_eq!(changed(&["handshakes=off"]), [(Kind::Handshakes, Whose::Address, None)]);
        assert_eq!(changed(&["edits=off"]), [(Kind::Edits, Whose::Person, None), (Kind::Edits, Whose::Address, None)]);
        assert_eq!(changed(&["edits.person=off"]), [(Kind::Edits, Whose::Person, None)]);
        assert_eq!(changed(&["edits=off", "edits.address=300+20/s"]), [(Kind::Edits, Whose::Person, None)]);
    }

    #[test]
    fn what_is_no_limit_is_refused_in_words_that_help() {
        let check = |bad: &str, words: &[&str]| {
            let said = bad.parse::<Limit>().unwrap_err().to_string();
            assert!(words.iter().all(|word| said.contains(word)), "{bad}: {said}");
        };
        for bad in ["", "posts", "pots=1+1/s", "=1+1/s", "POSTS=off"] {
            check(bad, &["posts, edits, reactions", "signals", "posts=30+2/s"]);
        }
        check("posts=fast", &["30+2/s", "off"]);
        check("posts.room=off", &["person or address"]);
        check("handshakes.person=off", &["handshakes are counted by address alone"]);
    }

    #[test]
    fn help_names_every_kind_with_what_is_usual() {
        let help = help();
        assert!(help.contains("\n  posts            30+2/s      300+20/s\n"), "{help}");
        assert!(help.contains("\n  sessions         -           500+10/s\n"), "{help}");
        assert!(Kind::ALL.iter().all(|kind| help.contains(kind.name())));
    }

    #[test]
    fn the_document_says_what_is_usual() {
        let document = include_str!("../../../../docs/limits.md");
        let rows: Vec<_> = document.lines().filter(|line| line.starts_with("| `")).collect();
        for kind in Kind::ALL {
            let [person, address] =
                kind.usual().map(|rate| rate.map_or_else(|| "-".to_owned(), |rate| rate.to_string()));
            let row = format!("| `{}` | {person} | {address} |", kind.name());
            assert!(rows.iter().any(|line| line.starts_with(&row)), "not in docs/limits.md: {row}");
        }
    }
}
