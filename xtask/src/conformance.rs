//! The Autobahn cases against the `echo` example of the backend, which has the socket edge of the server.

mod allowed;
mod report;

use std::{
    fs,
    net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream},
    num::NonZero,
    process::Child,
    thread,
    time::{Duration, Instant},
};

use anyhow::{Context, Result, bail, ensure};

use crate::{
    child, place, say,
    tools::{Toolbox, python},
};
use report::Report;

/// How long the example may take until it listens.
const START: Duration = Duration::from_secs(10);

/// Runs them all, prints a summary for each group, and fails for any case that is not as it must be.
pub(crate) fn check(toolbox: &Toolbox) -> Result<()> {
    let kosoku = python::bring_kosoku()?;
    say::timed("Build the echo example", || {
        child::run(&mut toolbox.cargo(["build", "--release", "--package", "backend", "--example", "echo"]))
    })?;
    let folder = place::target()?.join("conformance");
    if folder.exists() {
        fs::remove_dir_all(&folder)?;
    }

    let address = free_address()?;
    let mut echo = Echo::start(address)?;
    let cores = thread::available_parallelism().map_or(1, NonZero::get);
    say::timed("Run the cases (some minutes)", || {
        let mut fuzz = child::command(&kosoku);
        fuzz.args(["--mode", "fuzzingclient", "--parallelism", &cores.to_string(), "--outdir"]).arg(&folder);
        for (group, _) in report::GROUPS {
            fuzz.args(["--include", &format!("{group}.*")]);
        }
        fuzz.arg(address.to_string());
        // Its own verdict is milder than ours and fails for things that we read more closely; the report decides.
        fuzz.status().map(drop).with_context(|| format!("cannot start {}", kosoku.display()))
    })?;
    echo.must_still_run()?;

    let index = folder.join("index.json");
    let text = fs::read_to_string(&index).with_context(|| format!("no report at {}", index.display()))?;
    let report = Report::parse(&text)?;
    say::result(report.summary(allowed::NON_STRICT));
    let faults = report.faults(allowed::NON_STRICT);
    ensure!(faults.is_empty(), "{}\nsee {}", faults.join("\n"), folder.join("index.html").display());
    Ok(())
}

/// The example as a process, which ends with this value.
struct Echo(Child);

impl Echo {
    fn start(address: SocketAddr) -> Result<Self> {
        let program = place::target()?.join("release/examples/echo");
        let mut command = child::command(&program);
        command.args(["--listen", &address.to_string()]);
        let mut echo = Self(command.spawn().with_context(|| format!("cannot start {}", program.display()))?);
        let start = Instant::now();
        while TcpStream::connect(address).is_err() {
            echo.must_still_run()?;
            ensure!(start.elapsed() < START, "the echo example does not listen on {address}");
            thread::sleep(Duration::from_millis(20));
        }
        Ok(echo)
    }

    fn must_still_run(&mut self) -> Result<()> {
        if let Some(status) = self.0.try_wait()? {
            bail!("the echo example ended ({status})");
        }
        Ok(())
    }
}

impl Drop for Echo {
    fn drop(&mut self) {
        // It may have ended by itself, which is not an error here.
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

fn free_address() -> Result<SocketAddr> {
    Ok(TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?.local_addr()?)
}
