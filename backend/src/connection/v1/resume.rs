//! Where a client that opens a room goes on from: its cursor, or a snapshot. Never a partial recovery.

use std::sync::Arc;

use shared::{Cursor, Epoch, Reset, Seq};

use crate::log::{Ends, Opening, ReadError, Reads, Room};

/// A cursor that is further behind than so many events gets a snapshot: it is less to send, and to read.
const TOO_FAR: u64 = 20_000;

pub(super) enum Resume {
    /// Every event after this one, up to those ends and beyond.
    From(Ends, Seq),
    /// A snapshot; and where the client had a cursor, why that was no good.
    Snapshot(Arc<Opening>, Option<Reset>),
}

/// Where to go on in a room that was entered before.
///
/// # Errors
/// [`ReadError`] where the log cannot be read, or too many read it.
pub(super) async fn resume(reads: &Reads, room: &Room, after: Option<&Cursor>) -> Result<Resume, ReadError> {
    let Some(cursor) = after else { return Ok(Resume::Snapshot(reads.snapshot(room).await?, None)) };
    let ends = reads.ends(room, cursor.seq).await?;
    let mut reset = reset(reads.epoch(), &ends, cursor);
    if let (None, Some(digest)) = (reset, cursor.digest)
        && reads.digest(room.name(), cursor.seq, &ends).await? != Some(digest)
    {
        reset = Some(Reset::Diverged);
    }
    match reset {
        None => Ok(Resume::From(ends, cursor.seq)),
        reset => Ok(Resume::Snapshot(reads.snapshot(room).await?, reset)),
    }
}

/// Why a cursor is no good in a log that ends so. Whether its digest is good is another question.
fn reset(epoch: &Epoch, ends: &Ends, cursor: &Cursor) -> Option<Reset> {
    if cursor.epoch != *epoch {
        Some(Reset::Epoch)
    } else if cursor.seq > ends.head {
        Some(Reset::Ahead)
    } else if cursor.seq.next() < ends.first || ends.head.0 - cursor.seq.0 > TOO_FAR {
        Some(Reset::TooFar)
    } else {
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cursor_is_followed_or_replaced_whole() {
        let now = Epoch::from("now".to_owned());
        let check = |first, head, (epoch, seq): (&str, u64), want| {
            let ends = Ends { first: Seq(first), head: Seq(head), ..Ends::default() };
            let cursor = Cursor { epoch: Epoch::from(epoch.to_owned()), seq: Seq(seq), digest: None };
            assert_eq!(reset(&now, &ends, &cursor), want, "{first}..{head} after {epoch} {seq}");
        };
        check(1, 0, ("now", 0), None);
        check(1, 9, ("now", 0), None);
        check(1, 9, ("now", 9), None);
        check(1, 9, ("now", 10), Some(Reset::Ahead));
        check(1, 9, ("then", 9), Some(Reset::Epoch));
        check(1, 20_009, ("now", 9), None);
        check(1, 20_010, ("now", 9), Some(Reset::TooFar));
        check(5, 9, ("now", 4), None);
        check(5, 9, ("now", 3), Some(Reset::TooFar));
        check(1, 9, ("now", u64::MAX), Some(Reset::Ahead));
    }
}
