//! The program: many runs, one after the other, on all cores.

use sim::{run::run, trace::Tracing};

#[expect(clippy::print_stdout, reason = "it is a program")]
fn main() {
    let seed = std::env::args().nth(1).and_then(|arg| arg.parse().ok()).unwrap_or(0);
    let n: u64 = std::env::args().nth(2).and_then(|arg| arg.parse().ok()).unwrap_or(1);
    for seed in seed..seed + n {
        let tracing = if n == 1 { Tracing::All } else { Tracing::Off };
        let outcome = run(seed, tracing).unwrap_or_default();
        for line in &outcome.trace {
            println!("{line}");
        }
        if n == 1 || !outcome.failures.is_empty() {
            println!("{seed}: events {} faults {} happenings {}", outcome.events, outcome.faults, outcome.happenings);
        }
        for failure in &outcome.failures {
            println!("   {failure}");
        }
    }
}
