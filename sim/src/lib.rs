//! A simulation of Warren: the real server and the real client, with faults, from one seed.
//!
//! A run has a disk, a server, links and clients with people before them. Of the server everything is real from the
//! bytes of a connection to the commits of the log, of the client everything that is no browser: what is played is the
//! disk, the network, the browser and the clock. All time is virtual and all chance comes from the seed, so that a run
//! can be had again. `docs/simulator.md` says what is checked, and what is not.
//!
//! - [`world`] is what there is, [`agenda`] what is to happen to it, [`chance`] where its numbers come from.
//! - [`disk`], [`server`], [`link`], [`client`] and its [`machine`] are its parts; [`people`] and [`faults`] what befalls them.
//! - [`watch`] checks what the server says while it says it, [`check`] what is there when all has come to rest, by the
//!   [`ledger`] of what was done and the [`fold`] of the log.

pub mod agenda;
pub mod chance;
pub mod check;
pub mod client;
pub mod disk;
pub mod failure;
pub mod faults;
pub mod fold;
pub mod ledger;
pub mod link;
pub mod machine;
pub mod many;
pub mod people;
pub mod run;
pub mod sabotage;
pub mod server;
pub mod trace;
pub mod watch;
pub mod words;
pub mod world;
