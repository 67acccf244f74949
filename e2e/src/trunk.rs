//! `trunk serve`, as somebody who works on the client uses it: with the project's own Trunk.toml, apart from ports.

use std::{fs, net::TcpListener, path::Path, process::Command, time::Duration};

use anyhow::{Context as _, ensure};
use tempfile::TempDir;

use crate::{
    program::{Program, path},
    server::Server,
};

/// A running `trunk serve`.
pub struct Trunk {
    _program: Program,
    _config: TempDir,
    port: u16,
}

impl Trunk {
    /// Starts it on a free port, its proxy set to `server`, and waits until it has built the client.
    ///
    /// # Errors
    /// Where it cannot be started or cannot build.
    pub fn serve(server: &Server) -> anyhow::Result<Self> {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().context("the project's folder")?;
        let config = tempfile::tempdir()?;
        fs::write(config.path().join("Trunk.toml"), config_for(root, server)?)?;
        // Free now; nobody else asks for it by number before trunk does.
        let port = TcpListener::bind("127.0.0.1:0")?.local_addr()?.port();
        let mut command = Command::new(path("TRUNK")?);
        command
            .args(["serve", "--offline", "--port", &port.to_string(), "--config"])
            .arg(config.path().join("Trunk.toml"));
        command.current_dir(root).env("TRUNK_SKIP_VERSION_CHECK", "true").env_remove("NO_COLOR");
        let program = Program::start(command)?;
        // A debug build of the client from nothing takes minutes.
        program.wait_for(Duration::from_mins(10), |line| line.contains("server listening").then_some(()))?;
        Ok(Self { _program: program, _config: config, port })
    }

    /// Where a path is.
    #[must_use]
    pub fn url(&self, path: &str) -> String {
        format!("http://127.0.0.1:{}{path}", self.port)
    }
}

/// The project's Trunk.toml with the server's address in its proxies, and with paths that hold from another folder.
fn config_for(root: &Path, server: &Server) -> anyhow::Result<String> {
    let config = fs::read_to_string(root.join("Trunk.toml"))?;
    let inside = |name: &str| format!("\"{}\"", root.join(name).display());
    let replaced = [
        ("127.0.0.1:8000".to_owned(), server.address()),
        ("\"index.html\"".to_owned(), inside("index.html")),
        ("\"dist-dev\"".to_owned(), inside("dist-dev")),
        ("\"frontend\"".to_owned(), inside("frontend")),
        ("\"shared\"".to_owned(), inside("shared")),
    ];
    replaced.iter().try_fold(config, |config, (from, to)| {
        ensure!(config.contains(from), "Trunk.toml has no {from} any more");
        Ok(config.replace(from, to))
    })
}
