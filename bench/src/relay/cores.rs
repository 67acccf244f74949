//! One core for the server, another for the load: what one of them costs is then not hidden in the other.

use std::{
    process::{Child, Command},
    thread,
};

use anyhow::{Context as _, anyhow};

/// A processor core, by its number.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Core(pub(crate) usize);

/// Which core is whose; none where the machine has only one.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Cores {
    pub(crate) server: Option<Core>,
    pub(crate) load: Option<Core>,
}

impl Cores {
    /// The first core for the server and the second for the load, of those that this process may use.
    pub(crate) fn of_this_machine() -> Self {
        let mine = rustix::thread::sched_getaffinity(None).unwrap_or_default();
        let mut cores = (0..rustix::thread::CpuSet::MAX_CPU).filter(|core| mine.is_set(*core)).map(Core);
        match (cores.next(), cores.next()) {
            (Some(server), Some(load)) => Self { server: Some(server), load: Some(load) },
            _ => Self::default(),
        }
    }
}

/// Keeps this thread, and what it starts from now on, on a core.
///
/// # Errors
/// Where the system refuses.
pub(crate) fn stay_on(core: Option<Core>) -> anyhow::Result<()> {
    let Some(Core(core)) = core else { return Ok(()) };
    let mut set = rustix::thread::CpuSet::new();
    set.set(core);
    rustix::thread::sched_setaffinity(None, &set).with_context(|| format!("core {core} cannot be used"))
}

/// Starts a program on a core: from a thread that is there already, because a child begins where its parent is.
///
/// # Errors
/// Where it cannot be started, or not there.
pub(crate) fn start_on(core: Option<Core>, command: &mut Command) -> anyhow::Result<Child> {
    let start = || {
        stay_on(core)?;
        command.spawn().with_context(|| format!("{} cannot be started", command.get_program().display()))
    };
    thread::scope(|scope| scope.spawn(start).join().map_err(|_| anyhow!("the thread that starts it failed"))?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_program_runs_on_its_core_and_this_thread_stays_where_it_was() {
        let before = rustix::thread::sched_getaffinity(None).unwrap();
        let core = (0..1_024).find(|core| before.is_set(*core)).unwrap();
        let mut command = Command::new("cat");
        command.arg("/proc/self/status").stdout(std::process::Stdio::piped());
        let child = start_on(Some(Core(core)), &mut command).unwrap();
        let status = String::from_utf8(child.wait_with_output().unwrap().stdout).unwrap();
        let line = status.lines().find(|line| line.starts_with("Cpus_allowed_list")).unwrap();
        assert_eq!(line.split_whitespace().last(), Some(core.to_string().as_str()));
        assert_eq!(rustix::thread::sched_getaffinity(None).unwrap(), before);
    }
}
