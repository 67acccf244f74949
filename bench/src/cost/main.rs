//! `cost`: what a post costs until it is durable, in the processor time of the writer's thread.
//!
//! The appender is driven in this one thread, on the store in memory and on SQLite in turn, so that a noisy machine is
//! noisy to both.

use std::{io::Write as _, path::PathBuf, time::Duration};

use anyhow::Context as _;
use backend::log::{Appender, SqliteStore, Store, system_salts};
use clap::{Parser, Subcommand};
use cost::{Memory, cpu, posts::Posts};

mod count;

#[derive(Parser)]
#[command(name = "cost", about = "What a post costs before it is relayed")]
struct Arguments {
    #[command(subcommand)]
    what: What,
}

#[derive(Subcommand)]
enum What {
    /// Microseconds of processor time a post, at 1, 16 and 100 posts a commit, in memory and durable.
    Cpu {
        /// Posts in each row.
        #[arg(long, default_value_t = 16_000)]
        posts: u64,
        /// Where the data directory is made, for the disk that is to be measured. [default: the system's for temporary
        /// files]
        #[arg(long, value_name = "DIRECTORY")]
        data: Option<PathBuf>,
        /// Only this many posts a commit.
        #[arg(long)]
        batch: Option<u64>,
        /// Keys that do not begin with the time: each is a page of the index.
        #[arg(long)]
        random_keys: bool,
    },
    /// Do one thing so often and nothing else, for a program that counts instructions.
    Count {
        /// What.
        what: count::Work,
        /// How often.
        times: u64,
    },
}

/// Posts a commit.
const BATCHES: [u64; 3] = [1, 16, 100];
/// The rows are made in so many rounds; the median of the rounds is printed.
const ROUNDS: u64 = 5;

fn main() -> anyhow::Result<()> {
    match Arguments::parse().what {
        What::Cpu { posts, data, batch, random_keys } => {
            let keys = if random_keys { Posts::with_random_keys } else { Posts::default };
            table(posts, data, batch, keys)
        }
        What::Count { what, times } => count::run(what, times),
    }
}

fn table(posts: u64, data: Option<PathBuf>, batch: Option<u64>, made: fn() -> Posts) -> anyhow::Result<()> {
    let data = match data {
        Some(folder) => tempfile::tempdir_in(&folder).with_context(|| format!("{} is no place", folder.display())),
        None => tempfile::tempdir().context("there is no place for temporary files"),
    }?;
    say("posts/commit  in memory  durable  difference   (microseconds of CPU a post)");
    for batch in BATCHES.into_iter().filter(|one| batch.is_none_or(|batch| batch == *one)) {
        let commits = (posts / batch / ROUNDS).max(1);
        let folder = data.path().join(batch.to_string());
        std::fs::create_dir(&folder)?;
        let mut memory = Driven::new(Memory::new("bench"), made());
        let mut durable = Driven::new(SqliteStore::open(&folder, "bench")?, made());
        let (mut without, mut with) = (Vec::new(), Vec::new());
        for _ in 0..ROUNDS {
            without.push(memory.append(commits, batch)?);
            with.push(durable.append(commits, batch)?);
        }
        let (without, with) = (median(without), median(with));
        say(&format!("{batch:12}  {without:9.2}  {with:7.2}  {:10.2}", with - without));
    }
    Ok(())
}

/// An appender, and the posts for it.
struct Driven<S> {
    appender: Appender<S>,
    posts: Posts,
}

impl<S: Store> Driven<S> {
    fn new(store: S, posts: Posts) -> Self {
        Self { appender: Appender::new(store, system_salts()), posts }
    }

    /// Appends, and gives the microseconds of CPU a post.
    fn append(&mut self, commits: u64, batch: u64) -> anyhow::Result<f64> {
        let mut spent = Duration::ZERO;
        for _ in 0..commits {
            let commands = self.posts.commands(batch).map_err(anyhow::Error::from_boxed)?;
            let now = self.posts.now();
            let began = cpu::of_this_thread();
            let (events, answers) = self.appender.append(&commands, now);
            spent += cpu::of_this_thread().saturating_sub(began);
            anyhow::ensure!(events.len() == commands.len(), "not all were appended: {answers:?}");
        }
        #[expect(clippy::cast_precision_loss, reason = "counts of a few seconds")]
        Ok(spent.as_secs_f64() * 1e6 / (commits * batch) as f64)
    }
}

fn median(mut of: Vec<f64>) -> f64 {
    of.sort_by(f64::total_cmp);
    of.get(of.len() / 2).copied().unwrap_or_default()
}

/// To the terminal; where that is gone, there is nobody to be told.
fn say(line: &str) {
    drop(writeln!(std::io::stdout(), "{line}"));
}
