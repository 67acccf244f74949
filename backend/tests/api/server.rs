//! A server for a test: on a free port, with a temporary data directory, and with short timeouts.

use std::{
    net::SocketAddr,
    sync::{Arc, atomic::AtomicU64},
    time::Duration,
};

use backend::{config::Config, connection::Timing, log::ReadLimits, startup::Application};
use tempfile::TempDir;
use tokio::{sync::oneshot, task::JoinHandle};

/// Nothing in a test takes so long, unless it fails.
pub(crate) const LONG: Duration = Duration::from_secs(20);

/// A running server. Stop it with [`Server::stop`]; dropped, it goes on until the test's end.
pub(crate) struct Server {
    pub(crate) address: SocketAddr,
    /// Where its metrics are.
    pub(crate) metrics: Option<SocketAddr>,
    /// Where those come who speak no TLS.
    pub(crate) redirect: Option<SocketAddr>,
    /// How many reads of its logs have been begun.
    pub(crate) reads: Arc<AtomicU64>,
    stop: Option<oneshot::Sender<()>>,
    running: Option<JoinHandle<std::io::Result<()>>>,
}

/// Short timeouts, so that tests of them do not take long; long enough for a busy machine.
pub(crate) fn timing() -> Timing {
    Timing {
        ping_after: Duration::from_secs(5),
        drop_after: Duration::from_secs(10),
        stalled_after: Duration::from_secs(2),
        close_within: Duration::from_millis(500),
        handshake_within: Duration::from_secs(2),
    }
}

pub(crate) fn config(data: &TempDir) -> Config {
    Config {
        listen: ([127, 0, 0, 1], 0).into(),
        data: data.path().to_owned(),
        url: None,
        tls_cert: None,
        tls_key: None,
        http_redirect: None,
        limits: Vec::new(),
        trusted_proxies: Vec::new(),
        metrics: None,
        no_limits: true,
        no_deflate: false,
        max_connections: None,
        max_per_address: None,
        retention_days: None,
        push_to_loopback: true,
        reads: ReadLimits::default(),
        log: "warn".to_owned(),
    }
}

/// A server with a data directory that ends with the test.
pub(crate) fn spawn() -> (Server, TempDir) {
    let data = tempfile::tempdir().unwrap();
    (start(&config(&data), timing()), data)
}

pub(crate) fn start(config: &Config, timing: Timing) -> Server {
    let application = Application::build(config, timing).unwrap();
    let (address, reads) = (application.address(), Arc::clone(application.reads_begun()));
    let (metrics, redirect) = (application.metrics_address(), application.redirect_address());
    let (stop, stopped) = oneshot::channel();
    let running = actix_web::rt::spawn(application.run_until_stopped(async { drop(stopped.await) }));
    Server { address, metrics, redirect, reads, stop: Some(stop), running: Some(running) }
}

impl Server {
    pub(crate) fn http(&self, path: &str) -> String {
        format!("http://{}{path}", self.address)
    }

    pub(crate) fn ws(&self, path: &str) -> String {
        format!("ws://{}{path}", self.address)
    }

    /// Stops as Ctrl-C does, and waits for the end.
    pub(crate) async fn stop(mut self) {
        drop(self.stop.take());
        let running = self.running.take().unwrap();
        tokio::time::timeout(LONG, running).await.expect("the server stops in time").unwrap().unwrap();
    }
}
