//! A toolchain for wasm32 made of Debian's packages, for machines where rustup cannot or must not install.
//!
//! `rust-web-src` has the source of std, which is built once for the target. The toolchain is a folder of links to what
//! Debian installed, and of small scripts that tell the compiler where that std is. It is reached by PATH alone: rustup
//! and its toolchains are not touched.

use std::{
    fs,
    os::unix::fs::{PermissionsExt, symlink},
    path::Path,
    path::PathBuf,
};

use anyhow::{Context, Result, ensure};

use super::{apt, wasm_target::TARGET};
use crate::{child, place, say};

const PACKAGES: [&str; 7] = [
    "rustc-web",
    "cargo-web",
    "rust-web-src",
    // The linker of the target, and the library that it is a part of.
    "rust-web-llvm",
    "lld-22",
    "rust-web-clippy",
    "rustfmt-web",
];

/// Raised when the layout below changes, so that older folders are made anew.
const LAYOUT: &str = "2";

/// The folder to put before PATH, if it was made before and its compiler is still the same.
pub(crate) fn find() -> Option<PathBuf> {
    let home = home().ok()?;
    let made = fs::read_to_string(home.join("stamp")).ok()?;
    (made == stamp(&home).ok()?).then(|| home.join("bin"))
}

/// Makes it, and returns the folder to put before PATH. `because` says why rustup does not serve.
pub(crate) fn bring(because: &str) -> Result<PathBuf> {
    let here = (std::env::consts::OS, std::env::consts::ARCH);
    ensure!(here == ("linux", "x86_64"), "Debian's compiler serves on x86-64 Linux only");
    apt::install(&PACKAGES, format_args!("a compiler for {TARGET} is missing ({because})"))?;
    if let Some(folder) = find() {
        return Ok(folder);
    }

    let home = home()?;
    let work = home.with_extension("work");
    let fresh = home.with_extension("new");
    for folder in [&work, &fresh] {
        if folder.exists() {
            fs::remove_dir_all(folder)?;
        }
        fs::create_dir_all(folder)?;
    }
    say::timed(format_args!("Build std for {TARGET} into {} (about a minute)", home.display()), || build_std(&work))?;
    lay_out(&work, &fresh, &home)?;
    fs::write(fresh.join("stamp"), stamp(&home)?)?;
    if home.exists() {
        fs::remove_dir_all(&home)?;
    }
    fs::rename(&fresh, &home)?;
    fs::remove_dir_all(&work)?;
    // Cargo does not see that std is another one: what was built on the old one would no longer fit.
    let stale = place::target()?.join(TARGET);
    if stale.exists() {
        fs::remove_dir_all(stale)?;
    }
    Ok(home.join("bin"))
}

fn home() -> Result<PathBuf> {
    Ok(place::tools()?.join("rust-wasm32"))
}

/// What the folder depends on: its scripts name its place, and its std belongs to one compiler.
fn stamp(home: &Path) -> Result<String> {
    let compiler = child::output(child::command("/usr/bin/rustc").arg("-vV")).context("/usr/bin/rustc does not run")?;
    Ok(format!("{LAYOUT}\n{}\n{compiler}\n", home.display()))
}

/// Builds an empty crate, and std with it.
fn build_std(work: &Path) -> Result<()> {
    let manifest = "[package]\nname = 'stdbuild'\nversion = '0.0.0'\nedition = '2024'\n\
                    [lib]\npath = 'lib.rs'\n[profile.release]\ncodegen-units = 1\n[workspace]\n";
    fs::write(work.join("Cargo.toml"), manifest)?;
    fs::write(work.join("lib.rs"), "#![no_std]\n")?;
    let mut cargo = child::command("/usr/bin/cargo");
    let registry = place::cargo_home()?.join("registry").join("src");
    let flags = [
        // Bitcode, or a client with link-time optimisation would have nothing of std to work on.
        "-Cembed-bitcode=yes".to_owned(),
        "--remap-path-prefix=/usr/lib/rustlib/src/rust=/rustc/std".to_owned(),
        format!("--remap-path-prefix={}=", registry.display()),
    ];
    for name in ["RUSTUP_TOOLCHAIN", "CARGO_BUILD_TARGET", "RUSTFLAGS", "CARGO_BUILD_RUSTFLAGS"] {
        cargo.env_remove(name);
    }
    cargo
        .args(["build", "--release", "--target", TARGET, "--target-dir", "t"])
        .arg("-Zbuild-std=std,panic_abort,panic_unwind,proc_macro,test")
        .current_dir(work)
        // A released compiler builds std by an option that is not yet stable: it is the very compiler of that std.
        .env("RUSTC_BOOTSTRAP", "1")
        .env("RUSTC", "/usr/bin/rustc")
        .env("RUSTDOC", "/usr/bin/rustdoc")
        .env("CARGO_ENCODED_RUSTFLAGS", flags.join("\u{1f}"));
    child::run_aside(&mut cargo)
}

fn lay_out(work: &Path, fresh: &Path, home: &Path) -> Result<()> {
    let rustlib = fresh.join("lib/rustlib");
    let std = rustlib.join(TARGET).join("lib");
    fs::create_dir_all(&std)?;
    for file in fs::read_dir(work.join("t").join(TARGET).join("release/deps"))? {
        let file = file?;
        let name = file.file_name();
        let name = name.to_string_lossy();
        if Path::new(&*name).extension().is_some_and(|kind| kind == "rlib") && !name.starts_with("libstdbuild-") {
            fs::copy(file.path(), std.join(&*name))?;
        }
    }
    for name in ["x86_64-unknown-linux-gnu", "etc", "src"] {
        symlink(Path::new("/usr/lib/rustlib").join(name), rustlib.join(name))?;
    }

    let bin = fresh.join("bin");
    fs::create_dir_all(&bin)?;
    for name in ["cargo", "cargo-fmt", "rustfmt"] {
        symlink(Path::new("/usr/bin").join(name), bin.join(name))?;
    }
    let sysroot = home.display();
    for name in ["rustc", "rustdoc"] {
        script(&bin.join(name), &format!("exec /usr/bin/{name} --sysroot '{sysroot}' \"$@\""))?;
    }
    for name in ["cargo-clippy", "clippy-driver"] {
        script(&bin.join(name), &format!("SYSROOT='{sysroot}' exec /usr/bin/{name} \"$@\""))?;
    }
    Ok(())
}

fn script(path: &Path, line: &str) -> Result<()> {
    fs::write(path, format!("#!/bin/sh\n{line}\n"))?;
    fs::set_permissions(path, fs::Permissions::from_mode(0o755))?;
    Ok(())
}
