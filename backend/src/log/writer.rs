//! The one writer: it takes whatever commands wait, appends them in one commit, then publishes them, then acknowledges
//! them, in this order and no other. In the server it is a thread.

use std::{
    pin::Pin,
    sync::{Arc, Mutex},
    task::{Context, Poll},
    thread::{self, JoinHandle},
    time::{Duration, Instant},
};

use shared::{Epoch, Millis, PersonId, RoomName};
use tokio::{
    runtime::{Builder, Runtime},
    sync::{mpsc, oneshot},
};

use super::{
    append::{Appended, Appender, Command, NotAppended, Tidying, VisitChange, Visiting},
    names::Names,
    rooms::Rooms,
    store::{Entry, Store},
};
use crate::lock::lock;

mod health;

use health::Health;
pub use health::{LogHealth, Written};

/// Most commands that wait to be written; who comes then is told so.
const WAITING: usize = 16_384;
/// Most commands of one commit.
const BATCH: usize = 1_024;
/// How often a commit looks whether there are as many commands as the one before had, and after how long. Under load they are
/// less than a millisecond apart, because whoever was answered sends the next; without this a commit would take the first
/// alone, and the others would wait for the next, and be relayed apart. It sleeps meanwhile: to be woken by each of them
/// would cost more than the commit.
const LOOKS: u32 = 5;
const LOOK: Duration = Duration::from_micros(200);
/// How long to wait until an erasure that could not be finished is tried again.
const SCRUB_AGAIN: Duration = Duration::from_secs(1);

/// The server's clock: milliseconds since 1970.
pub type Clock = Arc<dyn Fn() -> Millis + Send + Sync>;

/// Where the salts of texts come from: 128 bits that nobody can guess.
pub type Salts = Arc<dyn Fn() -> Result<[u8; 16], getrandom::Error> + Send + Sync>;

/// Salts from the system.
#[must_use]
pub fn system_salts() -> Salts {
    Arc::new(|| {
        let mut salt = [0; 16];
        getrandom::fill(&mut salt).map(|()| salt)
    })
}

/// Who waits for the answer to a command.
type Caller = oneshot::Sender<Result<Appended, NotAppended>>;

/// The handle to the logs' writer. Clones share it.
#[derive(Clone)]
pub struct Log {
    commands: mpsc::Sender<Waiting>,
    epoch: Epoch,
    rooms: Rooms,
    names: Names,
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

/// A command and who waits for its answer; none says that everything before it is to be written, and then nothing more.
type Waiting = Option<(Command, Caller)>;

impl Log {
    /// Starts the writer on `store`, in a thread of its own.
    ///
    /// # Errors
    /// Where no thread can be started.
    pub fn start<S: Store>(store: S, clock: Clock, salts: Salts) -> std::io::Result<Self> {
        let (log, writer) = Self::with_writer(store, clock, salts);
        let runtime = Builder::new_current_thread().enable_time().build()?;
        let thread = thread::Builder::new().name("log".into()).spawn(move || writer.run(&runtime))?;
        *lock(&log.thread) = Some(thread);
        Ok(log)
    }

    /// The handle, and the writer on `store`, for whoever does its work themselves.
    #[must_use]
    pub fn with_writer<S: Store>(store: S, clock: Clock, salts: Salts) -> (Self, Writer<S>) {
        let (commands, line) = mpsc::channel(WAITING);
        let epoch = store.epoch().clone();
        let rooms = Rooms::default();
        let health = Arc::<Health>::default();
        let appender = Appender::new(store, salts);
        let names = appender.names().clone();
        let writer =
            Writer { appender, line, clock, rooms: rooms.clone(), health: Arc::clone(&health), stopping: false };
        (Self { commands, epoch, rooms, names, health, thread: Arc::default() }, writer)
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

    /// The names that are somebody's alone.
    #[must_use]
    pub fn names(&self) -> &Names {
        &self.names
    }

    /// Whether messages are taken.
    #[must_use]
    pub fn health(&self) -> LogHealth {
        self.health.now()
    }

    /// How much has been written.
    #[must_use]
    pub fn written(&self) -> Written {
        self.health.written()
    }

    /// Puts a command in the line, at once, so that commands are carried out in the order of these calls. The answer
    /// comes when it is durable.
    ///
    /// # Errors
    /// [`NotAppended`] where there is no place in the line; the future gives it where nothing became of the command.
    pub fn submit(&self, command: Command) -> Result<Submitted, NotAppended> {
        let (answer, answered) = oneshot::channel();
        self.commands.try_send(Some((command, answer))).map_err(|error| match error {
            mpsc::error::TrySendError::Full(_) => NotAppended::Busy,
            mpsc::error::TrySendError::Closed(_) => NotAppended::Stopping,
        })?;
        Ok(Submitted(answered))
    }

    /// Writes everything that waits in the line, and ends the writer. What comes later is refused.
    ///
    /// Blocks until it is done.
    pub fn finish(&self) {
        let thread = lock(&self.thread).take();
        let Some(thread) = thread else { return };
        // Where the writer is gone already, joining it says why.
        drop(self.commands.blocking_send(None));
        if thread.join().is_err() {
            tracing::error!("the log's writer ended in a panic; every message that was acknowledged is safe");
        }
    }
}

/// The one writer. In the server its own thread does all of it, over and over: [`Writer::take`], [`Writer::append`],
/// [`Writer::publish`], [`Writer::answer`], [`Writer::scrub`]. Whoever owns it may do them one by one, and stop between
/// any two.
pub struct Writer<S> {
    appender: Appender<S>,
    line: mpsc::Receiver<Waiting>,
    clock: Clock,
    rooms: Rooms,
    health: Arc<Health>,
    stopping: bool,
}

/// Commands that were taken from the line.
#[derive(Default)]
pub struct Taken {
    commands: Vec<Command>,
    callers: Vec<Caller>,
}

impl Taken {
    /// Takes these in behind.
    pub fn extend(&mut self, more: Self) {
        self.commands.extend(more.commands);
        self.callers.extend(more.callers);
    }

    /// The commands, in order.
    #[must_use]
    pub fn commands(&self) -> &[Command] {
        &self.commands
    }
}

/// Commands that were carried out, or not. Their events are durable and nobody knows of them yet.
pub struct Done {
    events: Vec<Entry>,
    /// Visits that are others now, and whether they are forgotten.
    visits: Vec<(PersonId, RoomName, bool)>,
    /// Rooms that have dropped something.
    dropped: Vec<RoomName>,
    answers: Vec<Result<Appended, NotAppended>>,
    callers: Vec<Caller>,
}

impl Done {
    /// The events that are to be published.
    #[must_use]
    pub fn events(&self) -> &[Entry] {
        &self.events
    }

    /// The answers that are to be given, in the order of the commands.
    pub fn answers(&self) -> &[Result<Appended, NotAppended>] {
        &self.answers
    }
}

impl<S: Store> Writer<S> {
    fn run(mut self, runtime: &Runtime) {
        let mut waiting = Vec::with_capacity(BATCH);
        let mut before = 0;
        // When an erasure that could not be finished is tried again.
        let mut again = Some(Instant::now());
        while !self.stopping {
            if again.is_some_and(|again| again <= Instant::now()) {
                again = (!self.scrub()).then(|| Instant::now() + SCRUB_AGAIN);
            }
            let Some(received) = self.receive(&mut waiting, runtime, again) else { continue };
            if received == 0 {
                break;
            }
            gather(&mut self.line, &mut waiting, before, || thread::sleep(LOOK));
            before = waiting.len();
            let taken = self.sort(waiting.drain(..));
            let mut done = self.append(taken);
            self.publish(&mut done);
            self.answer(done);
            // Cheap where nothing was erased.
            again = again.or(Some(Instant::now()));
        }
        self.close();
    }

    /// Waits until there is something in the line, and takes it as [`Writer::take`] does. Takes nothing where nobody
    /// can come any more.
    pub async fn wait(&mut self) -> Taken {
        let mut waiting = Vec::new();
        if !self.stopping {
            self.line.recv_many(&mut waiting, BATCH).await;
        }
        self.sort(waiting)
    }

    /// Waits for commands, and gives how many there are: 0 at the end of the line, none where `until` has come.
    fn receive(&mut self, waiting: &mut Vec<Waiting>, runtime: &Runtime, until: Option<Instant>) -> Option<usize> {
        let received = self.line.recv_many(waiting, BATCH);
        runtime.block_on(async {
            match until {
                Some(until) => tokio::time::timeout_at(until.into(), received).await.ok(),
                None => Some(received.await),
            }
        })
    }

    /// Takes what waits in the line, as much as one commit may hold; does not wait for more.
    pub fn take(&mut self) -> Taken {
        let mut waiting = Vec::new();
        while !self.stopping
            && waiting.len() < BATCH
            && let Ok(next) = self.line.try_recv()
        {
            waiting.push(next);
        }
        self.sort(waiting)
    }

    /// Carries the commands out, in one commit.
    pub fn append(&mut self, taken: Taken) -> Done {
        let Taken { commands, callers } = taken;
        let (events, answers) = self.appender.append(&commands, (self.clock)());
        self.health.note(&answers, events.len(), self.appender.is_unsound());
        let changed = |(command, answer): (Command, &_)| match (command, answer) {
            (Command::Visit(Visiting { person, room, change, .. }), Ok(Appended::Kept)) => {
                Some((person, room, change == VisitChange::Forget))
            }
            _ => None,
        };
        let dropped = |(command, answer): (&Command, &_)| match (command, answer) {
            (Command::Tidy(Tidying::Drop { room, .. }), Ok(Appended::Kept)) => Some(room.clone()),
            _ => None,
        };
        let dropped = commands.iter().zip(&answers).filter_map(dropped).collect();
        let listed = self.appender.take_listed();
        let listed = listed.into_iter().map(|((person, room), gone)| (person, room, gone));
        let visits = commands.into_iter().zip(&answers).filter_map(changed).chain(listed).collect();
        Done { events, visits, dropped, answers, callers }
    }

    /// Gives the events to those who follow their rooms.
    pub fn publish(&mut self, done: &mut Done) {
        for room in std::mem::take(&mut done.dropped) {
            self.rooms.kept().forget(&room);
        }
        self.rooms.publish(std::mem::take(&mut done.events));
        for (person, room, forgotten) in std::mem::take(&mut done.visits) {
            self.rooms.attention().changed(&person, &room, forgotten);
        }
    }

    /// Answers those who asked.
    pub fn answer(&mut self, done: Done) {
        for (caller, answer) in done.callers.into_iter().zip(done.answers) {
            // A caller that is gone knows nothing of its command; the same key asks again.
            let _ = caller.send(answer);
        }
    }

    /// Finishes what deletions have left to be erased. False where it is to be tried again later.
    pub fn scrub(&mut self) -> bool {
        self.appender.scrub()
    }

    /// Ends it, when nothing more will be committed.
    pub fn close(mut self) {
        self.appender.close();
    }

    fn sort(&mut self, waiting: impl IntoIterator<Item = Waiting>) -> Taken {
        let mut taken = Taken::default();
        for waiting in waiting {
            match waiting {
                // Whoever comes after the end is told so when the line is dropped.
                Some(_) if self.stopping => {}
                Some((command, caller)) => {
                    taken.commands.push(command);
                    taken.callers.push(caller);
                }
                None => self.stopping = true,
            }
        }
        taken
    }
}

/// Waits for a moment until there are as many as that.
fn gather<T>(line: &mut mpsc::Receiver<T>, waiting: &mut Vec<T>, wanted: usize, mut look: impl FnMut()) {
    let mut looks = LOOKS;
    loop {
        while waiting.len() < BATCH
            && let Ok(next) = line.try_recv()
        {
            waiting.push(next);
        }
        if waiting.len() >= wanted || looks == 0 {
            return;
        }
        looks -= 1;
        look();
    }
}

#[cfg(test)]
mod tests;
