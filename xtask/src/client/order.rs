//! The functions of a module, each beside the one that it is most like: what compression finds again nearby it says in
//! fewer bits. It makes the client 1.5 % smaller.
//!
//! They are told apart by the short runs of bytes that they are made of; wasm-opt moves them, by names that say their
//! place, because whoever calls a function does so by its number.

use std::{fs, num::NonZero, path::Path, thread};

use anyhow::{Context, Result, anyhow, ensure};

use super::{
    compress::{TRIED, brotli_in},
    wasm::{CODE, CUSTOM, IMPORTS, Reader, push_number, push_section, sections},
};
use crate::{child, place, tools::Toolbox};

/// Runs are told apart by so many bits of a hash.
const BITS: u32 = 14;
/// What the client's wasm uses, as in index.html; wasm-opt refuses what it is not told of.
const FEATURES: [&str; 6] =
    ["bulk-memory", "nontrapping-float-to-int", "sign-ext", "mutable-globals", "reference-types", "multivalue"];

/// The same module with its functions in that order. Where wasm-opt is not at hand, it stays as it is.
pub(super) fn by_likeness(toolbox: &Toolbox, wasm: &[u8]) -> Result<Vec<u8>> {
    if toolbox.find("wasm-opt").is_err() {
        return Ok(wasm.to_vec());
    }
    let folder = place::target()?.join("order");
    fs::create_dir_all(&folder)?;
    let ways: Vec<Way> = ways().collect();
    let threads = thread::available_parallelism().map_or(1, NonZero::get);
    let best_of = |ways: &[Way]| -> Result<Option<Made>> {
        let made = ways.iter().map(|way| in_order(toolbox, &folder, wasm, *way));
        Ok(made.collect::<Result<Vec<Made>>>()?.into_iter().min_by_key(|made| made.size))
    };
    let made = thread::scope(|scope| {
        let parts = ways.chunks(ways.len().div_ceil(threads));
        let running: Vec<_> = parts.map(|part| scope.spawn(move || best_of(part))).collect();
        let done = running.into_iter().map(|part| part.join().map_err(|_| anyhow!("a way to order them failed"))?);
        done.collect::<Result<Vec<_>>>()
    })?;
    let best = made.into_iter().flatten().min_by_key(|made| made.size);
    best.map(|made| made.wasm).context("there is a way to order them")
}

/// A module in some order, and how large it is when it is compressed.
struct Made {
    size: usize,
    wasm: Vec<u8>,
}

fn in_order(toolbox: &Toolbox, folder: &Path, wasm: &[u8], way: Way) -> Result<Made> {
    let Way { begins_with, looks_back, run } = way;
    let file = |what| folder.join(format!("{what}-{begins_with}-{looks_back}-{run}.wasm"));
    let (named, ordered) = (file("named"), file("ordered"));
    fs::write(&named, name(wasm, way)?)?;
    let mut wasm_opt = toolbox.command("wasm-opt");
    wasm_opt.args(FEATURES.map(|feature| format!("--enable-{feature}")));
    wasm_opt.args(["--reorder-functions-by-name", "--strip-debug", "-o"]).args([&ordered, &named]);
    child::run(&mut wasm_opt)?;
    let wasm = fs::read(&ordered).with_context(|| ordered.display().to_string())?;
    Ok(Made { size: brotli_in(&wasm, TRIED[0])?.len(), wasm })
}

/// A way to put functions in order.
#[derive(Clone, Copy, Debug)]
struct Way {
    /// It begins with the largest function, or one that is smaller by so many places.
    begins_with: usize,
    /// So many functions count for the choice of the next, the last of them the most.
    looks_back: usize,
    /// The bytes of a run.
    run: usize,
}

/// Which is best is luck, by half a percent, and another for each change of the program: the best of some is taken.
fn ways() -> impl Iterator<Item = Way> {
    [0, 1, 2, 8].into_iter().flat_map(|begins_with| {
        [(2, 4), (3, 3), (3, 4), (6, 3), (6, 4)].map(|(looks_back, run)| Way { begins_with, looks_back, run })
    })
}

/// The module with a name for each function that says its place in the order.
fn name(wasm: &[u8], way: Way) -> Result<Vec<u8>> {
    let sections = sections(wasm)?;
    let section = |wanted| sections.iter().find(|(id, _)| *id == wanted).map(|(_, body)| *body);
    let imported = section(IMPORTS).map_or(Ok(0), |body| Reader::new(body).number())?;
    let bodies = bodies(section(CODE).context("the module has no code")?)?;
    let mut places = vec![0; bodies.len()];
    for (place, function) in order(&bodies, way).into_iter().enumerate() {
        places[function] = place;
    }
    let mut names = Vec::new();
    push_number(&mut names, places.len());
    for (function, place) in places.iter().enumerate() {
        push_number(&mut names, imported + function);
        push_name(&mut names, &format!("{place:06}"));
    }
    let mut body = Vec::new();
    push_name(&mut body, "name");
    // The part with the functions' names (section 7.4.1).
    push_section(&mut body, 1, &names);
    let mut out = wasm.to_vec();
    push_section(&mut out, CUSTOM, &body);
    Ok(out)
}

fn push_name(out: &mut Vec<u8>, name: &str) {
    push_number(out, name.len());
    out.extend(name.as_bytes());
}

fn bodies(code: &[u8]) -> Result<Vec<&[u8]>> {
    let mut reader = Reader::new(code);
    let count = reader.number()?;
    let mut bodies = Vec::with_capacity(count);
    for _ in 0..count {
        let length = reader.number()?;
        bodies.push(reader.take(length)?);
    }
    ensure!(reader.is_at_end(), "the section of code is longer than what is in it");
    Ok(bodies)
}

/// One of the largest functions, then always the one that is most like the last, of those that are left.
fn order(bodies: &[&[u8]], Way { begins_with, looks_back, run }: Way) -> Vec<usize> {
    let runs: Vec<Vec<usize>> = bodies.iter().map(|body| runs(body, run)).collect();
    // In which functions each run is.
    let mut found_in = vec![Vec::new(); 1 << BITS];
    for (function, runs) in runs.iter().enumerate() {
        for run in runs {
            found_in[*run].push(function);
        }
    }
    let mut left: Vec<bool> = vec![true; bodies.len()];
    let mut by_size: Vec<_> = (0..bodies.len()).collect();
    by_size.sort_by_key(|function| std::cmp::Reverse(bodies[*function].len()));
    let mut next = by_size.get(begins_with).copied();
    let mut order = Vec::with_capacity(bodies.len());
    while let Some(last) = next {
        left[last] = false;
        order.push(last);
        let mut common = vec![0_u64; bodies.len()];
        for (back, earlier) in order.iter().rev().take(looks_back).enumerate() {
            for function in runs[*earlier].iter().flat_map(|run| &found_in[*run]) {
                common[*function] += 1 << (looks_back - back);
            }
        }
        // The cosine of the angle between the two, squared; what is the same for all is left out.
        let likeness = |function: &usize| common[*function].pow(2) * 1_000_000 / (runs[*function].len().max(1) as u64);
        next = (0..bodies.len()).filter(|function| left[*function]).max_by_key(likeness);
    }
    order
}

/// The runs of so many bytes, at most four, that a function is made of, each once.
fn runs(body: &[u8], length: usize) -> Vec<usize> {
    let hash = |bytes: &[u8]| {
        let number = bytes.iter().fold(0_u32, |number, byte| number << 8 | u32::from(*byte));
        // Knuth's multiplicative hash.
        number.wrapping_mul(2_654_435_761) >> (32 - BITS)
    };
    let mut runs: Vec<usize> = body.windows(length).map(hash).map(|hash| hash as usize).collect();
    runs.sort_unstable();
    runs.dedup();
    runs
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn like_stands_beside_like() {
        let bodies: [&[u8]; 5] = [b"abcdefgh", b"12345678", b"abcdefghij", b"1234567", b"abcdefg"];
        let way = Way { begins_with: 0, looks_back: 1, run: 4 };
        assert_eq!(order(&bodies, way), [2, 0, 4, 3, 1]);
        assert_eq!(order(&bodies, Way { begins_with: 1, ..way }), [0, 4, 2, 3, 1]);
        for way in ways() {
            assert_eq!(order(&[], way), [0; 0]);
            let mut all = order(&[b"abcd".as_slice(); 9], way);
            all.sort_unstable();
            assert_eq!(all, (0..9).collect::<Vec<_>>(), "each once: {way:?}");
        }
    }

    #[test]
    fn names_say_the_place() {
        // A module with one imported function and two of its own, which do nothing.
        let sections: [&[u8]; 4] = [
            b"\x01\x04\x01\x60\0\0",
            b"\x02\x07\x01\x01a\x01b\0\0",
            b"\x03\x03\x02\0\0",
            b"\x0a\x08\x02\x02\0\x0b\x03\0\x01\x0b",
        ];
        let module = [super::super::wasm::HEADER, &sections.concat()].concat();
        let way = Way { begins_with: 0, looks_back: 1, run: 4 };
        let names = b"\0\x18\x04name\x01\x11\x02\x01\x06000001\x02\x06000000";
        assert_eq!(name(&module, way).unwrap(), [&module[..], &names[..]].concat());
        assert!(name(b"\0asm\x01\0\0\0", way).is_err());
    }
}
