//! What a list of packages names, installed into a folder of cargo's target folder: once, and again when the list changes.

use std::{
    fs,
    path::{Path, PathBuf},
};

use anyhow::{Context, Result};

use crate::say;

/// Installs what the list `list` names, unless this very list was installed whole before.
pub(crate) fn installed(from: &Path, to: &Path, list: &str, install: impl FnOnce() -> Result<()>) -> Result<()> {
    let whole = to.join("installed");
    let wanted = fs::read_to_string(from.join(list))?;
    if fs::read_to_string(&whole).is_ok_and(|there| there == wanted) {
        return Ok(());
    }
    copy(from, to, &[list])?;
    say::timed(format_args!("Install what {list} names into {}", to.display()), install)?;
    Ok(fs::write(whole, wanted)?)
}

/// Copies files into a folder, which is made where it is missing.
pub(crate) fn copy(from: &Path, to: &Path, files: &[&str]) -> Result<()> {
    fs::create_dir_all(to)?;
    for file in files {
        let from: PathBuf = from.join(file);
        fs::copy(&from, to.join(file)).with_context(|| format!("{} cannot be copied", from.display()))?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::place;

    #[test]
    fn a_list_is_installed_once_and_again_when_it_changes_or_failed() {
        let folder = place::target().unwrap().join("test-installed");
        drop(fs::remove_dir_all(&folder));
        let (from, to) = (folder.join("from"), folder.join("to"));
        fs::create_dir_all(&from).unwrap();
        fs::create_dir_all(&to).unwrap();
        let mut times = 0;
        let mut install = |list: &str, works: bool| {
            fs::write(from.join("list"), list).unwrap();
            let done = installed(&from, &to, "list", || {
                times += 1;
                anyhow::ensure!(works, "no network");
                Ok(())
            });
            (done.is_ok(), times)
        };
        assert_eq!(install("a", false), (false, 1));
        assert_eq!(install("a", true), (true, 2));
        assert_eq!(install("a", true), (true, 2));
        assert_eq!(install("b", true), (true, 3));
        fs::remove_dir_all(&folder).unwrap();
    }
}
