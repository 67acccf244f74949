//! `cargo xtask env`: the way to the tools, for a shell.

use anyhow::Result;

use super::{Command, takes_nothing};
use crate::{
    say,
    tools::{Toolbox, browser::Browser},
};

pub(super) const COMMAND: Command = Command {
    name: "env",
    arguments: "",
    summary: "Print what to export, so that trunk, cargo and the browser tests can be called by hand",
    help: "Use: eval \"$(cargo xtask env)\"\n\n\
           Brings what is missing first, with messages on stderr. Then `trunk serve`, `trunk build --release`,\n\
           `cargo clippy --target wasm32-unknown-unknown` and the browser tests\n\
           (`cargo test -p frontend --target wasm32-unknown-unknown`) work in that shell.",
    run,
};

fn run(arguments: &[String]) -> Result<()> {
    takes_nothing(arguments)?;
    let toolbox = Toolbox::bring()?;
    let folders: Vec<_> = toolbox.folders().iter().map(|folder| folder.display().to_string()).collect();
    if !folders.is_empty() {
        say::result(format_args!("export PATH={}:\"$PATH\"", quoted(&folders.join(":"))));
    }
    for (name, value) in Toolbox::variables() {
        say::result(format_args!("export {name}={}", quoted(&value.to_string_lossy())));
    }
    match Browser::find() {
        Some(browser) => {
            for (name, value) in browser.variables() {
                say::result(format_args!("export {name}={}", quoted(&value.to_string_lossy())));
            }
        }
        None => say::note("no chromium and chromedriver yet: `cargo xtask test` brings them"),
    }
    Ok(())
}

/// One word for a POSIX shell, whatever is in it.
fn quoted(word: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || "/._-:+".contains(c);
    if word.chars().all(plain) { word.to_owned() } else { format!("'{}'", word.replace('\'', r"'\''")) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_shell_reads_back_what_was_quoted() {
        for word in ["/usr/bin", "/opt/a b/bin", "it's", "$(rm)", "`x`", "\"\\"] {
            let mut shell = crate::child::command("sh");
            shell.arg("-c").arg(format!("printf %s {}", quoted(word)));
            assert_eq!(crate::child::output(&mut shell).as_deref(), Some(word));
        }
    }
}
