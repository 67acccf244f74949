//! The program that drives browsers, one for each story.

use std::{process::Command, time::Duration};

use crate::program::{Program, path};

/// It asks for a free port of IPv6, and then for the same of IPv4, which somebody may have.
const TAKEN: &str = "IPv4 port not available";
const TRIES: u32 = 5;

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
        let mut tries = 1..=TRIES;
        loop {
            let mut command = Command::new(path("CHROMEDRIVER")?);
            command.arg("--port=0");
            let program = Program::start(command)?;
            let port = program.wait_for(Duration::from_secs(30), |line| {
                let (_, port) = line.split_once("started successfully on port ")?;
                port.trim_end_matches('.').parse().ok()
            });
            match port {
                Ok(port) => return Ok(Self { _program: program, port }),
                Err(error) if tries.next() == Some(TRIES) || !error.to_string().contains(TAKEN) => return Err(error),
                Err(_) => {}
            }
        }
    }

    pub(crate) fn url(&self) -> String {
        format!("http://127.0.0.1:{}", self.port)
    }
}
