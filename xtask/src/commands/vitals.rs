//! `cargo xtask vitals`: how reading and writing feel on the real page, beside the budgets.

use anyhow::Result;

use super::Command;
use crate::{
    child, client, place, say,
    server::{self, Profile},
    tools::{Toolbox, browser::Browser},
    web,
};

pub(super) const COMMAND: Command = Command {
    name: "vitals",
    arguments: "[PART…]",
    summary: "Measure the real page in a throttled browser: paint, blocking, drift, typing, memory, axe, Lighthouse",
    help: "Builds the client and the server for release where they are not up to date, starts the server on a free port\n\
           with fresh data, fills rooms, one of them with 100,000 messages, and measures in headless Chromium. Each\n\
           figure is printed beside its budget; target/vitals/vitals.json and vitals.md keep them. Missed budgets are\n\
           marked and are no failure: times belong to the machine. Parts that are named are measured alone:\n\n  \
           load        bytes, first paint, messages readable, interactive, blocking time: a slow phone's first visit\n  \
           later       the same of later visits\n  \
           peer        the page of a Socket.IO tutorial under the same throttles, for the ratio\n  \
           steady      scroll drift in six cases, with and without scroll anchoring; layout shift of a session\n  \
           typing      from a key to its glyph, from Enter to one's own message\n  \
           flow        50 messages a second for 10 seconds\n  \
           memory      after changes of rooms\n  \
           large       the room of 100,000 messages\n  \
           axe         a busy room in three widths and both themes\n  \
           lighthouse  its scores as a phone\n\n\
           It needs Node.js, and brings the rest from npm in the versions of e2e/web/package-lock.json.",
    run,
};

fn run(parts: &[String]) -> Result<()> {
    let (toolbox, browser) = (Toolbox::bring()?, Browser::bring()?);
    let (node, program) = web::bring_vitals()?;
    client::build(&toolbox)?;
    let warren = server::build(&toolbox, Profile::Release)?;
    let results = place::target()?.join("vitals");
    say::timed("Measure (about two minutes)", || {
        let mut vitals = child::command(node);
        vitals.arg(program).args(parts);
        vitals.env("WARREN_BIN", warren).env("CHROMIUM", &browser.chromium).env("VITALS_DIR", &results);
        child::run(&mut vitals)
    })
}
