//! What strangers can have said as often as they like is written down seldom: a log is read by people, and takes room.

use std::{
    sync::{Mutex, PoisonError},
    time::Duration,
};

use tokio::time::Instant;

/// How long nothing more of a kind is written.
const QUIET: Duration = Duration::from_mins(1);

/// One kind of words.
#[derive(Debug, Default)]
pub struct Seldom(Mutex<Option<Instant>>);

impl Seldom {
    /// Whether to write it this time.
    pub fn is_due(&self) -> bool {
        let mut last = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let is_due = last.is_none_or(|last| last.elapsed() >= QUIET);
        if is_due {
            *last = Some(Instant::now());
        }
        is_due
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn once_a_minute() {
        let seldom = Seldom::default();
        assert_eq!([(); 3].map(|()| seldom.is_due()), [true, false, false]);
        tokio::time::advance(QUIET).await;
        assert_eq!([(); 2].map(|()| seldom.is_due()), [true, false]);
    }
}
