//! One run, from its seed to its outcome.

use std::io;

use crate::{check, failure::Failure, sabotage::Sabotage, trace::Tracing, world::World};

/// Most things that may happen in a run.
const MOST: u64 = 2_000_000;

/// What became of a run.
#[derive(Clone, Debug, Default)]
pub struct Outcome {
    /// How many events are in its logs in the end.
    pub events: u64,
    /// How many faults there were.
    pub faults: u64,
    /// What has gone wrong.
    pub failures: Vec<Failure>,
    /// How many things happened.
    pub happenings: u64,
    /// The trace, as far as it was asked for.
    pub trace: Vec<String>,
}

/// Does the run of a seed.
///
/// # Errors
/// Where the system gives no runtime.
pub fn run(seed: u64, sabotage: Option<Sabotage>, tracing: Tracing) -> io::Result<Outcome> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_time().start_paused(true).build()?;
    Ok(runtime.block_on(async {
        let mut world = World::new(seed, sabotage, tracing);
        begin(&mut world);
        world.go_on(MOST).await;
        check::all(&world);
        let image = world.disk.durable();
        Outcome {
            events: image.rooms.values().map(|room| room.log.len() as u64).sum(),
            faults: world.faults,
            failures: world.tools.failures.all(),
            happenings: world.tools.agenda.count(),
            trace: world.trace(),
        }
    }))
}

/// Everybody loads the page, some later than others; then things happen.
fn begin(world: &mut World) {
    let chance = world.tools.chance.clone();
    for client in 0..world.clients.len() {
        world.tools.agenda.after(chance.span(30_000), move |world| world.load(client));
    }
    let steps = 100 + chance.small() % 300;
    world.tools.agenda.after(100, move |world| world.someone_acts(steps));
    let every = 1 << chance.between(9, 15);
    world.tools.agenda.after(chance.span(20_000), move |world| world.fault(every));
}
