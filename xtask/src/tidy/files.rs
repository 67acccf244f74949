//! The files that belong to the repository: what git tracks, and what it would track.

use std::{fs, path::Path};

use anyhow::{Context, Result};

use crate::child;

/// A text file of the repository. Pictures and other binary files are left out.
pub(super) struct File {
    /// Relative to the root, with `/`.
    pub(super) path: String,
    pub(super) text: String,
}

/// All of them, sorted, also those that are new and not yet added.
pub(super) fn tracked(root: &Path) -> Result<Vec<File>> {
    let mut git = child::command("git");
    git.args(["ls-files", "--cached", "--others", "--exclude-standard", "-z"]).current_dir(root);
    let list = child::output(&mut git).context("git does not list the files: is this a clone, and is git there?")?;
    let mut files = Vec::new();
    for path in list.split('\0').filter(|path| !path.is_empty()) {
        // A file that is deleted and still in the index is no file.
        let Ok(bytes) = fs::read(root.join(path)) else {
            continue;
        };
        if let Ok(text) = String::from_utf8(bytes) {
            files.push(File { path: path.to_owned(), text });
        }
    }
    files.sort_by(|a, b| a.path.cmp(&b.path));
    Ok(files)
}
