//! The programs that the relay is measured beside, made ready in cargo's target folder. What cannot be made is said, and
//! left out: none of them is needed for anything else.

use std::{
    fs,
    path::{Path, PathBuf},
};

use anyhow::{Context, Result};

use crate::{
    child, place, say,
    tools::{Toolbox, python},
};

/// Brings all of them.
///
/// # Errors
/// Where the target folder is not known.
pub(crate) fn bring(toolbox: &Toolbox) -> Result<()> {
    let (from, to) = (place::root().join("bench/peers"), place::target()?.join("peers"));
    let made = [
        ("axum and actix-ws", rust(toolbox, &from, &to)),
        ("ws and Socket.IO", node(&from, &to)),
        ("FastAPI", python(&from, &to)),
    ];
    for (who, made) in made {
        if let Err(why) = made {
            say::note(format_args!("{who} will not be measured: {why:#}"));
        }
    }
    Ok(())
}

fn rust(toolbox: &Toolbox, from: &Path, to: &Path) -> Result<()> {
    say::timed("Build axum's and actix-ws's chats (some minutes the first time)", || {
        let mut cargo = toolbox.cargo(["build", "--quiet", "--release", "--locked"]);
        child::run(cargo.arg("--manifest-path").arg(from.join("Cargo.toml")).arg("--target-dir").arg(to))
    })
}

fn node(from: &Path, to: &Path) -> Result<()> {
    let npm = place::on_path("npm").context("npm is not on PATH; install Node.js")?;
    place::on_path("node").context("node is not on PATH; install Node.js")?;
    let (from, to) = (from.join("node"), to.join("node"));
    copy(&from, &to, &["ws.mjs", "socket-io.mjs", "package.json"])?;
    installed(&from, &to, "package-lock.json", || {
        child::run_aside(child::command(&npm).args(["ci", "--no-audit", "--no-fund"]).current_dir(&to))
    })
}

fn python(from: &Path, to: &Path) -> Result<()> {
    let python = python::find().context("no python3 of at least 3.10 with venv and ensurepip")?;
    let (from, to) = (from.join("python"), to.join("python"));
    copy(&from, &to, &["chat.py"])?;
    installed(&from, &to, "requirements.txt", || {
        child::run_aside(child::command(python).args(["-m", "venv", "--clear"]).arg(to.join("venv")))?;
        let mut pip = child::command(to.join("venv/bin/pip"));
        pip.args(["install", "--quiet", "--disable-pip-version-check", "-r", "requirements.txt"]).current_dir(&to);
        child::run_aside(&mut pip)
    })
}

/// Installs what the list `list` names, unless this very list was installed whole before.
fn installed(from: &Path, to: &Path, list: &str, install: impl FnOnce() -> Result<()>) -> Result<()> {
    let whole = to.join("installed");
    let wanted = fs::read_to_string(from.join(list))?;
    if fs::read_to_string(&whole).is_ok_and(|there| there == wanted) {
        return Ok(());
    }
    copy(from, to, &[list])?;
    say::timed(format_args!("Install what {list} names into {}", to.display()), install)?;
    Ok(fs::write(whole, wanted)?)
}

fn copy(from: &Path, to: &Path, files: &[&str]) -> Result<()> {
    fs::create_dir_all(to)?;
    for file in files {
        let from: PathBuf = from.join(file);
        fs::copy(&from, to.join(file)).with_context(|| format!("{} cannot be copied", from.display()))?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_list_is_installed_once_and_again_when_it_changes_or_failed() {
        let folder = place::target().unwrap().join("test-peers");
        drop(fs::remove_dir_all(&folder));
        let (from, to) = (folder.join("from"), folder.join("to"));
        fs::create_dir_all(&from).unwrap();
        fs::create_dir_all(&to).unwrap();
        let mut times = 0;
        let mut install = |list: &str, works: bool| {
            fs::write(from.join("list"), list).unwrap();
            let done = installed(&from, &to, "list", || {
                times += 1;
                anyhow::ensure!(works, "no network");
                Ok(())
            });
            (done.is_ok(), times)
        };
        assert_eq!(install("a", false), (false, 1));
        assert_eq!(install("a", true), (true, 2));
        assert_eq!(install("a", true), (true, 2));
        assert_eq!(install("b", true), (true, 3));
        fs::remove_dir_all(&folder).unwrap();
    }
}
