//! One thing, done so often: what a counter of instructions is put to. Called with two numbers of times, the difference
//! of what it counts is what the thing itself costs, without the program's beginning and end.

use std::{hint::black_box, sync::Arc};

use anyhow::{Error, Result, ensure};
use backend::{
    connection::frames,
    log::{Appender, SqliteStore, Store, ring::Form},
};
use clap::ValueEnum;
use cost::{
    Memory,
    posts::{self, Posts},
};
use shared::{Digest, Event, Message, Seq};

/// What is done.
#[derive(Clone, Copy, Debug, ValueEnum)]
pub(crate) enum Work {
    /// Nothing but what making the posts costs, which is in all that append.
    Posts,
    /// An event is encoded for plain clients.
    EncodePlain,
    /// An event is encoded for `warren.v1`.
    EncodeV1,
    /// A digest is moved on by an event.
    Digest,
    /// An edit is folded into a message.
    Fold,
    /// A post is appended to the store in memory, 16 a commit.
    AppendMemory,
    /// A post is appended to SQLite, 16 a commit.
    AppendSqlite,
}

/// Posts a commit.
const BATCH: u64 = 16;

pub(crate) fn run(what: Work, times: u64) -> Result<()> {
    let event = posts::event(1).map_err(Error::from_boxed)?;
    match what {
        Work::Posts => {
            let mut posts = Posts::default();
            for _ in 0..times / BATCH {
                black_box(posts.commands(BATCH).map_err(Error::from_boxed)?);
            }
        }
        Work::EncodePlain => encode(times, Form::Plain, &event),
        Work::EncodeV1 => encode(times, Form::V1, &event),
        Work::Digest => {
            let end = (0..times).fold(Digest::default(), |digest, _| digest.after(black_box(&event)));
            black_box(end);
        }
        Work::Fold => {
            let mut edit = posts::edit(2, Seq(1)).map_err(Error::from_boxed)?;
            let mut message = Message::posted(&event);
            for _ in 0..times {
                edit.seq = edit.seq.next();
                let folded = message.as_mut().is_some_and(|message| message.fold(black_box(&edit)));
                ensure!(folded, "an edit was not folded in");
            }
        }
        Work::AppendMemory => append(Memory::new("bench"), times)?,
        Work::AppendSqlite => {
            let folder = tempfile::tempdir()?;
            append(SqliteStore::open(folder.path(), "bench")?, times)?;
        }
    }
    Ok(())
}

fn encode(times: u64, form: Form, event: &Event) {
    for _ in 0..times {
        black_box(frames::events(form, black_box(std::slice::from_ref(event))));
    }
}

fn append(store: impl Store, times: u64) -> Result<()> {
    // The same salts in each run, so that each counts the same.
    let mut appender = Appender::new(store, Arc::new(|| Ok([7; 16])));
    let mut posts = Posts::default();
    for _ in 0..times / BATCH {
        let commands = posts.commands(BATCH).map_err(Error::from_boxed)?;
        let (events, answers) = appender.append(&commands, posts.now());
        ensure!(events.len() == commands.len(), "not all were appended: {answers:?}");
    }
    Ok(())
}
