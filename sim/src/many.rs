//! Many runs, on several threads, each with a runtime of its own.

use std::{
    fmt, io,
    ops::Range,
    sync::{
        Mutex, PoisonError,
        atomic::{AtomicU64, Ordering},
    },
    thread,
};

use crate::{
    failure::{Failure, Harm},
    run::{Outcome, run},
    sabotage::Sabotage,
    trace::Tracing,
};

/// What became of many runs. Its display is the last line of a report.
#[derive(Clone, Debug, Default)]
pub struct Sum {
    /// How many runs there were.
    pub seeds: u64,
    /// The events in all logs in the end.
    pub events: u64,
    /// The faults of all runs.
    pub faults: u64,
    /// Failures of each harm: lost, doubled, divergent.
    pub harms: [u64; 3],
    /// The seeds of the runs that failed, in order.
    pub failed: Vec<u64>,
}

impl Sum {
    fn add(&mut self, seed: u64, outcome: &Outcome) {
        self.seeds += 1;
        self.events += outcome.events;
        self.faults += outcome.faults;
        for (count, harm) in self.harms.iter_mut().zip([Harm::Lost, Harm::Doubled, Harm::Divergent]) {
            *count += outcome.failures.iter().filter(|failure| failure.harm == harm).count() as u64;
        }
        if !outcome.failures.is_empty() {
            self.failed.push(seed);
        }
    }
}

impl fmt::Display for Sum {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { seeds, events, faults, harms: [lost, doubled, divergent], .. } = self;
        write!(
            f,
            "seeds {seeds}, events {events}, faults {faults}, lost {lost}, doubled {doubled}, divergent {divergent}"
        )
    }
}

/// Does the runs of all these seeds on so many threads. `done` hears how many are done, after each.
///
/// # Errors
/// Where the system gives no runtime.
pub fn run_all(
    seeds: Range<u64>,
    sabotage: Option<Sabotage>,
    threads: usize,
    done: impl Fn(u64) + Sync,
) -> io::Result<Sum> {
    let (next, sum) = (AtomicU64::new(seeds.start), Mutex::new(Sum::default()));
    let work = || -> io::Result<()> {
        loop {
            let seed = next.fetch_add(1, Ordering::Relaxed);
            if seed >= seeds.end {
                return Ok(());
            }
            let outcome = run(seed, sabotage, Tracing::Off)?;
            let mut sum = sum.lock().unwrap_or_else(PoisonError::into_inner);
            sum.add(seed, &outcome);
            done(sum.seeds);
        }
    };
    thread::scope(|scope| {
        let threads: Vec<_> = (0..threads).map(|_| scope.spawn(work)).collect();
        let ended = threads.into_iter().map(|thread| thread.join().map_err(|_| io::Error::other("a run panicked")));
        ended.collect::<io::Result<Vec<_>>>()?.into_iter().collect::<io::Result<()>>()
    })?;
    let mut sum = sum.into_inner().unwrap_or_else(PoisonError::into_inner);
    sum.failed.sort_unstable();
    Ok(sum)
}

/// The first of these seeds whose run fails under sabotage, and how.
///
/// # Errors
/// Where the system gives no runtime.
pub fn first_failure(seeds: Range<u64>, sabotage: Sabotage) -> io::Result<Option<(u64, Failure)>> {
    for seed in seeds {
        let outcome = run(seed, Some(sabotage), Tracing::Off)?;
        if let Some(failure) = outcome.failures.into_iter().next() {
            return Ok(Some((seed, failure)));
        }
    }
    Ok(None)
}
