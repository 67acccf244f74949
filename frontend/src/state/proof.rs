//! What makes a room's copy provable: the digest that is folded here is compared with the server's wherever the server
//! says one.
//!
//! Invariant: one that differs is never passed over. The room is read again, and where that does not help, taken anew.

use shared::{Cursor, Digest, Seq};

/// How the copy compares with the server's log.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Proof {
    /// The digest was folded here from this seq on.
    pub(super) since: Seq,
    /// Up to here it was the same as the server's.
    pub(super) verified: Option<Seq>,
    /// The server's digest at a seq that the cursor has yet to reach.
    expected: Option<(Seq, Digest)>,
    /// It differed the last time.
    pub(super) doubted: bool,
    /// How often it differed.
    pub(super) mismatches: u32,
}

/// How much of a room's log is here, and what is proven of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Sync {
    /// Everything up to here is in the copy.
    pub to: Seq,
    /// Its digest was folded here from this seq on; 0 where that is from the log's first event.
    pub since: Seq,
    /// Up to here it was compared with the server's, and is the same.
    pub verified: Option<Seq>,
    /// The server has no more than that, as far as is known.
    pub complete: bool,
}

impl Proof {
    /// The copy was taken from the server, valid at `seq`.
    pub(super) fn taken(&mut self, seq: Seq) {
        *self = Self { since: seq, verified: Some(seq), mismatches: self.mismatches, ..Self::default() };
    }

    /// The copy was read back from what this browser keeps.
    pub(super) fn adopted(&mut self, since: Seq) {
        *self = Self { since, ..Self::default() };
    }

    /// The server says its digest at `seq`.
    pub(super) fn expect(&mut self, seq: Seq, digest: Digest) {
        self.expected = Some((seq, digest));
    }

    /// The cursor has moved, or the server has said a digest. True where the two differ.
    pub(super) fn differs(&mut self, cursor: &Cursor) -> bool {
        let Some((seq, digest)) = self.expected.filter(|(seq, _)| *seq <= cursor.seq) else { return false };
        self.expected = None;
        if seq < cursor.seq {
            return false;
        }
        if cursor.digest == Some(digest) {
            (self.verified, self.doubted) = (Some(seq), false);
            return false;
        }
        self.mismatches = self.mismatches.saturating_add(1);
        true
    }
}
