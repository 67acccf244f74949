//! What xtask tells the person: progress on stderr, results on stdout.
//!
//! Standard output carries nothing but results, so that `eval "$(cargo xtask env)"` and pipes stay clean.

use std::{
    fmt::Display,
    io::Write,
    time::{Duration, Instant},
};

use anyhow::Result;

/// A line of progress.
pub(crate) fn note(text: impl Display) {
    eprintln!("    {text}");
}

/// Announces a piece of work, does it, and says how long it took.
pub(crate) fn timed<T>(what: impl Display, work: impl FnOnce() -> Result<T>) -> Result<T> {
    eprintln!("==> {what}");
    let start = Instant::now();
    let done = work()?;
    note(format_args!("done in {}", Took(start.elapsed())));
    Ok(done)
}

/// A line of a result. A reader that went away (`| head`) is no error of ours.
pub(crate) fn result(text: impl Display) {
    let _ = writeln!(std::io::stdout(), "{text}");
}

/// A duration as a person says it: `0.4 s`, `52 s`, `3 min 20 s`.
pub(crate) struct Took(pub(crate) Duration);

impl Display for Took {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let seconds = self.0.as_secs();
        match seconds {
            0..10 => write!(f, "{:.1} s", self.0.as_secs_f64()),
            10..60 => write!(f, "{seconds} s"),
            _ => write!(f, "{} min {} s", seconds / 60, seconds % 60),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_read_as_a_person_says_them() {
        let check = |millis, expected: &str| {
            assert_eq!(Took(Duration::from_millis(millis)).to_string(), expected);
        };
        check(40, "0.0 s");
        check(9_940, "9.9 s");
        check(10_000, "10 s");
        check(59_999, "59 s");
        check(200_000, "3 min 20 s");
    }
}
