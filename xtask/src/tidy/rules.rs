//! The rules, each a row: which files it looks at, what may not be there, and why.

use std::path::Path;

use super::files::File;

/// The most lines that a file of Rust may have.
const LINES: usize = 400;

/// A text that may not be in some files. The texts are written in two parts, so that this file may name them.
struct Forbidden {
    text: &'static str,
    whose: fn(&File, usize) -> bool,
    why: &'static str,
}

const FORBIDDEN: &[Forbidden] = &[
    Forbidden {
        text: concat!("#[al", "low("),
        whose: is_rust,
        why: "use #[expect(…, reason = \"…\")] on the smallest item",
    },
    Forbidden {
        text: concat!("#![al", "low("),
        whose: is_rust,
        why: "use #[expect(…, reason = \"…\")] on the smallest item",
    },
    Forbidden { text: concat!("to", "do!("), whose: is_rust, why: "finish it, or write an issue" },
    Forbidden { text: concat!("FIX", "ME"), whose: is_any, why: "fix it, or write an issue" },
    Forbidden { text: concat!("#[ig", "nore"), whose: is_rust, why: "a test that does not run proves nothing" },
    Forbidden { text: concat!("thread::", "sleep"), whose: is_test, why: "tests wait on events" },
    Forbidden { text: concat!("time::", "sleep"), whose: is_test, why: "tests wait on events, or fake the time" },
];

/// Folders of machines, which mean nothing elsewhere.
const MACHINES: [&str; 5] =
    [concat!("/ro", "ot/"), concat!("/wo", "rk/"), concat!("/tm", "p/"), concat!("/ho", "me/"), concat!("/Us", "ers/")];

/// Files that must be there, each with what it must say.
const PRESENT: &[(&str, &[&str])] = &[
    ("README.md", &["cargo xtask run", "cargo xtask test"]),
    ("ARCHITECTURE.md", &[]),
    ("CHANGELOG.md", &[]),
    ("docs/protocol.md", &[]),
    (".ci/run", &["cargo xtask test"]),
    // Trunk builds for release with the profile that is named there, also when it is called by hand.
    ("index.html", &["data-cargo-profile-release=\"client\""]),
];

/// What is wrong with the tree as a whole.
pub(super) fn of_the_tree(files: &[File]) -> Vec<String> {
    let mut faults = Vec::new();
    for (path, words) in PRESENT {
        match files.iter().find(|file| file.path == *path).filter(|file| !file.text.trim().is_empty()) {
            None => faults.push(format!("{path}: missing or empty")),
            Some(file) => {
                let missing = words.iter().filter(|word| !file.text.contains(**word));
                faults.extend(missing.map(|word| format!("{path}: does not say `{word}`")));
            }
        }
    }
    faults
}

/// What is wrong with one file, each fault with its line.
pub(super) fn of_a_file(file: &File) -> Vec<String> {
    let mut faults = Vec::new();
    let path = &file.path;
    if is_rust(file, 0) {
        if !file.text.starts_with("//!") {
            faults.push(format!("{path}:1: the first line has to say what the file is: //! …"));
        }
        let lines = file.text.lines().count();
        if lines > LINES {
            faults.push(format!("{path}: {lines} lines; split it (at most {LINES})"));
        }
        if path.ends_with("/mod.rs") {
            faults.push(format!("{path}: name it after its folder, beside it"));
        }
    }
    for (index, line) in file.text.lines().enumerate() {
        for Forbidden { text, whose, why } in FORBIDDEN {
            if line.contains(text) && whose(file, index) {
                faults.push(format!("{path}:{}: {text}: {why}", index + 1));
            }
        }
        if let Some(folder) = MACHINES.iter().find(|folder| names_a_folder(line, folder)) {
            faults.push(format!("{path}:{}: a path of one machine ({folder})", index + 1));
        }
    }
    faults
}

fn is_any(_: &File, _: usize) -> bool {
    true
}

fn is_rust(file: &File, _: usize) -> bool {
    Path::new(&file.path).extension().is_some_and(|kind| kind == "rs")
}

/// Test code: the crate of the end-to-end tests, folders named tests, and what follows `#[cfg(test)]` in other files.
fn is_test(file: &File, line: usize) -> bool {
    if !is_rust(file, line) {
        return false;
    }
    let in_tests = file.path.split('/').any(|part| matches!(part, "e2e" | "tests" | "tests.rs"));
    in_tests || file.text.lines().take(line).any(|before| before.trim() == "#[cfg(test)]")
}

/// Whether a path that starts with this folder is in the line; `a/home/b` is none.
fn names_a_folder(line: &str, folder: &str) -> bool {
    line.match_indices(folder).any(|(at, _)| {
        let before = line[..at].chars().next_back();
        before.is_none_or(|c| !c.is_alphanumeric() && !"._-/*~}".contains(c))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn faults(path: &str, text: &str) -> Vec<String> {
        of_a_file(&File { path: path.to_owned(), text: text.to_owned() })
    }

    #[test]
    fn each_rule_finds_what_it_forbids_and_where() {
        let check = |path, text: &str, expected: &[&str]| {
            let found = faults(path, text);
            assert_eq!(found.len(), expected.len(), "{path}: {found:?}");
            for (found, expected) in found.iter().zip(expected) {
                assert!(found.starts_with(expected), "{found}");
            }
        };
        check("a/src/lib.rs", "//! A file.\nfn f() {}\n", &[]);
        check("a/src/lib.rs", "fn f() {}\n", &["a/src/lib.rs:1: the first line"]);
        check("a/src/mod.rs", "//! A file.\n", &["a/src/mod.rs: name it"]);
        check("a/src/long.rs", &"//! x\n".repeat(401), &["a/src/long.rs: 401 lines"]);
        for Forbidden { text, .. } in FORBIDDEN {
            let line = format!("//! A file.\n{text}\n");
            let expected = format!("a/tests/it.rs:2: {text}");
            check("a/tests/it.rs", &line, &[&expected]);
        }
        let sleep = concat!("thread::", "sleep");
        check("a/src/lib.rs", &format!("//! A file.\n{sleep}\n#[cfg(test)]\n"), &[]);
        check("a/src/lib.rs", &format!("//! A file.\n#[cfg(test)]\n{sleep}\n"), &["a/src/lib.rs:3: thread"]);
        check("README.md", &format!("{sleep}, {}", concat!("#[al", "low(x)]")), &[]);
    }

    #[test]
    fn paths_of_a_machine_are_found_and_parts_of_others_are_not() {
        for folder in MACHINES {
            assert_eq!(faults("notes.md", &format!("see `{folder}x`")).len(), 1, "{folder}");
            assert_eq!(faults("notes.md", &format!("{folder}x")).len(), 1, "{folder}");
            assert_eq!(faults("notes.md", &format!("see a{folder}x and ~{folder}x")).len(), 0, "{folder}");
        }
    }

    #[test]
    fn documents_must_be_there_and_say_their_words() {
        let file = |path: &str, text: &str| File { path: path.to_owned(), text: text.to_owned() };
        let all = |words: &[&str]| words.join(" ") + ".";
        let mut files: Vec<_> = PRESENT.iter().map(|(path, words)| file(path, &all(words))).collect();
        assert!(of_the_tree(&files).is_empty());
        files[0].text = "cargo xtask run".to_owned();
        files[1].text = "\n".to_owned();
        assert_eq!(
            of_the_tree(&files),
            ["README.md: does not say `cargo xtask test`", "ARCHITECTURE.md: missing or empty"]
        );
    }
}
