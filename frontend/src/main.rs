//! The client program that trunk builds.

fn main() {}
