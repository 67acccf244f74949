//! The program that drives browsers, one for each story.

use std::{process::Command, time::Duration};

use crate::program::{Program, path};

/// A running chromedriver.
pub struct Driver {
    _program: Program,
    port: u16,
}

impl Driver {
    /// Starts one on a free port.
    ///
    /// # Errors
    /// Where it cannot be started.
    pub fn start() -> anyhow::Result<Self> {
        let mut command = Command::new(path("CHROMEDRIVER")?);
        command.arg("--port=0");
        let program = Program::start(command)?;
        let port = program.wait_for(Duration::from_secs(30), |line| {
            let (_, port) = line.split_once("started successfully on port ")?;
            port.trim_end_matches('.').parse().ok()
        })?;
        Ok(Self { _program: program, port })
    }

    pub(crate) fn url(&self) -> String {
        format!("http://127.0.0.1:{}", self.port)
    }
}
