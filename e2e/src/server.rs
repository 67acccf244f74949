//! The real server program, with a data directory of its own.

use std::{
    fs,
    net::{Ipv4Addr, SocketAddr},
    os::unix::fs::PermissionsExt as _,
    process::Command,
    time::Duration,
};

use anyhow::{Context as _, ensure};
use tempfile::TempDir;

use crate::{
    certificate::Certificate,
    nginx::Nginx,
    program::{Program, path},
};

/// A running server.
pub struct Server {
    program: Program,
    address: SocketAddr,
    data: TempDir,
    options: Vec<String>,
    scheme: &'static str,
}

impl Server {
    /// Starts one on a free port.
    ///
    /// # Errors
    /// Where it cannot be started; in its own words.
    pub fn start() -> anyhow::Result<Self> {
        Self::listening(Ipv4Addr::LOCALHOST, &[])
    }

    /// Starts one on a free port that takes as many messages from one as it can.
    ///
    /// # Errors
    /// Where it cannot be started; in its own words.
    pub fn start_without_limits() -> anyhow::Result<Self> {
        Self::listening(Ipv4Addr::LOCALHOST, &["--no-limits"])
    }

    /// Starts one on a free port of which a page of history may be read every two seconds, and a room opened every three.
    ///
    /// # Errors
    /// Where it cannot be started; in its own words.
    pub fn start_with_tight_limits() -> anyhow::Result<Self> {
        Self::listening(Ipv4Addr::LOCALHOST, &["--limit", "posts=off,reads.address=1+1/2s,joins=1+1/3s"])
    }

    /// Starts one on a free port that tells browsers by a push service on this machine.
    ///
    /// # Errors
    /// Where it cannot be started; in its own words.
    pub fn start_with_push() -> anyhow::Result<Self> {
        Self::listening(Ipv4Addr::LOCALHOST, &["--push-to-loopback"])
    }

    /// Starts one on a free port for all of the network.
    ///
    /// # Errors
    /// Where it cannot be started; in its own words.
    pub fn start_for_all() -> anyhow::Result<Self> {
        Self::listening(Ipv4Addr::UNSPECIFIED, &[])
    }

    /// Starts one on a free port that speaks TLS; and another for those who do not, whose address is given too.
    ///
    /// # Errors
    /// Where it cannot be started; in its own words.
    pub fn start_over_tls(certificate: &Certificate) -> anyhow::Result<(Self, String)> {
        let [chain, key] = [certificate.chain(), certificate.key()].map(|path| path.display().to_string());
        let options = ["--tls-cert", &chain, "--tls-key", &key, "--http-redirect", "127.0.0.1:0"];
        let server = Self { scheme: "https", ..Self::listening(Ipv4Addr::LOCALHOST, &options)? };
        let plain = server.program.wait_for(Duration::from_secs(30), |line| {
            line.strip_prefix("Whoever comes to ")?.split(' ').next().map(str::to_owned)
        })?;
        Ok((server, plain))
    }

    /// Starts one on a free port behind a proxy, at the address that the proxy has.
    ///
    /// # Errors
    /// Where it cannot be started; in its own words.
    pub fn start_behind(proxy: &Nginx) -> anyhow::Result<Self> {
        Self::listening(Ipv4Addr::LOCALHOST, &["--url", &proxy.url("")])
    }

    /// Starts one on a free port that believes a proxy at 127.0.0.1, and no other of this machine's addresses, where its
    /// clients are. Each of them may have two sessions.
    ///
    /// # Errors
    /// Where it cannot be started; in its own words.
    pub fn start_with_two_sessions_each() -> anyhow::Result<Self> {
        let options = ["--trusted-proxy", "127.0.0.1", "--limit", "sessions.address=2+1/h"];
        Self::listening(Ipv4Addr::LOCALHOST, &options)
    }

    fn listening(ip: Ipv4Addr, options: &[&str]) -> anyhow::Result<Self> {
        let data = tempfile::tempdir()?;
        let options: Vec<_> = options.iter().map(|option| (*option).to_owned()).collect();
        let (program, port) = begin(&path("WARREN_BIN")?, &data, (ip, 0).into(), &options)?;
        Ok(Self { program, address: (ip, port).into(), data, options, scheme: "http" })
    }

    /// Its address and port, as text.
    pub(crate) fn address(&self) -> String {
        self.address.to_string()
    }

    /// Its address and port.
    #[must_use]
    pub fn socket(&self) -> SocketAddr {
        self.address
    }

    /// Where a path is.
    #[must_use]
    pub fn url(&self, path: &str) -> String {
        format!("{}://{}{path}", self.scheme, self.address)
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
        self.program = begin(&path("WARREN_BIN")?, &self.data, self.address, &self.options)?.0;
        Ok(())
    }

    /// Starts a newer version on the same data and address: the program with other words in its service worker, which
    /// is all that a browser needs to see to take it for another. The words must be there, and be of one length.
    ///
    /// # Errors
    /// Where it cannot be made or started.
    pub fn start_newer(&mut self, old: &str, new: &str) -> anyhow::Result<()> {
        ensure!(old.len() == new.len(), "{old:?} and {new:?} differ in length");
        let mut program = fs::read(path("WARREN_BIN")?)?;
        let at = program.windows(old.len()).position(|found| found == old.as_bytes());
        let at = at.with_context(|| format!("the program has no {old:?} in it"))?;
        program[at..at + old.len()].copy_from_slice(new.as_bytes());
        let newer = self.data.path().join("warren-newer");
        fs::write(&newer, program)?;
        fs::set_permissions(&newer, fs::Permissions::from_mode(0o755))?;
        self.program = begin(&newer.display().to_string(), &self.data, self.address, &self.options)?.0;
        Ok(())
    }
}

/// Starts a program, and says on which port it listens.
fn begin(program: &str, data: &TempDir, address: SocketAddr, options: &[String]) -> anyhow::Result<(Program, u16)> {
    let mut command = Command::new(program);
    command.args(["--listen", &address.to_string(), "--data"]).arg(data.path()).args(options);
    let program = Program::start(command)?;
    let port = program.wait_for(Duration::from_secs(30), |line| {
        let address = match line.strip_prefix("Warren listens on ") {
            Some(address) => address.split(',').next()?,
            None => line.strip_prefix("Warren is at ")?.split(' ').next()?,
        };
        address.rsplit(':').next()?.parse().ok()
    })?;
    Ok((program, port))
}
