//! `cargo xtask bench`: figures of what Warren costs.

mod instructions;

use anyhow::Result;

use super::Command;
use crate::{
    child, peers,
    server::{self, Profile},
    tools::Toolbox,
};

pub(super) const COMMAND: Command = Command {
    name: "bench",
    arguments: "relay | load | memory | hostile | durable | instructions [OPTIONS]",
    summary: "Measure what Warren costs, beside its peers",
    help: "relay     the standard set, some 10 minutes: what a relayed message and a connection cost, beside axum, actix-ws,\n          \
           ws, Socket.IO and FastAPI, which are built and installed into target/peers. Ratios are printed;\n          \
           target/bench/relay.json and relay.html keep everything. --only and --parties take parts of it.\n\
           load      one measurement with a load of one's own: rooms, clients, senders, in flight or at a rate, payload,\n          \
           protocol, clients that stall, clients that come and go\n\
           memory    what clients cost that stop reading, and that are all cut at once and come back\n\
           hostile   10,000 hostile handshakes and 1,000,000 hostile frames, some 3 minutes: the server must not panic or grow,\n          \
           and what honest clients notice is printed. --no-limits, --seed and --frames change it.\n\
           durable   posts a second, posts a commit and the wait for a post, for 1, 10 and 100 senders at a time, each\n          \
           waiting for its post to be on disk before it sends the next. --data says on which disk; --commit-ms makes\n          \
           each commit take at least so long, as a slower disk would.\n\n\
           `cargo xtask bench relay --help` (or another) names the options, docs/bench.md says what the figures mean.\n\
           The programs are built for release. Figures of different runs and machines cannot be compared; the ratios\n\
           of one run can.",
    run,
};

fn run(arguments: &[String]) -> Result<()> {
    if arguments == ["instructions"] {
        return instructions::run();
    }
    let toolbox = Toolbox::bring()?;
    let what = arguments.first().map(String::as_str);
    let asks = arguments.iter().any(|word| matches!(word.as_str(), "--help" | "-h"));
    if !asks && matches!(what, Some("relay" | "load" | "memory" | "hostile")) {
        server::build(&toolbox, Profile::Release)?;
        if what == Some("relay") || arguments.iter().any(|word| word.starts_with("--part")) {
            peers::bring(&toolbox)?;
        }
    }
    let mut cargo = toolbox.cargo(["run", "--quiet", "--release", "--package", "bench", "--"]);
    cargo.args(arguments);
    if arguments.is_empty() {
        cargo.arg("--help");
    }
    child::run(&mut cargo)
}
