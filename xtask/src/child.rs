//! Starting other programs, without what cargo and rustup put into our own environment.
//!
//! `cargo xtask` itself was started by a cargo, perhaps of another toolchain than the one that the children are to use.
//! What that cargo exported (CARGO, the package's own variables, its library path) must not reach them.

use std::{
    env,
    ffi::{OsStr, OsString},
    io,
    process::{Command, Stdio},
};

use anyhow::{Context, Result, ensure};

/// A program to run, found on PATH, in an environment free of our own cargo's variables.
pub(crate) fn command(program: impl AsRef<OsStr>) -> Command {
    let mut command = Command::new(program);
    for (name, value) in env::vars_os() {
        if name == "LD_LIBRARY_PATH" {
            command.env(name, without_cargos_folders(&value));
        } else if name.to_str().is_some_and(is_cargos_own) {
            command.env_remove(name);
        }
    }
    command
}

/// Runs it to its end. What it prints is shown as it comes; a failure names the command.
pub(crate) fn run(command: &mut Command) -> Result<()> {
    let shown = shown(command);
    let status = command.status().with_context(|| format!("cannot start `{shown}`"))?;
    ensure!(status.success(), "`{shown}` failed ({status})");
    Ok(())
}

/// As [`run`], with all its output on stderr: for whatever prepares a result that goes to stdout.
pub(crate) fn run_aside(command: &mut Command) -> Result<()> {
    run(command.stdout(Stdio::from(io::stderr())))
}

/// What it prints, trimmed, if it can be started and succeeds.
pub(crate) fn output(command: &mut Command) -> Option<String> {
    let output = command.stdin(Stdio::null()).stderr(Stdio::null()).output().ok()?;
    let text = String::from_utf8(output.stdout).ok()?;
    output.status.success().then(|| text.trim().to_owned())
}

fn shown(command: &Command) -> String {
    let words = std::iter::once(command.get_program()).chain(command.get_args());
    let words: Vec<_> = words.map(|word| word.to_string_lossy()).collect();
    words.join(" ")
}

fn is_cargos_own(name: &str) -> bool {
    matches!(name, "CARGO" | "CARGO_BIN_NAME" | "CARGO_CRATE_NAME" | "RUST_RECURSION_COUNT")
        || ["CARGO_MANIFEST_", "CARGO_PKG_"].iter().any(|prefix| name.starts_with(prefix))
}

fn without_cargos_folders(path: &OsStr) -> OsString {
    let kept = env::split_paths(path).filter(|folder| {
        let folder = folder.to_string_lossy();
        !folder.contains("/toolchains/") && !folder.ends_with("/deps") && !folder.ends_with("/debug")
    });
    env::join_paths(kept).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_cargo_says_of_this_very_run_is_taken_away() {
        for name in ["CARGO", "CARGO_PKG_NAME", "CARGO_MANIFEST_DIR", "CARGO_MANIFEST_PATH"] {
            assert!(is_cargos_own(name), "{name}");
        }
        for name in ["CARGO_HOME", "CARGO_TARGET_DIR", "CARGO_NET_OFFLINE", "RUSTUP_HOME", "PATH"] {
            assert!(!is_cargos_own(name), "{name}");
        }
    }

    #[test]
    fn a_library_path_of_the_persons_own_stays() {
        let path = "/r/target/debug/deps:/opt/lib:/r/target/debug:/u/toolchains/stable/lib";
        assert_eq!(without_cargos_folders(OsStr::new(path)), "/opt/lib");
    }

    #[test]
    fn a_failure_names_the_command() {
        let error = run(command("false").arg("--really")).unwrap_err();
        assert!(error.to_string().starts_with("`false --really` failed"), "{error}");
    }
}
