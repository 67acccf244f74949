//! A program that runs beside a story: its lines are listened to, and it ends with the story.

use std::{
    env,
    io::{BufRead as _, BufReader, Read},
    process::{Child, Command, Stdio},
    sync::mpsc::{self, Receiver, RecvTimeoutError},
    thread,
    time::{Duration, Instant},
};

use anyhow::{Context as _, bail};

/// A running program.
pub(crate) struct Program {
    child: Child,
    lines: Receiver<String>,
    name: String,
}

/// The program that a variable names.
pub(crate) fn path(variable: &str) -> anyhow::Result<String> {
    env::var(variable).with_context(|| format!("{variable} is not set; run this with: cargo xtask test e2e"))
}

impl Program {
    pub(crate) fn start(mut command: Command) -> anyhow::Result<Self> {
        let name = command.get_program().to_string_lossy().into_owned();
        command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.spawn().with_context(|| format!("{name} cannot be started"))?;
        let (say, lines) = mpsc::channel();
        let outputs: [Option<Box<dyn Read + Send>>; 2] = [
            child.stdout.take().map(|out| Box::new(out) as Box<dyn Read + Send>),
            child.stderr.take().map(|out| Box::new(out) as Box<dyn Read + Send>),
        ];
        for output in outputs.into_iter().flatten() {
            let say = say.clone();
            // Read to the end even where nobody listens any more, or the program would stop at a full pipe.
            thread::spawn(move || {
                for line in BufReader::new(output).lines().map_while(Result::ok) {
                    drop(say.send(line));
                }
            });
        }
        Ok(Self { child, lines, name })
    }

    /// Waits for a line for which `find` gives something.
    pub(crate) fn wait_for<T>(&self, within: Duration, find: impl Fn(&str) -> Option<T>) -> anyhow::Result<T> {
        let until = Instant::now() + within;
        let mut heard = Vec::new();
        loop {
            match self.lines.recv_timeout(until.saturating_duration_since(Instant::now())) {
                Ok(line) => match find(&line) {
                    Some(found) => return Ok(found),
                    None => heard.push(line),
                },
                Err(RecvTimeoutError::Timeout) => bail!("{} did not begin in time: {heard:#?}", self.name),
                Err(RecvTimeoutError::Disconnected) => bail!("{} ended: {heard:#?}", self.name),
            }
        }
    }

    /// Ends it at once, as a crash would.
    pub(crate) fn kill(&mut self) {
        // It may have ended by itself.
        drop(self.child.kill());
        drop(self.child.wait());
    }
}

impl Drop for Program {
    fn drop(&mut self) {
        self.kill();
    }
}
