//! The names by which the client's wasm asks for JavaScript, shortened in both.
//!
//! wasm-bindgen gives each a hash of 16 digits, so that crates never clash: noise, which no compression removes, and
//! which both files carry. In one finished program a number does as well.

use anyhow::{Result, ensure};

use super::wasm::{HEADER, IMPORTS, Reader, push_number, push_section, sections};

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
    let mut out = HEADER.to_vec();
    let mut renamed = Vec::new();
    for (id, body) in sections(wasm)? {
        if id == IMPORTS {
            push_section(&mut out, id, &section(body, &mut renamed)?);
        } else {
            push_section(&mut out, id, body);
        }
    }
    Ok((out, renamed))
}

fn section(body: &[u8], renamed: &mut Vec<Renamed>) -> Result<Vec<u8>> {
    let mut reader = Reader::new(body);
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
    ensure!(reader.is_at_end(), "the section of imports is longer than what is in it");
    Ok(out)
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
