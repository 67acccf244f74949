//! Building a server from its configuration, and running it until it is stopped.

use std::{
    fs::{File, TryLockError},
    io::{self, Read as _, Write as _},
    net::{SocketAddr, TcpListener},
    path::Path,
    sync::{Arc, atomic::AtomicU64},
    time::{Duration, SystemTime, UNIX_EPOCH},
};

use actix_server::Server;
use actix_web::{App, web};
use anyhow::{Context as _, bail};
use shared::Millis;
use socket2::{Domain, Protocol, Socket, Type};
use tokio_util::{sync::CancellationToken, task::TaskTracker};

use crate::{
    Warren,
    config::Config,
    connection::{Deflate, Stop, Timing, listen, spread},
    http::{self, Page},
    log::{Clock, Log, Reader, Reads, SqliteReader, SqliteStore, Store, system_salts},
    metrics::{self, Metrics},
    policy::{Crowds, Doors, Origins, Pace, Places, Proxies, Seldom},
    push::{Addresses, Keys, Pusher, Sender},
    records::{People, Ways, random_text},
    tidy::{Tidier, Wanted},
    tls::Certificate,
};

/// Most connections of a worker. The framework's own default, 25,600, would stop accepting without a word.
const CONNECTIONS: usize = 250_000;
/// Connections that may wait to be accepted; the system may allow fewer.
const BACKLOG: i32 = 4_096;
/// How long connections may take to say goodbye when the server stops.
const GOODBYE: Duration = Duration::from_secs(5);

/// A server that is built and bound, and not running yet.
pub struct Application {
    server: Server,
    address: SocketAddr,
    metrics_address: Option<SocketAddr>,
    redirect_address: Option<SocketAddr>,
    certificate: Option<Arc<Certificate>>,
    log: Log,
    reads_begun: Arc<AtomicU64>,
    pusher: Option<Pusher>,
    tidier: Tidier,
    stopping: CancellationToken,
    connections: TaskTracker,
    /// Held as long as this server owns the data directory; none where it has none.
    _lock: Option<File>,
}

impl Application {
    /// Builds a server: takes the data directory, opens the log, binds the address.
    ///
    /// # Errors
    /// Says in words what is in the way: the port is taken, the directory cannot be written or belongs to a running
    /// server, the database is damaged or of a newer version.
    pub fn build(config: &Config, timing: Timing) -> anyhow::Result<Self> {
        let lock = take_directory(&config.data)?;
        let epoch = random_text(10).context("the system gives no randomness")?;
        let store = SqliteStore::open(&config.data, &epoch)?;
        let reader = SqliteReader::new(&config.data, store.epoch().clone());
        Ok(Self { _lock: Some(lock), ..Self::on(store, reader, config, timing)? })
    }

    /// Builds a server whose log is in `store` and read by `reader`; the data directory is not touched.
    ///
    /// # Errors
    /// Says in words what is in the way: the address cannot be listened on, or the system gives no thread.
    pub fn on(store: impl Store, reader: impl Reader, config: &Config, timing: Timing) -> anyhow::Result<Self> {
        let clock: Clock = Arc::new(system_time);
        let log =
            Log::start(store, Arc::clone(&clock), system_salts()).context("the log's thread cannot be started")?;
        let secret = reader.push_secret().context("the key for pushes cannot be read")?;
        let reads = Reads::new(reader, log.rooms().kept().clone(), config.reads);
        let push = secret.and_then(|secret| Keys::new(&secret, contact(config)));
        let addresses = if config.push_to_loopback { Addresses::AndLoopback } else { Addresses::Public };
        let push = push.map(|keys| Sender::new(keys, Arc::clone(&clock), addresses).map(Arc::new)).transpose()?;
        let certificate = match (&config.tls_cert, &config.tls_key) {
            (Some(chain), Some(key)) => Some(Arc::new(Certificate::load(chain, key)?)),
            _ => None,
        };
        let tls = certificate.as_ref().map(Certificate::acceptor).transpose()?;
        let reads_begun = Arc::clone(reads.begun());
        let (pusher_reads, pusher_clock) = (reads.clone(), Arc::clone(&clock));
        let wanted = Wanted::default();
        let days = config.retention_days;
        let tidier = Tidier::new(log.clone(), reads.clone(), Arc::clone(&clock), days, wanted.clone());
        let stopping = CancellationToken::new();
        let connections = TaskTracker::new();
        let places = Places::new(config.max_connections, rlimit::increase_nofile_limit(u64::MAX).ok());
        let warren = web::Data::new(Warren {
            log: log.clone(),
            people: People::new(reads.clone(), log.names().clone(), Arc::clone(&clock)),
            ways: Ways::default(),
            reads,
            origins: Origins::new(config.listen.ip(), config.url.clone(), certificate.is_some()),
            turned_away: Seldom::default(),
            proxies: Proxies::new(&config.trusted_proxies, config.url.is_some()),
            doors: Doors::new(places),
            crowds: config.most_of_an_address(places).map(Crowds::new),
            pace: Pace::new(&config.rates()),
            metrics: Metrics::new(clock()),
            push: push.clone(),
            deflate: if config.no_deflate { Deflate::Never } else { Deflate::Shared },
            timing,
            clock,
            retention_days: days,
            tidy: wanted,
            stop: Stop { stopping: stopping.clone(), connections: connections.clone(), come_back: spread },
            page: Arc::new(Page::default()),
        });
        let shared = warren.clone();
        let app = move || App::new().app_data(shared.clone()).configure(http::routes);
        let builder = Server::build()
            .max_concurrent_connections(CONNECTIONS)
            .shutdown_timeout(GOODBYE.as_secs())
            .disable_signals();
        let listener = bind(config.listen).with_context(|| cannot_listen(config.listen))?;
        let address = listener.local_addr().with_context(|| cannot_listen(config.listen))?;
        let traffic = Arc::clone(&warren.metrics.traffic);
        let mut builder = listen(builder, listener, tls, timing, traffic, stopping.clone(), app)
            .with_context(|| cannot_listen(config.listen))?;
        let mut redirect_address = None;
        if let Some(from) = config.http_redirect {
            let cannot = || {
                format!("those without TLS cannot come to {from}: choose another address or port with --http-redirect")
            };
            let listener = bind(from).with_context(cannot)?;
            redirect_address = Some(listener.local_addr().with_context(cannot)?);
            let (warren, stopping) = (warren.clone(), stopping.clone());
            builder =
                http::redirect::listen(builder, listener, address.port(), warren, stopping).with_context(cannot)?;
        }
        let mut metrics_address = None;
        if let Some(address) = config.metrics {
            let cannot =
                || format!("the metrics cannot be on {address}: choose another address or port with --metrics");
            let listener = bind(address).with_context(cannot)?;
            metrics_address = Some(listener.local_addr().with_context(cannot)?);
            builder = metrics::listen(builder, listener, warren, stopping.clone()).with_context(cannot)?;
        }
        let server = builder.run();
        let pusher = push.map(|sender| Pusher::new(log.clone(), pusher_reads, pusher_clock, sender));
        let pusher = pusher.map(|(tap, pusher)| {
            log.rooms().tap(tap);
            pusher
        });
        Ok(Self {
            server,
            address,
            metrics_address,
            redirect_address,
            certificate,
            log,
            reads_begun,
            pusher,
            tidier,
            stopping,
            connections,
            _lock: None,
        })
    }

    /// The address that it listens on; the port is the real one where 0 was asked for.
    #[must_use]
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// The address that its metrics are on, where they are anywhere.
    #[must_use]
    pub fn metrics_address(&self) -> Option<SocketAddr> {
        self.metrics_address
    }

    /// The address for those who come without TLS, where there is one.
    #[must_use]
    pub fn redirect_address(&self) -> Option<SocketAddr> {
        self.redirect_address
    }

    /// How many reads of its logs have been begun: it goes on while the server runs.
    #[must_use]
    pub fn reads_begun(&self) -> &Arc<AtomicU64> {
        &self.reads_begun
    }

    /// Runs until `stop` is there. Then every connection is told to come back later, everything that was taken is
    /// written, and the log is closed.
    ///
    /// # Errors
    /// Where the server itself fails.
    pub async fn run_until_stopped(self, stop: impl Future<Output = ()>) -> io::Result<()> {
        let Self { server, certificate, log, pusher, tidier, stopping, connections, _lock, .. } = self;
        let handle = server.handle();
        let running = actix_web::rt::spawn(server);
        // What it has not told by the end is seen when the person is back.
        let pushing = pusher.map(|pusher| actix_web::rt::spawn(pusher.run()));
        let tidying = actix_web::rt::spawn(tidier.run());
        let following = certificate.map(|certificate| actix_web::rt::spawn(certificate.follow()));
        stop.await;
        // Nobody new first, then everybody's goodbye; the framework would wait for open sockets for ever.
        drop(handle.pause());
        stopping.cancel();
        connections.close();
        drop(tokio::time::timeout(GOODBYE, connections.wait()).await);
        handle.stop(true).await;
        let result = running.await.unwrap_or_else(|error| Err(io::Error::other(error)));
        for task in pushing.into_iter().chain(following).chain([tidying]) {
            task.abort();
        }
        let closed = tokio::task::spawn_blocking(move || log.finish()).await;
        result.and(closed.map_err(io::Error::other))
    }
}

/// Where a push service finds who runs this server.
fn contact(config: &Config) -> String {
    let url = config.url.as_ref().filter(|url| url.scheme() == "https");
    url.map_or_else(|| "mailto:nobody@warren.invalid".to_owned(), ToString::to_string)
}

/// Makes the data directory where it is missing, and keeps others out of it.
///
/// # Errors
/// Says in words why it cannot be: it cannot be written, or belongs to a running server.
pub(crate) fn take_directory(data: &Path) -> anyhow::Result<File> {
    let shown = data.display();
    std::fs::create_dir_all(data).with_context(|| format!("the data directory {shown} cannot be made"))?;
    let path = data.join("warren.lock");
    let cannot = || format!("the data directory {shown} cannot be written");
    let mut lock =
        File::options().read(true).write(true).create(true).truncate(false).open(path).with_context(cannot)?;
    match lock.try_lock() {
        Ok(()) => {}
        Err(TryLockError::WouldBlock) => {
            let mut owner = String::new();
            drop(lock.read_to_string(&mut owner));
            let owner = owner.trim().parse().map_or_else(|_| String::new(), |id: u32| format!(" (process {id})"));
            bail!(
                "the data directory {shown} belongs to a running Warren{owner}; stop it, or choose another with --data"
            );
        }
        Err(TryLockError::Error(error)) => return Err(error).with_context(cannot),
    }
    lock.set_len(0).with_context(cannot)?;
    lock.write_all(std::process::id().to_string().as_bytes()).with_context(cannot)?;
    Ok(lock)
}

/// Listens on an address, with room for a crowd that comes back at once.
fn bind(address: SocketAddr) -> io::Result<TcpListener> {
    let socket = Socket::new(Domain::for_address(address), Type::STREAM, Some(Protocol::TCP))?;
    // A server that is restarted finds connections of the one before in their last minute. On Windows the option would
    // let two programs share a port.
    #[cfg(not(windows))]
    socket.set_reuse_address(true)?;
    socket.bind(&address.into())?;
    socket.listen(BACKLOG)?;
    socket.set_nonblocking(true)?;
    Ok(socket.into())
}

fn cannot_listen(address: SocketAddr) -> String {
    format!(
        "cannot listen on {address}: choose another address or port with --listen, for example --listen 127.0.0.1:8001"
    )
}

fn system_time() -> Millis {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    Millis(u64::try_from(since.as_millis()).unwrap_or(u64::MAX))
}
