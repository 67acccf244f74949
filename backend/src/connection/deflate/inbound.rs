//! What comes in: one message, inflated as its bytes come, up to a limit (RFC 7692 section 7.2.2).

use flate2::{Decompress, FlushDecompress, Status};

use super::outbound::TAIL;

/// An empty last block after the tail: the stream ends there, and nowhere else, where nothing of it is missing.
const LAST: [u8; 5] = [1, 0, 0, 0xff, 0xff];
/// So much is inflated at a time.
const PIECE: usize = 4 * 1024;

/// What was wrong with a compressed message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::connection) enum Fault {
    /// It is not deflated data, or its end is missing.
    Corrupt,
    /// It is larger than it may be.
    TooBig,
}

/// A message that is being inflated. Its state is 48 KB, made for each message: that takes less than a microsecond
/// more than to keep one and reset it, and a connection between messages has none.
pub(in crate::connection) struct Inflating {
    stream: Decompress,
    /// Nothing has come since the stream began, so nothing of it is missing.
    is_fresh: bool,
    message: Vec<u8>,
    most: usize,
}

impl Inflating {
    /// Of the message, at most so many bytes are inflated.
    pub(in crate::connection) fn new(most: usize) -> Self {
        Self { stream: Decompress::new(false), is_fresh: true, message: Vec::new(), most }
    }

    /// What has been inflated so far.
    pub(in crate::connection) fn message(&self) -> &[u8] {
        &self.message
    }

    /// Takes the next compressed bytes, and gives what they add to the message, up to a fault where there is one.
    pub(in crate::connection) fn take(&mut self, deflated: &[u8]) -> (&[u8], Result<(), Fault>) {
        let before = self.message.len();
        let taken = self.inflate(deflated);
        (&self.message[before..], taken)
    }

    fn inflate(&mut self, mut deflated: &[u8]) -> Result<(), Fault> {
        let mut piece = [0; PIECE];
        loop {
            // One byte more than may be, to see whether there is one.
            let room = PIECE.min(self.most - self.message.len() + 1);
            let (took, gave) = (self.stream.total_in(), self.stream.total_out());
            let status = self.stream.decompress(deflated, &mut piece[..room], FlushDecompress::None);
            let took = difference(self.stream.total_in(), took);
            let gave = difference(self.stream.total_out(), gave);
            deflated = &deflated[took..];
            self.is_fresh &= took == 0;
            let fits = gave.min(self.most - self.message.len());
            self.message.extend_from_slice(&piece[..fits]);
            if gave > fits {
                return Err(Fault::TooBig);
            }
            match status {
                Err(_) => return Err(Fault::Corrupt),
                // A message may have several last blocks (RFC 7692 section 7.2.3.5), each the end of a stream.
                Ok(Status::StreamEnd) => {
                    self.stream.reset(false);
                    self.is_fresh = true;
                }
                Ok(Status::Ok | Status::BufError) if gave < room => {
                    // There is room, so it wants more; and if it did not take all, it never will.
                    return if deflated.is_empty() { Ok(()) } else { Err(Fault::Corrupt) };
                }
                Ok(Status::Ok | Status::BufError) => {}
            }
        }
    }

    /// The message is whole: gives what its end adds.
    pub(in crate::connection) fn end(&mut self) -> (&[u8], Result<(), Fault>) {
        let before = self.message.len();
        // Some send nothing at all for an empty message.
        let mut ended = Ok(());
        if !self.is_fresh {
            ended = self.inflate(&TAIL).and_then(|()| self.inflate(&LAST));
            if !self.is_fresh {
                ended = ended.and(Err(Fault::Corrupt));
            }
        }
        (&self.message[before..], ended)
    }
}

/// How far a stream's counter has come within one call, which is never further than a slice is long.
fn difference(now: u64, before: u64) -> usize {
    usize::try_from(now - before).unwrap_or(usize::MAX)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::connection::deflate::testing::{deflate, zeros};

    /// Takes a message in such pieces.
    fn inflate<'a>(pieces: impl IntoIterator<Item = &'a [u8]>, most: usize) -> Result<Vec<u8>, Fault> {
        let mut inflating = Inflating::new(most);
        let mut given = Vec::new();
        for piece in pieces {
            let (more, taken) = inflating.take(piece);
            given.extend_from_slice(more);
            taken?;
        }
        let (more, ended) = inflating.end();
        given.extend_from_slice(more);
        ended?;
        assert_eq!(given, inflating.message(), "what was given is the message");
        Ok(given)
    }

    #[test]
    fn the_examples_of_the_rfc_are_inflated() {
        for (what, example) in [
            ("one block", &[0xf2, 0x48, 0xcd, 0xc9, 0xc9, 0x07, 0x00][..]),
            ("a stored block", &[0x00, 0x05, 0x00, 0xfa, 0xff, 0x48, 0x65, 0x6c, 0x6c, 0x6f, 0x00]),
            ("a last block", &[0xf3, 0x48, 0xcd, 0xc9, 0xc9, 0x07, 0x00, 0x00]),
            ("two blocks", &[0xf2, 0x48, 0x05, 0x00, 0x00, 0x00, 0xff, 0xff, 0xca, 0xc9, 0xc9, 0x07, 0x00]),
        ] {
            assert_eq!(inflate([example], 100), Ok(b"Hello".to_vec()), "{what}");
            assert_eq!(inflate(example.chunks(1), 100), Ok(b"Hello".to_vec()), "{what}, byte by byte");
        }
        assert_eq!(inflate([&[0][..]], 100), Ok(Vec::new()), "an empty message");
        assert_eq!(inflate([], 100), Ok(Vec::new()), "an empty message of no bytes");
        assert_eq!(
            inflate([&[0xf3, 0x48, 0xcd, 0xc9, 0xc9, 0x07, 0x00][..]], 100),
            Ok(b"Hello".to_vec()),
            "no byte after the last block"
        );
    }

    #[test]
    fn what_is_not_deflated_data_or_has_no_end_is_corrupt() {
        let whole = deflate(b"a message that is cut anywhere, anywhere, anywhere");
        for cut in 1..whole.len() {
            assert_eq!(inflate([&whole[..cut]], 1_000), Err(Fault::Corrupt), "cut at {cut}");
        }
        for bad in [&[0x07][..], &[0xff, 0xff], b"hello", &[0x00, 0x05, 0x00, 0xfa, 0xfe, 0x48]] {
            assert_eq!(inflate([bad], 1_000), Err(Fault::Corrupt), "{bad:x?}");
        }
        // Refers back to before the message: the client has taken its context over.
        let fixed_block_with_distance_one = [0x02, 0x03, 0x00];
        assert_eq!(inflate([&fixed_block_with_distance_one[..]], 1_000), Err(Fault::Corrupt));
    }

    #[test]
    fn no_more_is_inflated_than_may_be() {
        for most in [0, 1, PIECE - 1, PIECE, PIECE + 1, 65_536] {
            let text = vec![b'x'; most];
            assert_eq!(inflate([deflate(&text).as_slice()], most), Ok(text), "{most} of {most}");
            let text = vec![b'x'; most + 1];
            assert_eq!(inflate([deflate(&text).as_slice()], most), Err(Fault::TooBig), "{} of {most}", most + 1);
        }
    }

    #[test]
    fn a_bomb_of_a_gigabyte_is_refused_after_the_limit() {
        let bomb = zeros(1 << 30);
        assert!(bomb.len() < 2 << 20);
        let mut inflating = Inflating::new(65_536);
        let end = bomb.chunks(16 * 1024).find_map(|piece| inflating.take(piece).1.err());
        assert_eq!(end, Some(Fault::TooBig));
        assert!(inflating.stream.total_out() <= 65_537, "{} bytes were inflated", inflating.stream.total_out());
        assert!(inflating.message.capacity() <= 2 * 65_536);
    }

    proptest! {
        #[test]
        fn the_pieces_make_no_difference(text in "[a-c]{0,300}", size in 1..50_usize, most in 0..400_usize) {
            let whole = deflate(text.as_bytes());
            let expected = if text.len() > most { Err(Fault::TooBig) } else { Ok(text.into_bytes()) };
            prop_assert_eq!(inflate([whole.as_slice()], most), expected.clone());
            prop_assert_eq!(inflate(whole.chunks(size), most), expected);
        }

        #[test]
        fn anything_can_come(bytes in proptest::collection::vec(any::<u8>(), 0..200), size in 1..50_usize) {
            let whole = inflate([bytes.as_slice()], 500);
            prop_assert_eq!(inflate(bytes.chunks(size), 500), whole);
        }
    }
}
