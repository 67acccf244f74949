//! The real server program, with a data directory of its own.

use std::{fs, net::SocketAddr, os::unix::fs::PermissionsExt as _, process::Command, time::Duration};

use anyhow::Context as _;
use tempfile::TempDir;

use crate::program::{Program, path};

/// A running server.
pub struct Server {
    program: Program,
    address: SocketAddr,
    data: TempDir,
}

impl Server {
    /// Starts one on a free port.
    ///
    /// # Errors
    /// Where it cannot be started; in its own words.
    pub fn start() -> anyhow::Result<Self> {
        let data = tempfile::tempdir()?;
        let (program, address) = begin(&path("WARREN_BIN")?, &data, "127.0.0.1:0")?;
        Ok(Self { program, address, data })
    }

    /// Its address and port.
    pub(crate) fn address(&self) -> String {
        self.address.to_string()
    }

    /// Where a path is.
    #[must_use]
    pub fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.address)
    }

    /// Where a socket is.
    #[must_use]
    pub fn ws(&self, path: &str) -> String {
        format!("ws://{}{path}", self.address)
    }

    /// Kills it, without a chance to say goodbye.
    pub fn kill(&mut self) {
        self.program.kill();
    }

    /// Starts it again on the same data and address.
    ///
    /// # Errors
    /// Where it cannot be started.
    pub fn start_again(&mut self) -> anyhow::Result<()> {
        self.program = begin(&path("WARREN_BIN")?, &self.data, &self.address.to_string())?.0;
        Ok(())
    }

    /// Starts a newer version on the same data and address: the program with other words in its service worker's first
    /// line, which is all that a browser needs to see to take it for another.
    ///
    /// # Errors
    /// Where it cannot be made or started.
    pub fn start_newer(&mut self) -> anyhow::Result<()> {
        const OLD: &[u8] = b"// The service worker: opens";
        const NEW: &[u8] = b"// The service worker: OPENS";
        let mut program = fs::read(path("WARREN_BIN")?)?;
        let at = program.windows(OLD.len()).position(|found| found == OLD).context("no service worker is embedded")?;
        program[at..at + OLD.len()].copy_from_slice(NEW);
        let newer = self.data.path().join("warren-newer");
        fs::write(&newer, program)?;
        fs::set_permissions(&newer, fs::Permissions::from_mode(0o755))?;
        self.program = begin(&newer.display().to_string(), &self.data, &self.address.to_string())?.0;
        Ok(())
    }
}

fn begin(program: &str, data: &TempDir, address: &str) -> anyhow::Result<(Program, SocketAddr)> {
    let mut command = Command::new(program);
    command.args(["--listen", address, "--data"]).arg(data.path());
    let program = Program::start(command)?;
    let address = program.wait_for(Duration::from_secs(30), |line| {
        line.strip_prefix("Warren is at http://").and_then(|address| address.parse().ok())
    })?;
    Ok((program, address))
}
