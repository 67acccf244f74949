//! `warren backup FILE`: one moment of everything that is kept, in one file, checked.

use std::path::Path;

use anyhow::{Context as _, bail};

use super::{Job, Partial, check, copy, counted, directory_of, several};
use crate::log::{DatabaseFile, database_in};

/// Writes everything that the data directory `data` holds to the file `to`, also while a server writes there; says what
/// it did. The file is there only when it is whole, checked and on disk.
///
/// # Errors
/// Says in words what is in the way; nothing is left behind.
pub fn backup(data: &Path, to: &Path, force: bool, job: &Job) -> anyhow::Result<()> {
    let file = database_in(data);
    let source = DatabaseFile::of_a_server(&file)?;
    may_be_written(to, data, force)?;
    let partial = Partial::beside(to)?;
    copy(&source, partial.path(), job)?;
    let written = DatabaseFile::lying_still(partial.path())?;
    let checked = written.is_current().then(|| check::run(&written, job, |_| {})).transpose()?;
    if checked.is_some_and(|checked| checked.faults > 0) {
        bail!("{} is damaged: it was not backed up", file.display());
    }
    drop(written);
    let bytes = (|| {
        // Who may read the one may read the other.
        std::fs::set_permissions(partial.path(), std::fs::metadata(&file)?.permissions())?;
        std::fs::metadata(partial.path()).map(|written| written.len())
    })();
    let bytes = bytes.with_context(|| format!("{} cannot be written", to.display()))?;
    // Somebody may have been faster.
    may_be_written(to, data, force)?;
    partial.become_file(to)?;
    let what = checked.map_or_else(
        || "a database of an older version, not checked,".to_owned(),
        |checked| {
            format!("{} with {}", several(checked.rooms, "room", "rooms"), several(checked.events, "event", "events"))
        },
    );
    job.result(&format!(
        "Backed up {what} to {} ({} KB, {}).",
        to.display(),
        counted(bytes.div_ceil(1_000)),
        job.took()
    ));
    Ok(())
}

/// Whether the backup may stand there.
fn may_be_written(to: &Path, data: &Path, force: bool) -> anyhow::Result<()> {
    let (shown, directory) = (to.display(), directory_of(to));
    let Some(name) = to.file_name() else { bail!("{shown} is not the name of a file") };
    if !directory.is_dir() {
        bail!("{shown} cannot be written: there is no directory {}", directory.display());
    }
    if to.is_dir() {
        bail!("{shown} is a directory; name a file in it");
    }
    let name = name.to_string_lossy();
    let is_of_the_server = name.starts_with("warren.sqlite") || name == "warren.lock";
    if is_of_the_server && directory.canonicalize().ok() == data.canonicalize().ok() {
        bail!("{shown} is the server's own; choose another name");
    }
    if !force && to.try_exists().unwrap_or(true) {
        bail!("{shown} is there already; choose another name, or overwrite it with --force");
    }
    Ok(())
}
