//! Compressed copies beside the files of the client, so that the server compresses nothing while it serves.
//!
//! Trunk empties dist/ at each build, so no copy outlives the file that it was made from.

use std::{
    fs,
    io::Write,
    path::{Path, PathBuf},
};

use anyhow::{Context, Result};
use brotli::enc::{BrotliEncoderParams, backward_references::BrotliEncoderMode};

/// What is text, or, as wasm, compresses like it. Images and fonts are compressed already.
const KINDS: [&str; 9] = ["html", "js", "css", "wasm", "svg", "json", "webmanifest", "txt", "xml"];

/// Writes `FILE.br` and `FILE.gz` for each file that gains from it, in this folder and those below.
pub(crate) fn folder(folder: &Path) -> Result<()> {
    for file in files(folder)? {
        let kind = file.extension().and_then(|kind| kind.to_str());
        if !kind.is_some_and(|kind| KINDS.contains(&kind)) {
            continue;
        }
        let bytes = fs::read(&file)?;
        for (suffix, smaller) in [("br", brotli(&bytes)?), ("gz", gzip(&bytes)?)] {
            if smaller.len() < bytes.len() {
                fs::write(with_suffix(&file, suffix), smaller)?;
            }
        }
    }
    Ok(())
}

/// All files of a folder and those below, sorted.
pub(crate) fn files(folder: &Path) -> Result<Vec<PathBuf>> {
    let mut found = Vec::new();
    let mut folders = vec![folder.to_path_buf()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(&folder).with_context(|| folder.display().to_string())? {
            let entry = entry?;
            if entry.file_type()?.is_dir() {
                folders.push(entry.path());
            } else {
                found.push(entry.path());
            }
        }
    }
    found.sort();
    Ok(found)
}

/// Gzip, level 9.
pub(crate) fn gzip(bytes: &[u8]) -> Result<Vec<u8>> {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
    encoder.write_all(bytes)?;
    Ok(encoder.finish()?)
}

/// What is tried: the window, the block that may have codes of its own (0: brotli's choice), and what kind of bytes it is.
/// Each wins for some file, by a tenth of a percent.
pub(super) const TRIED: [(i32, i32, BrotliEncoderMode); 4] = [
    (24, 0, BrotliEncoderMode::BROTLI_MODE_GENERIC),
    (18, 0, BrotliEncoderMode::BROTLI_MODE_GENERIC),
    (24, 16, BrotliEncoderMode::BROTLI_MODE_GENERIC),
    (24, 0, BrotliEncoderMode::BROTLI_MODE_FONT),
];

/// Brotli, quality 11: the smallest of some.
pub(crate) fn brotli(bytes: &[u8]) -> Result<Vec<u8>> {
    let mut best: Option<Vec<u8>> = None;
    for tried in TRIED {
        let out = brotli_in(bytes, tried)?;
        if best.as_ref().is_none_or(|best| out.len() < best.len()) {
            best = Some(out);
        }
    }
    best.context("something was tried")
}

/// Brotli, quality 11, in one of these ways.
pub(super) fn brotli_in(bytes: &[u8], (lgwin, lgblock, mode): (i32, i32, BrotliEncoderMode)) -> Result<Vec<u8>> {
    let size_hint = bytes.len();
    let parameters = BrotliEncoderParams { quality: 11, lgwin, lgblock, mode, size_hint, ..Default::default() };
    let mut out = Vec::new();
    brotli::BrotliCompress(&mut &*bytes, &mut out, &parameters)?;
    Ok(out)
}

fn with_suffix(file: &Path, suffix: &str) -> PathBuf {
    let mut name = file.as_os_str().to_owned();
    name.push(".");
    name.push(suffix);
    name.into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_compressible_file_gets_two_copies_that_give_it_back() {
        let dist = tempfile::tempdir().unwrap();
        let text = "a message, and again a message\n".repeat(200);
        fs::create_dir(dist.path().join("snippets")).unwrap();
        fs::write(dist.path().join("snippets/a.js"), &text).unwrap();
        fs::write(dist.path().join("photo.png"), &text).unwrap();
        fs::write(dist.path().join("tiny.css"), "a").unwrap();

        folder(dist.path()).unwrap();

        let names: Vec<_> = files(dist.path()).unwrap();
        let names: Vec<_> = names.iter().map(|path| path.strip_prefix(dist.path()).unwrap()).collect();
        let expected = ["photo.png", "snippets/a.js", "snippets/a.js.br", "snippets/a.js.gz", "tiny.css"];
        assert_eq!(names, expected.map(Path::new));

        let mut back = Vec::new();
        let br = fs::read(dist.path().join("snippets/a.js.br")).unwrap();
        brotli::BrotliDecompress(&mut &*br, &mut back).unwrap();
        assert_eq!(back, text.as_bytes());
        let mut back = String::new();
        let gz = fs::read(dist.path().join("snippets/a.js.gz")).unwrap();
        std::io::Read::read_to_string(&mut flate2::read::GzDecoder::new(&*gz), &mut back).unwrap();
        assert_eq!(back, text);
    }
}
