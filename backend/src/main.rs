//! Warren, the server program.

fn main() {}
