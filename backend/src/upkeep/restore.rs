//! `warren restore FILE`: a backup in the place of what is kept, as the beginning of a new history.

use std::{
    fs::File,
    io,
    path::{Path, PathBuf},
};

use anyhow::{Context as _, bail};

use super::{Job, Partial, check, copy, several, sync_directory};
use crate::{
    log::{DatabaseFile, NotGathered, beside, database_in, gather, renew},
    records::random_text,
    startup::take_directory,
};

/// Puts the backup `from` in the place of what the data directory `data` holds, and says what it did. What was there is
/// kept under another name.
///
/// # Errors
/// Says in words what is in the way, a running server before all; what is kept is as it was then.
pub fn restore(data: &Path, from: &Path, job: &Job) -> anyhow::Result<()> {
    let was_there = data.try_exists().unwrap_or(true);
    // Before all, so that nobody waits for a check and is turned away then.
    let held = if was_there { Some(take_directory(data)?) } else { None };
    let source = DatabaseFile::lying_still(from)?;
    let held = held.map_or_else(|| take_directory(data), Ok)?;
    let restored = replace(data, &source, from, job);
    if restored.is_err() && !was_there {
        drop(std::fs::remove_file(data.join("warren.lock")));
        drop(std::fs::remove_dir(data));
    }
    drop(held);
    restored
}

fn replace(data: &Path, source: &DatabaseFile, from: &Path, job: &Job) -> anyhow::Result<()> {
    let file = database_in(data);
    let partial = Partial::beside(&file)?;
    copy(source, partial.path(), job)?;
    let epoch = random_text(10).context("the system gives no randomness")?;
    renew(partial.path(), &epoch)?;
    // What is checked is what will be there.
    let checked = check::run(&DatabaseFile::lying_still(partial.path())?, job, |_| {})?;
    if checked.faults > 0 {
        bail!("{} is damaged: it was not restored", from.display());
    }
    let kept = set_aside(&file)?;
    if let Some(kept) = &kept {
        let same =
            std::fs::metadata(kept).and_then(|kept| std::fs::set_permissions(partial.path(), kept.permissions()));
        same.with_context(|| format!("{} cannot be written", partial.path().display()))?;
    }
    partial.become_file(&file)?;
    job.result(&format!(
        "Restored {} with {} from {} ({}).",
        several(checked.rooms, "room", "rooms"),
        several(checked.events, "event", "events"),
        from.display(),
        job.took()
    ));
    job.result("It is a new history: every client loads its rooms anew.");
    if let Some(kept) = kept {
        job.result(&format!("What was there before is kept as {}; delete it when all is well.", kept.display()));
    }
    Ok(())
}

/// Gives what is there a second name, and takes away what stands beside it: a write-ahead log of the one must not meet
/// the other. The database keeps its own name too, until the other takes it, so that there is one at every moment.
fn set_aside(file: &Path) -> anyhow::Result<Option<PathBuf>> {
    let cannot = || format!("{} cannot be set aside", file.display());
    let [wal, shm] = ["-wal", "-shm"].map(|suffix| beside(file, suffix));
    let kept = file.try_exists().with_context(cannot)?.then(|| free_name(file));
    if let Some(kept) = &kept {
        match gather(file) {
            Ok(()) => {}
            Err(busy @ NotGathered::Busy) => return Err(busy).with_context(cannot),
            // What is damaged is kept as it is, with its write-ahead log.
            Err(NotGathered::Damaged(why)) => {
                tracing::warn!(why, "what was there before is damaged");
                found(std::fs::copy(&wal, beside(kept, "-wal"))).with_context(cannot)?;
            }
        }
        std::fs::hard_link(file, kept).or_else(|_| std::fs::copy(file, kept).map(drop)).with_context(cannot)?;
        File::open(kept).and_then(|kept| kept.sync_all()).and_then(|()| sync_directory(file)).with_context(cannot)?;
    }
    for beside in [wal, shm] {
        found(std::fs::remove_file(beside)).with_context(cannot)?;
    }
    Ok(kept)
}

/// That a file is not there is as good.
fn found<T>(done: io::Result<T>) -> io::Result<()> {
    match done {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
        _ => Ok(()),
    }
}

/// A name of now for what was there before.
fn free_name(file: &Path) -> PathBuf {
    let now = chrono::Utc::now().format("%Y%m%d-%H%M%S");
    let mut name = file.with_extension(format!("before-restore-{now}.sqlite"));
    for n in 2.. {
        if !name.try_exists().unwrap_or(false) {
            break;
        }
        name = file.with_extension(format!("before-restore-{now}-{n}.sqlite"));
    }
    name
}
