//! How many posts a second become durable, and how many share a commit.
//!
//! Each sender waits for its post to be durable before it sends the next, as a client's outbox does. So one sender
//! gives one post a commit, and what many give beyond that is what group commit wins.

use std::{
    path::PathBuf,
    sync::Arc,
    time::{Duration, Instant, SystemTime, UNIX_EPOCH},
};

use anyhow::Context as _;
use backend::log::{Command, Draft, Line, Log, SqliteStore, system_salts};
use futures_util::future::try_join_all;
use shared::{Author, ClientKey, MessageText, Millis, PersonId, PersonName, RoomName};

use crate::{
    say,
    slow::{Count, Slow},
};

/// Senders at a time.
const SENDERS: [u64; 3] = [1, 10, 100];
/// The text of a post, in bytes.
const TEXT: usize = 64;

pub(crate) fn run(time: Duration, data: Option<PathBuf>, at_least: Duration) -> anyhow::Result<()> {
    let data = match data {
        Some(folder) => tempfile::tempdir_in(&folder).with_context(|| format!("{} is no place", folder.display())),
        None => tempfile::tempdir().context("there is no place for temporary files"),
    }?;
    say(&format!("posts of {TEXT} bytes, {} s each, in {}", time.as_secs(), data.path().display()));
    if !at_least.is_zero() {
        say(&format!("each commit is made to take at least {} ms", at_least.as_millis()));
    }
    say("senders  posts/s  commits/s  posts/commit  ms/commit  ms/post p50  p99  times one sender");
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build()?;
    let mut one = None;
    for senders in SENDERS {
        let folder = data.path().join(senders.to_string());
        std::fs::create_dir(&folder)?;
        let count = Arc::<Count>::default();
        let store = SqliteStore::open(&folder, "bench")?;
        let slow = Slow { store, at_least, count: Arc::clone(&count) };
        let log = Log::start(slow, Arc::new(now), system_salts())?;
        let began = Instant::now();
        let mut waits = runtime.block_on(all_send(&log, senders, began + time))?;
        let elapsed = began.elapsed().as_secs_f64();
        let (commits, in_commits) = count.read();
        log.finish();
        waits.sort_unstable();
        #[expect(clippy::cast_precision_loss, reason = "counts of a few seconds")]
        let (posts, commits) = (waits.len() as f64, commits as f64);
        let one = *one.get_or_insert(posts / elapsed);
        let wait = |hundredth: usize| waits.get(waits.len() * hundredth / 100).map_or(0.0, |wait| ms(*wait));
        say(&format!(
            "{senders:7}  {:7.0}  {:9.0}  {:12.1}  {:9.2}  {:11.2}  {:5.2}  {:.1}",
            posts / elapsed,
            commits / elapsed,
            posts / commits,
            ms(in_commits) / commits,
            wait(50),
            wait(99),
            posts / elapsed / one
        ));
    }
    Ok(())
}

/// Everybody sends until then; gives how long each post took.
async fn all_send(log: &Log, senders: u64, until: Instant) -> anyhow::Result<Vec<Duration>> {
    let send = |sender| tokio::spawn(send(log.clone(), sender, until));
    let waits = try_join_all((0..senders).map(send)).await?;
    waits.into_iter().try_fold(Vec::new(), |mut all, waits| {
        all.extend(waits?);
        Ok(all)
    })
}

async fn send(log: Log, sender: u64, until: Instant) -> anyhow::Result<Vec<Duration>> {
    let id = PersonId::parse(&format!("p{sender}"))?;
    let by = Author { id, name: PersonName::anonymous(), plain: false };
    let text = MessageText::parse(&"x".repeat(TEXT))?;
    let mut waits = Vec::new();
    while Instant::now() < until {
        let began = Instant::now();
        let submitted = log.submit(Command::Append(Draft {
            room: RoomName::lobby(),
            by: by.clone(),
            key: ClientKey::parse(&waits.len().to_string())?,
            command: shared::Command::Post { text: text.clone(), reply_to: None, mentions: Vec::new() },
            of: None,
            remember: None,
            line: Line::default(),
        }))?;
        submitted.await?;
        waits.push(began.elapsed());
    }
    Ok(waits)
}

fn now() -> Millis {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    Millis(u64::try_from(since.as_millis()).unwrap_or(u64::MAX))
}

fn ms(time: Duration) -> f64 {
    time.as_secs_f64() * 1_000.0
}
