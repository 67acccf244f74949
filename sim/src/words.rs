//! Names of things, for the trace and the report.

use shared::Reset;

/// A reset's name.
#[must_use]
pub fn reset(reset: Reset) -> &'static str {
    match reset {
        Reset::Epoch => "epoch",
        Reset::Ahead => "ahead",
        Reset::Diverged => "diverged",
        Reset::TooFar => "too_far",
        Reset::Other => "other",
    }
}
