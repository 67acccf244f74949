//! As much of the binary format of WebAssembly as is needed to take a module apart (WebAssembly core specification,
//! section 5).

use anyhow::{Context, Result};

/// What a module begins with: the magic number and the version.
pub(super) const HEADER: &[u8] = b"\0asm\x01\0\0\0";
/// The section of whatever a tool likes to add.
pub(super) const CUSTOM: u8 = 0;
/// The section of imports.
pub(super) const IMPORTS: u8 = 2;
/// The section of the functions' bodies.
pub(super) const CODE: u8 = 10;

/// The sections of a module: what each is, and its content.
pub(super) fn sections(wasm: &[u8]) -> Result<Vec<(u8, &[u8])>> {
    let rest = wasm.strip_prefix(HEADER).context("this is no wasm module of version 1")?;
    let (mut reader, mut found) = (Reader::new(rest), Vec::new());
    while !reader.is_at_end() {
        let id = reader.byte()?;
        let length = reader.number()?;
        found.push((id, reader.take(length)?));
    }
    Ok(found)
}

/// Writes a section.
pub(super) fn push_section(out: &mut Vec<u8>, id: u8, body: &[u8]) {
    out.push(id);
    push_number(out, body.len());
    out.extend(body);
}

/// Reads one part after another.
pub(super) struct Reader<'a> {
    bytes: &'a [u8],
    at: usize,
}

impl<'a> Reader<'a> {
    /// Reads from the beginning of these.
    pub(super) fn new(bytes: &'a [u8]) -> Self {
        Self { bytes, at: 0 }
    }

    /// All has been read.
    pub(super) fn is_at_end(&self) -> bool {
        self.at == self.bytes.len()
    }

    /// So many bytes.
    pub(super) fn take(&mut self, length: usize) -> Result<&'a [u8]> {
        let end = self.at.checked_add(length).context("a length is too large")?;
        let taken = self.bytes.get(self.at..end).context("the module ends too early")?;
        self.at = end;
        Ok(taken)
    }

    /// One byte.
    pub(super) fn byte(&mut self) -> Result<u8> {
        Ok(self.take(1)?[0])
    }

    /// An unsigned LEB128 of up to 32 bits.
    pub(super) fn number(&mut self) -> Result<usize> {
        let mut number = 0;
        for shift in (0..35).step_by(7) {
            let byte = self.byte()?;
            number |= usize::from(byte & 0x7f) << shift;
            if byte & 0x80 == 0 {
                return Ok(number);
            }
        }
        anyhow::bail!("a number is too long")
    }

    /// A text, after its length.
    pub(super) fn name(&mut self) -> Result<String> {
        let length = self.number()?;
        Ok(std::str::from_utf8(self.take(length)?)?.to_owned())
    }
}

/// Writes an unsigned LEB128.
pub(super) fn push_number(out: &mut Vec<u8>, mut number: usize) {
    loop {
        let low = u8::try_from(number & 0x7f).unwrap_or_default();
        number >>= 7;
        if number == 0 {
            out.push(low);
            return;
        }
        out.push(low | 0x80);
    }
}
