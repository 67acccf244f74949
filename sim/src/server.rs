//! The server: the real one, routes and all, on a disk in memory. Its writer is driven step by step, its reads take
//! their time, and the whole of it can be gone from one moment to the next.

mod connection;
mod requests;
mod steps;

use std::{
    rc::Rc,
    sync::{
        Arc,
        atomic::{AtomicI64, Ordering},
    },
};

use actix_http::Request;
use actix_web::{App, body::BoxBody, dev::Service as _, dev::ServiceResponse, test, web};
use backend::{
    Warren,
    connection::{Deflate, Fan, Stop, Timing},
    http::{self, Page},
    log::{self, Clock, Log, Read, ReadLimits, Reads, Salts},
    metrics::Metrics,
    policy::{Doors, Origins, Pace, Places, Proxies, Rates, Seldom},
    records::{People, Ways},
    tidy::Wanted,
};
use futures_util::future::LocalBoxFuture;
use shared::Millis;
use tokio::{sync::mpsc, task::LocalSet, time::Instant};
use tokio_util::{sync::CancellationToken, task::TaskTracker};

use crate::{
    chance::Chance,
    disk::{Disk, Kept, Shelf},
    world::Tools,
};

pub use connection::admit;
pub use requests::page_of;
pub use steps::Step;

/// What the server's clock shows at the beginning: milliseconds since 1970.
pub const BEGINNING: u64 = 1_795_000_000_000;

/// How far the server's clock is from the truth, in milliseconds; it may change at any time.
pub type ClockError = Arc<AtomicI64>;

type Answer = LocalBoxFuture<'static, Option<ServiceResponse<BoxBody>>>;

/// The server's routes, called in the process; a cheap handle.
#[derive(Clone)]
pub struct Routes(Rc<dyn Fn(Request) -> Answer>);

impl Routes {
    /// Answers a request; none where the server fails at it.
    pub fn call(&self, request: Request) -> Answer {
        (self.0)(request)
    }
}

/// A server that runs. Dropping it is a crash: all that it had in memory is gone at once.
pub struct Server {
    /// Where all of its tasks are.
    pub tasks: LocalSet,
    /// What it answers with.
    pub routes: Routes,
    /// What serves those who follow rooms.
    pub fan: Fan,
    /// The handle to its log.
    pub log: Log,
    stopping: CancellationToken,
    connections: TaskTracker,
}

impl Server {
    /// Starts a server on `disk`.
    pub async fn start(tools: &Tools, disk: &Disk, error: ClockError, limited: bool) -> Self {
        let tasks = LocalSet::new();
        let clock = clock(tools.agenda.began(), error);
        let salts: Salts = {
            let chance = tools.chance.clone();
            Arc::new(move || Ok(chance.bytes()))
        };
        let (log, writer) = Log::with_writer(Kept::on(disk), Arc::clone(&clock), salts);
        disk.publish_to(log.rooms().clone());
        // Some servers turn away more than they take.
        let limits = if tools.chance.one_in(4) { ReadLimits { readers: 1, waiting: 0 } } else { ReadLimits::default() };
        let (reads, to_read) = reads(disk, log.rooms().kept().clone(), limits);
        let stopping = CancellationToken::new();
        let connections = TaskTracker::new();
        let warren = web::Data::new(Warren {
            log: log.clone(),
            retention_days: None,
            tidy: Wanted::default(),
            people: People::new(reads.clone(), log.names().clone(), Arc::clone(&clock)),
            reads,
            origins: Origins::new(std::net::Ipv4Addr::LOCALHOST.into(), None, false),
            turned_away: Seldom::default(),
            proxies: Proxies::default(),
            doors: Doors::new(Places::new(None, None)),
            crowds: None,
            pace: Pace::new(&if limited { Rates::usual() } else { Rates::none() }),
            metrics: Metrics::new(clock()),
            ways: Ways::default(),
            push: None,
            deflate: Deflate::Shared,
            timing: Timing::default(),
            clock,
            stop: Stop { stopping: stopping.clone(), connections: connections.clone(), come_back: || 1_000 },
            page: Arc::new(Page::default()),
        });
        tasks.spawn_local(steps::write(tools.clone(), writer));
        tasks.spawn_local(read(tools.chance.clone(), to_read));
        let app = App::new().app_data(warren).configure(http::routes);
        let service = Rc::new(tasks.run_until(test::init_service(app)).await);
        let routes = Routes(Rc::new(move |request| {
            let service = Rc::clone(&service);
            Box::pin(async move { service.call(request).await.ok().map(ServiceResponse::map_into_boxed_body) })
        }));
        Self { tasks, routes, fan: Fan::default(), log, stopping, connections }
    }

    /// Tells all connections to come back later, as a server does that is stopped. What they post from now on is
    /// still written.
    pub fn stop(&self) {
        self.stopping.cancel();
        self.connections.close();
    }
}

fn clock(began: Instant, error: ClockError) -> Clock {
    Arc::new(move || {
        let since = i64::try_from(began.elapsed().as_millis()).unwrap_or(i64::MAX);
        let shown = since.saturating_add(error.load(Ordering::Relaxed));
        Millis(BEGINNING.saturating_add_signed(shown))
    })
}

/// Reads that wait in a queue until their time has come.
fn reads(disk: &Disk, kept: log::Kept, limits: ReadLimits) -> (Reads, mpsc::UnboundedReceiver<Read>) {
    let (ask, asked) = mpsc::unbounded_channel();
    let threads = Arc::new(move |read| drop(ask.send(read)));
    (Reads::on(Shelf::of(disk), kept, limits, threads), asked)
}

/// Does each read after a while, several at a time.
async fn read(chance: Chance, mut asked: mpsc::UnboundedReceiver<Read>) {
    while let Some(read) = asked.recv().await {
        let wait = if chance.one_in(20) { chance.span(2_000) } else { chance.below(4) };
        tokio::task::spawn_local(async move {
            sleep(wait).await;
            read();
        });
    }
}

/// Waits so many milliseconds; not at all for 0.
pub(crate) async fn sleep(ms: u64) {
    if ms > 0 {
        tokio::time::sleep(std::time::Duration::from_millis(ms)).await;
    }
}
