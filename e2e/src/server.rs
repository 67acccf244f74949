//! The real server program, with a data directory of its own.

use std::{net::SocketAddr, process::Command, time::Duration};

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
        let (program, address) = begin(&data, "127.0.0.1:0")?;
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
        self.program = begin(&self.data, &self.address.to_string())?.0;
        Ok(())
    }
}

fn begin(data: &TempDir, address: &str) -> anyhow::Result<(Program, SocketAddr)> {
    let mut command = Command::new(path("WARREN_BIN")?);
    command.args(["--listen", address, "--data"]).arg(data.path());
    let program = Program::start(command)?;
    let address = program.wait_for(Duration::from_secs(30), |line| {
        line.strip_prefix("Warren is at http://").and_then(|address| address.parse().ok())
    })?;
    Ok((program, address))
}
