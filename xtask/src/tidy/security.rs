//! The tests that docs/security.md names must be there: a row cannot outlive its test.

use super::files::File;

const TABLE: &str = "docs/security.md";

/// A fault for each test that is named and is not there.
pub(super) fn check(files: &[File]) -> Vec<String> {
    let Some(table) = files.iter().find(|file| file.path == TABLE) else {
        return vec![format!("{TABLE}: missing")];
    };
    let named = table.text.split('`').filter_map(|piece| piece.split_once(".rs::"));
    let is_there = |path: &str, test: &str| {
        files.iter().any(|file| file.path == path && file.text.contains(&format!("fn {test}(")))
    };
    let missing = named.filter(|(path, test)| !is_there(&format!("{path}.rs"), test));
    missing.map(|(path, test)| format!("{TABLE}: there is no test {path}.rs::{test}")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_test_that_is_named_must_be_there() {
        let file = |path: &str, text: &str| File { path: path.to_owned(), text: text.to_owned() };
        let check = |text: &str| check(&[file(TABLE, text), file("a/b.rs", "#[test]\nfn it_holds() {}")]);
        assert_eq!(check("| threat | cure | `a/b.rs::it_holds` |"), [""; 0]);
        assert_eq!(check("`a/b.rs::it_held`"), ["docs/security.md: there is no test a/b.rs::it_held"]);
        assert_eq!(check("`a/c.rs::it_holds`"), ["docs/security.md: there is no test a/c.rs::it_holds"]);
    }
}
