//! What is taken out of the logs again while the server runs: those who leave are forgotten, and rooms drop what they no
//! longer keep.
//!
//! Both go in small steps through the log's writer, so that nobody waits long behind them, and each step is a commit: cut
//! off at any moment, the rest is found and done after the next start.

use std::{collections::BTreeMap, mem, sync::Arc, time::Duration};

use shared::{Days, Event, EventBody, PersonId, PersonName, RoomName, Seq, Words};
use tokio::sync::Notify;

use crate::log::{Aged, Appended, Clock, Command, EventPlace, Log, NotAppended, ReadError, Reads, Tidying};

/// How often it is looked, and after how long again where something has failed.
const EVERY: Duration = Duration::from_mins(10);
const AGAIN: Duration = Duration::from_secs(30);
/// Events of a person that are read at once, and that become nameless in one commit.
const AT_ONCE: usize = 500;

/// Asks for a look at once; a cheap handle.
#[derive(Clone, Debug, Default)]
pub struct Wanted(Arc<Notify>);

impl Wanted {
    /// Somebody leaves: it is looked now.
    pub fn now(&self) {
        self.0.notify_one();
    }
}

/// Takes things out of the logs.
pub struct Tidier {
    log: Log,
    reads: Reads,
    clock: Clock,
    /// So many days public rooms keep what is said in them.
    days: Option<Days>,
    wanted: Wanted,
}

/// Why a look ended early.
#[derive(Debug, thiserror::Error)]
enum NotTidied {
    #[error(transparent)]
    Read(#[from] ReadError),
    #[error(transparent)]
    NotAppended(#[from] NotAppended),
    #[error("the room {0} does not drop what it no longer keeps")]
    Stuck(RoomName),
}

impl Tidier {
    /// Tidies what `log` writes and `reads` reads, whenever it is `wanted`, and now and then.
    #[must_use]
    pub fn new(log: Log, reads: Reads, clock: Clock, days: Option<Days>, wanted: Wanted) -> Self {
        Self { log, reads, clock, days, wanted }
    }

    /// Goes on until it is dropped.
    pub async fn run(self) {
        loop {
            let pause = match self.look().await {
                Ok(()) => EVERY,
                Err(error) => {
                    tracing::warn!(%error, "what is to be taken out of the logs is not yet");
                    AGAIN
                }
            };
            // In either case the next look begins with all that there is to do.
            drop(tokio::time::timeout(pause, self.wanted.0.notified()).await);
        }
    }

    async fn look(&self) -> Result<(), NotTidied> {
        for (person, texts_go) in self.reads.leaving().await?.iter() {
            self.forget(person, *texts_go).await?;
        }
        self.drop_aged().await
    }

    /// Forgets somebody in all rooms.
    async fn forget(&self, person: &PersonId, texts_go: bool) -> Result<(), NotTidied> {
        let is_left = |event: &Event| {
            let is_said = matches!(&event.body, EventBody::Posted { words: Words::Kept { .. }, .. });
            event.by.name != PersonName::anonymous() || texts_go && is_said
        };
        let forget = |room: RoomName, seqs: Vec<Seq>, last: bool| {
            self.submit(Tidying::Forget { person: person.clone(), room, seqs, texts_go, last })
        };
        let (mut place, mut held): (_, Option<(RoomName, Vec<Seq>)>) = (EventPlace::default(), None);
        loop {
            let most = u32::try_from(AT_ONCE).unwrap_or(u32::MAX);
            let own = self.reads.written_by(person.clone(), place, most).await?;
            for event in own.events.iter().filter(|event| is_left(event)) {
                match &mut held {
                    Some((room, seqs)) if *room == event.room => {
                        if seqs.len() >= AT_ONCE {
                            forget(room.clone(), mem::take(seqs), false).await?;
                        }
                        seqs.push(event.seq);
                    }
                    _ => {
                        if let Some((room, seqs)) = held.replace((event.room.clone(), vec![event.seq])) {
                            forget(room, seqs, true).await?;
                        }
                    }
                }
            }
            let Some(next) = own.next else { break };
            place = next;
        }
        if let Some((room, seqs)) = held {
            forget(room, seqs, true).await?;
        }
        // Where they have written nothing, they may be something all the same.
        for room in self.reads.rooms_of(person.clone()).await?.iter() {
            forget(room.clone(), Vec::new(), true).await?;
        }
        self.submit(Tidying::Left { person: person.clone() }).await
    }

    async fn drop_aged(&self) -> Result<(), NotTidied> {
        let now = (self.clock)();
        let mut known: BTreeMap<RoomName, Aged> = BTreeMap::new();
        loop {
            let all = self.reads.aged(now, self.days).await?;
            if all.is_empty() {
                return Ok(());
            }
            for aged in all.iter() {
                let room = aged.room.clone();
                if known.insert(room.clone(), aged.clone()).as_ref() == Some(aged) {
                    return Err(NotTidied::Stuck(room));
                }
                self.submit(Tidying::Drop { room, before: aged.before }).await?;
            }
        }
    }

    async fn submit(&self, tidying: Tidying) -> Result<(), NotTidied> {
        let _: Appended = self.log.submit(Command::Tidy(tidying))?.await?;
        Ok(())
    }
}
