//! Warren, the server program.

use std::{io::Write as _, process::ExitCode, sync::Arc};

use backend::{
    config::{Cli, Config, Task},
    connection::Timing,
    http::{NO_CLIENT, Page},
    startup::Application,
    upkeep::{self, Job, Words},
};
use clap::Parser as _;

#[actix_web::main]
async fn main() -> ExitCode {
    let Cli { config, task } = Cli::parse();
    let done = match task {
        None => serve(&config).await.map(|()| ExitCode::SUCCESS),
        Some(task) => tend(config, task).await,
    };
    done.unwrap_or_else(|error| {
        say(&format!("warren: {error:#}"));
        ExitCode::FAILURE
    })
}

/// What is done beside serving.
async fn tend(config: Config, task: Task) -> anyhow::Result<ExitCode> {
    log_to_terminal(&config)?;
    let job = Arc::new(Job::begin(|words| match words {
        // Where nobody reads any more, there is nobody to be told.
        Words::Result(words) => drop(writeln!(std::io::stdout(), "{words}")),
        Words::Progress(words) => say(words),
    }));
    let work = {
        let job = Arc::clone(&job);
        tokio::task::spawn_blocking(move || match task {
            Task::Backup { file, force } => upkeep::backup(&config.data, &file, force, &job).map(|()| true),
            Task::Restore { file } => upkeep::restore(&config.data, &file, &job).map(|()| true),
            Task::Check { file } => {
                upkeep::check(&config.data, file.as_deref(), &job).map(|checked| checked.faults == 0)
            }
        })
    };
    let stop = async {
        asked_to_stop().await;
        job.call_off();
        std::future::pending().await
    };
    let good = tokio::select! {
        done = work => done??,
        never = stop => never,
    };
    Ok(if good { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

fn log_to_terminal(config: &Config) -> anyhow::Result<()> {
    tracing_subscriber::fmt().with_env_filter(config.filter()?).with_writer(std::io::stderr).init();
    Ok(())
}

async fn serve(config: &Config) -> anyhow::Result<()> {
    log_to_terminal(config)?;
    // A connection takes two descriptors; the usual soft limit is far below what the machine allows.
    if let Err(error) = rlimit::increase_nofile_limit(u64::MAX) {
        tracing::debug!(%error, "the limit of open files stays as it is");
    }
    let application = Application::build(config, Timing::default())?;
    let address = application.address();
    if !Page::is_built() {
        say(NO_CLIENT);
    }
    let scheme = if config.tls_cert.is_some() { "https" } else { "http" };
    match &config.url {
        Some(url) => say(&format!("Warren listens on {address}, for {url}")),
        None if address.ip().is_unspecified() => {
            say(&format!(
                "Warren is at {scheme}://localhost:{0} and, for others, at {scheme}://THIS-MACHINE'S-IP:{0}",
                address.port()
            ));
        }
        None => say(&format!("Warren is at {scheme}://{address}")),
    }
    if let Some(plain) = application.redirect_address() {
        say(&format!("Whoever comes to http://{plain} is sent there"));
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
