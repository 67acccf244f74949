//! The names by which the client's wasm asks for JavaScript, shortened in both.
//!
//! wasm-bindgen gives each a hash of 16 digits, so that crates never clash: noise, which no compression removes, and
//! which both files carry. In one finished program a number does as well.

use anyhow::{Context, Result, ensure};

/// Where a module's sections begin: after the magic number and the version.
const HEADER: usize = 8;
/// The section of imports (WebAssembly core specification, section 5.5.5).
const IMPORTS: u8 = 2;

/// An import's names as they were, and the short name that it has now.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Renamed {
    /// The module's old name. All modules are called by [`MODULE`] now.
    pub(crate) module: String,
    /// The old name.
    pub(crate) from: String,
    /// The new name, one that JavaScript takes as a name of a property.
    pub(crate) to: String,
}

/// What the module of all imports is called.
pub(crate) const MODULE: &str = "w";

/// The module with short names, and what was renamed.
pub(crate) fn shorten(wasm: &[u8]) -> Result<(Vec<u8>, Vec<Renamed>)> {
    ensure!(wasm.starts_with(b"\0asm\x01\0\0\0"), "this is no wasm module of version 1");
    let mut reader = Reader { bytes: wasm, at: HEADER };
    let mut out = wasm[..HEADER].to_vec();
    let mut renamed = Vec::new();
    while reader.at < wasm.len() {
        let start = reader.at;
        let id = reader.byte()?;
        let length = reader.number()?;
        let body = reader.take(length)?;
        if id == IMPORTS {
            let section = section(body, &mut renamed)?;
            out.push(id);
            push_number(&mut out, section.len());
            out.extend(section);
        } else {
            out.extend(&wasm[start..reader.at]);
        }
    }
    Ok((out, renamed))
}

fn section(body: &[u8], renamed: &mut Vec<Renamed>) -> Result<Vec<u8>> {
    let mut reader = Reader { bytes: body, at: 0 };
    let mut out = Vec::new();
    let count = reader.number()?;
    push_number(&mut out, count);
    for number in 0..count {
        let (module, from) = (reader.name()?, reader.name()?);
        ensure!(reader.byte()? == 0, "the import {from} is not a function");
        let kind = reader.number()?;
        let to = format!("_{number}");
        for name in [MODULE, &to] {
            push_number(&mut out, name.len());
            out.extend(name.as_bytes());
        }
        out.push(0);
        push_number(&mut out, kind);
        renamed.push(Renamed { module, from, to });
    }
    ensure!(reader.at == body.len(), "the section of imports is longer than what is in it");
    Ok(out)
}

struct Reader<'a> {
    bytes: &'a [u8],
    at: usize,
}

impl<'a> Reader<'a> {
    fn take(&mut self, length: usize) -> Result<&'a [u8]> {
        let end = self.at.checked_add(length).context("a length is too large")?;
        let taken = self.bytes.get(self.at..end).context("the module ends too early")?;
        self.at = end;
        Ok(taken)
    }

    fn byte(&mut self) -> Result<u8> {
        Ok(self.take(1)?[0])
    }

    /// An unsigned LEB128 of up to 32 bits.
    fn number(&mut self) -> Result<usize> {
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

    fn name(&mut self) -> Result<String> {
        let length = self.number()?;
        Ok(std::str::from_utf8(self.take(length)?)?.to_owned())
    }
}

fn push_number(out: &mut Vec<u8>, mut number: usize) {
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

#[cfg(test)]
mod tests {
    use super::*;

    const HEAD: &[u8] = b"\0asm\x01\0\0\0";

    fn module(sections: &[&[u8]]) -> Vec<u8> {
        [HEAD, &sections.concat()].concat()
    }

    #[test]
    fn imports_get_numbers_and_the_rest_stays() {
        // An empty custom section named "x", two imported functions of type 0 and 200, and another custom section.
        let body = b"\x02\x04a.js\x05f_123\x00\x00\x04a.js\x01g\x00\xc8\x01";
        let section = [&[2, u8::try_from(body.len()).unwrap()], &body[..]].concat();
        let before = module(&[b"\0\x02\x01x", &section, b"\0\x02\x01y"]);
        let (after, renamed) = shorten(&before).unwrap();
        let short = b"\x02\x01w\x02_0\x00\x00\x01w\x02_1\x00\xc8\x01";
        let section = [&[2, u8::try_from(short.len()).unwrap()], &short[..]].concat();
        assert_eq!(after, module(&[b"\0\x02\x01x", &section, b"\0\x02\x01y"]));
        let names: Vec<_> = renamed.iter().map(|one| (&*one.module, &*one.from, &*one.to)).collect();
        assert_eq!(names, [("a.js", "f_123", "_0"), ("a.js", "g", "_1")]);
    }

    #[test]
    fn what_is_not_understood_is_an_error() {
        for bad in [
            b"\0asm\x02\0\0\0".to_vec(),
            b"PK".to_vec(),
            module(&[b"\x02\x7f\x01"]),
            module(&[b"\x02\x06\x01\x01m\x01x\x02"]),
            module(&[b"\x02\x02\x00\x00"]),
            module(&[b"\x00\xff\xff\xff\xff\xff\xff"]),
        ] {
            assert!(shorten(&bad).is_err(), "{bad:x?}");
        }
    }
}
