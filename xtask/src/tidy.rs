//! The rules of the tree that no compiler or linter knows.

mod files;
mod rules;
mod security;
mod versions_agree;
mod words;

use std::path::Path;

use anyhow::{Result, ensure};

use crate::say;

/// Checks all files of the repository, prints what is wrong, each with its place, and fails if there is anything.
pub(crate) fn check(root: &Path) -> Result<()> {
    let files = files::tracked(root)?;
    let mut faults = rules::of_the_tree(&files);
    for file in &files {
        faults.extend(rules::of_a_file(file));
    }
    faults.extend(versions_agree::check(&files));
    faults.extend(words::check(&files));
    faults.extend(security::check(&files));
    for fault in &faults {
        say::result(fault);
    }
    ensure!(faults.is_empty(), "{} faults in the tree", faults.len());
    say::note(format_args!("{} files are tidy", files.len()));
    Ok(())
}
