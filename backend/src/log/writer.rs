//! The one writer: a thread that takes whatever commands wait, appends them in one commit, then publishes them, then
//! acknowledges them, in this order and no other.

use std::{
    pin::Pin,
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
    task::{Context, Poll},
    thread::JoinHandle,
};

use shared::{Epoch, Millis};
use tokio::sync::{mpsc, oneshot};

use super::{
    append::{Appended, Appender, Command, NotAppended},
    rooms::Rooms,
    store::Store,
};

/// Most commands that wait to be written; who comes then is told so.
const WAITING: usize = 16_384;
/// Most commands of one commit.
const BATCH: usize = 1_024;

/// The server's clock: milliseconds since 1970.
pub type Clock = Arc<dyn Fn() -> Millis + Send + Sync>;

/// The handle to the logs' writer. Clones share it.
#[derive(Clone)]
pub struct Log {
    commands: mpsc::Sender<Waiting>,
    epoch: Epoch,
    rooms: Rooms,
    health: Arc<Health>,
    thread: Arc<Mutex<Option<JoinHandle<()>>>>,
}

/// The answer to a command, when it is there.
pub struct Submitted(oneshot::Receiver<Result<Appended, NotAppended>>);

impl Future for Submitted {
    type Output = Result<Appended, NotAppended>;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        Pin::new(&mut self.0).poll(cx).map(|answer| answer.unwrap_or(Err(NotAppended::Stopping)))
    }
}

enum Waiting {
    Command(Command, oneshot::Sender<Result<Appended, NotAppended>>),
    /// Everything before this is to be written, and then nothing more.
    Stop,
}

/// Whether messages are taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LogHealth {
    /// They are.
    Good,
    /// The last commit failed; the next may succeed.
    Failing,
    /// They are not until the server is restarted.
    Unsound,
}

#[derive(Default)]
struct Health {
    failing: AtomicBool,
    unsound: AtomicBool,
}

impl Log {
    /// Starts the writer on `store`.
    ///
    /// # Errors
    /// Where no thread can be started.
    pub fn start<S: Store>(store: S, clock: Clock) -> std::io::Result<Self> {
        let (commands, waiting) = mpsc::channel(WAITING);
        let epoch = store.epoch().clone();
        let rooms = Rooms::default();
        let health = Arc::<Health>::default();
        let writer =
            Writer { appender: Appender::new(store), clock, rooms: rooms.clone(), health: Arc::clone(&health) };
        let thread = std::thread::Builder::new().name("log".into()).spawn(move || writer.run(waiting))?;
        Ok(Self { commands, epoch, rooms, health, thread: Arc::new(Mutex::new(Some(thread))) })
    }

    /// The name of the history that is written.
    #[must_use]
    pub fn epoch(&self) -> &Epoch {
        &self.epoch
    }

    /// The rooms that somebody follows.
    #[must_use]
    pub fn rooms(&self) -> &Rooms {
        &self.rooms
    }

    /// Whether messages are taken.
    #[must_use]
    pub fn health(&self) -> LogHealth {
        if self.health.unsound.load(Ordering::Relaxed) {
            LogHealth::Unsound
        } else if self.health.failing.load(Ordering::Relaxed) {
            LogHealth::Failing
        } else {
            LogHealth::Good
        }
    }

    /// Puts a command in the line, at once, so that commands are carried out in the order of these calls. The answer
    /// comes when it is durable.
    ///
    /// # Errors
    /// [`NotAppended`] where there is no place in the line; the future gives it where nothing became of the command.
    pub fn submit(&self, command: Command) -> Result<Submitted, NotAppended> {
        let (answer, answered) = oneshot::channel();
        self.commands.try_send(Waiting::Command(command, answer)).map_err(|error| match error {
            mpsc::error::TrySendError::Full(_) => NotAppended::Busy,
            mpsc::error::TrySendError::Closed(_) => NotAppended::Stopping,
        })?;
        Ok(Submitted(answered))
    }

    /// Writes everything that waits in the line, and ends the writer. What comes later is refused.
    ///
    /// Blocks until it is done.
    pub fn finish(&self) {
        let thread = self.thread.lock().unwrap_or_else(PoisonError::into_inner).take();
        let Some(thread) = thread else { return };
        // Where the writer is gone already, joining it says why.
        drop(self.commands.blocking_send(Waiting::Stop));
        if thread.join().is_err() {
            tracing::error!("the log's writer ended in a panic; every message that was acknowledged is safe");
        }
    }
}

struct Writer<S> {
    appender: Appender<S>,
    clock: Clock,
    rooms: Rooms,
    health: Arc<Health>,
}

impl<S: Store> Writer<S> {
    fn run(mut self, mut waiting: mpsc::Receiver<Waiting>) {
        let mut line = Vec::with_capacity(BATCH);
        let mut stopping = false;
        while !stopping && waiting.blocking_recv_many(&mut line, BATCH) > 0 {
            let (mut commands, mut callers) = (Vec::new(), Vec::new());
            for waiting in line.drain(..) {
                match waiting {
                    // Whoever comes after the end is told so when the line is dropped.
                    Waiting::Command(..) if stopping => {}
                    Waiting::Command(command, caller) => {
                        commands.push(command);
                        callers.push(caller);
                    }
                    Waiting::Stop => stopping = true,
                }
            }
            let (events, answers) = self.appender.append(&commands, (self.clock)());
            self.rooms.publish(events);
            self.note(&answers);
            for (caller, answer) in callers.into_iter().zip(answers) {
                // A caller that is gone knows nothing of its command; the same key asks again.
                let _ = caller.send(answer);
            }
        }
        self.appender.close();
    }

    fn note(&self, answers: &[Result<Appended, NotAppended>]) {
        // A retry that is known already says nothing about the disk.
        let mut tried = answers.iter().filter(|answer| !matches!(answer, Ok(Appended::Known(_)))).peekable();
        if tried.peek().is_some() {
            self.health.failing.store(tried.any(Result::is_err), Ordering::Relaxed);
        }
        self.health.unsound.store(self.appender.is_unsound(), Ordering::Relaxed);
    }
}
