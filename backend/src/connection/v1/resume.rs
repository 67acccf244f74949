//! Where a client that opens a room goes on from: its cursor, or a snapshot. Never a partial recovery.

use shared::{Cursor, Epoch, Reset, Seq};

use crate::log::Ends;

/// A cursor that is further behind than so many events gets a snapshot: it is less to send, and to read.
const TOO_FAR: u64 = 10_000;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Resume {
    /// Every event after this one.
    From(Seq),
    /// A snapshot; and where the client had a cursor, why that was no good.
    Snapshot(Option<Reset>),
}

/// Where to go on, by the ends of the log, which know its digest where the cursor stands.
pub(super) fn resume(epoch: &Epoch, ends: &Ends, after: Option<&Cursor>) -> Resume {
    let Some(cursor) = after else { return Resume::Snapshot(None) };
    if cursor.epoch != *epoch {
        Resume::Snapshot(Some(Reset::Epoch))
    } else if cursor.seq > ends.head {
        Resume::Snapshot(Some(Reset::Ahead))
    } else if cursor.seq.next() < ends.first || ends.head.0 - cursor.seq.0 > TOO_FAR {
        Resume::Snapshot(Some(Reset::TooFar))
    } else if cursor.digest.is_some_and(|digest| ends.at != Some(digest)) {
        Resume::Snapshot(Some(Reset::Diverged))
    } else {
        Resume::From(cursor.seq)
    }
}

#[cfg(test)]
mod tests {
    use shared::Digest;

    use super::*;

    #[test]
    fn a_cursor_is_followed_or_replaced_whole() {
        let epoch = Epoch::from("now".to_owned());
        let check = |first, head, after: Option<(&str, u64)>, want| {
            let ends = Ends { first: Seq(first), head: Seq(head), ..Ends::default() };
            let cursor =
                after.map(|(epoch, seq)| Cursor { epoch: Epoch::from(epoch.to_owned()), seq: Seq(seq), digest: None });
            assert_eq!(resume(&epoch, &ends, cursor.as_ref()), want, "{first}..{head} after {after:?}");
        };
        check(1, 0, None, Resume::Snapshot(None));
        check(1, 9, None, Resume::Snapshot(None));
        check(1, 0, Some(("now", 0)), Resume::From(Seq(0)));
        check(1, 9, Some(("now", 0)), Resume::From(Seq(0)));
        check(1, 9, Some(("now", 9)), Resume::From(Seq(9)));
        check(1, 9, Some(("now", 10)), Resume::Snapshot(Some(Reset::Ahead)));
        check(1, 9, Some(("then", 9)), Resume::Snapshot(Some(Reset::Epoch)));
        check(1, 10_009, Some(("now", 9)), Resume::From(Seq(9)));
        check(1, 10_010, Some(("now", 9)), Resume::Snapshot(Some(Reset::TooFar)));
        check(5, 9, Some(("now", 4)), Resume::From(Seq(4)));
        check(5, 9, Some(("now", 3)), Resume::Snapshot(Some(Reset::TooFar)));
        check(1, 9, Some(("now", u64::MAX)), Resume::Snapshot(Some(Reset::Ahead)));
    }

    #[test]
    fn a_cursor_with_a_digest_is_good_only_where_the_log_has_the_same() {
        let epoch = Epoch::from("now".to_owned());
        let check = |digest: Option<u8>, log: Option<u8>, want| {
            let of = |byte| Digest([byte; 16]);
            let ends = Ends { head: Seq(9), at: log.map(of), ..Ends::default() };
            let cursor = Cursor { epoch: epoch.clone(), seq: Seq(7), digest: digest.map(of) };
            assert_eq!(resume(&epoch, &ends, Some(&cursor)), want, "{digest:?} of a client, {log:?} of the log");
        };
        check(None, Some(1), Resume::From(Seq(7)));
        check(Some(1), Some(1), Resume::From(Seq(7)));
        check(Some(2), Some(1), Resume::Snapshot(Some(Reset::Diverged)));
        check(Some(2), None, Resume::Snapshot(Some(Reset::Diverged)));
    }
}
