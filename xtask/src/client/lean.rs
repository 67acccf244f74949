//! What makes the client smaller than a plain release build: std is compiled with it, and a panic is a bare trap without
//! words.
//!
//! It takes options that the compiler does not promise to keep, and the sources of std. Where either is missing, the
//! client is built with the std that came with the compiler: it behaves alike and is larger. The page tells of a panic in
//! both cases, because it listens for the trap (see index.html).

use std::process::Command;

use crate::{child, say, tools::Toolbox, tools::wasm_target::TARGET};

/// Lets a released compiler take the options, and makes cargo build std, where that has a choice for size.
const VARIABLES: [(&str, &str); 3] = [
    ("RUSTC_BOOTSTRAP", "1"),
    ("CARGO_UNSTABLE_BUILD_STD", "std,panic_abort"),
    ("CARGO_UNSTABLE_BUILD_STD_FEATURES", "optimize_for_size"),
];

/// No words and no places for panics, which nobody would read; no code of `{:?}`, which the client does not use.
const FLAGS: [&str; 4] =
    ["-Zunstable-options", "-Cpanic=immediate-abort", "-Zfmt-debug=none", "-Zlocation-detail=none"];

/// How the client is to be built.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub(crate) enum Build {
    /// With a std of its own.
    Lean,
    /// With the std that came with the compiler.
    Plain,
}

impl Build {
    /// The leanest that this compiler can do. Where that is not all, it says what is missing.
    pub(crate) fn best(toolbox: &Toolbox) -> Self {
        match missing(toolbox) {
            None => Self::Lean,
            Some(what) => {
                say::note(format_args!("the client is built with a ready-made std and gets about 12 % larger: {what}"));
                Self::Plain
            }
        }
    }

    /// Flags for the compiler.
    pub(crate) fn flags(self) -> &'static [&'static str] {
        if self == Self::Lean { &FLAGS } else { &[] }
    }

    /// Sets what cargo must know, for it or for a program that calls it.
    pub(crate) fn prepare(self, command: &mut Command) {
        if self == Self::Lean {
            command.envs(VARIABLES);
        }
    }
}

/// What the lean build lacks here, if anything. It is asked of the very programs that build, not guessed from versions.
fn missing(toolbox: &Toolbox) -> Option<&'static str> {
    let mut options = toolbox.command("rustc");
    options.args(FLAGS).args(["--print", "cfg", "--target", TARGET]);
    Build::Lean.prepare(&mut options);
    if child::output(&mut options).is_none() {
        return Some("this compiler does not know the options");
    }
    // It reads the sources of std, and downloads what std depends on; what is there already costs nothing.
    let mut sources = toolbox.cargo(["fetch", "--quiet", "--target", TARGET]);
    Build::Lean.prepare(&mut sources);
    if child::output(&mut sources).is_none() {
        return Some("the sources of std are not there (`rustup component add rust-src` brings them)");
    }
    None
}
