//! The client: a pure fold of what happens ([`state`]), and, where there is a browser, the views of it and the
//! effects.
//!
//! Imports point one way: pages → hooks and components → state → shared; effects live in `io`. The page's standing
//! parts are HTML (`shell`).

pub mod state;

#[cfg(target_family = "wasm")]
pub mod components;
#[cfg(target_family = "wasm")]
pub mod hooks;
#[cfg(target_family = "wasm")]
pub mod io;
#[cfg(target_family = "wasm")]
pub mod pages;
#[cfg(target_family = "wasm")]
pub mod shell;
