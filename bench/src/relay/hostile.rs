//! `bench hostile`: handshakes and frames that are meant ill, while honest clients talk. The server must neither panic
//! nor grow, and the honest clients get everything, once and in order; how much later, is printed.

mod attack;
mod chance;
mod frames;
mod handshakes;

use std::{
    sync::atomic::Ordering,
    thread,
    time::{Duration, Instant},
};

use anyhow::{anyhow, ensure};
use clap::Args;

use self::{
    attack::{Done, Goal, attack, judge},
    chance::Chance,
};
use super::{
    cores::stay_on,
    dialect::Protocol,
    http,
    load::{Churn, Load, Pace, Plan, Until},
    open_files,
    party::{Ground, NO_LIMITS, Party, Server},
};
use crate::say;

/// Honest messages a second, of all together.
const RATE: f64 = 20.0;
/// And before, for so long, so many: until the room's ring and the caches of its database are full. What grows after
/// that grows without an end.
const FILL: (Duration, f64) = (Duration::from_secs(10), 1_000.0);
/// The limits as they are, but for so many posts at once as fill the ring.
const LIMITS: &[&str] = &["--limit", "posts=1000+2/s,posts.address=20000+20/s"];
/// How often memory is looked at.
const LOOK: Duration = Duration::from_millis(500);
/// How much the server's memory may grow in the second half of the attack.
const FLAT_KIB: u64 = 4 * 1_024;

/// How many of what.
#[derive(Args)]
pub(crate) struct Hostile {
    /// Hostile handshakes and requests.
    #[arg(long, default_value_t = 10_000)]
    handshakes: u64,
    /// Hostile frames.
    #[arg(long, default_value_t = 1_000_000)]
    frames: u64,
    /// Attackers at a time.
    #[arg(long, default_value_t = 4)]
    attackers: u64,
    /// Seconds that the honest clients talk before, to compare with.
    #[arg(long, default_value_t = 20)]
    seconds: u64,
    /// Seconds that all of it may take.
    #[arg(long, default_value_t = 900)]
    within: u64,
    /// What chance begins with: the same seed is the same attack.
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// Turn the server's limits off.
    #[arg(long)]
    no_limits: bool,
}

/// Runs it.
///
/// # Errors
/// Where the server panics, fails, grows, or loses, doubles or turns around anything of the honest clients.
pub(crate) fn run(hostile: &Hostile) -> anyhow::Result<()> {
    open_files();
    let mut ground = Ground::find(None)?;
    ground.limits = if hostile.no_limits { NO_LIMITS } else { LIMITS };
    stay_on(ground.cores.load)?;
    let server = Server::start(Party::Warren, &ground)?;
    let outcome = try_it(&server, hostile);
    let said = server.all_it_said();
    outcome.map_err(|error| error.context(server.said()))?;
    ensure!(!said.contains("panicked"), "the server panicked:\n{said}");
    say("the server did not panic, and all honest messages came to everybody, once and in order");
    Ok(())
}

fn try_it(server: &Server, hostile: &Hostile) -> anyhow::Result<()> {
    let plan = Plan {
        protocol: Protocol::V1,
        rooms: 1,
        clients: 20,
        senders: 20,
        payload: 64,
        stalling: 0,
        churning: 0,
        until: Until::All,
        people: 20,
    };
    let mut load = Load::new(plan, server.address)?;
    load.join()?;
    load.run(Pace::Rate(FILL.1), FILL.0, Churn::None)?;
    load.drain()?;
    let pace = Pace::Rate(RATE);
    load.run(pace, Duration::from_secs(2), Churn::None)?;
    load.begin();
    load.run(pace, Duration::from_secs(hostile.seconds), Churn::None)?;
    load.drain()?;
    let before = load.timing.points();
    say(&format!(
        "20 honest clients, {RATE} messages a second: p50 {:.2} ms, p99 {:.2} ms",
        before.whole.p50, before.whole.p99
    ));

    let goal = Goal { handshakes: hostile.handshakes, frames: hostile.frames };
    let done = Done::default();
    let tokens = http::sessions(server.address, 4)?;
    let began = Instant::now();
    let mut memory = Vec::new();
    load.begin();
    thread::scope(|scope| -> anyhow::Result<()> {
        let done = &done;
        let attackers: Vec<_> = (0..hostile.attackers.max(1))
            .map(|number| {
                let (address, token) =
                    (server.address, &tokens[usize::try_from(number).unwrap_or_default() % tokens.len()]);
                let chance = Chance::of(hostile.seed.wrapping_mul(1_000).wrapping_add(number));
                scope.spawn(move || {
                    // What they take of their core is not to be taken from the honest, whose waiting is measured there.
                    let _ = rustix::process::nice(19);
                    attack(address, token, goal, done, chance)
                })
            })
            .collect();
        while attackers.iter().any(|attacker| !attacker.is_finished()) {
            load.run(pace, LOOK, Churn::None)?;
            memory.push(server.process.memory()?.resident / 1_024);
            ensure!(
                began.elapsed().as_secs() < hostile.within,
                "after {} s {} frames were sent",
                hostile.within,
                done.frames.load(Ordering::Relaxed)
            );
        }
        attackers.into_iter().try_for_each(|attacker| attacker.join().map_err(|_| anyhow!("an attacker failed"))?)
    })?;
    let took = began.elapsed();
    load.drain()?;
    let during = load.timing.points();
    let count = |counter: &std::sync::atomic::AtomicU64| counter.load(Ordering::Relaxed);
    say(&format!(
        "{} hostile handshakes and {} hostile frames on {} connections in {:.1} s",
        count(&done.handshakes),
        count(&done.frames),
        count(&done.connections),
        took.as_secs_f64()
    ));
    let [none, first, second, third, fourth, fifth] = &done.answers;
    say(&format!(
        "  the handshakes were answered by 1xx {}, 2xx {}, 3xx {}, 4xx {}, 5xx {}, and not {}",
        count(first),
        count(second),
        count(third),
        count(fourth),
        count(fifth),
        count(none)
    ));
    say(&format!(
        "  the honest meanwhile: p50 {:.2} ms, p99 {:.2} ms ({:.2} x)",
        during.whole.p50,
        during.whole.p99,
        during.whole.p99 / before.whole.p99
    ));
    let (warm, last) = (memory.get(memory.len() / 2), memory.last());
    let (warm, last) = (warm.copied().unwrap_or_default(), last.copied().unwrap_or_default());
    let most = memory.iter().copied().max().unwrap_or_default();
    say(&format!("  the server's memory: {warm} KiB after half of it, {last} at the end, at most {most}"));
    say(&format!("    at every tenth of the time: {:?} KiB", tenths(&memory)));
    ensure!(last <= warm + FLAT_KIB, "the server's memory grows: {memory:?} KiB");
    judge(&done)
}

/// What `looks` said at the beginning and after every tenth of them.
fn tenths(looks: &[u64]) -> Vec<u64> {
    let last = looks.len().saturating_sub(1);
    (0..=10).filter_map(|tenth| looks.get(last * tenth / 10).copied()).collect()
}
