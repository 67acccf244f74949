//! Reading the logs, their views and the records, beside the writer: with a bounded number of readers at a time, and
//! never on a thread that serves sockets. What is read, and from where, is behind [`Reader`].

use std::sync::Arc;

use shared::{Digest, Epoch, Event, Message, Millis, Page, Person, RoomName, Seq, Snapshot};
use tokio::sync::{Semaphore, oneshot};

/// Most reads at a time; the others wait.
const READERS: usize = 4;

/// Why something could not be read. The cause is for the server's log only.
#[derive(Debug, thiserror::Error)]
pub enum ReadError {
    /// The database could not be read.
    #[error("the log could not be read: {0}")]
    Sqlite(#[from] rusqlite::Error),
    /// The reader was cut off.
    #[error("the reader was cut off")]
    Stopped,
}

/// Where a page of history lies.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Place {
    /// At the end.
    Newest,
    /// Just before a seq.
    Before(Seq),
    /// Just after a seq.
    After(Seq),
    /// Half of it before a seq, the other half from it on.
    Around(Seq),
    /// From the first message of a time on.
    At(Millis),
}

impl Place {
    /// The seqs where a page of these messages begins and ends: beyond them there may be more. An empty page still
    /// says which way.
    #[must_use]
    pub fn edges(self, messages: &[Message], head: Seq) -> (Seq, Seq) {
        let edge = |message: Option<&Message>, otherwise| message.map_or(otherwise, |message| message.seq);
        let (oldest, newest) = match self {
            Self::After(seq) => (seq.next(), seq),
            Self::Before(seq) => (seq, Seq(seq.0.saturating_sub(1))),
            Self::Newest | Self::Around(_) | Self::At(_) => (Seq(u64::MAX), head),
        };
        (edge(messages.first(), oldest), edge(messages.last(), newest))
    }
}

/// Where a room's log begins and ends.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ends {
    /// The oldest event that the log still has.
    pub first: Seq,
    /// The newest event.
    pub head: Seq,
    /// The digest of the log up to `head`.
    pub digest: Digest,
    /// The digest of the log up to the seq that was asked for, where the log knows it.
    pub at: Option<Digest>,
}

impl Default for Ends {
    /// Those of the empty log.
    fn default() -> Self {
        Self { first: Seq(1), head: Seq::ZERO, digest: Digest::default(), at: None }
    }
}

/// The reading end of a store. Each read sees one moment of it, all of it, and may block.
pub trait Reader: Send + Sync + 'static {
    /// The name of the history that is read here.
    fn epoch(&self) -> &Epoch;

    /// Where a room's log begins and ends, with the digest at `at`, and (of the newest `messages`, where that is not 0) a
    /// snapshot valid there.
    ///
    /// # Errors
    /// [`ReadError`] where the store cannot be read.
    fn ends(&self, room: &RoomName, at: Seq, messages: u32) -> Result<(Ends, Snapshot), ReadError>;

    /// The events after `after`, oldest first: at most `most` of them, and about `bytes` bytes of text; at least one
    /// where there is one.
    ///
    /// # Errors
    /// [`ReadError`] where the store cannot be read.
    fn after(&self, room: &RoomName, after: Seq, most: u32, bytes: usize) -> Result<Vec<Event>, ReadError>;

    /// A page of a room's messages, at most `limit` of them.
    ///
    /// # Errors
    /// [`ReadError`] where the store cannot be read.
    fn page(&self, room: &RoomName, place: Place, limit: u32) -> Result<Page, ReadError>;

    /// The person whose session's token has this hash, where they are kept.
    ///
    /// # Errors
    /// [`ReadError`] where the store cannot be read.
    fn person_of(&self, token_hash: &[u8; 32]) -> Result<Option<Person>, ReadError>;
}

/// A read that is ready to run.
pub type Read = Box<dyn FnOnce() + Send>;

/// Where reads run. They block, so in the server it is on threads for that; it must return at once.
pub type Threads = Arc<dyn Fn(Read) + Send + Sync>;

/// The reading end of the logs; a cheap handle.
#[derive(Clone)]
pub struct Reads {
    reader: Arc<dyn Reader>,
    threads: Threads,
    permits: Arc<Semaphore>,
}

impl Reads {
    /// Reads with `reader`, on the runtime's threads for what blocks.
    #[must_use]
    pub fn new(reader: impl Reader) -> Self {
        Self::on(reader, Arc::new(|read| drop(tokio::task::spawn_blocking(read))))
    }

    /// Reads with `reader` on `threads`.
    #[must_use]
    pub fn on(reader: impl Reader, threads: Threads) -> Self {
        Self { reader: Arc::new(reader), threads, permits: Arc::new(Semaphore::new(READERS)) }
    }

    /// See [`Reader::epoch`].
    #[must_use]
    pub fn epoch(&self) -> &Epoch {
        self.reader.epoch()
    }

    /// See [`Reader::ends`].
    ///
    /// # Errors
    /// [`ReadError`] where the store cannot be read.
    pub async fn ends(&self, room: RoomName, at: Seq, messages: u32) -> Result<(Ends, Snapshot), ReadError> {
        self.read(move |reader| reader.ends(&room, at, messages)).await
    }

    /// See [`Reader::after`].
    ///
    /// # Errors
    /// [`ReadError`] where the store cannot be read.
    pub async fn after(&self, room: RoomName, after: Seq, most: u32, bytes: usize) -> Result<Vec<Event>, ReadError> {
        self.read(move |reader| reader.after(&room, after, most, bytes)).await
    }

    /// See [`Reader::page`].
    ///
    /// # Errors
    /// [`ReadError`] where the store cannot be read.
    pub async fn page(&self, room: RoomName, place: Place, limit: u32) -> Result<Page, ReadError> {
        self.read(move |reader| reader.page(&room, place, limit)).await
    }

    /// See [`Reader::person_of`].
    ///
    /// # Errors
    /// [`ReadError`] where the store cannot be read.
    pub async fn person_of(&self, token_hash: [u8; 32]) -> Result<Option<Person>, ReadError> {
        self.read(move |reader| reader.person_of(&token_hash)).await
    }

    async fn read<T: Send + 'static>(
        &self,
        read: impl FnOnce(&dyn Reader) -> Result<T, ReadError> + Send + 'static,
    ) -> Result<T, ReadError> {
        let reading = async {
            let permit = Arc::clone(&self.permits).acquire_owned().await.map_err(|_| ReadError::Stopped)?;
            let (answer, answered) = oneshot::channel();
            let reader = Arc::clone(&self.reader);
            (self.threads)(Box::new(move || {
                // Held by the read itself: whoever asked may be gone before it ends.
                let _permit = permit;
                // Whoever asked may be gone.
                drop(answer.send(read(&*reader)));
            }));
            answered.await.map_err(|_| ReadError::Stopped)?
        };
        reading.await.inspect_err(|error| tracing::error!(%error, "a read failed"))
    }
}
