//! Latencies, split and corrected.
//!
//! With an open loop, a message counts from when it was *to be* sent: a server that stalls is charged for what could not
//! be sent meanwhile (the fault of leaving that out is known as coordinated omission).

use hdrhistogram::Histogram;
use serde::Serialize;

use super::ledger::Delivery;

/// The longest that is told apart, in nanoseconds.
const LONGEST: u64 = 60_000_000_000;

/// Latencies of the messages that were to be sent since [`Timing::begin`].
pub(crate) struct Timing {
    /// From the intended sending to the first receipt anywhere: the way in, the log, and the begin of the fan-out.
    commit: Histogram<u64>,
    /// From the first receipt anywhere to each receipt.
    relay: Histogram<u64>,
    /// From the intended sending to each receipt.
    whole: Histogram<u64>,
    /// From the intended sending to the sender's own receipt.
    own: Histogram<u64>,
    since: u64,
}

/// Some points of a distribution, in milliseconds.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct Points {
    pub(crate) p50: f64,
    pub(crate) p90: f64,
    pub(crate) p99: f64,
    pub(crate) p999: f64,
    pub(crate) most: f64,
    /// How many were measured.
    pub(crate) count: u64,
}

/// The points of each part.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct Latency {
    pub(crate) commit: Points,
    pub(crate) relay: Points,
    pub(crate) whole: Points,
    pub(crate) own: Points,
}

impl Timing {
    pub(crate) fn new() -> anyhow::Result<Self> {
        let histogram = || Histogram::new_with_bounds(1, LONGEST, 3);
        Ok(Self { commit: histogram()?, relay: histogram()?, whole: histogram()?, own: histogram()?, since: u64::MAX })
    }

    /// From here on it counts: what is to be sent from `now` on.
    pub(crate) fn begin(&mut self, now: u64) {
        self.since = now;
        for histogram in [&mut self.commit, &mut self.relay, &mut self.whole, &mut self.own] {
            histogram.reset();
        }
    }

    /// A client got a message.
    pub(crate) fn record(&mut self, delivery: &Delivery, client: usize, now: u64) {
        if delivery.intended < self.since {
            return;
        }
        let whole = now.saturating_sub(delivery.intended);
        self.relay.saturating_record(now.saturating_sub(delivery.first));
        self.whole.saturating_record(whole);
        if delivery.is_first {
            self.commit.saturating_record(whole);
        }
        if delivery.sender == client {
            self.own.saturating_record(whole);
        }
    }

    pub(crate) fn points(&self) -> Latency {
        Latency {
            commit: points(&self.commit),
            relay: points(&self.relay),
            whole: points(&self.whole),
            own: points(&self.own),
        }
    }
}

fn points(histogram: &Histogram<u64>) -> Points {
    #[expect(clippy::cast_precision_loss, reason = "nanoseconds of less than a minute")]
    let ms = |nanos: u64| nanos as f64 / 1e6;
    let at = |quantile| ms(histogram.value_at_quantile(quantile));
    Points {
        p50: at(0.5),
        p90: at(0.9),
        p99: at(0.99),
        p999: at(0.999),
        most: ms(histogram.max()),
        count: histogram.len(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const MS: u64 = 1_000_000;

    fn delivery(intended: u64, first: u64, is_first: bool) -> Delivery {
        Delivery { sender: 1, intended, first, is_first, complete: false }
    }

    fn is(ms: f64, expected: f64) -> bool {
        (ms - expected).abs() < 0.02 * expected
    }

    #[test]
    fn commit_and_relay_are_told_apart() {
        let mut timing = Timing::new().unwrap();
        timing.begin(0);
        timing.record(&delivery(10 * MS, 14 * MS, true), 0, 14 * MS);
        timing.record(&delivery(10 * MS, 14 * MS, false), 1, 20 * MS);
        let Latency { commit, relay, whole, own } = timing.points();
        assert!(is(commit.most, 4.0) && commit.count == 1);
        assert!(is(relay.most, 6.0) && relay.count == 2);
        assert!(is(whole.most, 10.0) && whole.count == 2);
        assert!(is(own.most, 10.0) && own.count == 1);
    }

    #[test]
    fn a_stall_is_charged_for_every_message_that_it_kept_from_being_sent() {
        // One a millisecond; the server stalls for 100 ms, and then answers all at once.
        let mut timing = Timing::new().unwrap();
        timing.begin(0);
        for at in 0..100 {
            timing.record(&delivery(at * MS, 100 * MS, true), 1, 100 * MS);
        }
        let commit = timing.points().commit;
        assert_eq!(commit.count, 100);
        assert!(is(commit.p50, 51.0) && is(commit.most, 100.0), "{commit:?}");
    }

    #[test]
    fn what_was_to_be_sent_before_the_measurement_does_not_count() {
        let mut timing = Timing::new().unwrap();
        timing.record(&delivery(5, 6, true), 0, 6);
        timing.begin(10);
        timing.record(&delivery(9, 12, true), 0, 12);
        assert_eq!(timing.points().whole.count, 0);
    }
}
