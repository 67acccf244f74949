//! What of a chunk passes: all of it as it is, uncopied, or stretches of it with inflated messages between.

use bytes::{BufMut as _, Bytes, BytesMut};

use crate::connection::deflate::put_header;

pub(super) struct Passing<'a> {
    chunk: &'a Bytes,
    /// What passes as it is, and is not in `out` yet.
    stretch: std::ops::Range<usize>,
    /// What passes before that.
    out: BytesMut,
}

impl<'a> Passing<'a> {
    pub(super) fn of(chunk: &'a Bytes) -> Self {
        Self { chunk, stretch: 0..0, out: BytesMut::new() }
    }

    /// These bytes of the chunk pass as they are.
    pub(super) fn keep(&mut self, bytes: std::ops::Range<usize>) {
        if self.stretch.end != bytes.start {
            self.write_stretch();
            self.stretch.start = bytes.start;
        }
        self.stretch.end = bytes.end;
    }

    /// This message passes, as one frame with a mask of zeros: the decoder insists on one.
    pub(super) fn message(&mut self, first: u8, message: &[u8]) {
        self.write_stretch();
        self.out.reserve(message.len() + 14);
        put_header(&mut self.out, first, message.len(), 0x80);
        self.out.put_u32(0);
        self.out.put_slice(message);
    }

    /// All that passes.
    pub(super) fn finish(mut self) -> Bytes {
        if self.out.is_empty() {
            return self.chunk.slice(self.stretch);
        }
        self.write_stretch();
        self.out.freeze()
    }

    fn write_stretch(&mut self) {
        self.out.put_slice(&self.chunk[self.stretch.clone()]);
        self.stretch = self.stretch.end..self.stretch.end;
    }
}
