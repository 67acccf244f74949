//! The built client is embedded in release builds: a new client makes a new server.

fn main() {
    println!("cargo::rerun-if-changed=../dist");
}
