//! Who is measured: Warren, and the peers that do the same work. Each is started here, on the server's core.

use std::{
    fs::{self, File},
    net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream},
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    thread,
    time::{Duration, Instant},
};

use anyhow::{Context as _, bail, ensure};
use clap::ValueEnum;
use serde::Serialize;
use tempfile::TempDir;

use super::{
    cores::{Cores, start_on},
    dialect::Protocol,
    process::Process,
};

/// How long a server may take to listen.
const START: Duration = Duration::from_secs(20);

/// A server that can be measured.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, ValueEnum, Serialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Party {
    /// Warren as it is.
    Warren,
    /// Warren as it is, in the program that `WarrenMemory` is in: for comparing nothing but the log.
    WarrenDisk,
    /// Warren with a log that is only in memory.
    WarrenMemory,
    /// axum with a broadcast channel, as its chat example does it.
    Axum,
    /// The same with `TCP_NODELAY`.
    AxumNodelay,
    /// actix-ws, each message sent to each session in turn, as its chat example does it.
    ActixWs,
    /// actix-ws, with a task for each session that sends it what a broadcast channel brings.
    ActixWsTasks,
    /// Node.js with ws.
    Ws,
    /// Node.js with Socket.IO.
    SocketIo,
    /// `FastAPI` on uvicorn.
    Fastapi,
}

/// What Warren is told where everybody may do as much as they can.
pub(super) const NO_LIMITS: &[&str] = &["--no-limits"];

/// Where everything is.
pub(crate) struct Ground {
    pub(crate) cores: Cores,
    /// Cargo's folder of the build that this program is of, with Warren's server in it.
    programs: PathBuf,
    /// What Warren is told of its limits.
    pub(super) limits: &'static [&'static str],
    /// What `cargo xtask bench relay` makes of `bench/peers`.
    peers: PathBuf,
    /// Where the servers' data directories are made; the system's folder for temporary files where it is none.
    data: Option<PathBuf>,
}

impl Ground {
    /// Finds everything from where this program is.
    ///
    /// # Errors
    /// Where this program does not know its own path.
    pub(crate) fn find(data: Option<PathBuf>) -> anyhow::Result<Self> {
        let mine = std::env::current_exe().context("the path of this program")?;
        let programs = mine.parent().context("this program is in no folder")?.to_path_buf();
        let peers = programs.with_file_name("peers");
        Ok(Self { cores: Cores::of_this_machine(), programs, limits: NO_LIMITS, peers, data })
    }
}

impl Ground {
    /// Where figures go.
    pub(crate) fn out(&self) -> PathBuf {
        self.programs.with_file_name("bench")
    }
}

impl Party {
    /// As it is called in figures.
    pub(crate) fn name(self) -> String {
        self.to_possible_value().map_or_else(String::new, |value| value.get_name().to_owned())
    }

    /// What is measured here for `asked`: Socket.IO speaks nothing but its own, and of the others only Warren speaks its.
    pub(crate) fn protocol(self, asked: Protocol) -> Protocol {
        match self {
            Self::SocketIo => Protocol::SocketIo,
            Self::Warren | Self::WarrenDisk | Self::WarrenMemory => asked,
            Self::Axum | Self::AxumNodelay | Self::ActixWs | Self::ActixWsTasks | Self::Ws | Self::Fastapi => {
                Protocol::Plain
            }
        }
    }

    /// What starts it.
    fn command(self, ground: &Ground, address: SocketAddr, data: &Path) -> anyhow::Result<Command> {
        let Ground { programs, peers, limits, .. } = ground;
        let listen = address.to_string();
        let (program, arguments): (PathBuf, Vec<String>) = match self {
            Self::Warren => (programs.join("warren"), warren(&listen, data, limits)),
            Self::WarrenDisk | Self::WarrenMemory => {
                let store = if self == Self::WarrenDisk { "sqlite" } else { "memory" };
                let serve = ["serve", "--store", store].map(str::to_owned).into_iter();
                (programs.join("bench"), serve.chain(warren(&listen, data, limits)).collect())
            }
            Self::Axum => (peers.join("release/axum-chat"), vec![listen]),
            Self::AxumNodelay => (peers.join("release/axum-chat"), vec![listen, "nodelay".to_owned()]),
            Self::ActixWs => (peers.join("release/actix-ws-chat"), vec![listen]),
            Self::ActixWsTasks => (peers.join("release/actix-ws-chat"), vec![listen, "tasks".to_owned()]),
            Self::Ws | Self::SocketIo => {
                let script = if self == Self::Ws { "ws.mjs" } else { "socket-io.mjs" };
                let folder = peers.join("node");
                let script = folder.join(script);
                ensure!(script.is_file() && folder.join("node_modules").is_dir(), "its packages are not installed");
                (PathBuf::from("node"), vec![script.display().to_string(), address.port().to_string()])
            }
            Self::Fastapi => {
                let folder = peers.join("python");
                let arguments = ["-m", "uvicorn", "--no-access-log", "--log-level", "warning", "--host", "127.0.0.1"];
                let arguments = arguments.map(str::to_owned).into_iter();
                let rest = ["--port".to_owned(), address.port().to_string(), "--app-dir".to_owned()];
                let app = [folder.display().to_string(), "chat:app".to_owned()];
                (folder.join("venv/bin/python"), arguments.chain(rest).chain(app).collect())
            }
        };
        ensure!(program.is_file() || program.parent() == Some(Path::new("")), "it is not built");
        let mut command = Command::new(program);
        command.args(arguments).stdin(Stdio::null());
        Ok(command)
    }
}

/// Warren's arguments.
fn warren(listen: &str, data: &Path, limits: &[&str]) -> Vec<String> {
    let data = data.display().to_string();
    limits.iter().copied().chain(["--listen", listen, "--data", &data]).map(str::to_owned).collect()
}

/// A server that runs. It ends with this.
pub(crate) struct Server {
    child: Child,
    pub(crate) address: SocketAddr,
    pub(crate) process: Process,
    said: PathBuf,
    /// Its data directory.
    _data: TempDir,
}

impl Server {
    /// Starts it and waits until it listens.
    ///
    /// # Errors
    /// Where it is not there, or does not start: says what it said.
    pub(crate) fn start(party: Party, ground: &Ground) -> anyhow::Result<Self> {
        let folder = match &ground.data {
            Some(folder) => TempDir::new_in(folder).with_context(|| format!("{} is no place", folder.display()))?,
            None => TempDir::new().context("there is no place for temporary files")?,
        };
        let free = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?;
        let address = free.local_addr()?;
        drop(free);
        let said = folder.path().join("said.txt");
        let output = File::create(&said)?;
        let mut command = party.command(ground, address, &folder.path().join("data"))?;
        command.stdout(output.try_clone()?).stderr(output);
        let child = start_on(ground.cores.server, &mut command)?;
        let process = Process::of(child.id());
        let mut server = Self { child, address, process, said, _data: folder };
        server.wait().with_context(|| format!("{} did not start: {}", party.name(), server.said()))?;
        Ok(server)
    }

    fn wait(&mut self) -> anyhow::Result<()> {
        let until = Instant::now() + START;
        while Instant::now() < until {
            if TcpStream::connect(self.address).is_ok() {
                return Ok(());
            }
            if let Some(status) = self.child.try_wait()? {
                bail!("it ended ({status})");
            }
            thread::sleep(Duration::from_millis(10));
        }
        bail!("it does not listen after {} s", START.as_secs())
    }

    /// All that it wrote to its terminal.
    pub(crate) fn all_it_said(&self) -> String {
        fs::read_to_string(&self.said).unwrap_or_default()
    }

    /// The end of what it wrote to its terminal.
    pub(crate) fn said(&self) -> String {
        let said = self.all_it_said();
        let lines: Vec<_> = said.lines().rev().take(8).collect();
        lines.into_iter().rev().collect::<Vec<_>>().join("\n")
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // It may have ended by itself; its data are thrown away in any case.
        drop(self.child.kill());
        drop(self.child.wait());
    }
}
