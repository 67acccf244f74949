//! `bench serve`: the server as it is, on a store of one's choice.

use backend::{
    config::Config,
    connection::Timing,
    log::{SqliteReader, SqliteStore, Store as _},
    startup::Application,
};
use clap::{Args, ValueEnum};
use shared::Epoch;

use crate::shelf::Shelf;

/// The name of the history: each run is one of its own.
const EPOCH: &str = "bench";

/// How it serves.
#[derive(Args)]
pub(crate) struct Serve {
    /// Where the log is kept.
    #[arg(long, value_enum)]
    store: Kind,
    #[command(flatten)]
    config: Config,
}

/// A store.
#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Kind {
    /// In memory only.
    Memory,
    /// On disk, as the server does it.
    Sqlite,
}

/// Serves until it is ended.
///
/// # Errors
/// Where it cannot serve.
pub(crate) fn run(serve: &Serve) -> anyhow::Result<()> {
    let Serve { store, config } = serve;
    let _ = rlimit::increase_nofile_limit(u64::MAX);
    actix_web::rt::System::new().block_on(async {
        let application = match store {
            Kind::Memory => {
                let shelf = Shelf::new(Epoch::from(EPOCH.to_owned()));
                Application::on(shelf.clone(), shelf, config, Timing::default())?
            }
            Kind::Sqlite => {
                std::fs::create_dir_all(&config.data)?;
                let store = SqliteStore::open(&config.data, EPOCH)?;
                let reader = SqliteReader::new(&config.data, store.epoch().clone());
                Application::on(store, reader, config, Timing::default())?
            }
        };
        let stop = async { drop(tokio::signal::ctrl_c().await) };
        Ok(application.run_until_stopped(stop).await?)
    })
}
