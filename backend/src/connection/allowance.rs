//! The bytes that a connection may send: taken from the buckets of its person and address many at once, so that a message
//! costs no look into them. Whoever has none left is not read until there are some again; nothing of theirs is refused.

use std::{net::IpAddr, time::Duration};

use shared::PersonId;

use crate::policy::{Kind, Pace};

/// Bytes that are taken at a time; what is left of them ends with the connection.
const TAKEN: u32 = 4_096;

/// What a connection may still send, and what it has sent beyond that.
#[derive(Default)]
pub(super) struct Allowance {
    left: u32,
    owed: u32,
}

impl Allowance {
    /// So many bytes came.
    ///
    /// # Errors
    /// After how long to ask again, with 0 bytes. Until that succeeds nothing more is to be read.
    pub(super) fn pay(
        &mut self,
        pace: &Pace,
        bytes: usize,
        person: &PersonId,
        address: Option<IpAddr>,
    ) -> Result<(), Duration> {
        self.owed = self.owed.saturating_add(u32::try_from(bytes).unwrap_or(u32::MAX));
        if let Some(more) = self.owed.checked_sub(self.left).filter(|more| *more > 0) {
            let taken = more.max(TAKEN);
            pace.take_many(Kind::Bytes, taken, Some(person), address)?;
            self.left += taken;
        }
        self.left -= std::mem::take(&mut self.owed);
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::policy::Rates;

    #[tokio::test(start_paused = true)]
    async fn in_the_long_run_nobody_sends_more_than_the_limit() {
        let pace = Pace::new(&Rates::with(&["bytes=64K+8K/s".parse().unwrap()]));
        let (person, began) = (PersonId::parse("a").unwrap(), tokio::time::Instant::now());
        // Two connections of a person share what they may.
        let mut both = [Allowance::default(), Allowance::default()];
        let mut sent = 0;
        while began.elapsed() < Duration::from_mins(1) {
            for allowance in &mut both {
                let mut bytes = 1_000;
                sent += bytes;
                while let Err(wait) = allowance.pay(&pace, bytes, &person, None) {
                    bytes = 0;
                    tokio::time::advance(wait).await;
                }
            }
        }
        let most = (64 + 60 * 8) * 1_024;
        assert!((most - 16 * 1_024..most + 16 * 1_024).contains(&sent), "{sent} of {most}");
    }

    #[test]
    fn small_messages_do_not_look_into_the_buckets() {
        let pace = Pace::new(&Rates::with(&["bytes=4K+1/h".parse().unwrap()]));
        let (mut allowance, person) = (Allowance::default(), PersonId::parse("a").unwrap());
        for _ in 0..40 {
            assert_eq!(allowance.pay(&pace, 100, &person, None), Ok(()));
        }
        assert_eq!((allowance.left, allowance.owed), (96, 0));
        assert!(allowance.pay(&pace, 100, &person, None).is_err());
        assert!(allowance.pay(&pace, 0, &person, None).is_err(), "it is still owed");
    }
}
