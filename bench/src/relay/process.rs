//! What a process has used, as Linux counts it: processor time in nanoseconds, and memory.

use std::{collections::HashMap, fs, path::PathBuf};

use anyhow::Context as _;
use serde::Serialize;

/// A process that is watched.
#[derive(Clone)]
pub(crate) struct Process {
    folder: PathBuf,
}

/// Processor time up to a moment.
pub(crate) struct Used {
    /// Nanoseconds by thread: exact, and gone with the thread.
    threads: HashMap<String, u64>,
    /// Of the whole process, in ticks of 10 ms: coarse, and complete.
    ticks: u64,
}

/// Memory at a moment, in bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub(crate) struct Memory {
    /// Everything of it that is in memory.
    pub(crate) resident: u64,
    /// The same, with what it shares with others divided among them.
    pub(crate) proportional: u64,
}

const TICK: u64 = 10_000_000;

impl Process {
    pub(crate) fn of(id: u32) -> Self {
        Self { folder: PathBuf::from(format!("/proc/{id}")) }
    }

    /// Processor time so far.
    ///
    /// # Errors
    /// Where the process is gone, or the system does not count like Linux.
    pub(crate) fn used(&self) -> anyhow::Result<Used> {
        let mut threads = HashMap::new();
        let listed = fs::read_dir(self.folder.join("task")).context("the server's process is gone")?;
        for thread in listed {
            let thread = thread?;
            // One that ends right now is covered by the ticks.
            if let Ok(text) = fs::read_to_string(thread.path().join("schedstat")) {
                threads.insert(thread.file_name().to_string_lossy().into_owned(), on_processor(&text)?);
            }
        }
        Ok(Used { threads, ticks: ticks(&fs::read_to_string(self.folder.join("stat"))?)? })
    }

    /// Memory now.
    ///
    /// # Errors
    /// As [`Process::used`].
    pub(crate) fn memory(&self) -> anyhow::Result<Memory> {
        memory(&fs::read_to_string(self.folder.join("smaps_rollup")).context("the server's process is gone")?)
    }
}

impl Used {
    /// Nanoseconds between an earlier moment and this one.
    pub(crate) fn since(&self, earlier: &Self) -> u64 {
        if earlier.threads.keys().all(|thread| self.threads.contains_key(thread)) {
            let spent = |(thread, now): (&String, &u64)| now - earlier.threads.get(thread).copied().unwrap_or_default();
            self.threads.iter().map(spent).sum()
        } else {
            (self.ticks - earlier.ticks) * TICK
        }
    }
}

/// The time on a processor, of a line of `schedstat`.
fn on_processor(schedstat: &str) -> anyhow::Result<u64> {
    let first = schedstat.split_whitespace().next();
    first.and_then(|nanos| nanos.parse().ok()).with_context(|| format!("`{schedstat}` is no schedstat"))
}

/// User and system time of a line of `stat`, whose second field, a name in parentheses, may hold anything.
fn ticks(stat: &str) -> anyhow::Result<u64> {
    let fields = stat.rsplit_once(')').map(|(_, rest)| rest.split_whitespace().skip(11).take(2));
    let times: Option<Vec<u64>> = fields.and_then(|times| times.map(|time| time.parse().ok()).collect());
    times.filter(|times| times.len() == 2).map(|times| times.iter().sum()).context("this is no line of stat")
}

fn memory(rollup: &str) -> anyhow::Result<Memory> {
    let field = |name: &str| {
        let line = rollup.lines().find_map(|line| line.strip_prefix(name));
        let kib = line.and_then(|rest| rest.trim().trim_end_matches(" kB").parse::<u64>().ok());
        kib.map(|kib| kib * 1_024).with_context(|| format!("smaps_rollup has no {name}"))
    };
    Ok(Memory { resident: field("Rss:")?, proportional: field("Pss:")? })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_lines_of_linux_are_understood() {
        assert_eq!(on_processor("71146 12 1\n").unwrap(), 71_146);
        assert!(on_processor("").is_err());
        let stat = "12 (a) b) S 1 12 12 0 -1 4194304 1 2 3 4 150 25 8 9 20 0 1 0 100 1 2";
        assert_eq!(ticks(stat).unwrap(), 175);
        assert!(ticks("12 (a) S 1").is_err());
        let rollup = "55-7f ---p 0 00:00 0    [rollup]\nRss:       1732 kB\nPss:        317 kB\nPss_Dirty: 1 kB\n";
        assert_eq!(memory(rollup).unwrap(), Memory { resident: 1_732 * 1_024, proportional: 317 * 1_024 });
    }

    #[test]
    fn threads_that_came_count_and_those_that_went_are_counted_in_ticks() {
        let used = |threads: &[(&str, u64)], ticks| Used {
            threads: threads.iter().map(|(name, nanos)| ((*name).to_owned(), *nanos)).collect(),
            ticks,
        };
        let before = used(&[("1", 100), ("2", 50)], 10);
        assert_eq!(used(&[("1", 300), ("2", 50), ("3", 7)], 11).since(&before), 207);
        assert_eq!(used(&[("1", 300)], 13).since(&before), 30_000_000);
    }

    #[test]
    fn this_very_process_is_read() {
        let process = Process::of(std::process::id());
        assert!(process.memory().unwrap().resident > 0);
        let before = process.used().unwrap();
        let spun = (0..5_000_000_u64).fold(0, |a, b| a ^ b.wrapping_mul(a | 1));
        assert!(process.used().unwrap().since(&before) > 0, "{spun}");
    }
}
