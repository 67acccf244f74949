//! The table of steps, and what each does.

use anyhow::Result;

use super::ground::Ground;
use crate::{
    child, client,
    commands::{sim, size},
    conformance, place, say,
    server::{self, Profile},
    tidy,
    tools::{python, wasm_target},
};

/// A row of the table.
pub(super) struct Step {
    /// What it is called on the command line.
    pub(super) name: &'static str,
    /// What it checks.
    pub(super) what: &'static str,
    /// How long it takes on 2 cores when nothing was built before, in minutes.
    pub(super) minutes: f32,
    /// The steps without which it cannot succeed.
    pub(super) needs: &'static [&'static str],
    /// Does it.
    pub(super) run: fn(&Ground) -> Result<()>,
}

/// Every check there is, in the order in which they run: what is quick and what others stand on first.
#[rustfmt::skip]
pub(super) const STEPS: &[Step] = &[
    Step { name: "tools", minutes: 5.0, run: tools, needs: &[],
        what: "compiler, trunk, wasm-bindgen, wasm-opt, browser, kosoku, axe and nginx are there, or are installed now" },
    Step { name: "tidy", minutes: 0.1, run: tidy_up, needs: &[],
        what: "the rules of the tree that no compiler knows" },
    Step { name: "fmt", minutes: 0.1, run: fmt, needs: &["tools"],
        what: "formatting" },
    Step { name: "clippy", minutes: 1.5, run: clippy, needs: &["tools"],
        what: "lints of all targets, natively" },
    Step { name: "clippy-wasm", minutes: 1.0, run: clippy_wasm, needs: &["tools"],
        what: "lints of the client and what it shares, for wasm32" },
    Step { name: "browser", minutes: 1.0, run: browser, needs: &["tools"],
        what: "the client's tests in headless Chromium" },
    Step { name: "client", minutes: 2.0, run: build_client, needs: &["tools"],
        what: "the client for release, within its size budget" },
    Step { name: "unit", minutes: 2.0, run: unit, needs: &["tools"],
        what: "unit, property and integration tests, with the client where it is built" },
    Step { name: "server", minutes: 3.0, run: build_server, needs: &["tools", "client"],
        what: "the server for release, with the client inside" },
    Step { name: "conformance", minutes: 5.0, run: conform, needs: &["tools"],
        what: "the Autobahn cases against the socket edge" },
    Step { name: "sim", minutes: 2.0, run: simulation, needs: &["tools"],
        what: "300 runs of the simulation, and that each sabotage is noticed" },
    Step { name: "hostile", minutes: 0.5, run: hostile, needs: &["tools", "unit"],
        what: "hostile handshakes and frames against the server as it is debugged, while honest clients talk" },
    Step { name: "e2e", minutes: 1.0, run: e2e, needs: &["tools", "client", "server"],
        what: "stories with real browsers against the real program; axe, scroll drift and layout shift at 0" },
];

/// The compilers whose warnings are errors. A newer one has lints that nobody has seen yet, and only shows them.
const STRICT: [&str; 2] = ["1.95", "1.96"];

fn tools(ground: &Ground) -> Result<()> {
    let toolbox = ground.toolbox()?;
    wasm_target::bring_components(toolbox)?;
    let browser = ground.browser()?;
    let kosoku = python::bring_kosoku()?;
    for program in [&browser.chromium, &browser.chromedriver, &kosoku, ground.axe()?, ground.nginx()?] {
        say::note(program.display());
    }
    for program in ["cargo", "rustc", "trunk", "wasm-bindgen", "wasm-opt"] {
        match child::output(toolbox.command(program).arg("--version")) {
            Some(version) => say::note(version),
            None => say::note(format_args!("{program} is left for trunk to download")),
        }
    }
    Ok(())
}

fn tidy_up(_: &Ground) -> Result<()> {
    tidy::check(&place::root())
}

fn fmt(ground: &Ground) -> Result<()> {
    child::run(&mut ground.toolbox()?.cargo(["fmt", "--all", "--check"]))
}

fn clippy(ground: &Ground) -> Result<()> {
    lint(ground, &["--workspace", "--all-targets"])
}

fn clippy_wasm(ground: &Ground) -> Result<()> {
    lint(ground, &["--package", "shared", "--target", wasm_target::TARGET])?;
    lint(ground, &["--package", "frontend", "--all-targets", "--target", wasm_target::TARGET])
}

fn lint(ground: &Ground, what: &[&str]) -> Result<()> {
    let toolbox = ground.toolbox()?;
    let compiler = child::output(toolbox.command("rustc").arg("--version")).unwrap_or_default();
    let mut clippy = toolbox.cargo(["clippy"]);
    clippy.args(what);
    if is_strict(&compiler) {
        clippy.args(["--", "-D", "warnings"]);
    } else {
        say::note(format_args!("{compiler}: warnings are shown and do not fail, as with {}", STRICT.join(" and ")));
    }
    child::run(&mut clippy)
}

fn is_strict(compiler: &str) -> bool {
    let version = compiler.strip_prefix("rustc ").unwrap_or_default();
    STRICT.iter().any(|strict| version.strip_prefix(strict).is_some_and(|rest| rest.starts_with('.')))
}

fn unit(ground: &Ground) -> Result<()> {
    child::run(&mut ground.toolbox()?.cargo(["test", "--workspace", "--exclude", "e2e", "--no-fail-fast"]))
}

fn browser(ground: &Ground) -> Result<()> {
    let mut cargo = ground.toolbox()?.cargo(["test", "--package", "frontend", "--target", wasm_target::TARGET]);
    cargo.envs(ground.browser()?.variables());
    // Seconds that a test may take, where the default of 20 is little for a machine that still builds beside it.
    cargo.env("WASM_BINDGEN_TEST_TIMEOUT", "120");
    child::run(&mut cargo)
}

fn build_client(ground: &Ground) -> Result<()> {
    client::build(ground.toolbox()?)?;
    size::check(ground.toolbox()?)
}

fn build_server(ground: &Ground) -> Result<()> {
    client::build(ground.toolbox()?)?;
    server::build(ground.toolbox()?, Profile::Release).map(drop)
}

fn conform(ground: &Ground) -> Result<()> {
    conformance::check(ground.toolbox()?)
}

fn simulation(ground: &Ground) -> Result<()> {
    let toolbox = ground.toolbox()?;
    sim::simulate(toolbox, &[])?;
    sim::simulate(toolbox, &["--sabotage".to_owned(), "all".to_owned()])
}

fn hostile(ground: &Ground) -> Result<()> {
    if !cfg!(target_os = "linux") {
        say::note("it reads what Linux counts, and is left out here");
        return Ok(());
    }
    let toolbox = ground.toolbox()?;
    // As the unit tests build them: where a number overflows, the server panics.
    child::run(&mut toolbox.cargo(["build", "--quiet", "--package", "backend", "--package", "bench"]))?;
    let few = ["--handshakes", "2000", "--frames", "50000", "--seconds", "3", "--within", "180"];
    child::run(toolbox.cargo(["run", "--quiet", "--package", "bench", "--", "hostile"]).args(few))
}

fn e2e(ground: &Ground) -> Result<()> {
    let toolbox = ground.toolbox()?;
    // Asked for alone, this step would test the program of yesterday. Both do nothing where there is nothing to do.
    client::build(toolbox)?;
    let program = server::build(toolbox, Profile::Release)?;
    let mut cargo = toolbox.cargo(["test", "--package", "e2e", "--no-fail-fast"]);
    cargo.envs(ground.browser()?.variables());
    cargo.env("WARREN_BIN", program).env("AXE", ground.axe()?);
    cargo.env("NGINX", ground.nginx()?).env("TRUNK", toolbox.find("trunk")?);
    child::run(&mut cargo)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_is_in_order_and_under_an_hour() {
        let mut before: Vec<&str> = Vec::new();
        for step in STEPS {
            assert!(!before.contains(&step.name), "{} is there twice", step.name);
            for need in step.needs {
                assert!(before.contains(need), "{} comes before {need}", step.name);
            }
            before.push(step.name);
        }
        let minutes: f32 = STEPS.iter().map(|step| step.minutes).sum();
        assert!(minutes < 60.0, "{minutes} minutes");
    }

    #[test]
    fn warnings_fail_with_the_compilers_that_we_know() {
        assert!(is_strict("rustc 1.96.0 (abc 2026-05-01)"));
        assert!(is_strict("rustc 1.95.1"));
        assert!(!is_strict("rustc 1.97.0-nightly"));
        assert!(!is_strict("rustc 1.950.0"));
        assert!(!is_strict(""));
    }
}
