//! nginx, for the test of the settings that docs/hosting.md gives. Only its program is unpacked: the package installed as
//! usual would start a server on port 80.

use std::{env, fs, path::PathBuf};

use anyhow::{Context, Result, bail, ensure};

use crate::{child, place, say};

/// Finds it by the variable NGINX, then on PATH and where Debian puts it; else unpacks Debian's package into the target
/// folder.
pub(crate) fn bring() -> Result<PathBuf> {
    let folder = place::target()?.join("nginx");
    let unpacked = folder.join("usr/sbin/nginx");
    let chosen = env::var_os("NGINX").map(PathBuf::from);
    let known = [chosen, place::on_path("nginx"), Some("/usr/sbin/nginx".into()), Some(unpacked.clone())];
    if let Some(found) = known.into_iter().flatten().find(|path| path.is_file()) {
        return Ok(found);
    }
    if place::on_path("apt-get").is_none() {
        bail!("the tests need nginx on PATH (or NGINX set), and this machine has no apt-get to get it with");
    }
    say::timed("Unpack nginx from Debian's package", || {
        fs::create_dir_all(&folder).with_context(|| format!("{} cannot be made", folder.display()))?;
        child::run_aside(child::command("apt-get").args(["download", "nginx"]).current_dir(&folder))?;
        let mut packages = fs::read_dir(&folder)?.filter_map(Result::ok).map(|entry| entry.path());
        let package = packages.find(|path| path.extension().is_some_and(|end| end == "deb"));
        let package = package.context("apt-get has downloaded no package")?;
        child::run_aside(child::command("dpkg-deb").arg("--extract").arg(package).arg(&folder))
    })?;
    ensure!(unpacked.is_file(), "there is no nginx in Debian's package nginx");
    Ok(unpacked)
}
