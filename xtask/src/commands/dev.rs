//! `cargo xtask dev`: server and client together, each rebuilt when its sources change.

use std::{
    path::Path,
    process::{Child, ExitStatus},
    sync::mpsc::{self, Receiver, RecvTimeoutError},
    time::{Duration, Instant, SystemTime},
};

use anyhow::{Context, Result, ensure};

use super::{Command, run::data, takes_nothing};
use crate::{
    child, place, say,
    server::{self, Profile},
    tools::Toolbox,
};

pub(super) const COMMAND: Command = Command {
    name: "dev",
    arguments: "",
    summary: "Serve for development: the server on port 8000, `trunk serve` on 8080, both with reload",
    help: "Open http://127.0.0.1:8080: trunk rebuilds the client and reloads the page when frontend/, shared/ or\n\
           index.html change, and passes sockets and /api on to the server. The server is a debug build with its data in\n\
           ./warren-data; it is rebuilt and restarted when backend/ or shared/ change. Ctrl-C ends both.",
    run,
};

/// How often the sources of the server are looked at.
const LOOK: Duration = Duration::from_millis(700);
/// How long a process may take to end before it is killed.
const GRACE: Duration = Duration::from_secs(5);

fn run(arguments: &[String]) -> Result<()> {
    takes_nothing(arguments)?;
    let stop = signals()?;
    let toolbox = Toolbox::bring()?;

    let mut seen = changed();
    let program = server::build(&toolbox, Profile::Dev)?;
    let mut server = Process::server(&program)?;
    let mut trunk = Process::trunk(&toolbox)?;
    say::note(format_args!("client: http://127.0.0.1:8080   server: http://{}", server::ADDRESS));
    while stop.recv_timeout(LOOK) == Err(RecvTimeoutError::Timeout) {
        ensure!(trunk.ended()?.is_none(), "trunk ended");
        if let Some(status) = server.ended()? {
            say::note(format_args!("the server ended ({status}); it starts again when backend/ or shared/ change"));
        }
        let now = changed();
        if now == seen {
            continue;
        }
        seen = now;
        say::note("backend/ or shared/ changed");
        // While it does not compile, the old one goes on.
        match server::build(&toolbox, Profile::Dev) {
            Ok(program) => {
                drop(server);
                server = Process::server(&program)?;
            }
            Err(error) => say::note(format_args!("{error:#}")),
        }
    }
    say::note("stopping");
    Ok(())
}

/// Speaks once for Ctrl-C or SIGTERM.
fn signals() -> Result<Receiver<()>> {
    let (sender, stop) = mpsc::sync_channel(1);
    // A second signal while the first waits is the same wish.
    let handler = move || {
        let _ = sender.try_send(());
    };
    ctrlc::set_handler(handler).context("cannot listen for Ctrl-C")?;
    Ok(stop)
}

/// The newest change to what the server is built from. A file that goes away while we look is not a change.
fn changed() -> Option<SystemTime> {
    let mut folders = vec![place::root().join("backend"), place::root().join("shared")];
    let mut newest = None;
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).into_iter().flatten().flatten() {
            let Ok(about) = entry.metadata() else {
                continue;
            };
            if about.is_dir() {
                folders.push(entry.path());
            }
            newest = newest.max(about.modified().ok());
        }
    }
    newest
}

/// A child that ends with this value: asked first, then killed.
struct Process {
    child: Child,
    /// Whether its end is known, and was told.
    ended: bool,
}

impl Process {
    fn server(program: &Path) -> Result<Self> {
        let mut warren = child::command(program);
        Self::start(warren.args(["--listen", server::ADDRESS, "--data", &data()?]))
    }

    fn trunk(toolbox: &Toolbox) -> Result<Self> {
        Self::start(&mut toolbox.trunk(["serve"]))
    }

    fn start(command: &mut std::process::Command) -> Result<Self> {
        let child = command.spawn().with_context(|| command.get_program().display().to_string())?;
        Ok(Self { child, ended: false })
    }

    /// How it ended by itself, once.
    fn ended(&mut self) -> Result<Option<ExitStatus>> {
        let status = if self.ended { None } else { self.child.try_wait()? };
        self.ended |= status.is_some();
        Ok(status)
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        // The library can only kill; the program `kill` asks, so that the server closes its sockets and its data.
        if self.ended {
            return;
        }
        let _ = child::output(child::command("kill").args(["-TERM", &self.child.id().to_string()]));
        let asked = Instant::now();
        while matches!(self.child.try_wait(), Ok(None)) {
            if asked.elapsed() > GRACE {
                let _ = self.child.kill();
            }
            std::thread::sleep(Duration::from_millis(20));
        }
    }
}
