//! How fast something may be: so many at once, and then so many in a time. Written as `30+2/s`: 30 at once, then 2 a
//! second.

use std::{fmt, num::NonZeroU32, str::FromStr, time::Duration};

const K: u32 = 1_024;
const M: u32 = K * K;
/// The longest period: a day.
const LONGEST: Duration = Duration::from_hours(24);

/// So many at once, and then so many in a time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rate {
    burst: NonZeroU32,
    count: NonZeroU32,
    period: Duration,
}

/// Why a text is no rate. Its display is a sentence for people.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a limit is off, or such as 30+2/s (30 at once, then 2 a second), 5+1/30s, 2M+256K/s; a day at most")]
pub struct BadRate;

impl Rate {
    /// `burst` at once, then `count` in so many seconds. What is 0 is taken for 1.
    #[must_use]
    pub const fn new(burst: u32, count: u32, seconds: u64) -> Self {
        const fn some(number: u32) -> NonZeroU32 {
            match NonZeroU32::new(number) {
                Some(number) => number,
                None => NonZeroU32::MIN,
            }
        }
        let seconds = if seconds == 0 { 1 } else { seconds };
        Self { burst: some(burst), count: some(count), period: Duration::from_secs(seconds) }
    }

    /// How many there may be at once.
    #[must_use]
    pub fn burst(self) -> u32 {
        self.burst.get()
    }

    /// How many nanoseconds so many take; of more than there may be at once, as long as those.
    #[must_use]
    pub fn nanos_of(self, number: u32) -> u64 {
        let number = u128::from(number.min(self.burst.get()));
        u64::try_from(number * self.period.as_nanos() / u128::from(self.count.get())).unwrap_or(u64::MAX)
    }
}

impl FromStr for Rate {
    type Err = BadRate;

    fn from_str(raw: &str) -> Result<Self, BadRate> {
        let (burst, rest) = raw.split_once('+').ok_or(BadRate)?;
        let (count, period) = rest.split_once('/').ok_or(BadRate)?;
        let period = parse_period(period).filter(|period| (Duration::from_millis(1)..=LONGEST).contains(period));
        let (burst, count) = (parse_number(burst).ok_or(BadRate)?, parse_number(count).ok_or(BadRate)?);
        Ok(Self { burst, count, period: period.ok_or(BadRate)? })
    }
}

fn parse_number(raw: &str) -> Option<NonZeroU32> {
    let (digits, unit) = match raw.trim() {
        number if number.ends_with('K') => (number.trim_end_matches('K'), K),
        number if number.ends_with('M') => (number.trim_end_matches('M'), M),
        number => (number, 1),
    };
    digits.parse::<u32>().ok()?.checked_mul(unit).and_then(NonZeroU32::new)
}

fn parse_period(raw: &str) -> Option<Duration> {
    let raw = raw.trim();
    let unit = raw.find(|c: char| !c.is_ascii_digit())?;
    let (digits, unit) = raw.split_at(unit);
    let number: u64 = if digits.is_empty() { 1 } else { digits.parse().ok()? };
    let millis = match unit {
        "ms" => 1,
        "s" => 1_000,
        "m" | "min" => 60_000,
        "h" => 3_600_000,
        _ => return None,
    };
    number.checked_mul(millis).map(Duration::from_millis)
}

impl fmt::Display for Rate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let number = |number: NonZeroU32| match number.get() {
            number if number.is_multiple_of(M) => format!("{}M", number / M),
            number if number.is_multiple_of(K) => format!("{}K", number / K),
            number => number.to_string(),
        };
        let period = match self.period.as_millis() {
            1_000 => "s".to_owned(),
            millis if millis.is_multiple_of(1_000) => format!("{}s", millis / 1_000),
            millis => format!("{millis}ms"),
        };
        write!(f, "{}+{}/{period}", number(self.burst), number(self.count))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_rate_is_what_it_is_written_as() {
        for (written, rate) in [
            ("30+2/s", Rate::new(30, 2, 1)),
            ("5+1/30s", Rate::new(5, 1, 30)),
            ("2M+256K/s", Rate::new(2 << 20, 256 << 10, 1)),
        ] {
            assert_eq!((written.parse(), rate.to_string()), (Ok(rate), written.to_owned()));
        }
        for (written, same) in [("1 + 2 / 1m", "1+2/60s"), ("1+2/2h", "1+2/7200s"), ("1024+1/500ms", "1K+1/500ms")] {
            assert_eq!(written.parse::<Rate>().unwrap().to_string(), same, "{written}");
        }
    }

    #[test]
    fn what_is_no_rate_is_none() {
        for bad in [
            "",
            "30",
            "30+2",
            "30/2s",
            "0+1/s",
            "1+0/s",
            "1+1/0s",
            "1+1/",
            "1+1/x",
            "-1+1/s",
            "1+1/48h",
            "9999M+1/s",
            "x+y/s",
            "1+1/99999999999999999999s",
            "1+1/s1",
        ] {
            assert_eq!(bad.parse::<Rate>(), Err(BadRate), "{bad}");
        }
    }

    #[test]
    fn more_than_fits_costs_as_much_as_fits() {
        let rate = Rate::new(10, 2, 1);
        assert_eq!(
            [0, 1, 10, 1_000].map(|number| rate.nanos_of(number)),
            [0, 500_000_000, 5_000_000_000, 5_000_000_000]
        );
        assert!("4294967295+1/24h".parse::<Rate>().unwrap().nanos_of(u32::MAX) > 0, "no overflow");
    }
}
