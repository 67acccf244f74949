//! `trunk serve`, as somebody who works on the client uses it.

use std::{process::Command, time::Duration};

use crate::program::{Program, path};

/// A running `trunk serve`.
pub struct Trunk {
    _program: Program,
    port: u16,
}

impl Trunk {
    /// Starts it on `port`, and waits until it has built the client.
    ///
    /// # Errors
    /// Where it cannot be started or cannot build.
    pub fn serve(port: u16) -> anyhow::Result<Self> {
        let root = concat!(env!("CARGO_MANIFEST_DIR"), "/..");
        let mut command = Command::new(path("TRUNK")?);
        command.args(["serve", "--offline", "--port", &port.to_string(), "--no-autoreload=true"]).current_dir(root);
        command.env("TRUNK_SKIP_VERSION_CHECK", "true").env_remove("NO_COLOR");
        let program = Program::start(command)?;
        // A debug build of the client from nothing takes minutes.
        program.wait_for(Duration::from_mins(10), |line| line.contains("server listening").then_some(()))?;
        Ok(Self { _program: program, port })
    }

    /// Where a path is.
    #[must_use]
    pub fn url(&self, path: &str) -> String {
        format!("http://127.0.0.1:{}{path}", self.port)
    }
}
