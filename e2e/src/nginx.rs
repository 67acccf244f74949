//! A real nginx before the server, with the settings that docs/hosting.md gives.

use std::{
    fs,
    net::{Ipv4Addr, SocketAddr, TcpListener},
    process::Command,
    time::Duration,
};

use anyhow::Context as _;
use tempfile::TempDir;

use crate::{
    Server,
    certificate::Certificate,
    program::{Program, path},
};

const DOCUMENT: &str = include_str!("../../docs/hosting.md");

/// A test does not wait as long for the rest of what it does not send.
const PATIENCE: &str = "    client_header_timeout 2s;\n    client_body_timeout 2s;\n    keepalive_timeout 2s;\n";

/// A running nginx.
pub struct Nginx {
    port: u16,
    plain: u16,
    /// What is running, and its folder.
    running: Option<(Program, TempDir)>,
}

impl Nginx {
    /// Finds ports for one, so that a server can be told where it is.
    ///
    /// # Errors
    /// Where there are none.
    pub fn find() -> anyhow::Result<Self> {
        let free = || TcpListener::bind((Ipv4Addr::LOCALHOST, 0));
        let (secure, plain) = (free()?, free()?);
        Ok(Self { port: secure.local_addr()?.port(), plain: plain.local_addr()?.port(), running: None })
    }

    /// Starts it before a server; over TLS with a certificate, or else without.
    ///
    /// # Errors
    /// Where it does not start: in its own words.
    pub fn start(&mut self, server: &Server, certificate: Option<&Certificate>) -> anyhow::Result<()> {
        let folder = tempfile::tempdir()?;
        let here = folder.path().display();
        let places: String = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"]
            .map(|name| format!("    {name}_temp_path {here}/{name};\n"))
            .concat();
        let site = self.site(server, certificate)?;
        let all = format!(
            "daemon off;\nmaster_process off;\npid {here}/pid;\nerror_log stderr notice;\nevents {{}}\n\
             http {{\n    access_log off;\n{PATIENCE}{places}{site}}}\n"
        );
        let settings = folder.path().join("nginx.conf");
        fs::write(&settings, all)?;
        let mut command = Command::new(path("NGINX")?);
        command.args(["-e", "stderr", "-p"]).arg(folder.path()).arg("-c").arg(&settings);
        let program = Program::start(command)?;
        // It listens before it says so.
        program.wait_for(Duration::from_secs(10), |line| line.contains("event method").then_some(()))?;
        self.running = Some((program, folder));
        Ok(())
    }

    /// The settings of the document, for here and now: other ports, another host, another certificate.
    fn site(&self, server: &Server, certificate: Option<&Certificate>) -> anyhow::Result<String> {
        let (_, after) = DOCUMENT.split_once("```nginx\n").context("docs/hosting.md has no settings for nginx")?;
        let (site, _) = after.split_once("```").context("the settings for nginx do not end")?;
        let ssl = if certificate.is_some() { " ssl" } else { "" };
        let mut changes = vec![
            ("listen 80;", format!("listen 127.0.0.1:{};", self.plain)),
            ("listen 443 ssl;", format!("listen 127.0.0.1:{}{ssl};", self.port)),
            ("server_name chat.example;", "server_name localhost;".to_owned()),
            ("https://$host$request_uri", format!("https://$host:{}$request_uri", self.port)),
            ("127.0.0.1:8000", server.socket().to_string()),
        ];
        let letsencrypt = "/etc/letsencrypt/live/chat.example";
        let (chain, key) = (format!("{letsencrypt}/fullchain.pem"), format!("{letsencrypt}/privkey.pem"));
        if let Some(certificate) = certificate {
            changes.push((&chain, certificate.chain().display().to_string()));
            changes.push((&key, certificate.key().display().to_string()));
        }
        let mut site = site.to_owned();
        for (from, to) in changes {
            anyhow::ensure!(site.contains(from), "the settings for nginx have no {from}");
            site = site.replace(from, &to);
        }
        let is_kept = |line: &&str| certificate.is_some() || !line.trim_start().starts_with("ssl_");
        Ok(site.lines().filter(is_kept).flat_map(|line| [line, "\n"]).collect())
    }

    /// Where those come who speak TLS, or else those who do not.
    #[must_use]
    pub fn address(&self) -> SocketAddr {
        (Ipv4Addr::LOCALHOST, self.port).into()
    }

    /// Where a path is.
    #[must_use]
    pub fn url(&self, path: &str) -> String {
        format!("https://localhost:{}{path}", self.port)
    }

    /// Where a path is for those who come without TLS.
    #[must_use]
    pub fn plain(&self, path: &str) -> String {
        format!("http://localhost:{}{path}", self.plain)
    }
}
