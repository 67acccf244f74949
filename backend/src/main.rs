//! Warren, the server program.

use std::{io::Write as _, process::ExitCode};

use backend::{
    config::Config,
    connection::Timing,
    http::{NO_CLIENT, Page},
    startup::Application,
};
use clap::Parser as _;

#[actix_web::main]
async fn main() -> ExitCode {
    let config = Config::parse();
    match run(&config).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            say(&format!("warren: {error:#}"));
            ExitCode::FAILURE
        }
    }
}

async fn run(config: &Config) -> anyhow::Result<()> {
    tracing_subscriber::fmt()
        .with_env_filter(tracing_subscriber::EnvFilter::try_new(&config.log)?)
        .with_writer(std::io::stderr)
        .init();
    // A connection takes two descriptors; the usual soft limit is far below what the machine allows.
    if let Err(error) = rlimit::increase_nofile_limit(u64::MAX) {
        tracing::debug!(%error, "the limit of open files stays as it is");
    }
    let application = Application::build(config, Timing::default())?;
    let address = application.address();
    if !Page::is_built() {
        say(NO_CLIENT);
    }
    match &config.url {
        Some(url) => say(&format!("Warren listens on {address}, for {url}")),
        None if address.ip().is_unspecified() => {
            say(&format!(
                "Warren is at http://localhost:{0} and, for others, at http://THIS-MACHINE'S-IP:{0}",
                address.port()
            ));
        }
        None => say(&format!("Warren is at http://{address}")),
    }
    application.run_until_stopped(asked_to_stop()).await?;
    say("Warren has stopped. Everything is kept.");
    Ok(())
}

/// Ctrl-C, or on Unix SIGTERM.
async fn asked_to_stop() {
    let interrupt = async { drop(tokio::signal::ctrl_c().await) };
    #[cfg(unix)]
    {
        use tokio::signal::unix::{SignalKind, signal};
        if let Ok(mut terminate) = signal(SignalKind::terminate()) {
            tokio::select! {
                () = interrupt => {}
                _ = terminate.recv() => {}
            }
            return;
        }
    }
    interrupt.await;
}

/// To the terminal; where that is gone, there is nobody to be told.
fn say(line: &str) {
    drop(writeln!(std::io::stderr(), "{line}"));
}
