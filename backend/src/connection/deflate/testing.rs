//! Compressed messages for tests, made by the library alone.

use std::io::Write as _;

use flate2::{Compress, Compression, Decompress, FlushCompress, FlushDecompress, Status, write::DeflateEncoder};

/// A message's payload as a client would send it.
pub(in crate::connection) fn deflate(message: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(message.len() + 100);
    let mut stream = Compress::new(Compression::best(), false);
    stream.compress_vec(message, &mut out, FlushCompress::Sync).unwrap();
    assert!(out.ends_with(&[0, 0, 0xff, 0xff]));
    out.truncate(out.len() - 4);
    out
}

/// What a client would read in a payload.
pub(in crate::connection) fn inflated(payload: &[u8]) -> Vec<u8> {
    inflated_within(15, payload)
}

/// What a client with such a window would read.
pub(in crate::connection) fn inflated_within(bits: u8, payload: &[u8]) -> Vec<u8> {
    let stream = [payload, &[0, 0, 0xff, 0xff, 1, 0, 0, 0xff, 0xff]].concat();
    let mut message = Vec::new();
    let mut inflate = Decompress::new_with_window_bits(false, bits);
    let mut piece = [0; 64];
    loop {
        // Small pieces, so that only the window can know what came before.
        let (took, gave) = (usize::try_from(inflate.total_in()).unwrap(), message.len() as u64);
        let status = inflate.decompress(&stream[took..], &mut piece, FlushDecompress::None).unwrap();
        message.extend_from_slice(&piece[..usize::try_from(inflate.total_out() - gave).unwrap()]);
        if status == Status::StreamEnd {
            return message;
        }
        assert_ne!(status, Status::BufError, "it ends");
    }
}

/// So many zero bytes, deflated.
pub(in crate::connection) fn zeros(count: usize) -> Vec<u8> {
    let mut encoder = DeflateEncoder::new(Vec::new(), Compression::default());
    let piece = vec![0; 1 << 20];
    for _ in 0..count / piece.len() {
        encoder.write_all(&piece).unwrap();
    }
    encoder.finish().unwrap()
}
