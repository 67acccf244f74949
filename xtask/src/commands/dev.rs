//! `cargo xtask dev`: server and client together, each rebuilt when its sources change.

use std::{
    process::Child,
    sync::mpsc::{self, Receiver, RecvTimeoutError},
    time::{Duration, SystemTime},
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
    let mut server = Process::server(&toolbox)?;
    let mut trunk = Process::trunk(&toolbox)?;
    say::note(format_args!("client: http://127.0.0.1:8080   server: http://{}", server::ADDRESS));
    while stop.recv_timeout(LOOK) == Err(RecvTimeoutError::Timeout) {
        ensure!(trunk.runs()?, "trunk ended");
        let now = changed();
        if now == seen {
            continue;
        }
        seen = now;
        say::note("backend/ or shared/ changed");
        // While it does not compile, the old one goes on.
        match server::build(&toolbox, Profile::Dev) {
            Ok(_) => {
                drop(server);
                server = Process::server(&toolbox)?;
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
struct Process(Child);

impl Process {
    fn server(toolbox: &Toolbox) -> Result<Self> {
        let program = server::build(toolbox, Profile::Dev)?;
        let mut warren = child::command(&program);
        warren.args(["--listen", server::ADDRESS, "--data", &data()?]);
        Ok(Self(warren.spawn().with_context(|| program.display().to_string())?))
    }

    fn trunk(toolbox: &Toolbox) -> Result<Self> {
        let trunk = toolbox.trunk(["serve"]).spawn();
        Ok(Self(trunk.context("cannot start trunk")?))
    }

    fn runs(&mut self) -> Result<bool> {
        Ok(self.0.try_wait()?.is_none())
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        // The library can only kill; the program `kill` asks, so that the server closes its sockets and its data.
        let _ = child::output(child::command("kill").args(["-TERM", &self.0.id().to_string()]));
        let asked = SystemTime::now();
        while matches!(self.0.try_wait(), Ok(None)) {
            if asked.elapsed().is_ok_and(|waited| waited > GRACE) {
                let _ = self.0.kill();
            }
            std::thread::sleep(Duration::from_millis(20));
        }
    }
}
