//! UTF-8, checked as bytes pass: wrong at the first byte that cannot be right, whatever the chunks.

/// The bytes of a character that is not complete yet.
#[derive(Default)]
pub(super) struct Utf8 {
    begun: [u8; 4],
    have: usize,
}

impl Utf8 {
    /// Takes the next bytes of a text.
    pub(super) fn take(&mut self, mut bytes: &[u8]) -> Result<(), ()> {
        while self.have > 0 {
            let Some((&byte, rest)) = bytes.split_first() else { return Ok(()) };
            bytes = rest;
            self.begun[self.have] = byte;
            self.have += 1;
            match std::str::from_utf8(&self.begun[..self.have]) {
                Ok(_) => self.have = 0,
                Err(error) if error.error_len().is_some() => return Err(()),
                Err(_) => {}
            }
        }
        match std::str::from_utf8(bytes) {
            Ok(_) => Ok(()),
            Err(error) if error.error_len().is_some() => Err(()),
            Err(error) => {
                let begun = &bytes[error.valid_up_to()..];
                self.begun[..begun.len()].copy_from_slice(begun);
                self.have = begun.len();
                Ok(())
            }
        }
    }

    /// The text ends here.
    pub(super) fn end(&mut self) -> Result<(), ()> {
        let complete = self.have == 0;
        self.have = 0;
        if complete { Ok(()) } else { Err(()) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn accepts(chunks: &[&[u8]]) -> bool {
        let mut utf8 = Utf8::default();
        chunks.iter().all(|chunk| utf8.take(chunk).is_ok()) && utf8.end().is_ok()
    }

    #[test]
    fn the_same_verdict_whatever_the_chunks() {
        let texts: [&[u8]; 9] = [
            b"plain",
            "κόσμε 👩‍👩‍👧 \u{10ffff}".as_bytes(),
            b"\xf4\x90\x80\x80",
            b"\xed\xa0\x80",
            b"\xc0\xaf",
            b"\x80",
            b"ab\xe2\x82",
            b"\xf0\x9f\x98\x80x\xff",
            b"",
        ];
        for text in texts {
            let whole = std::str::from_utf8(text).is_ok();
            assert_eq!(accepts(&[text]), whole, "{text:x?}");
            for cut in 0..=text.len() {
                assert_eq!(accepts(&[&text[..cut], &text[cut..]]), whole, "{text:x?} cut at {cut}");
            }
            let single: Vec<&[u8]> = text.chunks(1).collect();
            assert_eq!(accepts(&single), whole, "{text:x?} byte by byte");
        }
    }

    #[test]
    fn the_first_byte_that_cannot_be_right_is_enough() {
        let mut utf8 = Utf8::default();
        assert!(utf8.take(b"\xf4").is_ok());
        assert!(utf8.take(b"\x90").is_err());
    }
}
