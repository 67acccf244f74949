//! Micro-benchmarks of the pieces of a post's way: encode, digest, fold, append.
//!
//! The times of the appends to SQLite are those of the disk: what they cost in processor time is `cost cpu`.

use std::{hint::black_box, time::Duration};

use anyhow::{Error, ensure};
use backend::{
    connection::frames,
    log::{Appender, SqliteStore, Store, ring::Form, system_salts},
};
use cost::{
    Memory,
    posts::{self, Posts},
};
use criterion::{BatchSize, Criterion, Throughput};
use shared::{Digest, Message, Seq};

fn main() -> anyhow::Result<()> {
    // The whole is to be done in half a minute.
    let mut criterion = Criterion::default()
        .sample_size(20)
        .warm_up_time(Duration::from_millis(200))
        .measurement_time(Duration::from_secs(1))
        .configure_from_args();
    let event = posts::event(1).map_err(Error::from_boxed)?;
    let edit = posts::edit(2, Seq(1)).map_err(Error::from_boxed)?;
    for (name, form) in [("encode/plain", Form::Plain), ("encode/v1", Form::V1)] {
        criterion
            .bench_function(name, |bench| bench.iter(|| frames::events(form, black_box(std::slice::from_ref(&event)))));
    }
    criterion.bench_function("digest", |bench| bench.iter(|| Digest::default().after(black_box(&event))));
    criterion.bench_function("fold/posted", |bench| bench.iter(|| Message::posted(black_box(&event))));
    let message = Message::posted(&event);
    criterion.bench_function("fold/edited", |bench| {
        let fold = |mut message: Option<Message>| {
            message.as_mut().map(|message| message.fold(black_box(&edit)));
            message
        };
        bench.iter_batched(|| message.clone(), fold, BatchSize::SmallInput);
    });
    append(&mut criterion, "append/memory/16", 16, Memory::new("bench"))?;
    for batch in [1, 16, 100] {
        let folder = tempfile::tempdir()?;
        let store = SqliteStore::open(folder.path(), "bench")?;
        append(&mut criterion, &format!("append/sqlite/{batch}"), batch, store)?;
    }
    criterion.final_summary();
    Ok(())
}

fn append(criterion: &mut Criterion, name: &str, batch: u64, store: impl Store) -> anyhow::Result<()> {
    let mut appender = Appender::new(store, system_salts());
    let mut posts = Posts::default();
    let mut failed = 0;
    let mut group = criterion.benchmark_group(name);
    group.throughput(Throughput::Elements(batch)).bench_function("posts", |bench| {
        bench.iter_batched(
            || (posts.commands(batch).unwrap_or_default(), posts.now()),
            |(commands, now)| {
                let (events, _) = appender.append(&commands, now);
                failed += u64::from(events.len() as u64 != batch);
                events
            },
            BatchSize::PerIteration,
        );
    });
    group.finish();
    ensure!(failed == 0, "{name}: {failed} batches were not appended whole");
    Ok(())
}
