//! The clock of one thread: the time that it has run on a processor, the kernel's work for it included. Waiting, for a
//! disk as for a turn, is not in it.

use std::time::Duration;

use rustix::time::{ClockId, clock_gettime};

/// How long this thread has run so far.
#[must_use]
pub fn of_this_thread() -> Duration {
    let time = clock_gettime(ClockId::ThreadCPUTime);
    // It counts up from zero, and its nanoseconds stay below a second.
    Duration::new(u64::try_from(time.tv_sec).unwrap_or(0), u32::try_from(time.tv_nsec).unwrap_or(0))
}
