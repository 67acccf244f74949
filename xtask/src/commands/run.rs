//! `cargo xtask run`: from a fresh clone to a running Warren.

use std::{env, os::unix::process::CommandExt};

use anyhow::{Error, Result, bail};

use super::Command;
use crate::{
    child, client, place,
    server::{self, Profile},
    tools::Toolbox,
};

pub(super) const COMMAND: Command = Command {
    name: "run",
    arguments: "[-- OPTIONS OF THE SERVER]",
    summary: "Install what is missing, build everything for release, and start Warren on http://127.0.0.1:8000",
    help: "Brings the wasm32 target, trunk, wasm-bindgen and wasm-opt where they are missing (into cargo's home, beside\n\
           what is there), builds the client and then the server with the client inside, and starts it with its data in\n\
           ./warren-data. What is there and unchanged is not done again. What follows `--` goes to the server, for\n\
           example `cargo xtask run -- --listen 0.0.0.0:8000`. Ctrl-C stops it.",
    run,
};

fn run(arguments: &[String]) -> Result<()> {
    let options = match arguments.split_first() {
        None => &[],
        Some((dashes, options)) if dashes == "--" => options,
        Some((other, _)) => bail!("options of the server follow `--`: cargo xtask run -- {other}"),
    };
    let toolbox = Toolbox::bring()?;
    client::build(&toolbox)?;
    let program = server::build(&toolbox, Profile::Release)?;

    let mut warren = child::command(program);
    for (option, variable, value) in
        [("--listen", "WARREN_LISTEN", server::ADDRESS.to_owned()), ("--data", "WARREN_DATA", data()?)]
    {
        if !is_given(options, option) && env::var_os(variable).is_none() {
            warren.arg(option).arg(value);
        }
    }
    // It takes the place of this process, and so gets every signal itself.
    Err(Error::from(warren.args(options).exec()).context("cannot start the server"))
}

/// The data folder, relative where that reads better.
pub(super) fn data() -> Result<String> {
    let root = place::root();
    let here = env::current_dir()?.canonicalize()? == root.canonicalize()?;
    Ok(if here { "./warren-data".to_owned() } else { root.join("warren-data").display().to_string() })
}

fn is_given(options: &[String], option: &str) -> bool {
    options.iter().any(|word| word.strip_prefix(option).is_some_and(|rest| rest.is_empty() || rest.starts_with('=')))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_option_that_the_person_gives_is_not_given_twice() {
        let check = |options: &[&str], expected| {
            let options: Vec<_> = options.iter().map(ToString::to_string).collect();
            assert_eq!(is_given(&options, "--data"), expected, "{options:?}");
        };
        check(&[], false);
        check(&["--data", "x"], true);
        check(&["--data=x"], true);
        check(&["--database"], false);
        check(&["--no-limits", "--listen", "[::1]:80"], false);
    }
}
