//! What a message costs before it is relayed: the pieces that the benchmarks of it share.
//!
//! [`posts`] makes what is measured, [`Memory`] is what a durable store is compared with, [`cpu`] is the clock.

pub mod cpu;
pub mod posts;

mod memory;

pub use memory::Memory;
