//! `cargo xtask …`: set-up, checks and packaging. There is no other automation.
//!
//! `commands` has a file for each subcommand and the table of them all; the modules beside it are what they share.
//! It runs on Unix: Linux, macOS, and Windows by WSL.

#[cfg(not(unix))]
compile_error!("cargo xtask runs on Linux and macOS; on Windows, use WSL");

mod child;
mod client;
mod commands;
mod conformance;
mod installed;
mod npm;
mod peers;
mod place;
mod say;
mod server;
mod tidy;
mod tools;
mod versions;
mod web;

use std::{env, process::ExitCode};

fn main() -> ExitCode {
    let arguments: Vec<String> = env::args_os().skip(1).map(|word| word.to_string_lossy().into_owned()).collect();
    match commands::call(&arguments) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}
