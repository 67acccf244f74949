//! The server from outside: real sockets against a server on a free port with a data directory of its own.

#![expect(clippy::unwrap_used, clippy::expect_used, reason = "a test may")]

mod client;
mod copy;
mod keeper;
mod proxy;
mod server;

mod account;
mod bad_commands;
mod busy;
mod changes;
mod crash;
mod deflate;
mod edge;
mod half_open;
mod hostile;
mod http;
mod idle;
mod leaving;
mod limits;
mod memory;
mod metrics;
mod plain;
mod private;
mod program;
mod push;
mod push_service;
mod resets;
mod session;
mod startup;
mod storm;
mod tls;
mod upkeep;
mod v1;
mod visits;
