//! The writer, step by step, with time between the steps, in which the server may crash.

use backend::log::{Done, Store, Writer};

use super::sleep;
use crate::world::Tools;

/// What the writer is about to do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step {
    /// Append what it has taken.
    Append,
    /// Publish what is durable.
    Publish,
    /// Answer those who asked.
    Answer,
    /// Erase what is left of deleted texts.
    Scrub,
}

/// Once in so many steps the server crashes before one.
const CRASH: u64 = 1_500;

pub(super) async fn write<S: Store>(tools: Tools, mut writer: Writer<S>) {
    loop {
        let mut taken = writer.wait().await;
        // Like a sync, it takes a while, in which more comes.
        sleep(tools.chance.span(30)).await;
        taken.extend(writer.take());
        before(&tools, Step::Append).await;
        let mut done: Done = writer.append(taken);
        before(&tools, Step::Publish).await;
        writer.publish(&mut done);
        before(&tools, Step::Answer).await;
        writer.answer(done);
        before(&tools, Step::Scrub).await;
        writer.scrub();
    }
}

async fn before(tools: &Tools, step: Step) {
    if tools.crashes.get() && tools.chance.one_in(CRASH) {
        tools.agenda.after(0, move |world| world.crash(Some(step)));
        std::future::pending::<()>().await;
    }
    if tools.chance.one_in(4) {
        sleep(tools.chance.span(50)).await;
    }
}
